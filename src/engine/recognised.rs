//! What the scan of an input for each part of a program found: in, all of it; out, that of the kinds of records which the input holds.

use crate::event::{Census, Problem, ProblemKind};
use crate::violation::PartReport;

/// The parts whose kind of records the input holds, with their problems.
///
/// Where rules about several kinds of records run together, a file of one kind is no log to the others: their reports are dropped
/// as soon as one kind is found. Where none is, the first says what is wrong.
pub fn recognised(scanned: Vec<(PartReport, Vec<Problem>)>) -> (Vec<PartReport>, Vec<Problem>) {
    let strange = |problem: &Problem| matches!(problem.kind, ProblemKind::NotALog | ProblemKind::NotAnEvent);
    let holds = |(part, problems): &(PartReport, Vec<Problem>)| {
        part.census != Census::default() && (!part.records.is_empty() || !problems.iter().all(strange))
    };
    let any = scanned.iter().any(holds);
    let mut parts = Vec::new();
    let mut problems = Vec::new();
    for (place, report) in scanned.into_iter().enumerate() {
        if if any { holds(&report) } else { place == 0 } {
            parts.push(report.0);
            problems.extend(report.1);
        }
    }
    (parts, problems)
}
