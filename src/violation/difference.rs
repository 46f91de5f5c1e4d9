//! How what two policy sets find in the same logs differs: which violations appear, disappear and change, rule by rule.
//!
//! The violations and summaries of two runs go in. A violation is the same in both where its fingerprint is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;

use crate::policy::{RuleId, Severity};
use crate::violation::summary::{RuleSummary, Summary};
use crate::violation::violation::Violation;

/// What one policy set found.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// All of its violations, waived ones too.
    pub violations: &'a [Violation],
    /// Its counts.
    pub summary: &'a Summary,
}

/// Two policy sets held against each other; the rules in the order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference<'a> {
    /// The rules that differ: added, removed, or not the same in what they found.
    pub rules: Vec<RuleDifference<'a>>,
    /// How many rules both have, with no difference in these logs.
    pub same_rules: usize,
}

/// What differs of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleDifference<'a> {
    /// The rule.
    pub rule: RuleId,
    /// What it came to before; `None` where it was added.
    pub before: Option<&'a RuleSummary>,
    /// What it comes to after; `None` where it was removed.
    pub after: Option<&'a RuleSummary>,
    /// Violations that only the policies after have.
    pub new: Vec<&'a Violation>,
    /// Violations that only the policies before have.
    pub gone: Vec<&'a Violation>,
    /// Violations that both have, and not alike.
    pub changed: Vec<ChangedViolation<'a>>,
}

/// A violation that both sets have, with what differs.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedViolation<'a> {
    /// As it was.
    pub before: &'a Violation,
    /// As it is.
    pub after: &'a Violation,
    /// In what they differ; never empty.
    pub what: Vec<Change>,
}

/// In what a violation differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Its severity.
    Severity,
    /// Its message.
    Message,
    /// Whether an exception covers it, or which.
    Waived,
    /// Which events are in its timeline.
    Events,
}

/// What `after` finds that `before` does not, and the reverse.
#[must_use]
pub fn difference<'a>(before: Side<'a>, after: Side<'a>) -> Difference<'a> {
    let rules = |side: Side<'a>| -> BTreeMap<&'a RuleId, &'a RuleSummary> {
        side.summary.rules.iter().map(|rule| (&rule.rule, rule)).collect()
    };
    let (rules_before, rules_after) = (rules(before), rules(after));
    let (mut found_before, mut found_after) = (by_rule(before), by_rule(after));
    let ids: BTreeSet<&RuleId> = rules_before.keys().chain(rules_after.keys()).copied().collect();
    let mut difference = Difference { rules: Vec::new(), same_rules: 0 };
    for id in ids {
        let mut rule = RuleDifference {
            rule: id.clone(),
            before: rules_before.get(id).copied(),
            after: rules_after.get(id).copied(),
            new: Vec::new(),
            gone: Vec::new(),
            changed: Vec::new(),
        };
        rule.pair(found_before.remove(id).unwrap_or_default(), found_after.remove(id).unwrap_or_default());
        if rule.differs() {
            difference.rules.push(rule);
        } else {
            difference.same_rules += 1;
        }
    }
    difference
}

fn by_rule(side: Side<'_>) -> BTreeMap<&RuleId, Vec<&Violation>> {
    let mut rules: BTreeMap<&RuleId, Vec<&Violation>> = BTreeMap::new();
    for violation in side.violations {
        rules.entry(&violation.rule).or_default().push(violation);
    }
    rules
}

impl<'a> RuleDifference<'a> {
    /// Sorts the violations of both sides: the n-th of a fingerprint there is the n-th of it here.
    fn pair(&mut self, before: Vec<&'a Violation>, after: Vec<&'a Violation>) {
        let mut waiting: BTreeMap<&str, VecDeque<usize>> = BTreeMap::new();
        for (place, violation) in before.iter().enumerate() {
            waiting.entry(&violation.fingerprint).or_default().push_back(place);
        }
        let mut met = BTreeSet::new();
        for after in after {
            let place = waiting.get_mut(after.fingerprint.as_str()).and_then(VecDeque::pop_front);
            let Some((place, before)) = place.and_then(|place| Some((place, *before.get(place)?))) else {
                self.new.push(after);
                continue;
            };
            met.insert(place);
            let what = changes(before, after);
            if !what.is_empty() {
                self.changed.push(ChangedViolation { before, after, what });
            }
        }
        self.gone = before.into_iter().enumerate().filter(|(place, _)| !met.contains(place)).map(|(_, v)| v).collect();
    }

    fn differs(&self) -> bool {
        let (Some(before), Some(after)) = (self.before, self.after) else { return true };
        let same =
            before.severity == after.severity && before.population == after.population && before.status == after.status;
        !(same && self.new.is_empty() && self.gone.is_empty() && self.changed.is_empty())
    }

    /// How many violations count after and did not before: not waived, of a severity at or above `fail_on`.
    #[must_use]
    pub fn failing(&self, fail_on: Severity) -> usize {
        let counts = |violation: &Violation| violation.waived.is_none() && violation.severity >= fail_on;
        self.new.iter().filter(|violation| counts(violation)).count()
            + self.changed.iter().filter(|changed| counts(changed.after) && !counts(changed.before)).count()
    }
}

impl Difference<'_> {
    /// How many violations count after and did not before, as [`RuleDifference::failing`].
    #[must_use]
    pub fn failing(&self, fail_on: Severity) -> usize {
        self.rules.iter().map(|rule| rule.failing(fail_on)).sum()
    }

    /// How many violations are new, gone and changed.
    #[must_use]
    pub fn counts(&self) -> [usize; 3] {
        self.rules.iter().fold([0; 3], |[new, gone, changed], rule| {
            [new + rule.new.len(), gone + rule.gone.len(), changed + rule.changed.len()]
        })
    }
}

fn changes(before: &Violation, after: &Violation) -> Vec<Change> {
    [
        (Change::Severity, before.severity != after.severity),
        (Change::Message, before.message != after.message),
        (Change::Waived, before.waived != after.waived),
        (Change::Events, events(before) != events(after)),
    ]
    .into_iter()
    .filter_map(|(change, differs)| differs.then_some(change))
    .collect()
}

/// What tells the events of a timeline apart: where each stands, and how many are not held.
fn events(violation: &Violation) -> Option<(Vec<(&str, usize)>, u64)> {
    let timeline = violation.timeline.as_deref()?;
    Some((timeline.events.iter().map(|event| (event.file.as_ref(), event.record)).collect(), timeline.omitted))
}
