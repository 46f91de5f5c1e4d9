#!/usr/bin/env bash
# Hunts for bytes on which the two evaluators disagree or something panics: bash fuzz/hunt.sh TARGET [SECONDS [SEED]]
#
# TARGET is log, policy or evaluate: see fuzz/fuzz_targets. Takes a nightly toolchain and cargo-fuzz (`cargo install cargo-fuzz`). It
# begins with the fixtures and the bundled policies; what it finds of interest stays in fuzz/corpus, and a failing input lies in
# fuzz/artifacts, to be run again with `cargo +nightly fuzz run -s none TARGET FILE`.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:?name a target: log, policy or evaluate}
seconds=${2:-1800}
seed=${3:-1}
corpus=fuzz/corpus/$target
words=fuzz/corpus/$target.words
options=(-max_total_time="$seconds" -seed="$seed" -max_len=20000 -timeout=20 -rss_limit_mb=4096 -print_final_stats=1)
mkdir -p "$corpus"
case $target in
    log)
        # The first two bytes choose the policies.
        for file in fixtures/cloudtrail/* fixtures/bad/* fixtures/other-audit/*.json; do
            { printf 'a\0' && cat "$file"; } >"$corpus/$(basename "$file")"
        done
        cat >"$words" <<'WORDS'
"{\"Records\":["
"\"eventName\":\"GetUser\""
"\"event\\u004eame\":"
"\"userIdentity\":{\"type\":\"Root\"}"
"\"eventSource\":\"iam.amazonaws.com\""
"\"CloudTrailEvent\":\""
"\"detail\":"
"\"eventID\":\"id-1\""
"1e400"
"\\ud800"
"\xef\xbb\xbf"
"\x1f\x8b\x08"
WORDS
        ;;
    policy)
        cp policies/*.yaml "$corpus"
        tr -cs 'a-z_' '\n' <src/policy/keywords.rs | sort -u | sed -n 's/^..*$/"&"/p' >"$words"
        ;;
    # Few bytes are few choices, so that it begins with long inputs.
    evaluate) options+=(-len_control=0) ;;
    *)
        echo "there is no target \`$target\`: log, policy or evaluate" >&2
        exit 2
        ;;
esac
if [ -f "$words" ]; then options+=(-dict="$words"); fi
# Without a sanitizer: the crate holds no unsafe code, and it runs at several times the speed.
exec cargo +nightly fuzz run -s none --target-dir target/fuzz "$target" "$corpus" -- "${options[@]}"
