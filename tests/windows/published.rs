//! All published logs, in twenty orders of their files and dealt anew into twenty sets of other files: what rules over time say of
//! them must not change.
//!
//! Of the same files in another order the whole report is the same, byte for byte, as long as no two of them deliver the same event:
//! of several deliveries the first one counts, and so it is its place that is told. Where events are delivered several times, or lie
//! in other files, the violations are the same but for the places (`file`, `record`, `offset`, `line`, `column`): the events of a
//! violation are told by their ids, their times and what they say of themselves.
//!
//! The logs lie beside the checkout and not in it; where they are absent the test says so on standard error and passes.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use trailgate::audit::input::Input;
use trailgate::audit::walk;
use trailgate::event::reader::{Ending, RecordFormat};
use trailgate::event::{Item, looks_like_log, read};

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/logs");
const ORDERS: u64 = 20;

/// Rules over time of every kind that find something in the published logs.
const POLICY: &str = r#"
version: 1
rules:
  - id: many.calls
    title: Many calls at once
    severity: low
    threshold: {count: 10, within: 1m, by: {who: $.userIdentity.arn, from: {path: $.sourceIPAddress, as: ip_prefix/16}}}
    message: "{by.who} made {count} calls in {span} from {by.from}, the last {last:$.eventName}"
  - id: many.services
    title: Calls of many services
    severity: low
    threshold: {count: 4, within: 10m, by: {path: $.userIdentity.arn, as: basename}, distinct: $.eventSource}
  - id: denied.then-not
    title: A call denied and then allowed
    severity: low
    sequence:
      within: 30m
      by: [$.userIdentity.arn, $.eventName]
      steps:
        - {name: denied, event: {$.errorCode: {exists: true}}}
        - {name: allowed, event: {$.errorCode: null}}
    message: "{step.denied:$.errorCode}, then {key:$.eventName}"
  - id: looked.wrote
    title: Looks, and writes without looking at itself
    severity: low
    sequence:
      within: 1h
      by: $.userIdentity.accessKeyId
      steps:
        - {name: looks, event: {$.eventName: {starts_with: [List, Describe]}}}
        - {name: self, not: {$.eventName: GetCallerIdentity}}
        - {name: writes, event: {$.eventName: {starts_with: [Create, Put, Delete]}}}
  - id: made.and-removed
    title: Made and removed within the hour
    severity: low
    sequence:
      within: 1h
      by: $.userIdentity.arn
      any_order: true
      steps:
        - {name: made, event: {$.eventName: {starts_with: Create}}}
        - {name: removed, event: {$.eventName: {starts_with: Delete}}}
  - id: made.not-removed
    title: Made and left
    severity: low
    when: {$.eventName: {starts_with: Create}}
    require_followed_by: {within: 15m, by: $.userIdentity.arn, event: {$.eventName: {starts_with: Delete}}}
  - id: wrote.not-looked
    title: Written by one who did not look
    severity: low
    when: {$.eventName: {starts_with: [Create, Put, Delete]}}
    require_preceded_by: {within: 15m, by: $.userIdentity.arn, event: {$.eventName: {starts_with: [List, Describe, Get]}}}
  - id: action.first-seen
    title: A call never made before by this principal
    severity: low
    first_seen: {of: [$.eventSource, $.eventName], by: $.userIdentity.arn, history: 7d}
"#;

#[test]
fn the_order_of_the_published_logs_changes_nothing() {
    if !Path::new(LOGS).is_dir() {
        eprintln!("SKIPPED: the published logs are not at {LOGS}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.yaml");
    std::fs::write(&policy, POLICY).unwrap();
    let Logs { mut files, mut apart, mut records } = logs();
    println!("{} records in {} files, of which {} repeat no other", records.len(), files.len(), apart.len());
    assert!(apart.len() > 300 && records.len() > 3500);

    let wanted = report(&policy, &apart, 1);
    let violations = placeless(&report(&policy, &files, 1));
    let mut of_rules: Vec<String> = Vec::new();
    for violation in violations.as_array().unwrap() {
        of_rules.push(violation["rule"].as_str().unwrap().to_owned());
    }
    for rule in [
        "many.calls",
        "many.services",
        "denied.then-not",
        "looked.wrote",
        "made.and-removed",
        "made.not-removed",
        "wrote.not-looked",
        "action.first-seen",
    ] {
        let number = of_rules.iter().filter(|found| *found == rule).count();
        println!("{rule}: {number} violations");
        assert!(number > 0, "{rule}");
    }
    let violations = serde_json::to_string_pretty(&violations).unwrap();
    for order in 1..=ORDERS {
        let mut random = fastrand::Rng::with_seed(order);
        let threads = random.usize(1..=4);
        random.shuffle(&mut apart);
        assert!(report(&policy, &apart, threads) == wanted, "the files that repeat no other, in order {order}");
        random.shuffle(&mut files);
        random.shuffle(&mut records);
        let dealt = deal(&mut random, &records, folder.path());
        for (paths, what) in [(&files, "files"), (&dealt, "records")] {
            let found = serde_json::to_string_pretty(&placeless(&report(&policy, paths, threads))).unwrap();
            assert!(found == violations, "the {what} in order {order}");
        }
    }
}

/// What is published.
#[derive(Default)]
struct Logs {
    /// The files that hold records.
    files: Vec<PathBuf>,
    /// Those of them that share no event with one before them.
    apart: Vec<PathBuf>,
    /// The records.
    records: Vec<String>,
}

fn logs() -> Logs {
    let mut logs = Logs::default();
    let mut known = HashSet::new();
    for input in walk::inputs(&[LOGS.to_owned()]) {
        let Input::File { path, .. } = &input else { panic!("{input:?}") };
        let mut bytes = input.read().unwrap();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).unwrap();
            bytes = text;
        }
        let name: Arc<str> = input.name().into();
        let mut records: Vec<String> = Vec::new();
        if looks_like_log(&bytes) {
            read(&name, &bytes, &RecordFormat::Cloudtrail, Ending::Whole, &mut |item| {
                if let Item::Record(record) = item {
                    records.push(record.text.into_owned());
                }
            });
        }
        if records.is_empty() {
            continue;
        }
        logs.files.push(path.clone());
        let ids = records.iter().map(|record| serde_json::from_str::<Value>(record).unwrap()["eventID"].to_string());
        // Every id is noted, so that none of the file's events lies in one that is told apart later.
        if ids.filter(|id| !known.insert(id.clone())).count() == 0 {
            logs.apart.push(path.clone());
        }
        logs.records.append(&mut records);
    }
    logs
}

/// Deals `records` into up to forty files, some again as duplicates.
fn deal(random: &mut fastrand::Rng, records: &[String], folder: &Path) -> Vec<PathBuf> {
    let mut hands: Vec<Vec<&str>> = vec![Vec::new(); random.usize(1..=40)];
    for record in records {
        // An event without an id counts again each time.
        let has_id = serde_json::from_str::<Value>(record).unwrap()["eventID"].is_string();
        for _ in 0..if has_id && random.u8(..) < 16 { 2 } else { 1 } {
            random.choice(&mut hands).unwrap().push(record);
        }
    }
    let folder = folder.join(random.u64(..).to_string());
    std::fs::create_dir(&folder).unwrap();
    let write = |(index, records): (usize, &Vec<&str>)| {
        let path = folder.join(format!("{index}.json"));
        std::fs::write(&path, format!("{{\"Records\":[{}]}}", records.join(","))).unwrap();
        path
    };
    hands
        .iter()
        .filter(|records| !records.is_empty())
        .enumerate()
        .map(|(index, records)| write((index, records)))
        .collect()
}

/// The report of a run over `files`, in their order.
fn report(policy: &Path, files: &[PathBuf], threads: usize) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .args(["check", "--as-of", "2026-06-15", "--no-progress", "--ignore-waivers", "-f", "json", "-p"])
        .arg(policy)
        .args(["--threads", &threads.to_string()])
        .args(files)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{errors}");
    String::from_utf8(out.stdout).unwrap()
}

/// The violations of a report without the places of records.
fn placeless(report: &str) -> Value {
    let mut report: Value = serde_json::from_str(report).unwrap();
    let mut violations = report["violations"].take();
    forget_places(&mut violations);
    violations
}

fn forget_places(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.contains_key("record") {
                for place in ["file", "record", "offset", "line", "column"] {
                    members.remove(place);
                }
            }
            members.values_mut().for_each(forget_places);
        }
        Value::Array(elements) => elements.iter_mut().for_each(forget_places),
        _ => {}
    }
}
