#!/usr/bin/env bash
# Keeps one comment on the pull request: the plan for the file, which needs no
# token of Fly. A pull request from a fork can't be commented on; that is no
# reason to fail.
set -euo pipefail

args=(--offline --format markdown)
[ -z "$CONFIG" ] || args+=(--config "$CONFIG")
[ "$ALL" != true ] || args+=(--all)
mark='<!-- fly-standards -->'
body=$RUNNER_TEMP/fly-standards/comment.md
{ echo "$mark"; fly-standards plan --quiet "${args[@]}"; } > "$body"

notice() { echo "::notice title=fly-standards::the pull request can't be commented on with this token"; }
there=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" \
  --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$mark\"))) | .id") || { notice; exit 0; }
there=${there%%$'\n'*} # the first, where there are several
if [ -n "$there" ]; then
  to=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$there")
else
  to=(--method POST "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments")
fi
gh api "${to[@]}" --field body=@"$body" --jq .html_url || notice
