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
for count in 60 600 3000; do
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

python3 - "$runs" "${#names[@]}" "${names[@]}" "${commands[@]}" <<'PYTHON'
import resource, statistics, subprocess, sys, time

runs, count = int(sys.argv[1]), int(sys.argv[2])
names, commands = sys.argv[3:3 + count], sys.argv[3 + count:]
walls, users = {name: [] for name in names}, {name: [] for name in names}
for _ in range(runs):
    for name, command in zip(names, commands):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        code = subprocess.run(command, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        walls[name].append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        users[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if code > 1:
            sys.exit(f"{name}: exit code {code}: {command}")
print("| | wall s | CPU s | spread of wall |\n|---|---|---|---|")
for name in names:
    wall = statistics.median(walls[name])
    spread = (max(walls[name]) - min(walls[name])) / wall
    print(f"| {name} | {wall:.3f} | {statistics.median(users[name]):.3f} | {spread:.0%} |")
PYTHON
