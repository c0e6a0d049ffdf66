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
fly-standards check "${args[@]}" --format "$FORMAT" || code=$?
[ "$FORMAT" = github ] || printf '\n::%s::\n' "$guard"

echo "exit-code=$code" >> "$GITHUB_OUTPUT"
[ "$code" -le 1 ] || exit "$code"

fly-standards check --quiet "${args[@]}" \
  --format sarif --output "sarif=$dir/fly-standards.sarif" \
  --format json --output "json=$dir/findings.json" \
  --format markdown --output "markdown=$dir/summary.md" || [ $? = 1 ]
cat "$dir/summary.md" >> "$GITHUB_STEP_SUMMARY"
{
  echo "sarif-file=$dir/fly-standards.sarif"
  # Only findings have an outcome, and in a string the quotes would be escaped:
  # no need for jq, which not every runner has.
  echo "findings=$(grep -oE '"outcome": *"[a-z-]+"' "$dir/findings.json" | grep -vc '"ignored"')"
} >> "$GITHUB_OUTPUT"
exit "$code"
