//! A rule that is broken becomes a violation: evidence with its places, message, fingerprint, and what covers it.

use crate::compile::program::{Check, CompiledRule, Polarity};
use crate::engine::cover::{Cover, cover};
use crate::engine::describe::Sense;
use crate::engine::evaluate::Event;
use crate::engine::evidence::{Decision, decisions};
use crate::engine::scan::Worker;
use crate::engine::{identity, message};
use crate::event::Record;
use crate::event::record::Origin;
use crate::json::locate::locate;
use crate::text::LineColumn;
use crate::violation::{Evidence, PolicyPlace, Violation};

impl Worker<'_, '_> {
    /// The violation of `rule` by `event`, and what covers it.
    pub(super) fn violation(
        &mut self,
        rule: &CompiledRule,
        check: &Check,
        event: &Event<'_>,
        record: &Record<'_>,
    ) -> (Violation, Cover) {
        let value = event.value();
        let offset = self.place(record.origin.offset(0, self.file));
        let at = self.lines.mark(offset);
        let outcome = match check.polarity {
            Polarity::MustNotHold => Sense::Wanted,
            Polarity::MustHold => Sense::Forbidden,
        };
        let evidence = decisions(event, &check.condition, outcome)
            .into_iter()
            .map(|decision| self.evidence(decision, event.text(), &record.origin))
            .collect();
        let context = check.when.as_ref().map(|when| decisions(event, when, Sense::Wanted)).unwrap_or_default();
        let identity = identity::describe(value, &self.part.format, &self.part.fields);
        let fingerprint = identity::fingerprint(&rule.id, value, &identity);
        let mut cover = cover(self.program, self.part, rule, check, event, &fingerprint);
        let violation = Violation {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            message: match &rule.message {
                Some(template) => message::render(template, value),
                None => rule.title.to_string(),
            },
            file: self.name.clone(),
            record: record.ordinal,
            offset,
            at,
            evidence,
            context: context
                .into_iter()
                .filter(|decision| decision.observed.is_some())
                .map(|decision| decision.location)
                .collect(),
            policy: PolicyPlace { file: rule.file.clone(), at: rule.at },
            remediation: rule.remediation.clone(),
            controls: rule.controls.clone(),
            fingerprint,
            event: identity,
            waived: cover.waived.take(),
            record_text: event.copy(),
            timeline: None,
        };
        (violation, cover)
    }

    fn evidence(&mut self, decision: Decision, record: &str, origin: &Origin) -> Evidence {
        let place: Option<(usize, LineColumn)> = decision
            .observed
            .as_ref()
            .and_then(|_| locate(record, &decision.location))
            .map(|span| self.place(origin.offset(span.start, self.file)))
            .map(|offset| (offset, self.lines.at(offset)));
        Evidence {
            location: decision.location,
            inner: decision.inner,
            observed: decision.observed,
            expected: decision.expected,
            standing: decision.standing,
            offset: place.map(|(offset, _)| offset),
            at: place.map(|(_, at)| at),
        }
    }
}
