#!/usr/bin/env bash
# Runs `trailgate check` and writes down how it ended. Succeeds whatever the verdict: the summary and the upload come after it, and
# verdict.sh fails the job at the end.
#
# In:  TRAILGATE          the program
#      INPUT_LOGS         files, folders and globs of logs, one a line
#      INPUT_POLICIES     policies, one a line; empty: those trailgate looks for by itself
#      INPUT_FAIL_ON, INPUT_BASELINE, INPUT_WAIVERS  values of these flags; empty: the flag is left out
#      INPUT_FORMATS      reports, FORMAT or FORMAT=FILE, one a line
#      INPUT_SARIF_FILE   where to write SARIF; empty: nowhere
#      INPUT_SUMMARY      `true` to write the Markdown report for summary.sh
#      RUNNER_TEMP        for files of our own
# Out: exit-code, violations, sarif, summary, in GITHUB_OUTPUT
set -euo pipefail

temp=$(mktemp -d "$RUNNER_TEMP/trailgate-check.XXXXXX")

# Text of logs must not reach the runner as a workflow command. Only the report of format `github`, which escapes what it quotes, is
# shown where commands are obeyed; it takes the way over a file.
annotations=
reports=()
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    '') ;;
    github)
        annotations=$temp/annotations
        reports+=(--format "github=$annotations")
        ;;
    *) reports+=(--format "$line") ;;
    esac
done <<<"${INPUT_FORMATS:-}"

sarif=${INPUT_SARIF_FILE:-}
case $sarif in *$'\n'* | *$'\r'*)
    echo '::error title=trailgate::sarif-file holds one line'
    exit 2
    ;;
esac
if [ -n "$sarif" ]; then
    # What an earlier run left there is not the answer of this one.
    rm -f -- "$sarif"
    reports+=(--format "sarif=$sarif")
fi
summary=
if [ "${INPUT_SUMMARY:-}" = true ]; then
    summary=$temp/summary.md
    reports+=(--format "markdown=$summary")
fi
reports+=(--format "ndjson=$temp/report.ndjson")

arguments=(check --no-progress)
while IFS= read -r line || [ -n "$line" ]; do
    if [ -n "$line" ]; then arguments+=("--policies=$line"); fi
done <<<"${INPUT_POLICIES:-}"
if [ -n "${INPUT_FAIL_ON:-}" ]; then arguments+=("--fail-on=$INPUT_FAIL_ON"); fi
if [ -n "${INPUT_BASELINE:-}" ]; then arguments+=("--baseline=$INPUT_BASELINE"); fi
if [ -n "${INPUT_WAIVERS:-}" ]; then arguments+=("--waivers=$INPUT_WAIVERS"); fi
arguments+=("${reports[@]}" --)
while IFS= read -r line || [ -n "$line" ]; do
    if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"${INPUT_LOGS:-}"

token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$token"
code=0
"$TRAILGATE" "${arguments[@]}" || code=$?
# The report may have ended without a line break.
printf '\n::%s::\n' "$token"

if [ -n "$annotations" ] && [ -f "$annotations" ]; then cat "$annotations"; fi

# The last line is the summary; the count of the whole run is the first in it. No report, no count.
violations=
if [ -s "$temp/report.ndjson" ]; then
    last=$(tail -n 1 "$temp/report.ndjson")
    if [[ $last =~ \"violations\":([0-9]+) ]]; then violations=${BASH_REMATCH[1]}; fi
fi
# A path that does not exist would fail the upload and hide why.
if [ -n "$sarif" ] && [ ! -s "$sarif" ]; then sarif=; fi
if [ -n "$summary" ] && [ ! -s "$summary" ]; then summary=; fi

{
    printf 'exit-code=%s\n' "$code"
    printf 'violations=%s\n' "$violations"
    printf 'sarif=%s\n' "$sarif"
    printf 'summary=%s\n' "$summary"
} >>"$GITHUB_OUTPUT"
