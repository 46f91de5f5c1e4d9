#!/usr/bin/env bash
# Counts the instructions that fixed runs take and holds them to benches/instructions.txt: bash benches/instructions.sh [--record]
#
# Instructions, unlike seconds, are the same on a busy machine and a quiet one. A count more than TOLERANCE (3) percent above the recorded
# one fails; one so far below passes, and says to record it. It takes valgrind, `cargo build --release`, which CI has built by
# then, and the example `corpus`, in whatever profile there is. The counts are of x86-64 Linux.
set -euo pipefail
cd "$(dirname "$0")/.."

tolerance=${TOLERANCE:-3}
recorded=benches/instructions.txt
folder=target/instructions
if [ $# -gt 1 ] || { [ $# -eq 1 ] && [ "$1" != --record ]; }; then
    echo 'usage: bash benches/instructions.sh [--record]' >&2
    exit 2
fi
command -v valgrind >/dev/null || {
    echo 'valgrind is not installed: without it nothing can be counted' >&2
    exit 2
}

cargo build --quiet --release
cargo build --quiet --example corpus
program=$PWD/target/release/trailgate
corpus=$PWD/target/debug/examples/corpus
rm -rf "$folder"
mkdir -p "$folder"
"$corpus" logs --shape json --files 1 --bytes 3M --violating 1 "$folder/logs"
"$corpus" logs --shape json --files 1 --bytes 1 --violating 0 "$folder/one"
for count in 60 600; do
    "$corpus" rules $count >"$folder/rules-$count.yaml"
done

# Instructions of a run with so many rules over a folder: one thread, no configuration, a fixed day, no environment that changes the stack.
instructions() {
    local log=$folder/valgrind.txt code=0
    env -i PATH=/usr/bin:/bin RAYON_NUM_THREADS=1 valgrind --tool=cachegrind --cache-sim=no --branch-sim=no \
        --cachegrind-out-file=/dev/null --log-file="$log" \
        "$program" check --no-config --no-progress -q -j 1 --as-of 2026-01-01 -p "$folder/rules-$1.yaml" "$folder/$2" \
        >"$folder/report.txt" 2>&1 || code=$?
    # 0 and 1 are the exit codes of a run that read everything.
    if [ $code -gt 1 ]; then
        cat "$folder/report.txt" "$log" >&2
        return 1
    fi
    sed -n 's/,//g; s/.*I *refs: *//p' "$log"
}

start_60=$(instructions 60 one)
start_600=$(instructions 600 one)
all_60=$(instructions 60 logs)
all_600=$(instructions 600 logs)
# What a start costs is in both runs: the difference is the cost of the logs.
counted=$(
    printf '%s\n' "start, 60 rules	$start_60" "start, 600 rules	$start_600" \
        "3 MB of logs, 60 rules	$((all_60 - start_60))" "3 MB of logs, 600 rules	$((all_600 - start_600))"
)
if [ "${1:-}" = --record ]; then
    printf '%s\n' "$counted" >"$recorded"
    echo "recorded in $recorded:"
    cat "$recorded"
    exit 0
fi

awk -F '\t' -v tolerance="$tolerance" '
    NR == FNR { known[$1] = $2; next }
    {
        if (!($1 in known)) { printf "%-24s %15d  is not recorded\n", $1, $2; failed = 1; next }
        change = ($2 / known[$1] - 1) * 100
        word = ""
        if (change > tolerance) { word = "  TOO MANY"; failed = 1 }
        if (change < -tolerance) { word = "  far fewer"; record = 1 }
        printf "%-24s %15d  recorded %15d  %+6.2f %%%s\n", $1, $2, known[$1], change, word
    }
    END {
        if (record) print "record them, so that they stay few: bash benches/instructions.sh --record"
        if (failed) print "if it is worth it, say why and record it: bash benches/instructions.sh --record"
        exit failed
    }
' "$recorded" - <<<"$counted"
