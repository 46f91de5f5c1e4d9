//! A violation as a Detection Finding (class 2004).
//!
//! Attributes that AWS alone has (profile `cloud`) are written where the event names an account or a region; a finding about
//! another audit log is one without that profile.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

use crate::report::identity::{self, Caller, Principal};
use crate::report::ocsf::object::{
    Account, Analytic, CREATE, FINDINGS, FindingInfo, Metadata, Remediation, ResourceDetails, severity,
};
use crate::report::reporter::RunReport;
use crate::report::timeline::{Moment, events, moments};
use crate::violation::{EventIdentity, Evidence, Violation, Waived};

/// Events of a timeline that stand in a finding; `count` is that of all.
const EVENTS: usize = 100;

#[derive(Debug, Serialize)]
pub(super) struct DetectionFinding<'a> {
    category_uid: u32,
    class_uid: u32,
    activity_id: u32,
    type_uid: u64,
    time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    severity_id: u32,
    severity: &'static str,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
    is_alert: bool,
    confidence_id: u32,
    confidence: &'static str,
    message: &'a str,
    metadata: Metadata<'a>,
    finding_info: FindingInfo<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<Cloud<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    evidences: Vec<Evidences<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ResourceDetails<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    unmapped: Place<'a>,
}

#[derive(Debug, Serialize)]
struct Cloud<'a> {
    provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Account<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_partition: Option<&'static str>,
}

/// What the finding rests on. `data` is always there, so that the object is valid where an event names nobody and nothing.
#[derive(Debug, Serialize)]
struct Evidences<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Actor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<Api<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_endpoint: Option<Endpoint<'a>>,
    data: Data<'a>,
}

/// What was observed in the one event, or which part one of several has in a timeline.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Observed(Vec<Observed<'a>>),
    Part(Part<'a>),
}

/// An event of a timeline: its part in the rule, and where its record stands.
#[derive(Debug, Serialize)]
struct Part<'a> {
    step: &'a str,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a str>,
    file: &'a str,
    record: usize,
    offset: usize,
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct Actor<'a> {
    user: User<'a>,
}

#[derive(Debug, Serialize)]
struct User<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_id: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Api<'a> {
    operation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Service<'a>>,
}

#[derive(Debug, Serialize)]
struct Service<'a> {
    name: &'a str,
}

/// Exactly one of the three.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Endpoint<'a> {
    Ip(IpAddr),
    Domain(&'a str),
    Name(&'a str),
}

/// An item of evidence; without `observed` the node is missing, which `null` would not say.
#[derive(Debug, Serialize)]
struct Observed<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<&'a serde_json::Value>,
    expected: &'a str,
}

/// Where the record stands: `record` counts from 0, `line` and `column` from 1, `offset` is bytes of the decompressed file.
#[derive(Debug, Serialize)]
struct Place<'a> {
    file: &'a str,
    record: usize,
    offset: usize,
    line: usize,
    column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<&'a Waived>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Asked<'a>>,
}

/// What an obligation over time asked, and what did not come.
#[derive(Debug, Serialize)]
struct Asked<'a> {
    obligation: &'static str,
    key: BTreeMap<&'a str, &'a str>,
    within_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a str>,
}

impl<'a> DetectionFinding<'a> {
    /// `violation` as a finding of `run`.
    pub(super) fn of(run: &RunReport<'a>, violation: &'a Violation) -> Self {
        let event = &violation.event;
        let card = run.card(violation);
        let event_time = identity::event_time(event).map(|time| time.as_millisecond());
        let last_time = identity::last_time(violation).map(|time| time.as_millisecond());
        let (severity_id, severity) = severity(violation.severity);
        let (status_id, status) = if violation.waived.is_some() { (3, "Suppressed") } else { (1, "New") };
        let cloud = Cloud::of(event);
        let metadata = Metadata::new(run).of_event(event).with_profiles(if cloud.is_some() { &["cloud"] } else { &[] });
        Self {
            category_uid: FINDINGS,
            class_uid: 2004,
            activity_id: CREATE,
            type_uid: 200_401,
            time: run.now.as_millisecond(),
            start_time: event_time,
            end_time: last_time,
            severity_id,
            severity,
            status_id,
            status,
            status_detail: violation.waived.as_ref().map(|waived| waived.reason.as_str()),
            is_alert: violation.waived.is_none() && violation.severity >= run.fail_on,
            // A rule holds for an event or it does not; nothing is guessed.
            confidence_id: 3,
            confidence: "High",
            message: &violation.message,
            metadata,
            finding_info: FindingInfo {
                uid: violation.fingerprint.clone(),
                title: &violation.title,
                desc: &violation.message,
                analytic: Analytic::rule(&violation.rule.0, &violation.title, card),
                created_time: run.now.as_millisecond(),
                first_seen_time: event_time,
                last_seen_time: last_time,
                types: card.map(|card| card.tags.as_slice()).unwrap_or_default(),
                data_sources: vec![&violation.file],
            },
            resources: resources(event, cloud.is_some()),
            cloud,
            count: violation.timeline.as_deref().map(events),
            evidences: evidences(violation),
            remediation: Remediation::new(violation.remediation.as_deref(), card),
            unmapped: Place {
                file: &violation.file,
                record: violation.record,
                offset: violation.offset,
                line: violation.at.line,
                column: violation.at.column,
                waived: violation.waived.as_ref(),
                timeline: violation.timeline.as_deref().map(|timeline| Asked {
                    obligation: timeline.obligation,
                    key: timeline.key.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
                    within_seconds: timeline.within.as_secs(),
                    missing: timeline.missing.as_deref(),
                }),
            },
        }
    }
}

/// The account that the event happened in.
fn resources(event: &EventIdentity, is_cloud: bool) -> Vec<ResourceDetails<'_>> {
    let region = identity::region(event).filter(|_| is_cloud);
    let account = identity::account(event).map(|uid| ResourceDetails { uid, r#type: "AWS Account", region });
    account.into_iter().collect()
}

impl<'a> Cloud<'a> {
    fn of(event: &'a EventIdentity) -> Option<Self> {
        let (account, region) = (identity::account(event), identity::region(event));
        (account.is_some() || region.is_some()).then(|| Self {
            provider: "AWS",
            account: account.map(Account::aws),
            region,
            cloud_partition: region.map(identity::partition),
        })
    }
}

/// What `violation` rests on: its event, or the events of its timeline; of a long one the first and the last.
fn evidences(violation: &Violation) -> Vec<Evidences<'_>> {
    let Some(timeline) = &violation.timeline else {
        let observed = violation.evidence.iter().map(Observed::of).collect();
        return vec![Evidences::of(&violation.event, Data::Observed(observed))];
    };
    let events = moments(timeline, EVENTS).into_iter().filter_map(|moment| match moment {
        Moment::Event(event) => Some(event),
        Moment::More(_) => None,
    });
    events
        .map(|event| {
            let part = Part {
                step: &event.step,
                time: event.time.to_string(),
                event_id: event.event.id.as_deref(),
                file: &event.file,
                record: event.record,
                offset: event.offset,
                line: event.at.line,
                column: event.at.column,
            };
            Evidences::of(&event.event, Data::Part(part))
        })
        .collect()
}

impl<'a> Observed<'a> {
    fn of(item: &'a Evidence) -> Self {
        Self { path: item.path(), observed: item.observed.as_ref(), expected: &item.expected }
    }
}

impl<'a> Evidences<'a> {
    fn of(event: &'a EventIdentity, data: Data<'a>) -> Self {
        Self {
            actor: event.principal.as_deref().map(|uid| Actor { user: User::of(uid) }),
            api: event
                .name
                .as_deref()
                .map(|operation| Api { operation, service: event.source.as_deref().map(|name| Service { name }) }),
            src_endpoint: Caller::of(event).map(|caller| match caller {
                Caller::Address(address) => Endpoint::Ip(address),
                Caller::Domain(domain) => Endpoint::Domain(domain),
                Caller::Name(name) => Endpoint::Name(name),
            }),
            data,
        }
    }
}

impl<'a> User<'a> {
    fn of(uid: &'a str) -> Self {
        let principal = Principal::of(uid);
        let (name, kind) = match principal {
            Principal::Root => (Some("root"), Some(("Admin", 2))),
            Principal::User(name) => (Some(name), Some(("User", 1))),
            Principal::Role(name) => (Some(name), Some(("Role", 99))),
            Principal::Session { role, .. } => (Some(role), Some(("AssumedRole", 99))),
            Principal::Other => (None, None),
        };
        let display_name = match principal {
            // Whoever took the role on often puts their own name here.
            Principal::Session { session, .. } => Some(session),
            _ => None,
        };
        Self { uid, name, display_name, r#type: kind.map(|(name, _)| name), type_id: kind.map(|(_, id)| id) }
    }
}
