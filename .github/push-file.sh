#!/usr/bin/env bash
# push-file.sh REPOSITORY PATH FILE: make PATH in another repository what FILE
# is, in one commit, with gh and GH_TOKEN. Does nothing when it is that already.
set -euo pipefail

repo=$1 path=$2 file=$3
# gh prints the answer of a failed request too.
there=$(gh api "repos/$repo/contents/$path" --jq .sha 2>/dev/null) || there=
if [ "$there" = "$(git hash-object "$file")" ]; then
  echo "$repo $path: already up to date"
  exit 0
fi
args=(-f "message=fly-standards ${TAG:?}" -f "content=$(base64 -w0 < "$file")")
if [ -n "$there" ]; then
  args+=(-f "sha=$there")
fi
gh api --method PUT "repos/$repo/contents/$path" "${args[@]}" --jq '.commit.html_url'
