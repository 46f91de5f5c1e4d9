//! What a rule over time says of the events of a test together, under both evaluators, in a form in which the two can be compared.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::compile::Program;
use crate::engine::correlate;
use crate::engine::reference::Verdict;
use crate::engine::reference::window::{in_population, judge};
use crate::event::ProblemKind;
use crate::policy::{PolicyIndex, PolicySet, Rule, WaiverIndex};
use crate::violation::{CoveredBy, Fact, FileReport, PartReport, Reach};

/// What is said of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OverTime {
    in_population: bool,
    violations: Vec<Said>,
    pending: u64,
    learning: u64,
    undated: usize,
}

/// What is said of a violation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    first: Timestamp,
    fingerprint: String,
    message: String,
    count: u64,
    events: u64,
    covered: Option<CoveredBy>,
    refused: Option<WaiverIndex>,
}

impl OverTime {
    /// What the engine makes of `report`, the scan of the whole log by `program`; `in_population` is whether it met the population.
    pub(super) fn of_scan(program: &Program, report: &FileReport, in_population: bool) -> Self {
        let mut reach = vec![Reach::default(); program.parts.len()];
        for part in &report.parts {
            if let Some(reach) = reach.get_mut(part.part) {
                reach.join(&part.reach);
            }
        }
        let mut facts: Vec<Fact> = report.parts.iter().flat_map(counting).collect();
        facts.sort_by(Fact::order);
        let correlated = correlate(program, facts, &reach, None);
        let said = correlated.violations.into_iter().filter_map(|found| {
            let timeline = found.violation.timeline?;
            Some(Said {
                first: timeline.events.first()?.time,
                fingerprint: found.violation.fingerprint.clone(),
                message: found.violation.message.clone(),
                count: timeline.count,
                events: length(&timeline.events) + timeline.omitted,
                covered: found.covered,
                refused: found.refused,
            })
        });
        Self {
            in_population,
            violations: in_order(said.collect()),
            pending: correlated.pending.values().sum(),
            learning: correlated.learning.values().sum(),
            undated: report.problems.iter().filter(|problem| problem.kind == ProblemKind::NoTime).count(),
        }
    }

    /// What the reference says of `events`.
    pub(super) fn of_reference(
        set: &PolicySet,
        policy: PolicyIndex,
        rule: &Rule,
        events: &[Value],
        today: Date,
    ) -> Option<Self> {
        let deliveries: Vec<&Value> = events.iter().collect();
        let judgement = judge(set, policy, rule, &deliveries, None, today)?;
        let said = judgement.violations.into_iter().filter_map(|broken| {
            Some(Said {
                first: broken.events.first()?.time,
                fingerprint: broken.fingerprint,
                message: broken.message,
                count: broken.count,
                events: length(&broken.events),
                covered: broken.covered,
                refused: broken.refused,
            })
        });
        Some(Self {
            in_population: events.iter().any(|event| in_population(set, policy, rule, event, today)),
            violations: in_order(said.collect()),
            pending: judgement.pending,
            learning: judgement.learning,
            undated: judgement.undated.len(),
        })
    }

    /// Whether something may still turn out to be a violation.
    pub(super) const fn is_pending(&self) -> bool {
        self.pending > 0
    }

    /// The first violation that nothing covers, else the first.
    pub(super) fn verdict(&self) -> Verdict {
        let first = self.violations.iter().find(|said| said.covered.is_none()).or(self.violations.first());
        Verdict {
            in_population: self.in_population,
            violated: first.is_some(),
            covered: first.and_then(|said| said.covered),
            refused: first.and_then(|said| said.refused),
            message: first.map(|said| said.message.clone()),
        }
    }
}

fn length<T>(events: &[T]) -> u64 {
    u64::try_from(events.len()).unwrap_or(u64::MAX)
}

fn in_order(mut violations: Vec<Said>) -> Vec<Said> {
    violations.sort_by(|left, right| (left.first, &left.fingerprint).cmp(&(right.first, &right.fingerprint)));
    violations
}

/// The facts of the deliveries that count: of an event delivered several times its first correction, else its first delivery.
fn counting(part: &PartReport) -> Vec<Fact> {
    let mut corrected = HashSet::new();
    let mut counts = vec![false; part.records.len()];
    for (counts, record) in counts.iter_mut().zip(&part.records).filter(|(_, record)| record.updated) {
        *counts = record.identity.is_none_or(|identity| corrected.insert(identity));
    }
    let mut seen = HashSet::new();
    for (counts, record) in counts.iter_mut().zip(&part.records).filter(|(_, record)| !record.updated) {
        *counts = record.identity.is_none_or(|identity| seen.insert(identity) && !corrected.contains(&identity));
    }
    let of_counting = part.facts.iter().filter(|(place, _)| counts.get(*place).copied().unwrap_or_default());
    of_counting.map(|(_, fact)| fact.clone()).collect()
}
