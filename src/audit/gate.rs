//! What a run means for the caller: one verdict, one exit code.

use crate::policy::Severity;
use crate::violation::summary::Note;
use crate::violation::{Comparison, Summary, Verdict};

/// What a run is held against.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// The least severity that fails a run.
    pub fail_on: Severity,
    /// Whether a run whose input could not all be read may pass.
    pub problems: Problems,
    /// Whether a run may pass while of some events it is not known yet whether they are violations.
    pub pending: Pending,
    /// What exceptions and waivers that expired, cover nothing or are forbidden mean.
    pub upkeep: Upkeep,
}

/// What problems with the input mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problems {
    /// The run is incomplete.
    Count,
    /// They are reported and nothing more.
    Allowed,
}

/// What pending obligations mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    /// The run is incomplete.
    Counts,
    /// They are reported and nothing more.
    Allowed,
}

/// What it means that exceptions and waivers are to be looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upkeep {
    /// It is said in a note and nothing more.
    Noted,
    /// The run fails, as for a violation.
    Required,
}

/// The verdict on a run. An interruption wins over violations, violations over an incomplete input.
#[must_use]
pub fn verdict(gate: Gate, summary: &Summary) -> Verdict {
    verdict_against(gate, summary, None)
}

/// As [`verdict`]; where the run was held against a baseline, only new violations count.
#[must_use]
pub fn verdict_against(gate: Gate, summary: &Summary, baseline: Option<&Comparison>) -> Verdict {
    let violated = summary.rules.iter().any(|rule| {
        let violations = baseline.map_or(rule.violations, |baseline| baseline.new_of(&rule.rule));
        violations > 0 && rule.severity >= gate.fail_on
    });
    let neglected = gate.upkeep == Upkeep::Required && summary.notes.iter().any(Note::is_upkeep);
    let pending = gate.pending == Pending::Counts && summary.rules.iter().any(|rule| rule.pending > 0);
    // Without any log there is nothing to pass on: a download that failed must not look like a clean account.
    let unread = summary.files.read == 0 || summary.bytes == 0;
    let incomplete = (unread || !summary.problems.is_empty()) && gate.problems == Problems::Count;
    if summary.interrupted {
        Verdict::Interrupted
    } else if violated || neglected {
        Verdict::Violated
    } else if pending || incomplete {
        Verdict::Incomplete
    } else {
        Verdict::Passed
    }
}
