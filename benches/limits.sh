#!/usr/bin/env bash
# Whether time grows with the data and memory does not: bash benches/limits.sh
#
# 1, 2, 4 and 8 GB in as many files of 10 MB; 200,000 small files beside the same bytes in 100 files; one gzip member of 4 GB; and 10 GB of
# NDJSON on standard input. RUNS (5), THREADS (2), DIR (target/corpus, which takes 10 GB). Needs a quarter of an hour.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${RUNS:-5} threads=${THREADS:-2} dir=${DIR:-target/corpus}
cargo build --quiet --release --examples
cargo build --quiet --release
bin=$PWD/target/release
corpus=$bin/examples/corpus
mkdir -p "$dir"
[ -f "$dir/rules-60.yaml" ] || "$corpus" rules 60 >"$dir/rules-60.yaml"
for gigabytes in 1 2 4 8; do
    to=$dir/gz-${gigabytes}G
    [ -d "$to" ] || "$corpus" logs --bytes ${gigabytes}G --files $((gigabytes * 100)) "$to"
done
[ -d "$dir/tiny" ] || "$corpus" logs --shape json --bytes 400M --files 200000 "$dir/tiny"
# A file ends with the record that fills it, so that a small one is longer than asked for: 3 kB. What it is held against is as long.
tiny=$(find "$dir/tiny" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
[ -d "$dir/json-$tiny" ] || "$corpus" logs --shape json --bytes "$tiny" --files 100 "$dir/json-$tiny"
[ -f "$dir/4G.ndjson.gz" ] || "$corpus" logs --shape ndjson-gz --bytes 4G "$dir/4G.ndjson.gz"

check="$bin/trailgate check --no-config --no-progress -q -f json=$dir/report.json -j $threads -p $dir/rules-60.yaml"
names=() commands=()
add() {
    names+=("$1")
    commands+=("$2")
}
for gigabytes in 1 2 4 8; do
    add "gz: $gigabytes GB" "$check $dir/gz-${gigabytes}G"
done
add "$((tiny / 1000000)) MB in 100 files" "$check $dir/json-$tiny"
add "$((tiny / 1000000)) MB in 200,000 files" "$check $dir/tiny"
python3 benches/turns.py "$runs" "${#names[@]}" "${names[@]}" "${commands[@]}"

python3 benches/turns.py 1 2 'one gzip member of 4 GB' '10 GB of NDJSON on standard input' \
    "$check --max-inflated 8G $dir/4G.ndjson.gz" "bash -c '$corpus logs --shape ndjson --bytes 10G - | $check -'"
