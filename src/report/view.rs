//! The fields of a violation in machine-read formats: borrowed views, in a fixed order. A public interface: fields are added at
//! the end and never renamed.

use serde::{Serialize, Serializer};

use crate::policy::{RuleId, Severity};
use crate::violation::{Evidence, Timeline, TimelineEvent, Violation, Waived};

/// A violation as JSON.
#[derive(Debug, Serialize)]
pub(super) struct ViolationView<'a> {
    r#type: &'static str,
    rule: &'a RuleId,
    title: &'a str,
    severity: Severity,
    message: &'a str,
    file: &'a str,
    record: usize,
    offset: usize,
    line: usize,
    column: usize,
    event_id: Option<&'a str>,
    event_time: Option<&'a str>,
    event_name: Option<&'a str>,
    event_source: Option<&'a str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    principal: Option<&'a str>,
    source_ip: Option<&'a str>,
    evidence: EvidenceList<'a>,
    policy: PolicyView<'a>,
    fingerprint: &'a str,
    waived: Option<&'a Waived>,
    /// Left out where the rule is not one over time.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<TimelineView<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct TimelineView<'a> {
    obligation: &'static str,
    key: Vec<KeyView<'a>>,
    count: u64,
    span_seconds: i64,
    within_seconds: u64,
    missing: Option<&'a str>,
    /// How many more there are in the middle of `events`.
    omitted: u64,
    events: Vec<TimelineEventView<'a>>,
}

#[derive(Debug, Serialize)]
struct KeyView<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Debug, Serialize)]
struct TimelineEventView<'a> {
    step: &'a str,
    time: String,
    after_seconds: i64,
    file: &'a str,
    record: usize,
    offset: usize,
    line: usize,
    column: usize,
    event_id: Option<&'a str>,
    event_name: Option<&'a str>,
    event_source: Option<&'a str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    principal: Option<&'a str>,
    source_ip: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct EvidenceView<'a> {
    path: String,
    observed: Option<&'a serde_json::Value>,
    expected: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    offset: Option<usize>,
}

#[derive(Debug, Serialize)]
struct PolicyView<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

/// Violations as a JSON array.
#[derive(Debug)]
pub(super) struct ViolationList<'a>(pub(super) &'a [Violation]);

#[derive(Debug)]
struct EvidenceList<'a>(&'a [Evidence]);

impl<'a> From<&'a Violation> for ViolationView<'a> {
    fn from(violation: &'a Violation) -> Self {
        let event = &violation.event;
        Self {
            r#type: "violation",
            rule: &violation.rule,
            title: &violation.title,
            severity: violation.severity,
            message: &violation.message,
            file: &violation.file,
            record: violation.record,
            offset: violation.offset,
            line: violation.at.line,
            column: violation.at.column,
            event_id: event.id.as_deref(),
            event_time: event.time.as_deref(),
            event_name: event.name.as_deref(),
            event_source: event.source.as_deref(),
            account: event.account.as_deref(),
            region: event.region.as_deref(),
            principal: event.principal.as_deref(),
            source_ip: event.source_ip.as_deref(),
            evidence: EvidenceList(&violation.evidence),
            policy: PolicyView {
                file: &violation.policy.file,
                line: violation.policy.at.line,
                column: violation.policy.at.column,
            },
            fingerprint: &violation.fingerprint,
            waived: violation.waived.as_ref(),
            timeline: violation.timeline.as_deref().map(TimelineView::from),
        }
    }
}

impl<'a> From<&'a Timeline> for TimelineView<'a> {
    fn from(timeline: &'a Timeline) -> Self {
        let first = timeline.events.first().map(|event| event.time);
        let event = |event: &'a TimelineEvent| TimelineEventView {
            step: &event.step,
            time: event.time.to_string(),
            after_seconds: first.map(|first| event.time.duration_since(first).as_secs()).unwrap_or_default(),
            file: &event.file,
            record: event.record,
            offset: event.offset,
            line: event.at.line,
            column: event.at.column,
            event_id: event.event.id.as_deref(),
            event_name: event.event.name.as_deref(),
            event_source: event.event.source.as_deref(),
            account: event.event.account.as_deref(),
            region: event.event.region.as_deref(),
            principal: event.event.principal.as_deref(),
            source_ip: event.event.source_ip.as_deref(),
        };
        Self {
            obligation: timeline.obligation,
            key: timeline.key.iter().map(|(name, value)| KeyView { name, value }).collect(),
            count: timeline.count,
            span_seconds: timeline.span.as_secs(),
            within_seconds: timeline.within.as_secs(),
            missing: timeline.missing.as_deref(),
            omitted: timeline.omitted,
            events: timeline.events.iter().map(event).collect(),
        }
    }
}

impl<'a> From<&'a Evidence> for EvidenceView<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        Self {
            path: evidence.path(),
            observed: evidence.observed.as_ref(),
            expected: &evidence.expected,
            line: evidence.at.map(|at| at.line),
            column: evidence.at.map(|at| at.column),
            offset: evidence.offset,
        }
    }
}

impl Serialize for ViolationList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ViolationView::from))
    }
}

impl Serialize for EvidenceList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(EvidenceView::from))
    }
}
