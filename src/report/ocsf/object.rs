//! Objects of the schema that findings of both classes hold, with the attributes that are filled in.
//!
//! Source: OCSF 1.8.0, as the Python package `ocsf-json-schema` 1.2.0 carries it.

use serde::Serialize;

use crate::policy::Severity;
use crate::report::reporter::RunReport;
use crate::violation::{EventIdentity, RuleCard};

/// The release of the schema that is written.
pub(super) const SCHEMA_VERSION: &str = "1.8.0";

/// `category_uid` of findings.
pub(super) const FINDINGS: u32 = 2;

/// `activity_id` Create: each run makes its findings anew.
pub(super) const CREATE: u32 = 1;

#[derive(Debug, Serialize)]
pub(super) struct Metadata<'a> {
    version: &'static str,
    product: Product<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    profiles: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    event_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_event_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_time: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Product<'a> {
    name: &'static str,
    vendor_name: &'static str,
    version: &'a str,
}

impl<'a> Metadata<'a> {
    /// Metadata of a finding of `run`.
    pub(super) const fn new(run: &RunReport<'a>) -> Self {
        let name = env!("CARGO_PKG_NAME");
        Self {
            version: SCHEMA_VERSION,
            product: Product { name, vendor_name: name, version: run.tool_version },
            profiles: &[],
            event_code: None,
            original_event_uid: None,
            original_time: None,
        }
    }

    /// The same for one event, with its name, id and time as written.
    pub(super) fn of_event(self, event: &'a EventIdentity) -> Self {
        Self {
            event_code: event.name.as_deref(),
            original_event_uid: event.id.as_deref(),
            original_time: event.time.as_deref(),
            ..self
        }
    }

    /// The same for a finding that has the attributes of `profiles`.
    pub(super) const fn with_profiles(self, profiles: &'static [&'static str]) -> Self {
        Self { profiles, ..self }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct FindingInfo<'a> {
    pub(super) uid: String,
    pub(super) title: &'a str,
    pub(super) desc: &'a str,
    pub(super) analytic: Analytic<'a>,
    pub(super) created_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_seen_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_seen_time: Option<i64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) types: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) data_sources: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Analytic<'a> {
    type_id: u32,
    r#type: &'static str,
    uid: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    desc: Option<&'a str>,
}

impl<'a> Analytic<'a> {
    /// The rule `uid`, with the rationale of its card where one is given.
    pub(super) fn rule(uid: &'a str, name: &'a str, card: Option<&'a RuleCard>) -> Self {
        Self { type_id: 1, r#type: "Rule", uid, name, desc: card.and_then(|card| card.rationale.as_deref()) }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Remediation<'a> {
    desc: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    references: &'a [String],
}

impl<'a> Remediation<'a> {
    /// What to do; `None` where the rule says nothing of it, since the schema wants words and not addresses alone.
    pub(super) fn new(desc: Option<&'a str>, card: Option<&'a RuleCard>) -> Option<Self> {
        let references = card.map(|card| card.references.as_slice()).unwrap_or_default();
        desc.map(|desc| Self { desc, references })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Account<'a> {
    pub(super) uid: &'a str,
    pub(super) r#type: &'static str,
    pub(super) type_id: u32,
}

impl<'a> Account<'a> {
    /// An AWS account.
    pub(super) const fn aws(uid: &'a str) -> Self {
        Self { uid, r#type: "AWS Account", type_id: 10 }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ResourceDetails<'a> {
    pub(super) uid: &'a str,
    pub(super) r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<&'a str>,
}

/// `severity_id` and its caption.
pub(super) const fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}
