#!/usr/bin/env bash
# Finds or builds the trailgate program that the later steps run.
#
# In:  INPUT_TRAILGATE_PATH  a program to use as it is; empty: build the one of this repository
#      INPUT_VERSION         the version it must be; empty: any
#      ACTION_PATH           this repository, where the action is checked out
#      RUNNER_TEMP           where the build is installed
# Out: binary, in GITHUB_OUTPUT
set -euo pipefail

fail() {
    printf '::error title=trailgate::%s\n' "$1"
    exit 2
}

# A line break in a value would let it write outputs and commands of its own.
for value in "${INPUT_TRAILGATE_PATH:-}" "${INPUT_VERSION:-}"; do
    case $value in *$'\n'* | *$'\r'*) fail 'trailgate-path and version hold one line each' ;; esac
done

binary=${INPUT_TRAILGATE_PATH:-}
if [ -z "$binary" ]; then
    command -v cargo >/dev/null ||
        fail 'there is no cargo to build trailgate with: install Rust in a step before, or give trailgate-path'
    cargo install --locked --path "$ACTION_PATH" --root "$RUNNER_TEMP/trailgate-action"
    binary=$RUNNER_TEMP/trailgate-action/bin/trailgate
fi
binary=$(command -v -- "$binary") || fail 'trailgate-path names no program'

if [ -n "${INPUT_VERSION:-}" ]; then
    found=$("$binary" --version)
    [ "$found" = "trailgate ${INPUT_VERSION#v}" ] ||
        fail "the program says \`$found\`, and version asks for \`${INPUT_VERSION#v}\`"
fi

printf 'binary=%s\n' "$binary" >>"$GITHUB_OUTPUT"
