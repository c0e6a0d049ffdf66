#!/usr/bin/env bash
# Checks once for the log and once for the documents, and says in the outputs
# what came of it. The check needs no network and is quick.
set -euo pipefail

args=(--fail-on "$FAIL_ON")
[ -z "$CONFIG" ] || args+=(--config "$CONFIG")
[ "$ALL" != true ] || args+=(--all)
dir=$RUNNER_TEMP/fly-standards
mkdir -p "$dir"

# What a fly.toml says must not be taken for a command of GitHub's.
guard=fly-standards-$RANDOM$RANDOM$RANDOM
[ "$FORMAT" = github ] || echo "::stop-commands::$guard"
code=0
fly-standards check "${args[@]}" --format "$FORMAT" 2> "$dir/errors" || code=$?
cat "$dir/errors" >&2
[ "$FORMAT" = github ] || printf '\n::%s::\n' "$guard"

echo "exit-code=$code" >> "$GITHUB_OUTPUT"
if [ "$code" -gt 1 ]; then # an error is shown where it is, as a finding is
  sed -nE 's/%/%25/g; s/^Error: ([^:,]+):([0-9]+):([0-9]+): (.*)/::error file=\1,line=\2,col=\3,title=fly-standards::\4/p; t
    s/^Error: (.*)/::error title=fly-standards::\1/p' "$dir/errors"
  exit "$code"
fi

fly-standards check --quiet "${args[@]}" \
  --format sarif --output "sarif=$dir/fly-standards.sarif" \
  --format json --output "json=$dir/findings.json" \
  --format markdown --output "markdown=$dir/summary.md" || [ $? = 1 ]
cat "$dir/summary.md" >> "$GITHUB_STEP_SUMMARY"
deep=6 # where a finding's own keys stand; those of its parts are further in
[ "$ALL" != true ] || deep=10
{
  echo "sarif-file=$dir/fly-standards.sarif"
  # No need for jq, which not every runner has.
  echo "findings=$(grep -E "^ {$deep}\"outcome\": " "$dir/findings.json" | grep -vc '"ignored"')"
} >> "$GITHUB_OUTPUT"
exit "$code"
