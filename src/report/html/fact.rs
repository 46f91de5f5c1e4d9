//! A violation as a row: what its event says of itself, and where it stands in the log.

use std::borrow::Cow;

use crate::report::html::events::Events;
use crate::report::html::evidence::{self, Excerpt};
use crate::report::html::shown;
use crate::report::human::diagnostic;
use crate::report::number::grouped;
use crate::violation::Violation;

/// A violation of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// Its place among all violations of the page: its anchor is `v` and this number.
    pub(super) number: usize,
    pub(super) violation: &'a Violation,
    /// How it stands against the baseline; `None` without one.
    pub(super) standing: Option<Age>,
    /// Whether its excerpt is shown.
    pub(super) detail: Detail,
}

/// How a violation stands against a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    New,
    Unchanged,
}

/// How much of a violation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// With its excerpt, for all to see.
    Open,
    /// With its excerpt, folded.
    Folded,
    /// Without.
    Compact,
}

impl<'a> Row<'a> {
    pub(super) fn message(&self) -> Cow<'a, str> {
        shown::message(&self.violation.message)
    }

    pub(super) fn rule(&self) -> Cow<'a, str> {
        shown::fact(&self.violation.rule.0)
    }

    pub(super) fn time(&self) -> Cow<'a, str> {
        self.violation.event.time.as_deref().map_or(Cow::Borrowed("no time"), shown::fact)
    }

    pub(super) fn principal(&self) -> Cow<'a, str> {
        self.violation.event.principal.as_deref().map_or(Cow::Borrowed("unknown principal"), shown::fact)
    }

    pub(super) fn account(&self) -> Option<Cow<'a, str>> {
        self.violation.event.account.as_deref().map(shown::fact)
    }

    pub(super) fn event(&self) -> Option<Cow<'a, str>> {
        self.violation.event.id.as_deref().map(shown::fact)
    }

    /// `PutMetricAlarm · monitoring.amazonaws.com · us-east-1 · 192.0.2.10`.
    pub(super) fn facts(&self) -> String {
        let event = &self.violation.event;
        let facts = [&event.name, &event.source, &event.region, &event.source_ip].into_iter().flatten();
        let facts: Vec<Cow<'_, str>> = facts.map(|fact| shown::fact(fact)).collect();
        facts.join(" · ")
    }

    /// The file, where the first deciding value stands.
    pub(super) fn place(&self) -> String {
        let (at, _) = diagnostic::place(self.violation);
        format!("{}:{}:{}", shown::file(&self.violation.file), at.line, at.column)
    }

    /// `record 12, byte 40,211`.
    pub(super) fn record(&self) -> String {
        let (_, offset) = diagnostic::place(self.violation);
        format!("record {}, byte {}", grouped(self.violation.record), grouped(offset))
    }

    pub(super) fn is_new(&self) -> bool {
        self.standing == Some(Age::New)
    }

    pub(super) fn is_unchanged(&self) -> bool {
        self.standing == Some(Age::Unchanged)
    }

    pub(super) fn has_excerpt(&self) -> bool {
        self.detail != Detail::Compact && !self.violation.record_text.is_empty()
    }

    /// The timeline of a violation over time, which stands where others have an excerpt.
    pub(super) fn events(&self) -> Option<Events<'a>> {
        self.violation.timeline.as_deref().filter(|_| self.detail != Detail::Compact).map(Events::of)
    }

    /// The heading of its timeline, for a violation that is shown without it.
    pub(super) fn events_heading(&self) -> Option<String> {
        self.violation.timeline.as_deref().map(|timeline| Events::of(timeline).heading())
    }

    pub(super) fn is_open(&self) -> bool {
        self.detail == Detail::Open
    }

    pub(super) fn reasons(&self) -> String {
        evidence::reasons(self.violation)
    }

    pub(super) fn excerpt(&self) -> Excerpt {
        evidence::excerpt(self.violation)
    }

    /// `waived until 2027-01-31 by pipeline (platform-team): the deployment pipeline owns these alarms`.
    pub(super) fn waiver(&self) -> Option<String> {
        self.violation.waived.as_ref().map(|waived| {
            let owner =
                waived.owner.as_deref().map(|owner| format!(", owner {}", shown::fact(owner))).unwrap_or_default();
            let name = shown::fact(&waived.name);
            format!("waived until {} by {name}{owner}: {}", waived.until, shown::prose(&waived.reason))
        })
    }
}
