//! CSV, read back and held against NDJSON, field by field.

use std::fmt::Write;

use serde_json::Value;
use trailgate::report::{CsvReporter, NdjsonReporter};

use crate::formats::runs::{clean, full, hostile, hostile_texts, of_the_binary};

#[test]
fn a_full_run() {
    let run = full();
    let csv = run.report(&CsvReporter);
    assert_eq!(compare(&csv, &run.report(&NdjsonReporter)), 21);
    insta::assert_snapshot!(csv.replace("\r\n", "␍\n"));
}

#[test]
fn a_run_without_violations_is_a_header() {
    let csv = clean().report(&CsvReporter);
    assert!(csv.starts_with("rule,title,severity,message,file,") && csv.ends_with(",timeline\r\n"));
    assert_eq!(csv.lines().count(), 1);
}

#[test]
fn hostile_texts_are_no_formulas_and_break_no_row() {
    for text in hostile_texts() {
        let mut run = hostile(&text);
        run.violations.truncate(if text.len() > 1000 { 1 } else { 100 });
        let csv = run.report(&CsvReporter);
        assert!(!csv.replace("\r\n", "").contains(|c: char| c.is_control()), "{text:?}");
        let ndjson = run.report(&NdjsonReporter);
        assert_eq!(compare(&csv, &ndjson), run.violations.len());
    }
}

#[test]
fn the_binary() {
    for report in of_the_binary(&["csv", "ndjson"]) {
        assert!(compare(&report[0], &report[1]) > 0);
    }
}

/// Asserts that every field of `csv` is that of `ndjson` as the documentation has it, and returns the number of rows.
fn compare(csv: &str, ndjson: &str) -> usize {
    let mut reader = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let violations = ndjson.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let violations: Vec<Value> = violations.filter(|value| value["type"] == "violation").collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), violations.len());
    for (row, violation) in rows.iter().zip(&violations) {
        for (name, field) in header.iter().zip(row) {
            assert_eq!(field, expected(violation, name), "{name}");
            assert!(!field.trim_start().starts_with(['=', '+', '-', '@']), "{field}");
        }
    }
    rows.len()
}

fn expected(violation: &Value, column: &str) -> String {
    let value = match column.split_once('_') {
        Some((object @ ("policy" | "waived"), field)) => &violation[object][field],
        _ => &violation[column],
    };
    let text = match value {
        Value::Object(_) if column == "timeline" => timeline(value),
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(evidence).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    };
    let mut shown = String::new();
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => write!(shown, "\\u{{{:x}}}", u32::from(character)).unwrap(),
            other => shown.push(other),
        }
    }
    if shown.trim_start().starts_with(['=', '+', '-', '@']) { format!("'{shown}") } else { shown }
}

/// What was asked, then the events and what did not come, as the documentation of the column has it. Rests on whole seconds, and on
/// fewer events than a row cuts.
fn timeline(value: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let obligation = text(&value["obligation"]);
    let within = if obligation == "first_seen" { "with a history of" } else { "within" };
    let mut heading = vec![format!("{obligation} {within} {}", length(&value["within_seconds"]))];
    let shown = |value: &Value| match text(value) {
        empty if empty.is_empty() => "\"\"".to_owned(),
        long if long.chars().count() > 120 => long.chars().take(120).chain(['…']).collect(),
        short => short,
    };
    let key = value["key"].as_array().unwrap().iter();
    let key: Vec<_> = key.map(|part| format!("{} = {}", shown(&part["name"]), shown(&part["value"]))).collect();
    if !key.is_empty() {
        heading.push(format!("by {}", key.join(", ")));
    }
    let events = value["events"].as_array().unwrap();
    assert!(events.len() <= 100 && value["omitted"].as_u64().unwrap_or_default() == 0);
    let count = value["count"].as_u64().unwrap();
    let held = u64::try_from(events.len()).unwrap();
    let different = obligation == "threshold" && count != held;
    if events.len() > 1 || different {
        let word = |count: u64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let values = if different { format!("{} in ", word(count, "different value")) } else { String::new() };
        let all = word(held, "event");
        heading.push(format!("{values}{all} in {}", length(&value["span_seconds"])));
    }
    let mut parts = vec![heading.join(", ")];
    for event in events {
        let mut words =
            vec![text(&event["time"]), format!("+{}", length(&event["after_seconds"])), text(&event["step"])];
        words.extend(
            ["event_name", "principal"].iter().filter(|name| !event[**name].is_null()).map(|name| shown(&event[*name])),
        );
        words.push(format!("{}:{}:{}", text(&event["file"]), event["line"], event["column"]));
        words.push(format!("record {}", event["record"]));
        parts.push(words.join(" "));
    }
    if !value["missing"].is_null() {
        let place = if obligation == "require_preceded_by" { 1 } else { parts.len() };
        parts.insert(place, text(&value["missing"]));
    }
    parts.join("; ")
}

/// `1d2h` of a number of seconds.
fn length(seconds: &Value) -> String {
    let seconds = seconds.as_u64().unwrap();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let parts = [(days, 'd'), (hours, 'h'), (minutes, 'm'), (seconds % 60, 's')];
    let text: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

fn evidence(item: &Value) -> String {
    let observed = if item["observed"].is_null() { String::new() } else { item["observed"].to_string() };
    format!("{}={observed}", item["path"].as_str().unwrap())
}
