//! The AWS Security Finding Format: batches, required fields, limits and ids. That Security Hub's own model takes what is written
//! is checked by `python/validate_formats.py`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod findings;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailgate::report::AsffReporter;
use trailgate::violation::violation::EventIdentity;
use trailgate::violation::{RuleStatus, Violation};

/// Length limits of the format, in characters. Source: `AwsSecurityFinding` in botocore 1.44.8.
const LIMITS: [(&str, usize); 16] = [
    ("/Id", 512),
    ("/ProductArn", 2048),
    ("/ProductName", 128),
    ("/CompanyName", 128),
    ("/GeneratorId", 512),
    ("/AwsAccountId", 12),
    ("/Title", 256),
    ("/Description", 1024),
    ("/Severity/Original", 64),
    ("/Remediation/Recommendation/Text", 512),
    ("/Note/Text", 512),
    ("/Resources/0/Id", 512),
    ("/Resources/1/Id", 512),
    ("/Action/AwsApiCallAction/Api", 128),
    ("/Action/AwsApiCallAction/ServiceName", 128),
    ("/Action/AwsApiCallAction/DomainDetails/Domain", 128),
];

const REQUIRED: [&str; 10] = [
    "SchemaVersion",
    "Id",
    "ProductArn",
    "GeneratorId",
    "AwsAccountId",
    "CreatedAt",
    "UpdatedAt",
    "Title",
    "Description",
    "Resources",
];

fn batches(violations: &[Violation]) -> Vec<Vec<Value>> {
    let summary = findings::summary(violations, RuleStatus::Violated);
    let lines = findings::lines(&AsffReporter, violations, &summary, &[findings::card()]);
    let of = |line: Value| {
        assert_eq!(line.as_object().unwrap().len(), 1);
        line["Findings"].as_array().unwrap().clone()
    };
    lines.into_iter().map(of).collect()
}

/// Every string of a finding, with its place.
fn strings(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((at.to_owned(), text.clone())),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| strings(item, &format!("{at}/{i}"), found))
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, item)| strings(item, &format!("{at}/{name}"), found));
        }
        other => assert!(matches!(other, Value::Bool(_)), "{at} is {other}, and the format has strings there"),
    }
}

fn hold_to_the_limits(finding: &Value) {
    for name in REQUIRED {
        assert!(finding.get(name).is_some(), "no {name}");
    }
    for (pointer, limit) in LIMITS {
        if let Some(text) = finding.pointer(pointer) {
            assert!(text.as_str().unwrap().chars().count() <= limit, "{pointer} is too long");
        }
    }
    let mut found = Vec::new();
    strings(finding, "", &mut found);
    for (at, text) in found {
        assert!(!text.trim().is_empty(), "{at} is blank");
        assert!(!text.contains(char::is_control), "{at}: {text:?}");
    }
    let fields = finding["ProductFields"].as_object().unwrap();
    assert!(fields.len() <= 50, "{} product fields", fields.len());
    assert!(fields.iter().all(|(key, value)| key.len() <= 128 && value.as_str().unwrap().len() <= 2048));
    assert!((1..=32).contains(&finding["Resources"].as_array().unwrap().len()));
    let requirements = finding["Compliance"]["RelatedRequirements"].as_array().map_or(0, Vec::len);
    assert!(requirements <= 32, "{requirements} requirements");
    assert!(finding.to_string().len() <= 240_000, "the finding is too large");
    let account = finding["AwsAccountId"].as_str().unwrap();
    assert!(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()), "{account}");
    let arn = finding["ProductArn"].as_str().unwrap();
    assert!(arn.ends_with(&format!(":{account}:product/{account}/default")), "{arn}");
}

#[test]
fn a_violation_as_a_finding() {
    let mut waived = findings::violation(1, findings::event());
    waived.waived = Some(findings::waived("owned by\n the pipeline"));
    let batches = batches(&[findings::violation(0, findings::event()), waived]);
    assert_eq!(batches.len(), 1);
    let [open, waived] = batches[0].as_slice() else { panic!("two findings") };
    hold_to_the_limits(open);
    hold_to_the_limits(waived);
    insta::assert_snapshot!("asff_finding", serde_json::to_string_pretty(open).unwrap());
    assert_eq!(open["Workflow"], json!({"Status": "NEW"}));
    assert_eq!(open.get("Note"), None);
    assert_eq!(waived["Workflow"], json!({"Status": "SUPPRESSED"}));
    assert_eq!(
        waived["Note"],
        json!({
            "Text": "owned by the pipeline (until 2027-01-31)",
            "UpdatedBy": "owned by the pipeline",
            "UpdatedAt": findings::NOW,
        })
    );
}

#[test]
fn a_run_without_violations_writes_nothing() {
    assert!(batches(&[]).is_empty());
}

#[test]
fn batches_hold_a_hundred_findings_of_one_account_and_region() {
    let of = |number: usize| {
        let account = Some(if number.is_multiple_of(5) { "210987654321" } else { "123456789012" }.to_owned());
        findings::violation(number, EventIdentity { account, ..findings::event() })
    };
    let violations: Vec<Violation> = (0..250).map(of).collect();
    let batches = batches(&violations);
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
    let homes =
        |batch: &Vec<Value>| batch.iter().map(|finding| finding["ProductArn"].to_string()).collect::<BTreeSet<_>>();
    assert!(batches.iter().all(|batch| homes(batch).len() == 1));
    let ids: BTreeSet<String> = batches.iter().flatten().map(|finding| finding["Id"].to_string()).collect();
    assert_eq!(ids.len(), 250);
}

#[test]
fn ids_follow_the_fingerprint_and_nothing_else() {
    let first = findings::violation(7, findings::event());
    let moved = Violation { file: "elsewhere.json".into(), record: 0, offset: 1, ..first.clone() };
    let id = |violation: Violation| batches(&[violation])[0][0]["Id"].clone();
    assert_eq!(id(first), json!("trailgate/00000000000000000000000000000007"));
    assert_eq!(id(moved), json!("trailgate/00000000000000000000000000000007"));
}

#[test]
fn an_event_without_account_or_region_comes_last_and_fits_no_account() {
    let nobody = findings::violation(0, EventIdentity::default());
    let nowhere = findings::violation(1, EventIdentity { region: None, ..findings::event() });
    let batches = batches(&[nobody, nowhere, findings::violation(2, findings::event())]);
    let arns: Vec<&str> = batches.iter().map(|batch| batch[0]["ProductArn"].as_str().unwrap()).collect();
    assert_eq!(
        arns,
        [
            "arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default",
            "arn:aws:securityhub:unknown:000000000000:product/000000000000/default",
            "arn:aws:securityhub:unknown:123456789012:product/123456789012/default",
        ]
    );
    batches.iter().flatten().for_each(hold_to_the_limits);
}

#[test]
fn principals_partitions_and_callers() {
    let of = |principal: &str, region: &str, source_ip: &str| {
        let text = |text: &str| Some(text.to_owned());
        let event = EventIdentity {
            principal: text(principal),
            region: text(region),
            source_ip: text(source_ip),
            ..findings::event()
        };
        let finding = batches(&[findings::violation(0, event)])[0][0].clone();
        let call = &finding["Action"]["AwsApiCallAction"];
        let partition = finding["ProductArn"].as_str().unwrap().split(':').nth(1).unwrap().to_owned();
        let caller = [&call["CallerType"], &call["RemoteIpDetails"]["IpAddressV4"], &call["DomainDetails"]["Domain"]];
        let words = caller.map(|value| value.as_str().unwrap_or("-"));
        format!("{} {partition} {}", finding["Resources"][1]["Type"].as_str().unwrap(), words.join(" "))
    };
    let arn = |rest: &str| format!("arn:aws:{rest}");
    assert_eq!(of(&arn("iam::123456789012:user/a"), "us-east-1", "192.0.2.1"), "AwsIamUser aws remoteip 192.0.2.1 -");
    assert_eq!(of(&arn("iam::123456789012:role/a"), "cn-north-1", "2001:db8::1"), "AwsIamRole aws-cn remoteip - -");
    assert_eq!(
        of(&arn("sts::123456789012:assumed-role/a/b"), "us-gov-west-1", "ec2.amazonaws.com"),
        "Other aws-us-gov domain - ec2.amazonaws.com"
    );
    assert_eq!(of("alice", "us-iso-east-1", "AWS Internal"), "Other aws-iso - - -");
}

#[test]
fn hostile_text_keeps_within_the_limits() {
    let violations = findings::hostile_violations();
    let batches = batches(&violations);
    assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), violations.len());
    batches.iter().flatten().for_each(hold_to_the_limits);
}
