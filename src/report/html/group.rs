//! The violations of each rule in a group of its own, the worst rule first; waived ones in groups apart.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::policy::{RuleId, Severity};
use crate::report::html::fact::{Age, Detail, Row};
use crate::report::html::rule::RuleRow;
use crate::report::html::shown;
use crate::report::number::{count, grouped};
use crate::report::reporter::RunReport;
use crate::violation::Violation;

/// Violations of each rule that are shown with their excerpt.
const EXCERPTS: usize = 50;
/// Rows of a table: what a browser lays out, or leaves for later, at once.
const CHUNK: usize = 100;

/// The violations of one rule.
#[derive(Debug)]
pub(super) struct Group<'a> {
    severity: Severity,
    /// A violation of the group: what it says of its rule holds for all.
    first: &'a Violation,
    pub(super) rule: Option<RuleRow<'a>>,
    pub(super) rows: Vec<Row<'a>>,
}

/// The groups of a page.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    pub(super) standing: Vec<Group<'a>>,
    pub(super) waived: Vec<Group<'a>>,
}

/// A table of a group.
#[derive(Debug)]
pub(super) struct Chunk<'g, 'a> {
    pub(super) rows: &'g [Row<'a>],
    first: usize,
    all: usize,
}

/// Groups the violations of `run`; each row is numbered in the order in which the page shows them.
pub(super) fn groups<'a>(run: &RunReport<'a>, rules: &[RuleRow<'a>]) -> Groups<'a> {
    let by_id: HashMap<&RuleId, RuleRow<'a>> = rules.iter().map(|rule| (&rule.summary.rule, *rule)).collect();
    let mut standing = BTreeMap::new();
    let mut waived = BTreeMap::new();
    for violation in run.violations {
        let groups = if violation.waived.is_some() { &mut waived } else { &mut standing };
        let key = (Reverse(violation.severity), &violation.rule);
        let group = groups.entry(key).or_insert_with(|| Group {
            severity: violation.severity,
            first: violation,
            rule: by_id.get(&violation.rule).copied(),
            rows: Vec::new(),
        });
        let age = if run.is_new(violation) { Age::New } else { Age::Unchanged };
        let detail = match group.rows.len() {
            0 if violation.waived.is_none() => Detail::Open,
            0..EXCERPTS => Detail::Folded,
            _ => Detail::Compact,
        };
        group.rows.push(Row { number: 0, violation, standing: run.baseline.map(|_| age), detail });
    }
    let mut groups = Groups { standing: standing.into_values().collect(), waived: waived.into_values().collect() };
    let all = groups.standing.iter_mut().chain(&mut groups.waived);
    for (number, row) in all.flat_map(|group| &mut group.rows).enumerate() {
        row.number = number;
    }
    groups
}

impl<'a> Groups<'a> {
    /// All rows, in the order of their numbers.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row<'a>> {
        self.standing.iter().chain(&self.waived).flat_map(|group| &group.rows)
    }
}

impl<'a> Group<'a> {
    /// Its rows in tables: first those with excerpts.
    pub(super) fn chunks(&self) -> Vec<Chunk<'_, 'a>> {
        let (shown, rest) = self.rows.split_at_checked(EXCERPTS).unwrap_or((&self.rows, &[]));
        let mut first = 1;
        let mut chunks = Vec::new();
        for rows in std::iter::once(shown).chain(rest.chunks(CHUNK)) {
            chunks.push(Chunk { rows, first, all: self.rows.len() });
            first += rows.len();
        }
        chunks
    }

    pub(super) fn severity(&self) -> &'static str {
        self.severity.word()
    }

    pub(super) fn id(&self) -> Cow<'a, str> {
        shown::fact(&self.first.rule.0)
    }

    pub(super) fn title(&self) -> String {
        shown::prose(&self.first.title)
    }

    /// `3 violations in 214 events, 1 waived`.
    pub(super) fn counts(&self) -> String {
        let Some(rule) = self.rule.map(|rule| rule.summary) else {
            return count(self.rows.len(), "violation");
        };
        let waived = if rule.waived > 0 { format!(", {} waived", grouped(rule.waived)) } else { String::new() };
        format!("{} in {}{waived}", count(rule.violations, "violation"), count(rule.population, "event"))
    }

    pub(super) fn waived_counts(&self) -> String {
        let waived = self.rule.map_or(self.rows.len().try_into().unwrap_or(u64::MAX), |rule| rule.summary.waived);
        format!("{} waived", count(waived, "violation"))
    }

    pub(super) fn rationale(&self) -> Option<String> {
        self.rule.and_then(|rule| rule.card)?.rationale.as_deref().map(shown::prose)
    }

    pub(super) fn remediation(&self) -> Option<String> {
        self.first.remediation.as_deref().map(shown::prose)
    }

    /// `cis-aws-5.0 4.3, 4.4`, one a framework.
    pub(super) fn controls(&self) -> Vec<String> {
        let controls = self.first.controls.iter();
        controls.map(|(framework, controls)| shown::prose(&format!("{framework} {}", controls.join(", ")))).collect()
    }

    pub(super) fn policy(&self) -> String {
        let policy = &self.first.policy;
        format!("{}:{}:{}", shown::file(&policy.file), policy.at.line, policy.at.column)
    }

    /// What to read more at: the text, and whether it is an address to follow.
    pub(super) fn references(&self) -> Vec<(Cow<'a, str>, Option<&'a str>)> {
        let references = self.rule.and_then(|rule| rule.card).map(|card| card.references.as_slice());
        let references = references.unwrap_or_default().iter();
        references.map(|reference| (shown::fact(reference), shown::link(reference))).collect()
    }
}

impl Chunk<'_, '_> {
    pub(super) fn is_first(&self) -> bool {
        self.first == 1
    }

    /// `1–50 of 2,931`.
    pub(super) fn range(&self) -> String {
        let last = (self.first + self.rows.len()).saturating_sub(1);
        format!("{}–{} of {}", grouped(self.first), grouped(last), grouped(self.all))
    }
}
