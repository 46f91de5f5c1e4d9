//! A rule of the run: its counts, and what its card says where the run has one.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use crate::policy::{RuleId, Severity};
use crate::report::html::{shown, status};
use crate::report::number::{count, grouped};
use crate::report::reporter::RunReport;
use crate::violation::{RuleCard, RuleSummary};

/// A rule as the page shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RuleRow<'a> {
    /// Its place among the rules of the run: its anchor is `r` and this number.
    pub(super) index: usize,
    pub(super) summary: &'a RuleSummary,
    pub(super) card: Option<&'a RuleCard>,
    /// Whether the page has a group of its violations to lead to.
    pub(super) has_group: bool,
}

/// The rules of `run` in the order of the policies.
pub(super) fn rows<'a>(run: &RunReport<'a>) -> Vec<RuleRow<'a>> {
    let cards: HashMap<&RuleId, &RuleCard> = run.rules.iter().map(|card| (&card.rule, card)).collect();
    let rules = run.summary.rules.iter().enumerate();
    rules
        .map(|(index, summary)| RuleRow {
            index,
            summary,
            card: cards.get(&summary.rule).copied(),
            has_group: summary.violations > 0,
        })
        .collect()
}

/// `rows` with those first that need someone.
pub(super) fn by_need<'a>(rows: &[RuleRow<'a>]) -> Vec<RuleRow<'a>> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| {
        (status::order(row.summary.status), Reverse(row.summary.severity), &row.summary.rule, row.index)
    });
    rows
}

impl<'a> RuleRow<'a> {
    pub(super) fn id(&self) -> Cow<'a, str> {
        shown::fact(&self.summary.rule.0)
    }

    pub(super) fn title(&self) -> String {
        shown::prose(&self.summary.title)
    }

    pub(super) fn severity(&self) -> &'static str {
        self.summary.severity.word()
    }

    /// The place of its severity in a table, the worst first.
    pub(super) fn rank(&self) -> usize {
        Severity::ALL.iter().rev().position(|severity| *severity == self.summary.severity).unwrap_or_default()
    }

    /// The place of its status in a table.
    pub(super) fn order(&self) -> u8 {
        status::order(self.summary.status)
    }

    pub(super) fn population(&self) -> String {
        grouped(self.summary.population)
    }

    pub(super) fn violations(&self) -> String {
        grouped(self.summary.violations)
    }

    pub(super) fn waived(&self) -> String {
        grouped(self.summary.waived)
    }

    /// `2 events pending, 3 learned from`: of what no answer is known.
    pub(super) fn open(&self) -> Option<String> {
        let open = [(self.summary.pending, "pending"), (self.summary.learning, "learned from")];
        let open: Vec<String> = open
            .into_iter()
            .filter(|(events, _)| *events > 0)
            .map(|(events, word)| format!("{} {word}", count(events, "event")))
            .collect();
        (!open.is_empty()).then(|| open.join(", "))
    }

    pub(super) fn status(&self) -> &'static str {
        status::word(self.summary.status)
    }

    pub(super) fn class(&self) -> &'static str {
        status::class(self.summary.status)
    }

    pub(super) fn sign(&self) -> &'static str {
        status::sign(self.summary.status)
    }
}
