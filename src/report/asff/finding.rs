//! A violation as a finding.
//!
//! Source: the AWS Security Finding Format as the model of Security Hub in botocore 1.44.8 describes it (`AwsSecurityFinding`),
//! from which all limits are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;

use crate::policy::Severity;
use crate::report::asff::home::Home;
use crate::report::asff::resource::{Resource, resources};
use crate::report::asff::text::{fit, fit_prose};
use crate::report::identity::{self, Caller};
use crate::report::reporter::RunReport;
use crate::report::timeline::{self, Moment, heading, missing, moments};
use crate::violation::{RuleCard, Violation};

/// The most requirements of a finding.
const REQUIREMENTS: usize = 32;
/// The most pairs in `ProductFields`; evidence is left out from here on.
const PRODUCT_FIELDS: usize = 50;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Finding<'a> {
    schema_version: &'static str,
    id: Cow<'a, str>,
    product_arn: String,
    product_name: &'static str,
    company_name: &'static str,
    generator_id: Cow<'a, str>,
    aws_account_id: &'a str,
    types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    first_observed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_observed_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    severity: SeverityField,
    title: Cow<'a, str>,
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    product_fields: BTreeMap<String, Cow<'a, str>>,
    resources: Vec<Resource<'a>>,
    compliance: Compliance,
    workflow: Workflow,
    record_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Action<'a>>,
    finding_provider_fields: ProviderFields,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SeverityField {
    label: &'static str,
    original: &'static str,
}

/// What Security Hub takes over when a finding is imported again; `Severity` and `Types` then belong to its users.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderFields {
    severity: SeverityField,
    types: [&'static str; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation<'a> {
    recommendation: Recommendation<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_requirements: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Workflow {
    status: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Note {
    text: Cow<'static, str>,
    updated_by: Cow<'static, str>,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Action<'a> {
    action_type: &'static str,
    aws_api_call_action: ApiCall<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiCall<'a> {
    api: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_ip_details: Option<RemoteIp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_details: Option<Domain<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct RemoteIp {
    #[serde(rename = "IpAddressV4")]
    address: std::net::Ipv4Addr,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Domain<'a> {
    domain: &'a str,
}

impl<'a> Finding<'a> {
    /// `violation` as a finding of `home`.
    pub(super) fn of(run: &RunReport<'a>, home: Home<'a>, violation: &'a Violation) -> Self {
        let card = run.card(violation);
        let severity = severity(violation.severity);
        let types = [kind(violation)];
        let event_time = identity::event_time(&violation.event);
        let rule = violation.rule.0.as_str();
        let title = fit(&violation.title, 256).or_else(|| fit(rule, 256));
        Self {
            schema_version: "2018-10-08",
            id: Cow::Owned(named(&violation.fingerprint, 512)),
            product_arn: home.product_arn(),
            product_name: env!("CARGO_PKG_NAME"),
            company_name: env!("CARGO_PKG_NAME"),
            generator_id: Cow::Owned(named(rule, 512)),
            aws_account_id: home.account,
            types,
            first_observed_at: event_time,
            last_observed_at: identity::last_time(violation),
            created_at: run.now,
            updated_at: run.now,
            severity,
            description: fit(&violation.message, 1024)
                .or_else(|| title.clone())
                .unwrap_or(Cow::Borrowed("a rule is broken")),
            title: title.unwrap_or(Cow::Borrowed("a rule is broken")),
            remediation: Remediation::of(violation, card),
            product_fields: product_fields(violation),
            resources: resources(home, &violation.event),
            compliance: Compliance { status: "FAILED", related_requirements: requirements(violation) },
            workflow: Workflow { status: if violation.waived.is_some() { "SUPPRESSED" } else { "NEW" } },
            record_state: "ACTIVE",
            note: Note::of(run.now, violation),
            action: Action::of(violation, event_time),
            finding_provider_fields: ProviderFields { severity, types },
        }
    }
}

/// `trailgate/…`, the form of ids that the format asks for: who made it, then what it is.
fn named(name: &str, limit_bytes: usize) -> String {
    let prefix = concat!(env!("CARGO_PKG_NAME"), "/");
    format!("{prefix}{}", fit(name, limit_bytes.saturating_sub(prefix.len())).unwrap_or(Cow::Borrowed("unknown")))
}

const fn severity(severity: Severity) -> SeverityField {
    let (label, original) = match severity {
        Severity::Info => ("INFORMATIONAL", "info"),
        Severity::Low => ("LOW", "low"),
        Severity::Medium => ("MEDIUM", "medium"),
        Severity::High => ("HIGH", "high"),
        Severity::Critical => ("CRITICAL", "critical"),
    };
    SeverityField { label, original }
}

/// Source: Security Hub user guide, types taxonomy for ASFF.
fn kind(violation: &Violation) -> &'static str {
    if violation.controls.is_empty() {
        "Software and Configuration Checks/AWS Security Best Practices"
    } else {
        "Software and Configuration Checks/Industry and Regulatory Standards"
    }
}

/// `framework control` for each control, the first 32.
fn requirements(violation: &Violation) -> Vec<String> {
    let all = violation.controls.iter().flat_map(|(framework, controls)| {
        controls.iter().filter_map(move |control| fit_prose(&format!("{framework} {control}"), 64))
    });
    all.take(REQUIREMENTS).map(Cow::into_owned).collect()
}

/// What the format has no field for: the place, the event, and the evidence as far as there is room.
fn product_fields(violation: &Violation) -> BTreeMap<String, Cow<'_, str>> {
    const KEY: usize = 128;
    const VALUE: usize = 1024;
    let event = &violation.event;
    let number = |number: usize| Cow::Owned(number.to_string());
    let mut fields = BTreeMap::new();
    let mut add = |name: &str, value: Option<Cow<'_, str>>| {
        if let Some(value) = value {
            fields.insert(named(name, KEY), Cow::Owned(value.into_owned()));
        }
    };
    add("Rule", fit(&violation.rule.0, VALUE));
    add("Fingerprint", fit(&violation.fingerprint, VALUE));
    add("File", fit(&violation.file, VALUE));
    add("Record", Some(number(violation.record)));
    add("Offset", Some(number(violation.offset)));
    add("Line", Some(number(violation.at.line)));
    add("Column", Some(number(violation.at.column)));
    add("PolicyFile", fit(&violation.policy.file, VALUE));
    add("PolicyLine", Some(number(violation.policy.at.line)));
    for (name, value) in [
        ("EventId", &event.id),
        ("EventTime", &event.time),
        ("EventAccount", &event.account),
        ("EventRegion", &event.region),
        ("SourceIpAddress", &event.source_ip),
    ] {
        add(name, value.as_deref().and_then(|value| fit(value, VALUE)));
    }
    if let Some(waived) = &violation.waived {
        add("Waiver", fit(&waived.name, VALUE));
        add("WaivedUntil", Some(Cow::Owned(waived.until.to_string())));
    }
    if let Some(timeline) = &violation.timeline {
        let mut words = heading(timeline);
        words.extend(missing(timeline).map(|(missing, _)| missing));
        add("Timeline", fit(&words.join(", "), VALUE));
        // One item is kept for the number of those between.
        let room = PRODUCT_FIELDS.saturating_sub(fields.len() + 1);
        for (place, moment) in moments(timeline, room).into_iter().enumerate() {
            let text = match moment {
                Moment::Event(event) => timeline::line(timeline, event),
                Moment::More(left_out) => timeline::more(left_out),
            };
            if let Some(text) = fit(&text, VALUE) {
                fields.insert(named(&format!("Timeline/{place:02}"), KEY), Cow::Owned(text.into_owned()));
            }
        }
    }
    for (place, item) in violation.evidence.iter().enumerate() {
        if fields.len() >= PRODUCT_FIELDS {
            break;
        }
        let observed = item.observed.as_ref().map_or_else(|| "missing".to_owned(), ToString::to_string);
        let text = format!("{} is {}", item.path(), fit(&observed, VALUE / 2).unwrap_or_default());
        if let Some(text) = fit(&text, VALUE) {
            fields.insert(named(&format!("Evidence/{place:02}"), KEY), Cow::Owned(text.into_owned()));
        }
    }
    fields
}

impl<'a> Remediation<'a> {
    fn of(violation: &'a Violation, card: Option<&'a RuleCard>) -> Option<Self> {
        let text = violation.remediation.as_deref().and_then(|text| fit_prose(text, 512));
        let references = card.map(|card| card.references.as_slice()).unwrap_or_default();
        let url = references.iter().map(String::as_str).find(|url| is_address(url));
        (text.is_some() || url.is_some()).then_some(Self { recommendation: Recommendation { text, url } })
    }
}

fn is_address(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= 512 && url.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Note {
    fn of(now: Timestamp, violation: &Violation) -> Option<Self> {
        let waived = violation.waived.as_ref()?;
        let text = fit_prose(&format!("{} (until {})", waived.reason, waived.until), 512)?;
        let owner = waived.owner.as_deref().and_then(|owner| fit_prose(owner, 512));
        Some(Self { text, updated_by: owner.unwrap_or(Cow::Borrowed(env!("CARGO_PKG_NAME"))), updated_at: now })
    }
}

impl<'a> Action<'a> {
    fn of(violation: &'a Violation, time: Option<Timestamp>) -> Option<Self> {
        let event = &violation.event;
        let api = fit(event.name.as_deref()?, 128)?;
        let mut call = ApiCall {
            api,
            service_name: event.source.as_deref().and_then(|source| fit(source, 128)),
            caller_type: None,
            remote_ip_details: None,
            domain_details: None,
            first_seen: time,
            last_seen: identity::last_time(violation),
        };
        match Caller::of(event) {
            Some(Caller::Address(address)) => {
                call.caller_type = Some("remoteip");
                // The format has no field for an IPv6 address: it stands in `ProductFields` alone.
                if let IpAddr::V4(address) = address {
                    call.remote_ip_details = Some(RemoteIp { address });
                }
            }
            Some(Caller::Domain(domain)) => {
                call.caller_type = Some("domain");
                call.domain_details = Some(Domain { domain });
            }
            Some(Caller::Name(_)) | None => {}
        }
        Some(Self { action_type: "AWS_API_CALL", aws_api_call_action: call })
    }
}
