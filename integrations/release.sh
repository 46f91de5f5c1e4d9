#!/usr/bin/env bash
# Packs a release archive: integrations/release.sh BINARY FOLDER
#
# Makes FOLDER/trailgate-VERSION-TARGET.tar.gz and FOLDER/SHA256SUMS. The same binary gives the same bytes.
#
# TARGET             the platform in the name; left out, that of the installed rustc
# SOURCE_DATE_EPOCH  the time of all files in the archive; left out, that of the last commit
set -euo pipefail

if [ $# -ne 2 ]; then
    echo 'usage: integrations/release.sh BINARY FOLDER' >&2
    exit 2
fi
binary=$(realpath -- "$1")
mkdir -p -- "$2"
folder=$(realpath -- "$2")
cd "$(dirname "$0")/.."

version=$("$binary" --version)
version=${version#trailgate }
target=${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
name=trailgate-$version-$target

stage=$(mktemp -d)
trap 'rm -rf -- "$stage"' EXIT
mkdir "$stage/$name"
install -m 755 -- "$binary" "$stage/$name/trailgate"
install -m 644 LICENSE README.md CHANGELOG.md "$stage/$name"

# Completions and the man page are packed where this program can write them.
commands=$("$binary" --help | sed -n '/^Commands:/,/^$/p')
if grep -q '^  completions ' <<<"$commands"; then
    mkdir "$stage/$name/completions"
    "$binary" completions bash >"$stage/$name/completions/trailgate.bash"
    "$binary" completions zsh >"$stage/$name/completions/_trailgate"
    "$binary" completions fish >"$stage/$name/completions/trailgate.fish"
fi
if grep -q '^  man ' <<<"$commands"; then
    mkdir "$stage/$name/man"
    "$binary" man >"$stage/$name/man/trailgate.1"
fi

archive=$name.tar.gz
tar --directory "$stage" --create --sort=name --format=ustar --mtime="@$epoch" --owner=0 --group=0 --numeric-owner \
    --mode='u=rwX,go=rX' "$name" | gzip --no-name >"$folder/$archive"
cd "$folder"
LC_ALL=C
export LC_ALL
sha256sum -- trailgate-*.tar.gz >SHA256SUMS
printf '%s\n' "$folder/$archive"
