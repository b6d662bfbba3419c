#!/usr/bin/env bash
# Compares trailint with a search for the same words, on the same tree in one session, and with
# other checkers that are installed. Needs cargo, rg, hyperfine, jq and GNU time.
#
#   benches/compare.sh [FILES] [DIRECTORY]
#
# FILES is the size of the generated repository (default: 100000). DIRECTORY keeps it for the next run.
set -euo pipefail
cd "$(dirname "$0")/.."

files=${1:-100000}
work=${2:-$(mktemp -d)}
[ -n "${2:-}" ] || trap 'rm -rf "$work"' EXIT
runs=${RUNS:-15}
mkdir -p "$work"
work=$(realpath "$work")

cargo build --quiet --profile dist --locked
cargo build --quiet --locked --example corpus
target=$(cargo metadata --format-version 1 --no-deps | jq --raw-output .target_directory)
PATH="$target/dist:$target/debug/examples:$PATH"

words='aws_cloudtrail|AWS::CloudTrail::Trail'
globs="-g '*.tf' -g '*.tofu' -g '*.tf.json' -g '*.tfvars' -g '*.yaml' -g '*.yml' -g '*.json' -g '*.template'"
search="rg -l --hidden $globs '$words' ."

# Generates a repository of a size, once, and compares the verdicts with the expected ones.
prepare() {
  directory=$work/$1
  [ -d "$directory/tree" ] || corpus make "$directory" "$1"
  (cd "$directory/tree" && trailint check . --quiet --format json >../report.json) || true
  corpus check "$directory" "$directory/report.json"
}

# Runs each command as often as the first argument states, and prints a row for it.
measure() {
  count=$1
  shift
  hyperfine --shell=sh --style=none --ignore-failure --warmup=1 --runs="$count" --export-json="$work/times.json" "$@" 2>/dev/null
  echo "| command | wall | CPU | wall, relative to the search | CPU, relative to the search | peak memory |"
  echo "| --- | ---: | ---: | ---: | ---: | ---: |"
  for index in $(seq 0 $(($# - 1))); do
    command=$(jq --raw-output ".results[$index].command" "$work/times.json")
    # A checker with findings exits with a status other than 0.
    peak=$({ /usr/bin/time --format=%M sh -c "exec $command" || true; } 2>&1 >/dev/null | tail -n 1)
    jq --raw-output --arg peak "$peak" --argjson index "$index" '
      def ms: . * 10000 | round / 10 | tostring + " ms";
      def times: . * 100 | round / 100 | tostring;
      def cpu: .user + .system;
      .results[0] as $search | .results[$index]
      | [(.command | (split(" ")[0] | split("/")[-1]) + if test("--format json") then ", json" else "" end), (.median | ms), (cpu | ms), (.median / $search.median | times),
         (cpu / ($search | cpu) | times), (($peak | tonumber) / 1024 | round | tostring) + " MiB"]
      | "| " + join(" | ") + " |"' "$work/times.json"
  done
}

echo "$(date --iso-8601), $(nproc) processors ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | sed -n 1p)), $(uname -sr)"
trailint --version
rg --version | sed -n 1p
hyperfine --version

echo
echo "$files files, $runs runs:"
prepare "$files"
cd "$work/$files/tree"
measure "$runs" "$search" "trailint check . --no-progress" "trailint check . --no-progress --format json"
cd - >/dev/null

# Other checkers are much slower than a search, so they check a smaller repository.
others=()
command -v checkov >/dev/null && others+=("checkov --directory . --check CKV_AWS_67,CKV_AWS_251 --framework terraform cloudformation --quiet --compact")
command -v semgrep >/dev/null && others+=("semgrep scan --metrics=off --disable-version-check --config=$PWD/benches/semgrep.yaml --quiet .")
command -v cfn-guard >/dev/null && others+=("cfn-guard validate --rules=$PWD/benches/trails.guard --data=.")
if [ ${#others[@]} -gt 0 ]; then
  echo
  echo "1000 files, 3 runs:"
  prepare 1000
  cd "$work/1000/tree"
  measure 3 "$search" "trailint check . --no-progress --format json" "${others[@]}"
fi
