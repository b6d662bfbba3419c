#!/bin/sh
# collect-cloudtrail-evidence.sh [DIR]: saves what CIS AWS Foundations 3.1 audits, for `trailint check --evidence DIR`.
# It only reads. It uses the profile and the Region of the AWS CLI.
set -eu
export AWS_PAGER=

# ask FILE COMMAND...: saves the output in FILE.json. The message of a denied call is saved in FILE.err, so that the call
# counts as made.
ask() {
  out=$1
  shift
  aws "$@" --output json > "$out.json" 2> "$out.err" || true
  [ -s "$out.err" ] || rm -f "$out.err"
  [ -s "$out.json" ] || rm -f "$out.json"
}

account=$(aws sts get-caller-identity --query Account --output text)
dir=${1:-cloudtrail-evidence}/$account
mkdir -p "$dir"
ask "$dir/describe-trails" cloudtrail describe-trails
aws cloudtrail describe-trails --query 'trailList[].[TrailARN,HomeRegion,Name]' --output text 2> /dev/null |
  while read -r arn region name; do
    case $arn in arn:*) ;; *) continue ;; esac
    owner=$(printf %s "$arn" | cut -d: -f5)
    mkdir -p "$dir/$region/$name@$owner"
    ask "$dir/$region/$name@$owner/status" cloudtrail get-trail-status --name "$arn" --region "$region"
    ask "$dir/$region/$name@$owner/selectors" cloudtrail get-event-selectors --trail-name "$arn" --region "$region"
  done
