//! `trailgate test --watch` as its user has it: a process that runs the tests again when a file changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up fails the test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Long after any machine would have answered.
const PATIENCE: Duration = Duration::from_secs(60);

fn policy(expect: &str) -> String {
    format!(
        "version: 1
lists:
  trusted: {{file: lists/trusted.txt}}
rules:
  - id: root.used
    title: Root used
    severity: high
    forbid: {{$.userIdentity.type: Root, $.eventName: {{not: {{in: {{list: trusted}}}}}}}}
    tests:
      - {{name: root calls, event: {{from: root}}, expect: {expect}}}
      - {{name: from a file, file: log.json, expect: ok}}
"
    )
}

fn log(caller: &str) -> String {
    format!("{{\"Records\": [{{\"eventName\": \"StopLogging\", \"userIdentity\": {{\"type\": \"{caller}\"}}}}]}}")
}

/// A running `trailgate test --watch`, ended with the test.
struct Watching {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_trailgate"))
            .args(["test", "--watch"])
            .args(arguments)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let out: ChildStdout = child.stdout.take().unwrap();
        let err = child.stderr.take().unwrap();
        let other = sender.clone();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        std::thread::spawn(move || {
            BufReader::new(err).lines().map_while(Result::ok).try_for_each(|line| other.send(line))
        });
        Self { child, lines }
    }

    /// Reads on until a line begins with `words` and, after it or before, the program waits for changes.
    fn until(&self, words: &str) {
        let (mut said, mut waits) = (false, false);
        let mut seen = Vec::new();
        while !(said && waits) {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no `{words}` after {seen:#?}"));
            said |= line.starts_with(words);
            waits |= line.starts_with("watching");
            seen.push(line);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

fn home() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("policies/lists")).unwrap();
    fs::write(folder.path().join("policies/root.yaml"), policy("violation")).unwrap();
    fs::write(folder.path().join("policies/lists/trusted.txt"), "ListUsers\n").unwrap();
    fs::write(folder.path().join("policies/log.json"), log("IAMUser")).unwrap();
    folder
}

#[test]
fn runs_again_when_a_policy_a_list_or_a_record_changes() {
    let all: [&[&str]; 3] = [&["policies"], &[], &["policies/root.yaml"]];
    for arguments in all {
        let folder = home();
        let file = |name: &str| folder.path().join("policies").join(name);
        let watching = Watching::start(folder.path(), arguments);
        watching.until("passed: 2 tests passed");

        fs::write(file("root.yaml"), policy("ok")).unwrap();
        watching.until("failed: 1 test passed · 1 failed");
        // As an editor does it: another file takes the place of the old one.
        fs::write(folder.path().join("new"), policy("violation")).unwrap();
        fs::rename(folder.path().join("new"), file("root.yaml")).unwrap();
        watching.until("passed: 2 tests passed");

        fs::write(file("log.json"), log("Root")).unwrap();
        watching.until("failed: 1 test passed · 1 failed");
        fs::write(file("lists/trusted.txt"), "ListUsers\nStopLogging\n").unwrap();
        watching.until("passed: 2 tests passed");
    }
}

#[test]
fn goes_on_after_a_policy_that_cannot_be_read() {
    let folder = home();
    let file = folder.path().join("policies/root.yaml");
    let watching = Watching::start(folder.path(), &["policies"]);
    watching.until("passed: 2 tests passed");
    fs::write(&file, "version: 1\nrules: [\n").unwrap();
    watching.until("1 error in the policies: no test was run");
    fs::write(&file, policy("violation")).unwrap();
    watching.until("passed: 2 tests passed");
}
