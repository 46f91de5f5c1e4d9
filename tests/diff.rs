//! `trailgate diff` in a scratch git repository with two branches: what appears in one direction disappears in the other.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const ON_MAIN: &str = "version: 1
rules:
  - id: trail.stopped
    title: Trail stopped
    severity: medium
    when: {$.eventSource: cloudtrail.amazonaws.com}
    forbid: {$.eventName: StopLogging}
    message: 'was {$.eventName}'
  - id: trail.deleted
    title: Trail deleted
    severity: high
    when: {$.eventSource: cloudtrail.amazonaws.com}
    forbid: {$.eventName: {in: {list: names}}}
lists:
  names: {file: lists/names.txt}
";

const ON_BRANCH: &str = "version: 1
rules:
  - id: trail.stopped
    title: Trail stopped
    severity: high
    when: {$.eventSource: cloudtrail.amazonaws.com}
    forbid: {$.eventName: [StopLogging, UpdateTrail]}
    message: 'is {$.eventName}'
";

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"];
    let status = Command::new("git").args(identity).args(arguments).current_dir(folder).output().unwrap();
    assert!(status.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&status.stderr));
}

/// A repository with the branches `main` and `stricter`, the second checked out; logs lie beside the policies.
fn repository() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    fs::create_dir_all(folder.join("policies/lists")).unwrap();
    let event = |name: &str, number: u32| {
        json!({
            "eventVersion": "1.08", "eventID": format!("00000000-0000-4000-8000-{number:012}"),
            "eventTime": "2026-03-14T09:05:00Z", "eventSource": "cloudtrail.amazonaws.com", "eventName": name,
            "awsRegion": "us-east-1", "recipientAccountId": "123456789012",
        })
    };
    let events = [event("StopLogging", 1), event("UpdateTrail", 2), event("DeleteTrail", 3)];
    fs::write(folder.join("log.json"), json!({ "Records": events }).to_string()).unwrap();
    fs::write(folder.join("policies/trail.yaml"), ON_MAIN).unwrap();
    fs::write(folder.join("policies/lists/names.txt"), "DeleteTrail\n").unwrap();
    git(folder, &["init", "-q", "-b", "main"]);
    git(folder, &["add", "policies"]);
    git(folder, &["commit", "-q", "-m", "policies"]);
    git(folder, &["checkout", "-q", "-b", "stricter"]);
    fs::write(folder.join("policies/trail.yaml"), ON_BRANCH).unwrap();
    git(folder, &["commit", "-q", "-a", "-m", "be stricter"]);
    scratch
}

fn diff(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .arg("diff")
        .args(arguments)
        .args(["--logs", "log.json", "--as-of", "2026-12-31"])
        .current_dir(folder)
        .env_remove("TRAILGATE_FAIL_ON")
        .env_remove("GIT_DIR")
        .output()
        .unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn what_appears_one_way_disappears_the_other() {
    let scratch = repository();
    let there = diff(scratch.path(), &["main", "policies"]);
    assert_eq!(there.status.code(), Some(1));
    assert_eq!(
        words(&there),
        "policies main → policies

- trail.deleted (high): rule removed, 1 violation in 3 events
  - Trail deleted · 2026-03-14T09:05:00Z · 00000000-0000-4000-8000-000000000003 · log.json:1:483

~ trail.stopped (medium → high): 1 violation in 3 events → 2 violations in 3 events
  + is UpdateTrail · 2026-03-14T09:05:00Z · 00000000-0000-4000-8000-000000000002 · log.json:1:248
  ~ severity medium → high · message was: was StopLogging · is StopLogging · 2026-03-14T09:05:00Z · \
00000000-0000-4000-8000-000000000001 · log.json:1:13

0 rules the same in these logs
failed: 1 violation more at or above low · 1 new, 1 gone, 1 changed in 3 events
"
    );
    let back = diff(scratch.path(), &["stricter:policies/trail.yaml", "main", "--fail-on", "critical"]);
    let report = words(&back);
    assert_eq!(back.status.code(), Some(0), "{report}");
    assert!(
        report.contains("\n+ trail.deleted (high): rule added, 1 violation in 3 events\n  + Trail deleted"),
        "{report}"
    );
    assert!(
        report.contains(
            "\n~ trail.stopped (high → medium): 2 violations in 3 events → 1 violation in 3 events\n  - is Up"
        )
    );
    // A severity that rises to the gate counts as new.
    let risen = diff(scratch.path(), &["main", "stricter", "--fail-on", "high", "-f", "json"]);
    let document: Value = serde_json::from_slice(&risen.stdout).unwrap();
    assert_eq!(document["failing"], 2);
    assert_eq!(document["rules"][1]["changed"][0]["what"], json!(["severity", "message"]));
    assert_eq!(document["rules"][1]["new"][0]["message"], "is UpdateTrail");
    let same = diff(scratch.path(), &["stricter", "policies"]);
    assert_eq!(same.status.code(), Some(0));
    assert!(words(&same).contains("\n1 rule the same in these logs\n"));
}

#[test]
fn a_side_that_cannot_be_read_is_a_usage_error() {
    let scratch = repository();
    let folder = scratch.path();
    fs::create_dir(folder.join("bad")).unwrap();
    fs::write(folder.join("bad/a.yaml"), "version: 1\nrule: []\n").unwrap();
    for (arguments, wanted) in [
        (["no-branch", "policies"], "`no-branch` is no file or folder, and `no-branch` is no git revision"),
        (["main:nowhere", "policies"], "the revision `main` holds no policy file at `nowhere`"),
    ] {
        let output = diff(folder, &arguments);
        assert_eq!(output.status.code(), Some(2), "{}", words(&output));
        assert!(words(&output).contains(wanted), "{}", words(&output));
    }
    let both = diff(folder, &["bad", "main:nowhere"]);
    assert!(words(&both).contains("`nowhere`") && words(&both).contains("bad/a.yaml"), "{}", words(&both));
    let outside = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .args(["diff", "main", "bundled", "--logs", "x"])
        .current_dir(outside.path())
        .env("PATH", outside.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("the program `git` was not"), "{}", words(&output));
}

#[test]
fn markdown_is_cut_and_shows_log_text_as_it_is() {
    let scratch = repository();
    let hostile = "</code>`@ana` | **x**".repeat(6);
    let events: Vec<Value> = (0..900)
        .map(|number| {
            json!({
                "eventVersion": "1.08", "eventID": format!("00000000-0000-4000-8000-{number:012}"),
                "eventTime": "2026-03-14T09:05:00Z", "eventSource": "cloudtrail.amazonaws.com",
                "eventName": "UpdateTrail", "userAgent": hostile,
            })
        })
        .collect();
    fs::write(scratch.path().join("log.json"), json!({ "Records": events }).to_string()).unwrap();
    let policy = ON_BRANCH.replace("is {$.eventName}", "by {$.userAgent}");
    fs::write(scratch.path().join("policies/trail.yaml"), policy).unwrap();
    let output = diff(scratch.path(), &["main", "policies", "-f", "markdown", "--max-violations", "0"]);
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.chars().count() <= 60_000);
    assert!(page.contains("**Cut here: "), "{page}");
    assert!(page.contains("- **new** `` by </code>`@ana`"), "{page}");
}
