//! What the scan of one input yields; reports are merged in the order of the inputs.

use crate::event::{Census, Problem};
use crate::policy::WaiverIndex;
use crate::violation::extent::Extent;
use crate::violation::violation::Violation;

/// The result of scanning one input.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// Decompressed bytes.
    pub bytes: usize,
    /// What was found, once for each kind of records that the rules are about and the input holds.
    pub parts: Vec<PartReport>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// What the rules about one kind of records found in one input.
#[derive(Debug, Clone, Default)]
pub struct PartReport {
    /// What the input held.
    pub census: Census,
    /// The records that were evaluated, in order.
    pub records: Vec<ScannedRecord>,
    /// Rules whose population is every record.
    pub everywhere: Vec<RuleIndex>,
    /// The other rules' populations: (place in `records`, rule), in rising order.
    pub population: Vec<(usize, RuleIndex)>,
    /// What all its records reach over.
    pub extent: Extent,
    /// What the populations of rules reach over, of those that met an event; not of those in `everywhere`.
    pub extents: Vec<(RuleIndex, Extent)>,
    /// Violations, in the order of the records and rules.
    pub violations: Vec<FoundViolation>,
}

/// A violation before it is known whether its event is a duplicate.
#[derive(Debug, Clone)]
pub struct FoundViolation {
    /// Place of its record in [`PartReport::records`].
    pub place: usize,
    /// Its rule.
    pub rule: RuleIndex,
    /// What covers it.
    pub covered: Option<CoveredBy>,
    /// The first waiver that would cover it, were its rule waivable.
    pub refused: Option<WaiverIndex>,
    /// The violation.
    pub violation: Violation,
}

/// What covers a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CoveredBy {
    /// An exception of its rule: its place among the rule's.
    Exception(usize),
    /// A waiver.
    Waiver(WaiverIndex),
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
