//! `trailgate new`: what is drafted out of a record is a policy whose tests pass, that lint is content with, and in which nobody can
//! be recognised. Every record of the published logs and of `fixtures/` is tried.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot be read fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;
use trailgate::compile;
use trailgate::engine::draft::{draft, skeleton};
use trailgate::engine::selftest::RuleRun;
use trailgate::event::reader::Ending;
use trailgate::event::{Item, RecordFormat, gzip, read};
use trailgate::policy::format::format;
use trailgate::policy::rule_test::Expectation;
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::TestOutcome;

const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/logs");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn records(folder: &str) -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    files(Path::new(folder), &mut paths);
    paths.sort();
    let mut records = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let text = if gzip::is_gzip(&bytes) { gzip::inflate(&bytes, 1 << 30).text } else { bytes };
        let name = path.display().to_string();
        read(&name, &text, &RecordFormat::Cloudtrail, Ending::Whole, &mut |item| {
            if let Item::Record(record) = item
                && let Ok(value) = serde_json::from_str(&record.text)
            {
                records.push((format!("{name}:{}", record.ordinal), value));
            }
        });
    }
    records
}

/// That a draft is a whole policy.
fn holds(name: &str, text: &str) {
    let text = format(&Source::new("draft", text)).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    let today = jiff::civil::date(2026, 6, 30);
    let policy = parse(&Source::new("draft", text.as_str()), &|_| Err(String::new()));
    let set = policy
        .and_then(|policy| PolicySet::new(vec![policy]))
        .unwrap_or_else(|errors| panic!("{name}: {errors}\n{text}"));
    let (policy, rule) = set.rules().next().unwrap();
    let mut run = RuleRun::new(&set, policy, rule);
    let mut expected = BTreeSet::new();
    for test in &rule.tests {
        let (cases, outcome) = run.test(test, today, &|_| Err(String::new()));
        assert_eq!((cases, &outcome), (1, &TestOutcome::Passed), "{name}: {}\n{text}", test.name.value);
        expected.insert(test.expect.keyword());
    }
    assert_eq!(expected, BTreeSet::from(["not_in_scope", "ok", "violation"]));
    assert!(rule.tests.iter().any(|test| test.expect == Expectation::Violation));
    let warnings: Vec<String> = compile::lint(&set, today).iter().map(ToString::to_string).collect();
    assert_eq!(warnings, Vec::<String>::new(), "{name}\n{text}");
}

/// Texts of `record` that tell who somebody is.
fn identities(record: &Value) -> BTreeSet<String> {
    let all = record.to_string();
    let mut found = BTreeSet::new();
    for pattern in [
        r"\b[0-9]{12}\b",
        r"\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}\b",
        r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
        r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[a-z]+",
    ] {
        found.extend(Regex::new(pattern).unwrap().find_iter(&all).map(|found| found.as_str().to_owned()));
    }
    for pointer in ["/userIdentity/userName", "/requestParameters/userName", "/requestParameters/roleName"] {
        found.extend(record.pointer(pointer).and_then(Value::as_str).map(str::to_owned));
    }
    // Made-up ones already, and words of AWS.
    let made_up = Regex::new(
        r"^(?:123456789012|210987654321|([0-9])\d{11}|192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+|0\.0\.0\.0|127\.0\.0\.1|169\.254\.169\.254|255\.255\.255\.255|.*EXAMPLE.*|.*@example\.(?:com|org)|alice|bob|carol|dave|deploy|admin|audit|root|HIDDEN_.*|AWSServiceRole.*|.{0,2})$",
    )
    .unwrap();
    let own = |text: &String| {
        let repeated = text.len() == 12
            && ["111122223333", "222233334444", "333344445555", "444455556666"].contains(&text.as_str());
        let account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if account { text != "123456789012" && text != "210987654321" && !repeated } else { !made_up.is_match(text) }
    };
    found.retain(own);
    found
}

fn every_record(folder: &str, least: usize, identities_least: usize) {
    let records = records(folder);
    assert!(records.len() >= least, "only {} records", records.len());
    let (mut drafts, mut told) = (0, 0);
    for (name, record) in &records {
        let Ok(draft) = draft(record, None) else {
            assert!(
                record.get("eventName").and_then(Value::as_str).is_none() || record.get("eventSource").is_none(),
                "{name}"
            );
            continue;
        };
        drafts += 1;
        holds(name, &draft.text);
        for identity in identities(record) {
            told += 1;
            // As a word of its own: `web` may well stand in `webserver`.
            let word =
                Regex::new(&format!(r"(?:^|[^A-Za-z0-9]){}(?:$|[^A-Za-z0-9])", regex::escape(&identity))).unwrap();
            assert!(!word.is_match(&draft.text), "{name}: {identity} is in\n{}", draft.text);
        }
    }
    assert!(drafts >= least, "only {drafts} drafts");
    assert!(told >= identities_least, "only {told} identities to look for");
}

#[test]
fn drafts_out_of_every_record_of_the_fixtures() {
    every_record(FIXTURES, 20, 1);
}

#[test]
fn drafts_out_of_every_published_record() {
    if !Path::new(PUBLISHED).is_dir() {
        eprintln!("SKIPPED: the published logs are not at {PUBLISHED}");
        return;
    }
    every_record(&format!("{PUBLISHED}/stratus-red-team"), 300, 300);
}

#[test]
fn a_skeleton_is_a_policy_too() {
    for (source, name) in [
        ("iam.amazonaws.com", "CreateUser"),
        ("signin.amazonaws.com", "ConsoleLogin"),
        ("s3.amazonaws.com", "PutBucketAcl"),
    ] {
        holds(name, &skeleton(source, name, None).text);
    }
}
