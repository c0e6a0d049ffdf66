#!/usr/bin/env bash
# Puts the release that the action is pinned to on the PATH of the next steps,
# after its checksum (and, with VERIFY=attestation, where it was built) is
# verified.
set -euo pipefail

fail() { echo "::error title=fly-standards::$*"; exit 2; }

dir=$RUNNER_TEMP/fly-standards/bin
rm -rf "$dir"
mkdir -p "$dir"
echo "$dir" >> "$GITHUB_PATH"

if [ "$VERSION" = source ]; then
  cd "$GITHUB_ACTION_PATH"
  go build -trimpath -o "$dir/" .
  exit 0
fi

# A tag that is a whole version is the release. For a commit, or a tag that
# moves (v1), it is the release whose tag has the same commit.
tag=$VERSION
[ -n "$tag" ] || tag=$REF
case $tag in [0-9]*.*) tag=v$tag ;; esac
if [[ ! $tag =~ ^v[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$ ]]; then
  [ -n "$tag" ] || fail "the action's own version is not known here; set the input version"
  tags=$(git ls-remote --tags "$SERVER/$REPOSITORY") || fail "the tags of $REPOSITORY can't be read; set the input version"
  commit=$tag
  if [[ ! $commit =~ ^[0-9a-f]{40}$ ]]; then
    commit=$(awk -v t="refs/tags/$tag" '$2 == t || $2 == t "^{}" { c = $1 } END { print c }' <<< "$tags")
  fi
  tag=$(awk -v c="$commit" '$1 == c { sub("refs/tags/", "", $2); sub(/\^\{\}$/, "", $2); print $2 }' <<< "$tags" |
    grep --extended-regexp --max-count 1 '^v[0-9]+\.[0-9]+\.[0-9]+') || true
  [ -n "$tag" ] || fail "there is no release of $commit; set the input version"
fi

case $RUNNER_OS in
  Linux) os=linux ext=tar.gz ;;
  macOS) os=darwin ext=tar.gz ;;
  Windows) os=windows ext=zip ;;
  *) fail "there is no release for $RUNNER_OS" ;;
esac
case $RUNNER_ARCH in
  X64) arch=amd64 ;;
  ARM64) arch=arm64 ;;
  *) fail "there is no release for $RUNNER_ARCH" ;;
esac

archive=fly-standards_${tag#v}_${os}_${arch}.$ext
work=$(mktemp -d)
cd "$work"
for file in checksums.txt "$archive"; do
  curl --fail --silent --show-error --location --proto-redir =https --retry 3 --output "$file" \
    "$SERVER/$REPOSITORY/releases/download/$tag/$file" || fail "$tag has no $file to download"
done

awk -v f="$archive" '$2 == f' checksums.txt > wanted
[ -s wanted ] || fail "checksums.txt of $tag does not name $archive"
if command -v sha256sum > /dev/null; then
  sha256sum --check --quiet wanted || fail "$archive is not the file that checksums.txt names"
else
  shasum --algorithm 256 --check --quiet wanted || fail "$archive is not the file that checksums.txt names"
fi
case $VERIFY in
  attestation) # of this very tag: an older archive under this name is none
    gh attestation verify "$archive" --repo "$REPOSITORY" \
      --cert-identity "https://github.com/$REPOSITORY/.github/workflows/release.yml@refs/tags/$tag" > attestation.log 2>&1 ||
      { cat attestation.log; fail "where $archive was built can't be verified here (verify: checksum does without)"; }
    ;;
  checksum) ;;
  *) fail "verify: $VERIFY: want attestation or checksum" ;;
esac

case $ext in
  tar.gz) tar -xzf "$archive" ;;
  zip) unzip -q "$archive" ;;
esac
program=fly-standards
[ "$os" != windows ] || program=fly-standards.exe
mv "$program" "$dir/" || fail "$archive holds no program"
cd /
rm -rf "$work"
"$dir/fly-standards" version
