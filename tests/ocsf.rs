//! OCSF findings: what stands in them, and that each attribute is one that the schema has. The whole schema is too large to keep
//! here; `python/validate_formats.py` holds the same findings against it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod findings;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Value, json};
use trailgate::report::OcsfReporter;
use trailgate::violation::violation::EventIdentity;
use trailgate::violation::{RuleStatus, Summary, Violation};

const SCHEMA: &str = include_str!("findings/ocsf-1.8.0.txt");

/// An object of the schema: attributes by name, and those of which at least one must be there.
#[derive(Default)]
struct Object {
    attributes: BTreeMap<&'static str, Attribute>,
    any_of: Vec<&'static str>,
}

struct Attribute {
    kind: &'static str,
    required: bool,
    profile: Option<&'static str>,
    values: Vec<i64>,
}

fn schema() -> BTreeMap<&'static str, Object> {
    let mut objects: BTreeMap<&str, Object> = BTreeMap::new();
    let mut object = "";
    for line in SCHEMA.lines().filter(|line| !line.starts_with('#')) {
        let Some(line) = line.strip_prefix("  ") else {
            object = line;
            continue;
        };
        let place = objects.entry(object).or_default();
        if let Some(names) = line.strip_prefix("any of ") {
            place.any_of = names.split(',').collect();
            continue;
        }
        let words: Vec<&str> = line.split(' ').collect();
        let after = |prefix: &str| words.iter().find_map(|word| word.strip_prefix(prefix));
        let attribute = Attribute {
            kind: words[1],
            required: words.contains(&"required"),
            profile: after("profile:"),
            values: after("values:")
                .map_or(Vec::new(), |values| values.split(',').map(|v| v.parse().unwrap()).collect()),
        };
        place.attributes.insert(words[0], attribute);
    }
    objects
}

/// Holds `value` against `object` of the schema.
fn hold(objects: &BTreeMap<&str, Object>, object: &str, profiles: &[&str], value: &Value) {
    let value = value.as_object().unwrap_or_else(|| panic!("{object} is {value}"));
    let known = &objects[object];
    let applies = |attribute: &Attribute| attribute.profile.is_none_or(|profile| profiles.contains(&profile));
    assert!(
        known.any_of.is_empty() || known.any_of.iter().any(|name| value.contains_key(*name)),
        "{object}: none of any"
    );
    for (name, attribute) in &known.attributes {
        let missing = attribute.required && applies(attribute) && !value.contains_key(*name);
        assert!(!missing, "{object} has no {name}");
    }
    for (name, value) in value {
        let attribute = known.attributes.get(name.as_str()).unwrap_or_else(|| panic!("{object} does not have {name}"));
        assert!(applies(attribute), "{object}.{name} is for another profile");
        match attribute.kind.strip_suffix("[]") {
            Some(kind) => {
                let items = value.as_array().unwrap_or_else(|| panic!("{object}.{name} is no array"));
                items.iter().for_each(|item| hold_to_the_type(objects, kind, profiles, item));
            }
            None => hold_to_the_type(objects, attribute.kind, profiles, value),
        }
        let listed = attribute.values.is_empty() || value.as_i64().is_some_and(|id| attribute.values.contains(&id));
        assert!(listed, "{object}.{name} is {value}");
    }
}

fn hold_to_the_type(objects: &BTreeMap<&str, Object>, kind: &str, profiles: &[&str], value: &Value) {
    let fits = match kind {
        "integer" => value.is_i64(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "ip" => value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        "json" => true,
        other => {
            hold(objects, other.strip_prefix("object:").unwrap(), profiles, value);
            true
        }
    };
    assert!(fits, "{value} is no {kind}");
}

fn lines(violations: &[Violation], summary: &Summary) -> Vec<Value> {
    let lines = findings::lines(&OcsfReporter, violations, summary, &[findings::card()]);
    let objects = schema();
    for line in &lines {
        let profiles: Vec<&str> = line["metadata"]["profiles"]
            .as_array()
            .map_or(Vec::new(), |all| all.iter().filter_map(Value::as_str).collect());
        let class = match line["class_uid"].as_i64() {
            Some(2004) => "detection_finding",
            Some(2003) => "compliance_finding",
            other => panic!("class {other:?}"),
        };
        hold(&objects, class, &profiles, line);
        let type_uid = line["class_uid"].as_i64().unwrap() * 100 + line["activity_id"].as_i64().unwrap();
        assert_eq!(line["type_uid"], type_uid);
        assert_eq!(line["metadata"]["version"], "1.8.0");
    }
    lines
}

fn detections(violations: &[Violation]) -> Vec<Value> {
    let mut lines = lines(violations, &findings::summary(violations, RuleStatus::Violated));
    lines.retain(|line| line["class_uid"] == 2004);
    lines
}

#[test]
fn a_violation_and_its_controls() {
    let violations = [findings::violation(3, findings::event())];
    let lines = lines(&violations, &findings::summary(&violations, RuleStatus::Violated));
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    assert_eq!(lines.len(), 3, "a violation and two controls");
    insta::assert_snapshot!("ocsf_detection", pretty(&lines[0]));
    insta::assert_snapshot!("ocsf_compliance", pretty(&lines[1]));
}

#[test]
fn a_waived_violation_is_suppressed() {
    let mut violation = findings::violation(0, findings::event());
    violation.waived = Some(findings::waived("owned by the pipeline"));
    let finding = detections(&[violation])[0].clone();
    assert_eq!(finding["status_id"], 3);
    assert_eq!(finding["status_detail"], "owned by the pipeline");
    assert_eq!(finding["is_alert"], false);
}

#[test]
fn a_run_of_nothing_writes_nothing() {
    assert!(findings::lines(&OcsfReporter, &[], &Summary::default(), &[]).is_empty());
}

#[test]
fn every_violation_has_a_line() {
    let violations: Vec<Violation> = (0..250).map(|number| findings::violation(number, findings::event())).collect();
    let uids: BTreeSet<String> =
        detections(&violations).iter().map(|finding| finding["finding_info"]["uid"].to_string()).collect();
    assert_eq!(uids.len(), 250);
}

#[test]
fn a_control_passes_only_where_all_was_seen() {
    let of = |status: RuleStatus, change: fn(&mut Summary)| {
        let mut summary = findings::summary(&[], status);
        change(&mut summary);
        let lines = lines(&[], &summary);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["severity_id"], 1);
        assert!(lines[0].get("resources").is_none());
        lines[0]["compliance"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(of(RuleStatus::Clean, |_| {}), "Pass");
    assert_eq!(of(RuleStatus::Clean, |summary| summary.interrupted = true), "Warning");
    assert_eq!(of(RuleStatus::NotObserved, |_| {}), "Warning");
    assert_eq!(of(RuleStatus::Pending, |_| {}), "Warning");
    assert_eq!(of(RuleStatus::Learning, |_| {}), "Warning");
}

#[test]
fn the_uid_of_a_control_is_the_same_in_every_run() {
    let violations = [findings::violation(0, findings::event())];
    let uids = |lines: &[Value]| -> Vec<Value> {
        let controls = lines.iter().filter(|line| line["class_uid"] == 2003);
        controls.map(|line| line["finding_info"]["uid"].clone()).collect()
    };
    let failed = lines(&violations, &findings::summary(&violations, RuleStatus::Violated));
    let passed = lines(&[], &findings::summary(&[], RuleStatus::Clean));
    assert_eq!(uids(&failed), uids(&passed));
    // SHA-256 of `iam.user-created`, `soc2` and `CC6.1`, NULs between them, cut to 16 bytes.
    assert_eq!(uids(&passed)[0], "035a2b1115079a16fa9c5e0626435e1c");
    assert_ne!(uids(&passed)[0], uids(&passed)[1]);
}

#[test]
fn an_event_of_another_log_claims_no_cloud() {
    let finding = detections(&[findings::violation(0, EventIdentity::default())])[0].clone();
    assert!(finding.get("cloud").is_none() && finding.get("resources").is_none());
    assert!(finding["metadata"].get("profiles").is_none());
    assert!(finding.get("start_time").is_none());
    let data = json!([
        {"path": "$['eventName']", "observed": "CreateUser", "expected": "not `CreateUser`"},
        {"path": "$['eventName']", "expected": "not `CreateUser`"},
    ]);
    assert_eq!(finding["evidences"], json!([{"data": data}]));
}

#[test]
fn only_an_address_is_an_ip() {
    let of = |source: &str| {
        let event = EventIdentity { source_ip: Some(source.to_owned()), ..findings::event() };
        detections(&[findings::violation(0, event)])[0]["evidences"][0]["src_endpoint"].clone()
    };
    assert_eq!(of("2001:db8::1"), json!({"ip": "2001:db8::1"}));
    assert_eq!(of("ec2.amazonaws.com"), json!({"domain": "ec2.amazonaws.com"}));
    assert_eq!(of("AWS Internal"), json!({"name": "AWS Internal"}));
}

#[test]
fn hostile_text_keeps_the_shape() {
    let violations = findings::hostile_violations();
    let found = detections(&violations);
    assert_eq!(found.len(), violations.len());
    for (violation, finding) in violations.iter().zip(&found) {
        assert!(finding["message"] == violation.message.as_str(), "the message is changed");
    }
}
