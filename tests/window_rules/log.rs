//! Logs made of events, and what the program says of them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A made-up event `seconds` after the start of the log, by the user `alice`.
pub fn event(name: &str, seconds: u32) -> Value {
    let time = format!(
        "2026-01-{:02}T{:02}:{:02}:{:02}Z",
        1 + seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60
    );
    json!({
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDACKCEVSQ6C2EXAMPLE",
            "arn": "arn:aws:iam::123456789012:user/alice",
            "accountId": "123456789012",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "userName": "alice",
        },
        "eventTime": time,
        "eventSource": "sts.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.10",
        "requestParameters": null,
        "responseElements": null,
        "eventType": "AwsApiCall",
        "recipientAccountId": "123456789012",
    })
}

/// `event` with `value` at `pointer`; objects on the way are made.
pub fn with(mut event: Value, pointer: &str, value: impl Into<Value>) -> Value {
    let mut node = &mut event;
    for name in pointer.split('.') {
        if !node.is_object() {
            *node = json!({});
        }
        node = node.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
    }
    *node = value.into();
    event
}

/// A folder of log files; each event that has no eventID gets one of its own.
pub fn logs(files: &[(&str, Vec<Value>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    for (name, events) in files {
        let mut events = events.clone();
        for event in &mut events {
            number += 1;
            let id = format!("00000000-0000-4000-8000-{number:012}");
            event.as_object_mut().unwrap().entry("eventID").or_insert(Value::from(id));
        }
        std::fs::write(folder.path().join(name), json!({"Records": events}).to_string()).unwrap();
    }
    folder
}

/// What one run of `trailgate check` said.
pub struct Said {
    /// The exit code.
    pub code: i32,
    /// The report.
    pub report: Value,
    /// The report as it was written.
    pub text: String,
}

impl Said {
    /// The violations of the rule `rule`, waived ones too.
    pub fn of(&self, rule: &str) -> Vec<&Value> {
        self.report["violations"].as_array().unwrap().iter().filter(|violation| violation["rule"] == rule).collect()
    }

    /// The messages of the violations of `rule`.
    pub fn messages(&self, rule: &str) -> Vec<&str> {
        self.of(rule).iter().map(|violation| violation["message"].as_str().unwrap()).collect()
    }

    /// The rule's part of the summary.
    pub fn summary(&self, rule: &str) -> &Value {
        self.report["summary"]["rules"].as_array().unwrap().iter().find(|entry| entry["rule"] == rule).unwrap()
    }
}

/// Checks the files of `folder` against the policies at `policy`, with further arguments.
pub fn check(folder: &Path, policy: &str, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .current_dir(folder)
        .args(["check", ".", "-p", policy, "-f", "json", "--as-of", "2026-06-30"])
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let report = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    Said { code: output.status.code().unwrap(), report, text }
}
