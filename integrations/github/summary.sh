#!/usr/bin/env bash
# Appends the Markdown report to the job's summary.
#
# In: SUMMARY_FILE  the report; empty: there is none, and nothing is done
set -euo pipefail

if [ -z "${SUMMARY_FILE:-}" ]; then exit 0; fi

# GitHub refuses a step's summary above 1 MiB as a whole.
limit_bytes=1000000
if [ "$(wc -c <"$SUMMARY_FILE")" -le $limit_bytes ]; then
    cat "$SUMMARY_FILE" >>"$GITHUB_STEP_SUMMARY"
else
    {
        # The last line may be cut in the middle of a character.
        head -c $limit_bytes "$SUMMARY_FILE" | sed '$d'
        printf '\n\n**The report is too long for a summary and was cut here.**\n'
    } >>"$GITHUB_STEP_SUMMARY"
fi
