//! A log is written by whoever calls the audited service: whatever stands in its fields, every format stays valid and says nothing
//! of its own to a terminal, a build or a browser. A new format is a line in [`FORMATS`] and, where it has rules of its own, in
//! [`check`].

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what is not as expected fails the test"
)]

#[path = "hostile/values.rs"]
mod values;

use std::fs;
use std::process::Command;

use serde_json::Value;

/// Every format that is checked.
const FORMATS: [&str; 4] = ["human", "json", "ndjson", "sarif"];

#[test]
fn no_format_lets_a_log_speak() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.yaml"), values::POLICY).unwrap();
    fs::write(folder.path().join("log.json"), values::log()).unwrap();
    for format in FORMATS {
        let output = Command::new(env!("CARGO_BIN_EXE_trailgate"))
            .current_dir(folder.path())
            .args(["check", "-p", "policy.yaml", "--no-progress", "--max-violations", "0", "-f", format, "log.json"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.len() > 1000, "{format}");
        check(format, &output.stdout);
    }
}

/// Holds `output` to the rules of `format`.
fn check(format: &str, output: &[u8]) {
    let text = std::str::from_utf8(output).unwrap_or_else(|error| panic!("{format}: {error}"));
    for (place, line) in text.lines().enumerate() {
        let bad = line.chars().find(|character| values::misleads(*character));
        assert_eq!(bad, None, "{format}, line {}", place + 1);
        assert!(!line.trim_start().starts_with("::"), "{format}, line {}: a command", place + 1);
        assert!(!line.contains("##vso["), "{format}, line {}: a command", place + 1);
    }
    assert!(text.ends_with('\n'), "{format}");
    let all = values::values().len();
    let of = |violations: &Value| violations.as_array().unwrap().len();
    match format {
        "human" => {}
        "json" => {
            let document: Value = serde_json::from_str(text).unwrap();
            assert_eq!(of(&document["violations"]), 2 * all);
        }
        "ndjson" => {
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines.len(), 2 * all + 1);
        }
        "sarif" => {
            let document: Value = serde_json::from_str(text).unwrap();
            assert_eq!(document["version"], "2.1.0");
            assert_eq!(of(&document["runs"][0]["results"]), 2 * all);
        }
        other => panic!("`{other}` is not checked"),
    }
}
