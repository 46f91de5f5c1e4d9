//! What every format is given, and what it does with it.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::policy::Severity;
use crate::violation::{Comparison, RuleCard, RuleSummary, Summary, Verdict, Violation};

/// A format that reports are written in.
pub trait Reporter {
    /// Writes the whole report of a run to `out`, in one pass over the violations.
    ///
    /// The same run gives the same bytes. `out` is written in small pieces: hand in a buffered writer.
    ///
    /// # Errors
    /// Those of `out`.
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// A finished run.
#[derive(Debug, Clone, Copy)]
pub struct RunReport<'a> {
    /// What is reported, waived ones included, in the order of the inputs.
    pub violations: &'a [Violation],
    /// The counts of the whole run.
    pub summary: &'a Summary,
    /// The lowest severity that fails the run.
    pub fail_on: Severity,
    /// The outcome, as the exit code says it.
    pub verdict: Verdict,
    /// The version of this program.
    pub tool_version: &'a str,
    /// The rules of the run, in the order of `summary.rules`.
    pub rules: &'a [RuleCard],
    /// When the run was made, for formats that say so.
    pub now: Timestamp,
    /// How the violations compare with a baseline; `None` where the run has none.
    pub baseline: Option<&'a Comparison>,
    /// The controls that were asked for, as `FRAMEWORK[:CONTROL]`; none is all that the rules name.
    pub controls: &'a [String],
}

impl<'a> RunReport<'a> {
    /// How many violations fail the run: not waived, not in the baseline, of a severity at or above `fail_on`.
    #[must_use]
    pub fn failing(&self) -> u64 {
        self.rules_failing().map(|rule| self.counting(rule)).sum()
    }

    /// How many violations of a rule count: not waived, not in the baseline; of any severity.
    #[must_use]
    pub fn counting(&self, rule: &RuleSummary) -> u64 {
        self.baseline.map_or(rule.violations, |baseline| baseline.new_of(&rule.rule))
    }

    /// Whether any event was checked at all.
    #[must_use]
    pub const fn checked_something(&self) -> bool {
        self.summary.records.evaluated > 0
    }

    /// Whether something of the input was not seen, so that a clean rule may yet be violated.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.summary.interrupted || !self.summary.problems.is_empty()
    }

    /// The card of `violation`'s rule.
    #[must_use]
    pub fn card(&self, violation: &Violation) -> Option<&'a RuleCard> {
        self.rules.iter().find(|card| card.rule == violation.rule)
    }

    /// Whether `violation` is new against the baseline; without a baseline all are.
    #[must_use]
    pub fn is_new(&self, violation: &Violation) -> bool {
        self.baseline.is_none_or(|baseline| !baseline.known.contains(&violation.fingerprint))
    }

    /// The rules that have such violations.
    pub fn rules_failing(&self) -> impl Iterator<Item = &'a RuleSummary> + use<'a> {
        let run = *self;
        run.summary.rules.iter().filter(move |rule| rule.severity >= run.fail_on && run.counting(rule) > 0)
    }
}
