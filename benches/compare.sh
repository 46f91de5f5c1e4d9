#!/usr/bin/env bash
# Runs trailgate beside what else reads such logs, in turns on the same files, and prints medians: bash benches/compare.sh
#
# BYTES (300M) of each corpus, RUNS (5), THREADS (2), DIR (target/corpus). Beside trailgate run whichever are installed of gzip, jq, rg
# and DuckDB (the Python package). What is only inflated or only parsed is measured by an example of this crate.
set -euo pipefail
cd "$(dirname "$0")/.."

bytes=${BYTES:-300M} runs=${RUNS:-5} threads=${THREADS:-2} dir=${DIR:-target/corpus}
cargo build --quiet --release --examples
cargo build --quiet --release
bin=target/release
mkdir -p "$dir"
for shape in gz json; do
    [ -d "$dir/$shape-$bytes" ] || "$bin/examples/corpus" logs --shape $shape --bytes "$bytes" "$dir/$shape-$bytes"
done
[ -f "$dir/$bytes.ndjson" ] || "$bin/examples/corpus" logs --shape ndjson --bytes "$bytes" "$dir/$bytes.ndjson"
[ -d "$dir/clean-$bytes" ] || "$bin/examples/corpus" logs --shape gz --bytes "$bytes" --violating 0 "$dir/clean-$bytes"
[ -d "$dir/one" ] || "$bin/examples/corpus" logs --shape json --bytes 2K --files 1 "$dir/one"
for count in 60 600 3000 6000; do
    "$bin/examples/corpus" rules $count >"$dir/rules-$count.yaml"
done

gz=$dir/gz-$bytes json=$dir/json-$bytes lines=$dir/$bytes.ndjson
check=("$bin/trailgate" check --no-config --no-progress -q -f "json=$dir/report.json" -j "$threads")
names=() commands=()
add() {
    names+=("$1")
    shift
    commands+=("$(printf '%q ' "$@")")
}
add 'gz: inflate only' "$bin/examples/baseline" inflate -j "$threads" "$gz"
add 'gz: 60 rules' "${check[@]}" -p "$dir/rules-60.yaml" "$gz"
add 'gz: 600 rules' "${check[@]}" -p "$dir/rules-600.yaml" "$gz"
add 'gz: 3000 rules' "${check[@]}" -p "$dir/rules-3000.yaml" "$gz"
add 'gz: bundled rules' "${check[@]}" -p bundled "$gz"
add 'gz, no violation: 60 rules' "${check[@]}" -p "$dir/rules-60.yaml" "$dir/clean-$bytes"
add '1 small file: 6000 rules' "${check[@]}" -p "$dir/rules-6000.yaml" "$dir/one"
add '1 small file: bundled rules' "${check[@]}" -p bundled "$dir/one"
add 'json: serde_json::Value only' "$bin/examples/baseline" value -j "$threads" "$json"
add 'json: 60 rules' "${check[@]}" -p "$dir/rules-60.yaml" "$json"
add 'ndjson: serde_json::Value only' "$bin/examples/baseline" lines -j "$threads" "$lines"
add 'ndjson: 60 rules' "${check[@]}" -p "$dir/rules-60.yaml" "$lines"
if command -v gzip >/dev/null; then
    add 'gz: gzip -dc' bash -c "find $gz -name '*.gz' -print0 | xargs -0 gzip -dc >/dev/null"
fi
if command -v jq >/dev/null; then
    add 'ndjson: jq, 1 filter' jq -c 'select(.userIdentity.type == "Root")' "$lines"
fi
if command -v rg >/dev/null; then
    add 'ndjson: rg, 1 word' rg -c '"type":"Root"' "$lines"
fi
if python3 -c 'import duckdb' 2>/dev/null; then
    add 'ndjson: DuckDB, typed, 5 rules' python3 benches/duckdb_rules.py "$lines" "$threads"
fi

python3 benches/turns.py "$runs" "${#names[@]}" "${names[@]}" "${commands[@]}"
