//! A run held against a baseline: nothing is new because a log moved, was compressed or wrapped; a file that is no baseline is an error.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const POLICY: &str = "version: 1
rules:
  - id: trail.changed
    title: Trail changed
    severity: high
    when: {$.eventSource: cloudtrail.amazonaws.com}
    forbid: {$.eventName: {in: [UpdateTrail, StopLogging]}}
    message: '{$.eventName}'
";

fn event(number: u32) -> Value {
    json!({
        "eventVersion": "1.08", "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "eventTime": format!("2026-03-14T09:00:{number:02}Z"), "eventSource": "cloudtrail.amazonaws.com",
        "eventName": if number.is_multiple_of(2) { "UpdateTrail" } else { "StopLogging" }, "awsRegion": "us-east-1",
        "recipientAccountId": "123456789012",
    })
}

fn records(numbers: impl Iterator<Item = u32>) -> String {
    json!({"Records": numbers.map(event).collect::<Vec<_>>()}).to_string()
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    fs::write(folder.join("p.yaml"), POLICY).unwrap();
    Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .args(["check", "-p", "p.yaml", "--as-of", "2026-12-31"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("TRAILGATE_POLICIES")
        .env_remove("TRAILGATE_FAIL_ON")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn nothing_is_new_in_logs_that_only_lie_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.json"), records(0..6)).unwrap();
    let first = check(folder.path(), &["--write-baseline", "b.json", "a.json"]);
    assert_eq!(first.status.code(), Some(1), "{}", String::from_utf8_lossy(&first.stderr));
    let baseline = fs::read(at("b.json")).unwrap();

    fs::create_dir(at("moved")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(records((0..3).rev()).as_bytes()).unwrap();
    fs::write(at("moved/x.json.gz"), gzip.finish().unwrap()).unwrap();
    let lines: String = (3..6).rev().map(|number| format!("{}\n", event(number))).collect();
    fs::write(at("moved/a.jsonl"), lines).unwrap();

    let second = check(folder.path(), &["--baseline", "b.json", "--write-baseline", "c.json", "moved"]);
    let report = stdout(&second);
    assert_eq!(second.status.code(), Some(0), "{report}");
    assert!(report.contains("6 violations in 6 events, 6 in the baseline"), "{report}");
    assert!(report.ends_with("passed: no new violation in 6 events, 6 in the baseline\n"), "{report}");
    assert!(!report.contains("── gone"), "{report}");
    assert!(fs::read(at("c.json")).unwrap() == baseline, "the same violations give the same bytes");
}

#[test]
fn only_new_violations_fail_and_gone_ones_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), records(0..6)).unwrap();
    fs::write(folder.path().join("b.json"), records(1..8)).unwrap();
    check(folder.path(), &["--write-baseline", "known.json", "a.json"]);
    // The first three of the rule are old: the new ones are shown all the same.
    let output = check(folder.path(), &["--baseline", "known.json", "b.json"]);
    let report = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert_eq!(report.matches("\n  × ").count(), 2, "{report}");
    assert_eq!(report.matches("\n  = ").count(), 3, "{report}");
    assert!(report.contains("  … and 2 more in the baseline\n"), "{report}");
    assert!(report.contains("  1 violation of the baseline not found in this run\n  - trail.changed: "), "{report}");
    assert!(report.ends_with("\nfailed: 2 new violations (2 high), 5 in the baseline\n"), "{report}");
    let below = check(folder.path(), &["--baseline", "known.json", "--fail-on", "critical", "b.json"]);
    assert_eq!(below.status.code(), Some(0));

    // Both flags: held against the file, which then takes what was found.
    let update = ["--baseline", "known.json", "--write-baseline", "known.json", "b.json"];
    assert_eq!(check(folder.path(), &update).status.code(), Some(1));
    assert_eq!(check(folder.path(), &update).status.code(), Some(0));
    let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.contains("tmp")));
}

#[test]
fn a_file_that_is_no_baseline_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), records(0..2)).unwrap();
    for (text, wanted) in [
        (None, "no such file or directory: `--write-baseline` alone writes a first one"),
        (Some(""), "it is no baseline: EOF"),
        (Some("<<<<<<< ours"), "it is no baseline: expected value"),
        (Some(r#"{"version":1}"#), "missing field `violations`"),
        (Some(r#"{"version":2,"violations":[]}"#), "it has version 2, and this trailgate reads version 1"),
    ] {
        let file = folder.path().join("known.json");
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        let both = ["--baseline", "known.json", "--write-baseline", "known.json", "a.json"];
        let output = check(folder.path(), &both);
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(wanted), "{words}");
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), text, "it stays as it was");
    }
    let nowhere = check(folder.path(), &["--write-baseline", "no/b.json", "a.json"]);
    assert_eq!(nowhere.status.code(), Some(2));
}
