//! `trailgate init`: what it writes works, and what was there stays.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "what cannot be read fails the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_yaml::Value;
use tempfile::TempDir;

const TRAILGATE: &str = env!("CARGO_BIN_EXE_trailgate");

fn run(folder: &Path, command: &str) -> Output {
    let bin = Path::new(TRAILGATE).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    Command::new("bash").args(["-ec", command]).current_dir(folder).env("PATH", path).output().unwrap()
}

fn passes(folder: &Path, command: &str) {
    let output = run(folder, command);
    assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
}

fn initialised(arguments: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    passes(folder.path(), &format!("trailgate init {arguments}"));
    folder
}

fn yaml(path: &Path) -> Value {
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_repository_passes_and_a_violation_fails_it() {
    let folder = initialised("");
    for command in ["fmt --check", "lint --strict", "test", "check --no-progress", "config"] {
        passes(folder.path(), &format!("trailgate {command}"));
    }
    let log = folder.path().join("logs/example.json");
    let text = fs::read_to_string(&log).unwrap().replace("StartLogging", "StopLogging");
    fs::write(&log, text).unwrap();
    assert_eq!(run(folder.path(), "trailgate check --no-progress").status.code(), Some(1));
    let policy = folder.path().join("policies/example.yaml");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("expect: ok", "expect: violation")).unwrap();
    assert_eq!(run(folder.path(), "trailgate test").status.code(), Some(1));
}

#[test]
fn editors_find_the_schemas() {
    let folder = initialised("--ci none");
    for name in ["policies/example.yaml", "trailgate.yaml"] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        let schema = text.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=").unwrap();
        let schema = fs::read_to_string(path.parent().unwrap().join(schema)).unwrap();
        let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
        let value = serde_json::to_value(yaml(&path)).unwrap();
        assert!(validator.is_valid(&value), "{name}");
    }
}

/// The commands of a CI job that run trailgate, and not its installation.
fn commands(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("trailgate ") && text.lines().count() == 1 && text.contains(' ') => {
            found.push(text.clone());
        }
        Value::Sequence(items) => items.iter().for_each(|item| commands(item, found)),
        Value::Mapping(map) => {
            map.iter().filter(|(key, _)| *key != "name").for_each(|(_, value)| commands(value, found))
        }
        _ => {}
    }
}

#[test]
fn the_jobs_and_hooks_run() {
    for (ci, file, least) in [("github", ".github/workflows/trailgate.yml", 4), ("gitlab", ".gitlab-ci.yml", 4)] {
        let folder = initialised(&format!("--ci {ci} --repository example/trailgate"));
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains("example/trailgate") && text.contains(env!("CARGO_PKG_VERSION")), "{text}");
        assert!(!text.contains('@') || !text.contains("@REPOSITORY@") && !text.contains("@VERSION@"), "{text}");
        let mut found = Vec::new();
        commands(&yaml(&folder.path().join(file)), &mut found);
        assert!(found.len() >= least, "{found:?}");
        let mut hooks = Vec::new();
        commands(&yaml(&folder.path().join(".pre-commit-config.yaml")), &mut hooks);
        assert_eq!(hooks.len(), 3, "{hooks:?}");
        for command in found.iter().chain(&hooks) {
            passes(folder.path(), command);
        }
    }
}

#[test]
fn nothing_is_overwritten_unless_asked_for() {
    let folder = initialised("--ci none");
    let ci = [".github", ".gitlab-ci.yml"].map(|name| folder.path().join(name).exists());
    assert_eq!(ci, [false, false]);
    let configuration = folder.path().join("trailgate.yaml");
    let made = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, "version: 1\n").unwrap();
    let again = run(folder.path(), "trailgate init --ci none");
    assert_eq!(again.status.code(), Some(0));
    assert!(String::from_utf8(again.stderr).unwrap().contains("kept   trailgate.yaml"));
    assert_eq!(fs::read_to_string(&configuration).unwrap(), "version: 1\n");
    passes(folder.path(), "trailgate init --ci none --force");
    assert_eq!(fs::read_to_string(&configuration).unwrap(), made);
}
