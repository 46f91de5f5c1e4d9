//! Every way that records reach the program, and everything that may be wrong with a file: what is counted, found and said.
//!
//! `cargo test --test inputs every_input -- --nocapture` prints the table in Markdown, with the problems as a user reads them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what is not as expected fails the test")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// What is to be found in one input, checked with the policies of this repository.
struct Case {
    /// The file, below `fixtures/`.
    input: &'static str,
    records: usize,
    /// Rules, once for each violation.
    violations: &'static [&'static str],
    /// Kinds, once for each problem.
    problems: &'static [&'static str],
    exit: i32,
}

const fn sound(input: &'static str, records: usize, violations: &'static [&'static str]) -> Case {
    Case { input, records, violations, problems: &[], exit: if violations.is_empty() { 0 } else { 1 } }
}

const fn damaged(
    input: &'static str,
    records: usize,
    violations: &'static [&'static str],
    problems: &'static [&'static str],
) -> Case {
    Case { input, records, violations, problems, exit: if violations.is_empty() { 3 } else { 1 } }
}

/// A file that holds no event: a run over it alone must not pass.
const fn without_log(input: &'static str, records: usize) -> Case {
    Case { input, records, violations: &[], problems: &[], exit: 3 }
}

const BEFORE: &str = "cloudwatch.alarm-deleted";
const AFTER: &str = "logs.log-group-deleted";
const AROUND: &[&str] = &[BEFORE, AFTER];
const RECORD: &[&str] = &["malformed_record"];

const CASES: &[Case] = &[
    sound(
        "cloudtrail/records.json",
        4,
        &[
            "cloudwatch.alarm-changed-by-root",
            "cloudwatch.alarm-changed-without-mfa",
            "cloudwatch.alarm-saved-without-action",
            "root.credentials-used",
            "root.credentials-used",
            "root.access-key-used",
            "events.rule-changed-by-root",
            "logs.exported-by-person",
            "iam.long-lived-key-used",
        ],
    ),
    sound(
        "cloudtrail/one-line.json",
        5,
        &[
            "cloudwatch.alarm-actions-disabled",
            "cloudwatch.alarm-state-set-by-person",
            "cloudtrail.logging-stopped",
            "iam.long-lived-key-used",
            "iam.console-login-without-mfa",
        ],
    ),
    sound("cloudtrail/ndjson.jsonl", 3, &["logs.log-group-deleted", "logs.retention-below-one-year"]),
    sound("cloudtrail/concatenated.json", 3, &["events.targets-removed", "events.rule-deleted"]),
    sound("cloudtrail/array.json", 2, &["iam.admin-policy-attached", "iam.long-lived-key-used"]),
    sound("cloudtrail/single.json", 1, &["cloudtrail.trail-narrowed", "cloudtrail.log-file-validation-off"]),
    sound("cloudtrail/lookup-events.json", 2, &["iam.access-key-created-for-other-user"]),
    sound("cloudtrail/eventbridge.json", 1, &["root.credentials-used", "root.console-login"]),
    sound("cloudtrail/cloudwatch-subscription.json", 2, &["logs.subscription-filter-deleted"]),
    sound("cloudtrail/cloudwatch-filter-log-events.json", 2, &["events.rule-disabled"]),
    sound("cloudtrail/cloudwatch-s3-export.log", 2, &["iam.mfa-deactivated", "iam.mfa-enabled-for-other-user"]),
    sound(
        "cloudtrail/athena-rows.jsonl",
        3,
        &["logs.exported-by-person", "iam.long-lived-key-used", "cloudtrail.management-events-excluded"],
    ),
    sound("cloudtrail/lake-rows.jsonl", 2, &["cloudtrail.trail-deleted"]),
    sound("cloudtrail/clean.json", 5, &[]),
    sound(
        "AWSLogs/123456789012/CloudTrail/us-east-1/2026/03/14/123456789012_CloudTrail_us-east-1_20260314T0930Z_Kj3mP0qRs7tUvWxY.json.gz",
        3,
        &["cloudwatch.alarm-deleted", "events.bus-opened-to-everyone"],
    ),
    sound(
        "AWSLogs/123456789012/CloudTrail/us-east-1/2026/03/14/123456789012_CloudTrail_us-east-1_20260314T0935Z_Aa1Bb2Cc3Dd4Ee5F.json.gz",
        2,
        &["cloudwatch.alarm-deleted"],
    ),
    without_log(
        "AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/03/14/123456789012_CloudTrail-Digest_us-east-1_main_us-east-1_20260314T100000Z.json.gz",
        0,
    ),
    without_log(
        "AWSLogs/123456789012/CloudTrail-Insight/us-east-1/2026/03/14/123456789012_CloudTrail-Insight_us-east-1_20260314T0925Z_Zz9Yy8Xx7Ww6Vv5U.json.gz",
        2,
    ),
    damaged("bad/malformed-record.json", 3, AROUND, RECORD),
    damaged("bad/not-an-object.json", 6, AROUND, &["not_an_event", "not_an_event", "not_an_event", "not_an_event"]),
    damaged("bad/too-deep.json", 3, AROUND, RECORD),
    damaged("bad/huge-number.json", 3, AROUND, RECORD),
    damaged("bad/lone-surrogate.json", 3, AROUND, RECORD),
    damaged("bad/invalid-utf8.json", 3, AROUND, RECORD),
    damaged("bad/control-character.json", 3, AROUND, RECORD),
    sound("bad/duplicate-keys.json", 1, &[BEFORE]),
    sound("bad/crlf-bom-blank-lines.jsonl", 2, AROUND),
    sound("bad/two-members.json.gz", 2, AROUND),
    damaged("bad/truncated.json.gz", 3, AROUND, &["gzip"]),
    damaged("bad/trailing-garbage.json.gz", 1, &[BEFORE], &["gzip"]),
    damaged("bad/trailing-garbage.json", 1, &[BEFORE], &["malformed_envelope"]),
    damaged("bad/unfinished.json", 2, &[BEFORE], RECORD),
    damaged("bad/not-a-log.json", 1, &[], &["not_an_event"]),
    damaged("bad/not-json.txt", 0, &[], &["not_a_log"]),
    without_log("bad/empty.json", 0),
    damaged("no-such-file.json", 0, &[], &["unreadable"]),
];

/// A run's report, as JSON and as people read it, and its exit code.
struct Run {
    report: Value,
    human: String,
    exit: i32,
}

#[test]
fn every_input_gives_what_it_should() {
    println!("| input | records | violations | what is printed | exit code |\n|---|---|---|---|---|");
    for case in CASES {
        let run = check(&[&format!("fixtures/{}", case.input)]);
        adds_up(&run, case.input);
        assert_eq!(run.report["summary"]["records"]["found"], json!(case.records), "{}", case.input);
        assert_eq!(tally(&run.report["violations"], "rule"), count(case.violations), "{}", case.input);
        assert_eq!(tally(&run.report["summary"]["problems"], "kind"), count(case.problems), "{}", case.input);
        assert_eq!(run.exit, case.exit, "{}", case.input);
        println!("{}", row(case, &run));
    }
}

#[test]
fn every_fixture_is_among_the_inputs() {
    for folder in ["cloudtrail", "AWSLogs", "bad"] {
        let files = files_below(&fixtures().join(folder));
        assert!(!files.is_empty());
        for file in files {
            let name = file.strip_prefix(fixtures()).unwrap().to_str().unwrap();
            assert!(CASES.iter().any(|case| case.input == name), "{name} has no case here");
        }
    }
}

#[test]
fn a_bucket_counts_each_delivery_once() {
    let run = check(&["fixtures/AWSLogs"]);
    adds_up(&run, "AWSLogs");
    let summary = &run.report["summary"];
    assert_eq!(summary["files"]["skipped_by"], json!({"digest": 1, "insight": 1}));
    assert_eq!(summary["records"], json!({"found": 7, "evaluated": 4, "duplicates": 1, "malformed": 0, "insights": 2}));
    let expected = count(&["cloudwatch.alarm-deleted", "events.bus-opened-to-everyone"]);
    assert_eq!(tally(&run.report["violations"], "rule"), expected);
}

#[test]
fn a_folder_without_logs_never_passes_for_a_clean_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let empty = check(&[path]);
    adds_up(&empty, "an empty folder");
    assert_eq!(empty.exit, 3);
    assert_eq!(tally(&empty.report["summary"]["problems"], "kind"), count(&["unreadable"]));

    std::fs::write(folder.path().join("README.md"), "# Logs\n").unwrap();
    let skipped = check(&[path]);
    adds_up(&skipped, "a folder without logs");
    assert_eq!(skipped.report["summary"]["files"]["skipped_files"][0]["reason"], "not_json");
    assert_eq!(skipped.exit, 3);
    assert!(skipped.human.ends_with("\nincomplete: no log was read\n"), "{}", skipped.human);

    std::fs::write(folder.path().join("a.json.gz"), "").unwrap();
    let unfinished = check(&[path]);
    adds_up(&unfinished, "a gzip file of no bytes");
    assert_eq!(unfinished.exit, 3);
    assert_eq!(tally(&unfinished.report["summary"]["problems"], "kind"), count(&["gzip"]));
}

#[test]
fn gzip_is_read_as_what_it_holds() {
    for case in CASES.iter().filter(|case| case.input.starts_with("cloudtrail/")) {
        let plain = std::fs::read(fixtures().join(case.input)).unwrap();
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&plain).unwrap();
        let packed = packed.finish().unwrap();
        let plain = run_on(&["-f", "ndjson", "-"], Some(&plain));
        let packed = run_on(&["-f", "ndjson", "-"], Some(&packed));
        assert_eq!(plain.status.code(), Some(case.exit), "{}", case.input);
        assert_eq!(plain, packed, "{}", case.input);
    }
}

#[test]
fn a_wrapper_changes_no_finding() {
    let mut records = Vec::new();
    for file in ["records.json", "one-line.json", "clean.json"] {
        let file: Value =
            serde_json::from_slice(&std::fs::read(fixtures().join("cloudtrail").join(file)).unwrap()).unwrap();
        records.extend(file["Records"].as_array().unwrap().clone());
    }
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let texts =
        |key: &str| Value::from(records.iter().map(|record| json!({key: record.to_string()})).collect::<Vec<_>>());
    let messages = texts("message");
    let wrapped = [
        json!({"Records": records}).to_string(),
        lines,
        records.iter().map(Value::to_string).collect(),
        Value::from(records.clone()).to_string(),
        serde_json::to_string_pretty(&json!({"Records": records})).unwrap(),
        json!({"Events": texts("CloudTrailEvent")}).to_string(),
        json!({"messageType": "DATA_MESSAGE", "logEvents": messages}).to_string(),
        json!({"events": messages}).to_string(),
    ];
    let findings: Vec<Value> = wrapped
        .iter()
        .map(|text| {
            let output = run_on(&["-f", "json", "-"], Some(text.as_bytes()));
            let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
            report["summary"]["bytes"] = Value::Null;
            // Places are those of the wrapper; all else is the record's.
            for violation in report["violations"].as_array_mut().unwrap() {
                for evidence in violation["evidence"].as_array_mut().unwrap() {
                    forget_place(evidence);
                }
                forget_place(violation);
            }
            report
        })
        .collect();
    assert_eq!(findings[0]["violations"].as_array().unwrap().len(), 14);
    for (index, finding) in findings.iter().enumerate() {
        assert_eq!(finding, &findings[0], "wrapper {index}");
    }
}

#[test]
fn two_runs_over_halves_add_up_to_one_over_all() {
    let mut files: Vec<String> = files_below(&fixtures().join("cloudtrail"))
        .iter()
        .chain(&files_below(&fixtures().join("bad")))
        .map(|file| file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (first, second) = files.split_at(files.len() / 2);
    let (whole, first, second) = (check(&files), check(first), check(second));
    for run in [&whole, &first, &second] {
        adds_up(run, "a part of the fixtures");
    }
    let joined = |key: fn(&Run) -> &Value| {
        let (first, second) = (key(&first).as_array().unwrap(), key(&second).as_array().unwrap());
        (Value::from([first.as_slice(), second].concat()), key(&whole).clone())
    };
    let (parts, all) = joined(|run| &run.report["violations"]);
    assert_eq!(parts, all);
    let (parts, all) = joined(|run| &run.report["summary"]["problems"]);
    assert_eq!(parts, all);
    let sums = add(counts(&first.report["summary"]), counts(&second.report["summary"]));
    assert_eq!(sums, counts(&whole.report["summary"]));
}

#[test]
fn a_violation_far_along_a_huge_line_gives_a_small_report_with_its_place() {
    let file: Value =
        serde_json::from_slice(&std::fs::read(fixtures().join("cloudtrail/clean.json")).unwrap()).unwrap();
    let mut text = "{\"Records\":[".to_owned();
    for number in 0.. {
        let mut record = file["Records"][number % 5].clone();
        record["eventID"] = json!(format!("größer {number}"));
        text.push_str(&format!("{record},"));
        if text.len() > 6_000_000 {
            break;
        }
    }
    let start = text.len();
    let single = std::fs::read_to_string(fixtures().join("cloudtrail/single.json")).unwrap();
    let single: Value = serde_json::from_str(&single).unwrap();
    text.push_str(&format!("{single}]}}"));
    let value = start + text[start..].find("\"isMultiRegionTrail\":").unwrap() + "\"isMultiRegionTrail\":".len();
    let column = |offset: usize| text[..offset].chars().count() + 1;
    assert!(column(value) > 70_000 && column(value) < value);

    let arguments = ["--only", "cloudtrail.trail-narrowed", "-"];
    let human = run_on(&arguments, Some(text.as_bytes()));
    assert_eq!(human.status.code(), Some(1));
    let human = String::from_utf8(human.stdout).unwrap();
    assert!(human.len() < 4_000, "{} bytes", human.len());
    assert!(human.contains(&format!("[<stdin>:1:{}]", column(value))), "{human}");
    assert!(human.contains(&format!("byte {value}\n")), "{human}");

    let json = run_on(&[&["-f", "json"], arguments.as_slice()].concat(), Some(text.as_bytes())).stdout;
    assert!(json.len() < 12_000, "{} bytes", json.len());
    let report: Value = serde_json::from_slice(&json).unwrap();
    let violation = &report["violations"][0];
    assert_eq!(violation["offset"], json!(start));
    assert_eq!((&violation["line"], &violation["column"]), (&json!(1), &json!(column(start))));
    let evidence = &violation["evidence"][0];
    assert_eq!(evidence["offset"], json!(value));
    assert_eq!((&evidence["line"], &evidence["column"]), (&json!(1), &json!(column(value))));
}

/// Checks `paths` with the policies of this repository.
fn check(paths: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let format = format!("json={}", file.display());
    let output = run_on(&[&["-f", &format, "-f", "human"], paths].concat(), None);
    let report = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    Run { report, human: String::from_utf8(output.stdout).unwrap(), exit: output.status.code().unwrap() }
}

fn run_on(arguments: &[&str], stdin: Option<&[u8]>) -> Output {
    // The rules of CIS tell once more, and wider, what other rules tell.
    let mut child = Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .args(["check", "-p", "policies", "--skip", "cis.*", "--as-of", "2026-03-14"])
        // What is seen for the first time depends on how far all of the log reaches.
        .args(["--skip", "principal.*-first-*"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("TRAILGATE_POLICIES")
        .env_remove("TRAILGATE_FAIL_ON")
        .env_remove("TRAILGATE_THREADS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(stdin.unwrap_or_default()).unwrap();
    drop(pipe);
    child.wait_with_output().unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Holds what the doc comment of `violation::Summary` promises, and that every list is as long as its count says.
fn adds_up(run: &Run, name: &str) {
    let summary = &run.report["summary"];
    let number = |value: &Value| value.as_u64().unwrap();
    let sum = |of: &Value, parts: &[&str]| parts.iter().map(|part| number(&of[*part])).sum::<u64>();
    let (files, records) = (&summary["files"], &summary["records"]);
    assert_eq!(number(&files["found"]), sum(files, &["read", "skipped", "failed"]), "{name}");
    assert_eq!(files["skipped_by"].as_object().unwrap().values().map(number).sum::<u64>(), number(&files["skipped"]));
    let parts = ["evaluated", "duplicates", "malformed", "insights"];
    assert_eq!(number(&records["found"]), sum(records, &parts), "{name}");
    let of_rules = |key| summary["rules"].as_array().unwrap().iter().map(|rule| number(&rule[key])).sum::<u64>();
    assert_eq!(of_rules("violations"), number(&summary["violations"]), "{name}");
    assert_eq!(of_rules("waived"), number(&summary["waived"]), "{name}");
    let listed = u64::try_from(run.report["violations"].as_array().unwrap().len()).unwrap();
    assert_eq!(listed, number(&summary["violations"]) + number(&summary["waived"]), "{name}");
    let verdict = match run.exit {
        0 if number(&records["evaluated"]) == 0 => "nothing checked: ",
        0 => "passed: ",
        1 => "failed: ",
        3 => "incomplete: ",
        _ => "another exit code",
    };
    // What follows the first line of the verdict is indented.
    let last = run.human.lines().rfind(|line| !line.starts_with(' ')).unwrap();
    assert!(last.starts_with(verdict), "{name}: {}", run.human);
}

/// How often each value of `key` stands in `list`.
fn tally(list: &Value, key: &str) -> BTreeMap<String, usize> {
    count(&list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap()).collect::<Vec<_>>())
}

fn count(words: &[&str]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry((*word).to_owned()).or_default() += 1;
    }
    counts
}

/// Every number of `summary`, by its place in it; rules go by their ids.
fn counts(summary: &Value) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for group in ["files", "records"] {
        for (name, value) in summary[group].as_object().unwrap() {
            if let Some(number) = value.as_u64() {
                counts.insert(format!("{group}.{name}"), number);
            }
        }
    }
    for rule in summary["rules"].as_array().unwrap() {
        for name in ["population", "violations", "waived"] {
            counts.insert(format!("{} {name}", rule["rule"]), rule[name].as_u64().unwrap());
        }
    }
    for name in ["bytes", "violations", "waived"] {
        counts.insert(name.to_owned(), summary[name].as_u64().unwrap());
    }
    counts
}

fn add(mut counts: BTreeMap<String, u64>, more: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    for (name, number) in more {
        *counts.entry(name).or_default() += number;
    }
    counts
}

fn forget_place(value: &mut Value) {
    for name in ["offset", "line", "column"] {
        value.as_object_mut().unwrap().remove(name);
    }
}

/// A row of the table: the input, what was counted and found, and what is printed: problems, skipped files, the last line.
fn row(case: &Case, run: &Run) -> String {
    let name = case.input.rsplit('/').next().unwrap();
    let folder = case.input.split('/').next().unwrap();
    let violations: Vec<String> = count(case.violations)
        .into_iter()
        .map(|(rule, number)| if number > 1 { format!("{rule} ×{number}") } else { rule })
        .collect();
    let shown = match case.input.matches('/').count() {
        0 | 1 => case.input.to_owned(),
        _ => format!("{folder}/…/{name}"),
    };
    let mut printed = problems(&run.human, case.input);
    printed.extend(run.human.lines().filter(|line| line.contains(" skipped (")).map(|line| line.trim().to_owned()));
    printed.push(format!("**{}**", run.human.lines().last().unwrap()));
    format!(
        "| `{shown}` | {} | {} | {} | {} |",
        case.records,
        if violations.is_empty() { "none".to_owned() } else { violations.join(", ") },
        printed.join("<br>").replace('|', "\\|"),
        run.exit,
    )
}

/// The problems of a report, each on one line, with the name of the file left out.
fn problems(human: &str, input: &str) -> Vec<String> {
    let mut problems: Vec<String> = Vec::new();
    let section = human.lines().skip_while(|line| !line.starts_with("── problems"));
    for line in section.skip(1).take_while(|line| !line.is_empty()) {
        match line.strip_prefix("  ! ") {
            Some(place) => {
                let place = place.trim_start_matches("fixtures/").trim_start_matches(input).trim_start_matches(':');
                problems.push(if place.is_empty() { String::new() } else { format!("{place} ") });
            }
            None => {
                let problem = problems.last_mut().unwrap();
                let space = if problem.is_empty() || problem.ends_with(' ') { "" } else { " " };
                problem.push_str(&format!("{space}{}", line.trim()));
            }
        }
    }
    problems
}
