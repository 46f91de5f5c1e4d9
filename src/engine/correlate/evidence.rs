//! The events of a violation over time are gathered, and make it: timeline, message, fingerprint, and what covers it.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::engine::correlate::message::message;
use crate::engine::correlate::run::{Case, Output};
use crate::engine::cover::{Cover, Holds, cover_of_many};
use crate::engine::key::NO_VALUE;
use crate::engine::message::NONE;
use crate::policy::WaiverIndex;
use crate::violation::{CorrelatedViolation, Fact, PolicyPlace, Timeline, TimelineEvent, Violation};

/// Events kept from the start of a violation, and as many from its end: an episode may have millions.
const KEPT: usize = 10_000;

/// The events of a violation, in canonical order.
#[derive(Default)]
pub(super) struct Evidence {
    first: Vec<(Rc<Fact>, usize)>,
    last: VecDeque<(Rc<Fact>, usize)>,
    omitted: u64,
    /// The exceptions and waivers that hold for every event so far; `None` before the first.
    holds: Option<(Vec<usize>, Vec<WaiverIndex>)>,
}

impl Evidence {
    /// Adds the next event, which is the role at `role`.
    pub(super) fn add(&mut self, fact: &Rc<Fact>, role: usize) {
        match &mut self.holds {
            None => self.holds = Some((fact.exceptions.clone(), fact.waivers.clone())),
            Some((exceptions, waivers)) => {
                exceptions.retain(|place| fact.exceptions.contains(place));
                waivers.retain(|index| fact.waivers.contains(index));
            }
        }
        let event = (Rc::clone(fact), role);
        if self.first.len() < KEPT {
            self.first.push(event);
            return;
        }
        self.last.push_back(event);
        if self.last.len() > KEPT {
            self.last.pop_front();
            self.omitted += 1;
        }
    }

    /// Hands the violation that the events are to `output`; `count` is what the rule counted, `missing` what did not come.
    pub(super) fn close(self, case: &Case<'_>, count: u64, missing: Option<String>, output: &mut Output<'_>) {
        let events: Vec<(Rc<Fact>, usize)> = self.first.into_iter().chain(self.last).collect();
        let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) else { return };
        let span = last.time.duration_since(first.time);
        let values: Vec<serde_json::Value> = serde_json::from_str(&first.key).unwrap_or_default();
        let key: Vec<(String, String)> =
            case.window.key.iter().zip(&values).map(|(part, value)| (part.name.clone(), shown(value))).collect();
        // Behind the parts of `by` stand those of `of`, which tell what was first seen.
        let shared = key.get(..case.window.by).unwrap_or(&key);
        let fingerprint = fingerprint(case, first, &values);
        let (exceptions, waivers) = self.holds.unwrap_or_default();
        let holds = Holds { exceptions: &exceptions, waivers: &waivers };
        let Cover { by, refused, waived } =
            cover_of_many(case.program, case.rule, &case.window.exceptions, holds, &fingerprint);
        let violation = Violation {
            rule: case.rule.id.clone(),
            title: case.rule.title.clone(),
            severity: case.rule.severity,
            message: match &case.window.message {
                Some(parts) => message(parts, shared, &events, count, span),
                None => case.rule.title.to_string(),
            },
            file: Arc::clone(&first.file),
            record: first.record,
            offset: first.offset,
            at: first.at,
            event: first.event.clone(),
            evidence: Vec::new(),
            context: Vec::new(),
            policy: PolicyPlace { file: case.rule.file.clone(), at: case.rule.at },
            remediation: case.rule.remediation.clone(),
            controls: case.rule.controls.clone(),
            fingerprint,
            waived,
            record_text: "".into(),
            timeline: Some(Box::new(Timeline {
                obligation: case.rule.obligation,
                key,
                count,
                span,
                within: Duration::try_from(case.window.within).unwrap_or_default(),
                missing,
                events: events.iter().map(|(fact, role)| of_timeline(case, fact, *role)).collect(),
                omitted: self.omitted,
            })),
        };
        output.violation(CorrelatedViolation { rule: case.index, covered: by, refused, violation });
    }
}

fn of_timeline(case: &Case<'_>, fact: &Fact, role: usize) -> TimelineEvent {
    TimelineEvent {
        step: case.window.roles.get(role).map_or_else(|| "".into(), |role| Arc::clone(&role.name)),
        time: fact.time,
        event: fact.event.clone(),
        file: Arc::clone(&fact.file),
        record: fact.record,
        offset: fact.offset,
        at: fact.at,
    }
}

/// A value of a key as people read it.
fn shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => NONE.to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Identity of a violation over runs: 128 bits of SHA-256 of the rule's id, the key, and the identity of the first event, which
/// without an id is the hash of its record.
fn fingerprint(case: &Case<'_>, first: &Fact, key: &[serde_json::Value]) -> String {
    let mut hash = Sha256::new();
    hash.update(case.rule.id.0.as_bytes());
    for value in key.iter().take(case.window.by) {
        hash.update([0xfd]);
        let text = value.to_string();
        hash.update(if text == NO_VALUE { "" } else { &text }.as_bytes());
    }
    match &first.event.id {
        Some(id) => {
            for part in [Some(id), first.event.time.as_ref(), first.event.source.as_ref(), first.event.name.as_ref()] {
                hash.update([0xff]);
                hash.update(part.map_or("", String::as_str).as_bytes());
            }
        }
        None => {
            hash.update([0xfe]);
            hash.update(first.id.to_be_bytes());
        }
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
