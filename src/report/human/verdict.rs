//! The last line.

use std::io;
use std::time::Duration;

use crate::report::human::page::{BAD, GOOD, Page, WARN};
use crate::report::number::size;
use crate::report::reporter::RunReport;
use crate::report::verdict::VerdictLine;
use crate::violation::Verdict;

/// Writes whether the run fails, and why, or what stands against trusting that it does not.
pub(super) fn write(page: &mut Page<'_>, run: &RunReport<'_>) -> io::Result<()> {
    let VerdictLine { word, mut clauses } = VerdictLine::of(run);
    let style = match run.verdict {
        Verdict::Violated => BAD,
        Verdict::Passed if run.checked_something() => GOOD,
        _ => WARN,
    };
    clauses.extend(page.options.elapsed.map(|time| format!("{} in {}", size(run.summary.bytes), duration(time))));
    page.verdict(word, style, &clauses)
}

fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.1} s", elapsed.as_secs_f64())
    }
}
