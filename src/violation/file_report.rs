//! What the scan of one input yields; reports are merged in the order of the inputs.

use crate::event::{Census, Problem};
use crate::violation::violation::Violation;

/// The result of scanning one input.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// What the input held.
    pub census: Census,
    /// Decompressed bytes.
    pub bytes: usize,
    /// The records that were evaluated, in order.
    pub records: Vec<ScannedRecord>,
    /// Which rules each record was in the population of: (place in `records`, rule).
    pub population: Vec<(usize, RuleIndex)>,
    /// Violations, with the place in `records` and the rule of each.
    pub violations: Vec<(usize, RuleIndex, Violation)>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Exceptions that applied: (rule, place among its exceptions).
    pub exceptions_used: Vec<(RuleIndex, usize)>,
}

/// Place of a rule among all rules of a run, in the order of the policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleIndex(pub usize);

/// An evaluated record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScannedRecord {
    /// 0-based ordinal in its input.
    pub ordinal: usize,
    /// Identity of the event: equal for deliveries of the same event. `None` where it has no id, so that it is never a duplicate.
    pub identity: Option<u128>,
}
