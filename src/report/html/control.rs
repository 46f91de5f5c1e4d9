//! The controls of each framework, each with the rules that support it and what became of them, as the template shows them.

use std::borrow::Cow;

use crate::report::compliance::{self, ControlStatus, frameworks, places, times};
use crate::report::html::shown;
use crate::report::number::grouped;
use crate::report::reporter::RunReport;
use crate::violation::RuleSummary;

/// A framework.
#[derive(Debug)]
pub(super) struct Framework<'a> {
    of: compliance::Framework<'a>,
}

/// A control: a requirement of a framework.
#[derive(Debug)]
pub(super) struct Control<'f, 'a> {
    of: &'f compliance::Control<'a>,
}

/// The frameworks of `run`.
pub(super) fn all<'a>(run: &RunReport<'a>) -> Vec<Framework<'a>> {
    frameworks(run).into_iter().map(|of| Framework { of }).collect()
}

/// What all events that were read reach over.
pub(super) fn basis(run: &RunReport<'_>) -> Option<String> {
    let mut parts = vec![times(&run.summary.extent)?];
    parts.extend(places(&run.summary.extent));
    Some(parts.join(" · "))
}

impl<'a> Framework<'a> {
    pub(super) fn name(&self) -> Cow<'_, str> {
        shown::fact(self.of.name)
    }

    pub(super) fn scope(&self) -> String {
        self.of.scope()
    }

    /// `24 controls: 3 violated, 20 clean, 1 not observed`.
    pub(super) fn summary(&self) -> String {
        self.of.counts()
    }

    pub(super) fn controls(&self) -> impl Iterator<Item = Control<'_, 'a>> {
        self.of.controls.iter().map(|of| Control { of })
    }
}

impl Control<'_, '_> {
    pub(super) fn name(&self) -> Cow<'_, str> {
        shown::fact(&self.of.id)
    }

    pub(super) fn title(&self) -> Option<&'static str> {
        self.of.title
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
        self.of.rules.iter().map(|(index, rule): &(usize, &RuleSummary)| (*index, shown::fact(&rule.rule.0)))
    }

    pub(super) fn population(&self) -> String {
        grouped(self.of.population())
    }

    pub(super) fn violations(&self) -> String {
        grouped(self.of.violations())
    }

    pub(super) fn waived(&self) -> String {
        grouped(self.of.waived())
    }

    pub(super) fn status(&self) -> &'static str {
        self.of.status.word()
    }

    pub(super) fn class(&self) -> &'static str {
        match self.of.status {
            ControlStatus::Violated => "violated",
            ControlStatus::Clean => "clean",
            ControlStatus::Pending | ControlStatus::Learning | ControlStatus::NoEvidence => "unevaluated",
            ControlStatus::NotObserved | ControlStatus::NotCovered => "unobserved",
        }
    }

    pub(super) fn sign(&self) -> &'static str {
        match self.of.status {
            ControlStatus::Violated => "✕",
            ControlStatus::Clean => "✓",
            ControlStatus::Pending | ControlStatus::Learning | ControlStatus::NoEvidence => "?",
            ControlStatus::NotObserved => "–",
            ControlStatus::NotCovered => "○",
        }
    }

    /// The place of its status in a table that shows first what needs someone.
    pub(super) fn order(&self) -> usize {
        ControlStatus::ALL.iter().position(|status| *status == self.of.status).unwrap_or_default()
    }

    /// What stands against reading the status as that of every rule.
    pub(super) fn but(&self) -> Option<String> {
        self.of.but()
    }

    /// The times of the events it rests on.
    pub(super) fn times(&self) -> Option<String> {
        times(&self.of.extent)
    }

    /// Their accounts and regions.
    pub(super) fn places(&self) -> Option<String> {
        let places = places(&self.of.extent);
        (!places.is_empty()).then(|| places.join(" · "))
    }
}
