//! A control of a rule as a Compliance Finding (class 2003).
//!
//! | The rule                                           | `compliance.status_id` |
//! |----------------------------------------------------|------------------------|
//! | is violated                                        | 3 Fail                 |
//! | met events and is clean, and all could be read     | 1 Pass                 |
//! | is clean, but something could not be read          | 2 Warning              |
//! | met no event that it is about                      | 2 Warning              |
//! | pending or learning: not known yet                 | 2 Warning              |
//!
//! A warning is what the schema has for a check that "did not yield a result due to missing information": a control that nothing
//! was seen of has not passed. The accounts are those of the violations, of a clean rule those of the events it met.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::policy::Severity;
use crate::report::identity;
use crate::report::number::count;
use crate::report::ocsf::object::{
    Analytic, CREATE, FINDINGS, FindingInfo, Metadata, Remediation, ResourceDetails, severity,
};
use crate::report::reporter::RunReport;
use crate::violation::{RuleCard, RuleStatus, RuleSummary};

#[derive(Debug, Serialize)]
pub(super) struct ComplianceFinding<'a> {
    category_uid: u32,
    class_uid: u32,
    activity_id: u32,
    type_uid: u64,
    time: i64,
    severity_id: u32,
    severity: &'static str,
    message: &'a str,
    metadata: Metadata<'a>,
    finding_info: FindingInfo<'a>,
    compliance: Compliance<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ResourceDetails<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    unmapped: Counts,
}

#[derive(Debug, Serialize)]
struct Compliance<'a> {
    control: &'a str,
    standards: [&'a str; 1],
    status_id: u32,
    status: &'static str,
    status_details: [String; 1],
}

#[derive(Debug, Serialize)]
struct Counts {
    population: u64,
    violations: u64,
    waived: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pending: u64,
    #[serde(skip_serializing_if = "is_zero")]
    learning: u64,
}

const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The findings of `run`, in the order of its rules, then frameworks, then controls.
pub(super) fn findings<'a>(run: &RunReport<'a>) -> Vec<ComplianceFinding<'a>> {
    let mut findings = Vec::new();
    for card in run.rules {
        let Some(rule) = run.summary.rules.iter().find(|rule| rule.rule == card.rule) else {
            continue;
        };
        let accounts = accounts(run, rule);
        for (framework, controls) in &card.controls {
            findings.extend(controls.iter().map(|control| finding(run, card, rule, &accounts, framework, control)));
        }
    }
    findings
}

fn finding<'a>(
    run: &RunReport<'a>,
    card: &'a RuleCard,
    rule: &RuleSummary,
    accounts: &BTreeSet<&'a str>,
    framework: &'a str,
    control: &'a str,
) -> ComplianceFinding<'a> {
    let (status_id, status) = status(run, rule);
    let (severity_id, severity) = severity(if status_id == 3 { card.severity } else { Severity::Info });
    ComplianceFinding {
        category_uid: FINDINGS,
        class_uid: 2003,
        activity_id: CREATE,
        type_uid: 200_301,
        time: run.now.as_millisecond(),
        severity_id,
        severity,
        message: &card.title,
        metadata: Metadata::new(run),
        finding_info: FindingInfo {
            uid: uid(&card.rule.0, framework, control),
            title: &card.title,
            desc: card.rationale.as_deref().unwrap_or(&card.title),
            analytic: Analytic::rule(&card.rule.0, &card.title, None),
            created_time: run.now.as_millisecond(),
            first_seen_time: None,
            last_seen_time: None,
            types: &card.tags,
            data_sources: Vec::new(),
        },
        compliance: Compliance {
            control,
            standards: [framework],
            status_id,
            status,
            status_details: [detail(run, rule)],
        },
        resources: accounts.iter().map(|uid| ResourceDetails { uid, r#type: "AWS Account", region: None }).collect(),
        remediation: Remediation::new(card.remediation.as_deref(), Some(card)),
        unmapped: Counts {
            population: rule.population,
            violations: rule.violations,
            waived: rule.waived,
            pending: rule.pending,
            learning: rule.learning,
        },
    }
}

fn status(run: &RunReport<'_>, rule: &RuleSummary) -> (u32, &'static str) {
    match rule.status {
        RuleStatus::Violated => (3, "Fail"),
        RuleStatus::Clean if !run.is_partial() => (1, "Pass"),
        RuleStatus::Clean | RuleStatus::NotObserved | RuleStatus::Pending | RuleStatus::Learning => (2, "Warning"),
    }
}

fn detail(run: &RunReport<'_>, rule: &RuleSummary) -> String {
    match rule.status {
        RuleStatus::Violated | RuleStatus::Clean => {
            let mut detail = format!(
                "events it is about: {}; violations: {}; waived: {}",
                rule.population, rule.violations, rule.waived
            );
            if run.is_partial() {
                detail.push_str("; not all of the input was read");
            }
            detail
        }
        RuleStatus::NotObserved => "not observed: no event that the rule is about was seen".to_owned(),
        RuleStatus::Pending => format!(
            "pending: of {} it is not known yet, since what must follow or come before may lie outside the logs",
            count(rule.pending, "event")
        ),
        RuleStatus::Learning => {
            format!("learning: not enough of the past is known to judge {}", count(rule.learning, "event"))
        }
    }
}

/// The accounts that have violations of `rule` which are not waived; without one, those of its population.
fn accounts<'a>(run: &RunReport<'a>, rule: &'a RuleSummary) -> BTreeSet<&'a str> {
    if rule.violations == 0 {
        return rule.extent.accounts.iter().map(String::as_str).collect();
    }
    let of_rule = run.violations.iter().filter(|violation| violation.rule == rule.rule && violation.waived.is_none());
    of_rule.filter_map(|violation| identity::account(&violation.event)).collect()
}

/// Identity of a control of a rule over runs: the first 16 bytes of a SHA-256, in hexadecimal.
fn uid(rule: &str, framework: &str, control: &str) -> String {
    // None of the three holds a NUL in a policy that a person wrote, so the parts cannot be read another way.
    let digest = Sha256::digest(format!("{rule}\0{framework}\0{control}"));
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
