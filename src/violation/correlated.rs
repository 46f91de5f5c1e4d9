//! What correlating facts yields: violations over time, and what cannot be said yet.

use std::collections::BTreeMap;

use crate::policy::WaiverIndex;
use crate::violation::file_report::{CoveredBy, RuleIndex};
use crate::violation::history::History;
use crate::violation::violation::Violation;

/// What the facts of a run are together.
#[derive(Debug, Clone, Default)]
pub struct Correlated {
    /// The violations: by rule, then key, then time. Those of a rule with the same key lie in the order in which they ended.
    pub violations: Vec<CorrelatedViolation>,
    /// For each rule the events of which it is not known yet whether they are violations: the log ends, or begins, too near.
    pub pending: BTreeMap<RuleIndex, u64>,
    /// For each `first_seen` rule the events that are first of their kind while not enough of the past is known to say so.
    pub learning: BTreeMap<RuleIndex, u64>,
    /// What has been seen, for `first_seen`, the history that was given included.
    pub history: History,
    /// Whether a [bare](crate::violation::Fact::bare) fact told of an event that its correction says something else of. Then the
    /// answers hold only if all facts are there.
    pub doubtful: bool,
}

/// A violation over time.
#[derive(Debug, Clone)]
pub struct CorrelatedViolation {
    /// Its rule.
    pub rule: RuleIndex,
    /// What covers it.
    pub covered: Option<CoveredBy>,
    /// The first waiver that would cover it, were its rule waivable.
    pub refused: Option<WaiverIndex>,
    /// The violation; it has a timeline.
    pub violation: Violation,
}
