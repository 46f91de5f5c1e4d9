#!/usr/bin/env bash
# Ends the job as trailgate ended.
#
# In: EXIT_CODE  what `trailgate check` exited with
set -euo pipefail

case ${EXIT_CODE:-} in
0) ;;
1) echo '::error title=trailgate::there are violations' ;;
2) echo '::error title=trailgate::the inputs or the policies are wrong: see the step that runs trailgate' ;;
3) echo '::error title=trailgate::not everything could be read or evaluated' ;;
*[!0-9]* | '')
    echo '::error title=trailgate::trailgate did not run'
    exit 2
    ;;
*) printf '::error title=trailgate::trailgate ended with %s\n' "$EXIT_CODE" ;;
esac
exit "$EXIT_CODE"
