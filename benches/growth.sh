#!/usr/bin/env bash
# Counts the instructions of checks of inputs of one, two and four times the size, independent of other load on the machine,
# and fails if twice the input takes more than 2.2 times as many. Needs cargo, valgrind and python3.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --profile dist --locked
cargo build --quiet --locked --example corpus
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
PATH="$target/dist:$target/debug/examples:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Writes an input of a shape, as a multiple of the smallest size.
write() {
  if [ "$1" = repository ]; then
    corpus make "$(dirname "$3")" $((1000 * $2))
    return
  fi
  mkdir -p "$3"
  python3 - "$1" "$((200 * $2))" >"$3/main.tf" <<'PYTHON'
import sys
shape, count = sys.argv[1], int(sys.argv[2])
trail = 'resource "aws_cloudtrail" "t{}" {{\n  s3_bucket_name = "b"\n{}}}\n'
if shape == "trails":
    for n in range(count):
        print(trail.format(n, "  is_multi_region_trail = false\n"))
elif shape == "locals":
    for n in range(count):
        print(f'locals {{\n  l{n + 1} = lower(upper(local.l{n}))\n}}')
    print('locals {\n  l0 = "true"\n}')
    print(trail.format("", f"  is_multi_region_trail = local.l{count}\n"))
elif shape == "selectors":
    print(trail.format("", '  event_selector {\n    read_write_type = "ReadOnly"\n  }\n' * count))
elif shape == "conditionals":
    items = ", ".join(f"{n} > {count} ? false : true" for n in range(count))
    print(trail.format("", f"  is_multi_region_trail = alltrue([{items}])\n"))
elif shape == "statements":
    print('resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}')
    statement = '{{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "arn:aws:s3:::other-{}/*" }}'
    items = ", ".join(statement.format(n) for n in range(count))
    print(f'resource "aws_s3_bucket_policy" "b" {{\n  bucket = "b"\n  policy = jsonencode({{ Statement = [{items}] }})\n}}')
    print(trail.format("", ""))
PYTHON
}

failed=0
for shape in repository trails locals selectors conditionals statements; do
  counts=()
  for times in 1 2 4; do
    tree=$work/$shape-$times/tree
    write "$shape" "$times" "$tree"
    # A check with findings exits with 1.
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
      trailint check "$tree" --quiet --jobs 1 --format concise >/dev/null 2>"$work/log" || [ $? = 1 ]
    count=$(sed -n 's/.*Collected : //p' "$work/log")
    [[ $count =~ ^[1-9][0-9]*$ ]] || { echo "$shape: nothing was counted" >&2 && exit 2; }
    counts+=("$count")
  done
  grown=$((counts[1] * 10 <= counts[0] * 22 && counts[2] * 10 <= counts[1] * 22))
  echo "$shape: ${counts[*]}$([ "$grown" = 1 ] || echo " grows too fast")"
  failed=$((failed | !grown))
done
exit "$failed"
