//! Checks published logs with the bundled policies, and every place that a violation names against the bytes of its file.
//!
//! The logs lie beside the checkout and not in it; where they are absent the test says so on standard error and passes. Places
//! are found again the slow way: values are parsed from the offset on, lines and columns counted from the start of the file.
//! The same is done with `fixtures/cloudtrail`, where records also lie in strings and in rows.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected fails the test"
)]

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use flate2::read::MultiGzDecoder;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use trailgate::audit::{Keep, Limit, Outcome, RunOptions, run, walk};
use trailgate::compile::{Program, compile};
use trailgate::event::ProblemKind;
use trailgate::json::location::{Location, Step};
use trailgate::policy::bundled::bundled;
use trailgate::policy::{PolicySet, parse};
use trailgate::text::{LineColumn, Source};
use trailgate::violation::{Evidence, RuleStatus, Violation};

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/logs");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cloudtrail");

/// A rule that every event breaks, so that places are checked in every record.
const EVERY_EVENT: &str = "
version: 1
rules:
  - id: event.seen
    title: Event seen
    severity: info
    forbid:
      $.eventName: {type: string}
      $.userIdentity: {type: object}
      $.*: {type: string}
";

/// Each set and how many records it holds.
const SETS: [(&str, usize); 4] =
    [("stratus-red-team", 310), ("invictus-ir", 2900), ("otrf", 103), ("traildiscover", 563)];

#[test]
fn published_logs_are_read_whole_and_every_place_is_right() {
    if !Path::new(LOGS).is_dir() {
        eprintln!("SKIPPED: the published logs are not at {LOGS}");
        return;
    }
    let program = program(&bundled());
    for (set, records) in SETS {
        let outcome = check(&program, &format!("{LOGS}/{set}"));
        let summary = &outcome.summary;
        // The records of `otrf` say when they were collected, under another name, and not when they happened.
        let untimed = summary.problems.iter().filter(|problem| problem.kind == ProblemKind::NoTime).count();
        assert_eq!(summary.problems.len(), untimed, "{set}");
        assert!(
            if set == "otrf" { untimed > records / 2 && untimed <= records } else { untimed == 0 },
            "{set}: {untimed}"
        );
        assert_eq!(summary.files.failed, 0, "{set}");
        assert_eq!(summary.records.found, records, "{set}");
        assert_eq!(summary.records.malformed + summary.records.insights, 0, "{set}");
        adds_up(&outcome, set);
        let values = places(&outcome.violations);
        println!(
            "{set}: {} records, {} violations of {} rules, {values} values found again at their offsets",
            summary.records.found,
            outcome.violations.len(),
            summary.rules.iter().filter(|rule| rule.status == RuleStatus::Violated).count(),
        );
    }
}

#[test]
fn the_places_of_every_published_record_are_right() {
    if !Path::new(LOGS).is_dir() {
        eprintln!("SKIPPED: the published logs are not at {LOGS}");
        return;
    }
    let program = program(&[Source::new("every-event.yaml", EVERY_EVENT)]);
    for (set, records) in SETS {
        let outcome = check(&program, &format!("{LOGS}/{set}"));
        let with_identity = outcome.violations.len();
        assert!(with_identity + 20 > outcome.summary.records.evaluated, "{set}: only {with_identity}");
        assert!(places(&outcome.violations) >= 3 * with_identity, "{set} of {records}");
    }
}

#[test]
fn every_place_in_the_fixtures_is_right() {
    let outcome = check(&program(&[Source::new("every-event.yaml", EVERY_EVENT)]), FIXTURES);
    assert!(places(&outcome.violations) >= 3 * outcome.violations.len());
    // The CIS rules want every change looked at, those of the clean file too.
    let graded: Vec<_> = bundled().into_iter().filter(|source| &*source.name != "bundled:cis.yaml").collect();
    let outcome = check(&program(&graded), FIXTURES);
    assert_eq!(outcome.summary.problems, []);
    adds_up(&outcome, "fixtures/cloudtrail");
    // What is seen for the first time depends on the other files, and is no fault of the file it stands in.
    let of_one_event = outcome.violations.iter().filter(|violation| violation.timeline.is_none());
    let files: BTreeSet<_> = of_one_event.map(|violation| &violation.file).collect();
    assert_eq!(files.len() + 1, outcome.summary.files.read, "every file but the clean one shows a violation");
    assert!(places(&outcome.violations) > 30);
}

fn program(sources: &[Source]) -> Program {
    let no_lists = |_: &str| Err("no list files".to_owned());
    let policies = sources.iter().map(|source| parse(source, &no_lists).unwrap()).collect();
    compile(&PolicySet::new(policies).unwrap(), "2026-03-14".parse().unwrap())
}

fn check(program: &Program, path: &str) -> Outcome {
    let options = RunOptions {
        threads: 2,
        limit_bytes: 1 << 30,
        facts_bytes: 1 << 28,
        keep: Keep { violations: Limit::All, records: Limit::All },
    };
    run(program, &walk::inputs(&[path.to_owned()]), options, &AtomicBool::new(false), &mut ()).unwrap()
}

fn adds_up(outcome: &Outcome, set: &str) {
    let summary = &outcome.summary;
    let (files, records) = (&summary.files, &summary.records);
    assert_eq!(files.found, files.read + files.skipped + files.failed, "{set}");
    assert_eq!(files.skipped, files.skipped_by.values().sum::<usize>(), "{set}");
    assert_eq!(records.found, records.evaluated + records.duplicates + records.malformed + records.insights, "{set}");
    assert_eq!(outcome.violations.len(), summary.violations + summary.waived, "{set}");
    let mut of_rules: HashMap<&str, u64> = HashMap::new();
    for violation in &outcome.violations {
        *of_rules.entry(&violation.rule.0).or_default() += 1;
    }
    for rule in &summary.rules {
        assert_eq!(of_rules.remove(rule.rule.0.as_str()).unwrap_or_default(), rule.violations + rule.waived, "{set}");
        assert!(rule.violations + rule.waived <= rule.population, "{set}: {}", rule.rule);
    }
    assert!(of_rules.is_empty(), "{set}: violations of rules that are not in the summary: {of_rules:?}");
}

/// Holds every place of `violations` against the bytes of its file; answers how many values were found again.
fn places(violations: &[Violation]) -> usize {
    let mut files: HashMap<&str, (Vec<u8>, Vec<LineColumn>)> = HashMap::new();
    let mut values = 0;
    for violation in violations {
        let (text, at) = files.entry(&violation.file).or_insert_with(|| {
            let text = decompressed(&violation.file);
            let at = lines_columns(&text);
            (text, at)
        });
        let name = format!("{} record {} of {}", violation.rule, violation.record, violation.file);
        assert_eq!(at[violation.offset], violation.at, "{name}");
        let record = value_at(text, violation.offset);
        assert_eq!(member(&record, "eventID").and_then(Value::as_str), violation.event.id.as_deref(), "{name}");
        for evidence in &violation.evidence {
            let name = format!("{name} at {}", evidence.path());
            let (Some(offset), Some(observed)) = (evidence.offset, &evidence.observed) else {
                assert_eq!((evidence.offset, evidence.at), (None, None), "{name}");
                continue;
            };
            assert_eq!(Some(at[offset]), evidence.at, "{name}");
            let spelled = |value| if violation.file.contains("athena") { in_lower_case(value) } else { value };
            let observed = spelled(observed.clone());
            assert_eq!(spelled(looked_at(value_at(text, offset), evidence)), observed, "{name}");
            assert_eq!(spelled(looked_at(node(&record, &evidence.location), evidence)), observed, "{name}");
            values += 1;
        }
    }
    values
}

fn decompressed(file: &str) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).unwrap();
    text
}

/// Line and column of every byte, counted character by character.
fn lines_columns(text: &[u8]) -> Vec<LineColumn> {
    let mut here = LineColumn { line: 1, column: 1 };
    let mut all = Vec::with_capacity(text.len());
    for (offset, character) in std::str::from_utf8(text).unwrap().char_indices() {
        all.extend(std::iter::repeat_n(here, character.len_utf8()));
        match character {
            '\n' => here = LineColumn { line: here.line + 1, column: 1 },
            '\u{feff}' if offset == 0 => {}
            _ => here.column += 1,
        }
    }
    all
}

/// The JSON value that begins at `offset`: as it stands there, or as it stands there inside of a string.
fn value_at(text: &[u8], offset: usize) -> Value {
    let here = &text[offset..];
    first_value(here).unwrap_or_else(|| {
        let mut end = 0;
        while here[end] != b'"' {
            end += if here[end] == b'\\' { 2 } else { 1 };
        }
        let string = [b"\"", &here[..end], b"\""].concat();
        let inside: String = serde_json::from_slice(&string).unwrap();
        first_value(inside.as_bytes()).unwrap_or_else(|| panic!("no value at {offset}: {inside}"))
    })
}

/// The value that `text` begins with, whatever follows it.
fn first_value(text: &[u8]) -> Option<Value> {
    Value::deserialize(&mut serde_json::Deserializer::from_slice(text)).ok()
}

/// What the predicate of `evidence` looked at in `value`: a node of the JSON text in it, where it opened that.
fn looked_at(value: Value, evidence: &Evidence) -> Value {
    let Some(inner) = &evidence.inner else { return value };
    let Value::String(text) = &value else { return node(&value, inner) };
    let text = percent_decode_str(text).decode_utf8().unwrap();
    node(&serde_json::from_str(&text).unwrap(), inner)
}

/// The node of `value` at `location`. Rows of Athena write keys in lower case, and values as text: both are followed.
fn node(value: &Value, location: &Location) -> Value {
    location.0.iter().fold(value.clone(), |value, step| {
        let value = match value {
            Value::String(text) => serde_json::from_str(&text).unwrap(),
            other => other,
        };
        match step {
            Step::Name(name) => member(&value, name).unwrap_or_else(|| panic!("no {location}")).clone(),
            Step::Index(index) => value[*index].clone(),
        }
    })
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| object.get(&name.to_lowercase()))
}

/// `value` with its keys as Athena writes them.
fn in_lower_case(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (key.to_lowercase(), in_lower_case(value))).collect())
        }
        other => other,
    }
}
