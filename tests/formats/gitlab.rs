//! Code Quality, held against the fields that GitLab documents.

use std::collections::HashSet;

use serde_json::Value;
use trailgate::report::GitlabReporter;

use crate::formats::runs::{clean, full, hostile, hostile_texts, of_the_binary};

#[test]
fn a_full_run() {
    let mut run = full();
    run.violations[1].fingerprint = "f0-2".to_owned();
    let json = run.report(&GitlabReporter);
    // Four rules have a violation `f0`, and one violation is `f0-2` of itself.
    let fingerprints: Vec<String> = read(&json).into_iter().filter(|of| of.starts_with("f0")).collect();
    assert_eq!(fingerprints, ["f0", "f0-2", "f0-3", "f0-4", "f0-5"]);
    run.violations.truncate(5);
    insta::assert_snapshot!(run.report(&GitlabReporter));
}

#[test]
fn a_run_without_violations_is_an_empty_list() {
    assert_eq!(clean().report(&GitlabReporter), "[]\n");
}

#[test]
fn many_equal_fingerprints_take_no_long_time() {
    let mut run = full();
    run.violations = vec![run.violations[0].clone(); 50_000];
    assert_eq!(read(&run.report(&GitlabReporter)).last().unwrap(), "f0-50000");
}

#[test]
fn hostile_texts_stay_text() {
    for text in hostile_texts() {
        let mut run = hostile(&text);
        run.violations.truncate(if text.len() > 1000 { 3 } else { 100 });
        let json = run.report(&GitlabReporter);
        let all = run.violations.iter().filter(|violation| violation.waived.is_none()).count();
        assert_eq!(read(&json).len(), all);
        assert!(!json.contains(|c: char| c.is_control() && c != '\n') && !json.contains("##"));
    }
}

#[test]
fn the_binary() {
    for report in of_the_binary(&["gitlab"]) {
        assert!(!read(&report[0]).is_empty());
        let Value::Array(entries) = serde_json::from_str(&report[0]).unwrap() else { panic!("no list") };
        assert!(entries.iter().all(|entry| !entry["location"]["path"].as_str().unwrap().starts_with("./")));
    }
}

/// Checks every entry and returns the fingerprints.
fn read(json: &str) -> Vec<String> {
    let Value::Array(entries) = serde_json::from_str(json).unwrap() else { panic!("no list") };
    let fingerprints: Vec<String> = entries
        .iter()
        .map(|entry| {
            let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
            assert_eq!(keys(entry), "check_name description fingerprint location severity");
            assert_eq!(keys(&entry["location"]), "lines path");
            assert_eq!(keys(&entry["location"]["lines"]), "begin");
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&entry["severity"].as_str().unwrap()));
            assert!(entry["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(entry["description"].is_string() && entry["check_name"].is_string());
            entry["fingerprint"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(fingerprints.iter().collect::<HashSet<_>>().len(), fingerprints.len());
    fingerprints
}
