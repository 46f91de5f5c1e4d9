//! A run in one line, for the end of the human report and for the terminal of one whose report goes elsewhere.

use std::fmt;

use crate::policy::Severity;
use crate::report::number::{count, grouped};
use crate::report::reporter::RunReport;
use crate::violation::Verdict;

/// `failed: 3 violations (1 critical, 2 high), 1 waived · 2 problems`, in parts. Displays as one line.
///
/// The word goes by the run's verdict alone, so that it never says another thing than the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictLine {
    /// `passed`, `failed`, `incomplete`, `interrupted`, or `nothing checked` for a run that passes without any event.
    pub word: &'static str,
    /// What was found; then what keeps the run from being sure that nothing else is wrong.
    pub clauses: Vec<String>,
}

impl VerdictLine {
    /// The line of `run`.
    #[must_use]
    pub fn of(run: &RunReport<'_>) -> Self {
        let word = match run.verdict {
            Verdict::Violated => "failed",
            Verdict::Incomplete => "incomplete",
            Verdict::Interrupted => "interrupted",
            Verdict::Passed if run.checked_something() => "passed",
            Verdict::Passed => "nothing checked",
        };
        let mut found = found(run);
        if let Some(baseline) = run.baseline.filter(|baseline| baseline.old > 0) {
            found.push_str(&format!(", {} in the baseline", grouped(baseline.old)));
        }
        if run.summary.waived > 0 {
            found.push_str(&format!(", {} waived", grouped(run.summary.waived)));
        }
        let open = open_questions(run);
        let mut clauses = vec![found];
        clauses.extend((!open.is_empty()).then(|| open.join(", ")));
        Self { word, clauses }
    }
}

impl fmt::Display for VerdictLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.word, self.clauses.join(" · "))
    }
}

fn found(run: &RunReport<'_>) -> String {
    let violations =
        run.baseline.map_or_else(|| u64::try_from(run.summary.violations).unwrap_or(u64::MAX), |baseline| baseline.new);
    let (noun, none) = match run.baseline {
        None => ("violation", "no violation"),
        Some(_) => ("new violation", "no new violation"),
    };
    let failing = run.failing();
    if failing > 0 {
        let severities: Vec<String> = Severity::ALL
            .into_iter()
            .rev()
            .filter_map(|severity| {
                let of = run.rules_failing().filter(|rule| rule.severity == severity);
                let violations: u64 = of.map(|rule| run.counting(rule)).sum();
                (violations > 0).then(|| format!("{} {severity}", grouped(violations)))
            })
            .collect();
        let below = match violations.saturating_sub(failing) {
            0 => String::new(),
            below => format!(", {} below {}", grouped(below), run.fail_on),
        };
        format!("{} ({}){below}", count(failing, noun), severities.join(", "))
    } else if violations > 0 {
        format!("{}, none at or above {}", count(violations, noun), run.fail_on)
    } else {
        match (run.verdict, run.checked_something()) {
            (Verdict::Passed | Verdict::Violated, true) => {
                format!("{none} in {}", count(run.summary.records.evaluated, "event"))
            }
            (Verdict::Passed, false) => "no event was found".to_owned(),
            // All was checked, and only what follows can tell the rest.
            (Verdict::Incomplete, true) if run.summary.problems.is_empty() && pending(run) > 0 => {
                format!("{none} in {} so far", count(run.summary.records.evaluated, "event"))
            }
            (_, true) => format!("{none} found, but not all was checked"),
            (Verdict::Incomplete, false) if run.summary.problems.is_empty() => "no log was read".to_owned(),
            (_, false) => "no event was checked".to_owned(),
        }
    }
}

/// Of how many events it is not known yet whether they are violations; one of two rules counts for each.
fn pending(run: &RunReport<'_>) -> u64 {
    run.summary.rules.iter().map(|rule| rule.pending).sum()
}

/// What keeps a run from being sure that nothing else is wrong.
fn open_questions(run: &RunReport<'_>) -> Vec<String> {
    let mut open = Vec::new();
    if run.verdict == Verdict::Violated && run.failing() == 0 {
        let upkeep = run.summary.notes.iter().filter(|note| note.is_upkeep()).count();
        open.push(format!("{} on exceptions and waivers", count(upkeep, "note")));
    }
    let problems = run.summary.problems.len();
    if problems > 0 {
        let allowed = if run.verdict == Verdict::Passed { " (allowed)" } else { "" };
        open.push(format!("{}{allowed}", count(problems, "problem")));
    }
    let allowed = if run.verdict == Verdict::Passed { " (allowed)" } else { "" };
    let pending = pending(run);
    open.extend((pending > 0).then(|| format!("{} pending{allowed}", count(pending, "event"))));
    let learning: u64 = run.summary.rules.iter().map(|rule| rule.learning).sum();
    open.extend((learning > 0).then(|| format!("learning from {}", count(learning, "event"))));
    open
}
