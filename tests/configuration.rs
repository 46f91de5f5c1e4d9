//! Where a setting comes from: every key by file, environment and flag; and what is said of a configuration that is wrong.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be set up ends the test, which is what it should do"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A key and, of file, environment and flag, what sets it and what it is then. `config` has no flag for what `None` stands at.
type Row = (&'static str, (&'static str, Value), (&'static str, Value), Option<(&'static str, Value)>);

fn rows() -> Vec<Row> {
    let texts = |key, flag| {
        (key, ("[a, 'b,c']", json!(["a", "b,c"])), ("d,e", json!(["d", "e"])), Some((flag, json!(["f", "g"]))))
    };
    let switch = |key, flag| (key, ("true", json!(true)), ("no", json!(false)), Some((flag, json!(true))));
    let severity = |key, flag| (key, ("high", json!("high")), ("medium", json!("medium")), Some((flag, json!("info"))));
    vec![
        ("logs", ("[a, 'b,c']", json!(["a", "b,c"])), ("d", json!(["d"])), None),
        texts("policies", "--policies=f,g"),
        texts("only", "--only=f,g"),
        texts("skip", "--skip=f,g"),
        texts("tag", "--tag=f,g"),
        texts("control", "--control=f,g"),
        severity("min_severity", "--min-severity=info"),
        switch("ignore_waivers", "--ignore-waivers"),
        switch("strict_waivers", "--strict-waivers"),
        texts("waivers", "--waivers=f,g"),
        (
            "baseline",
            ("a.json", json!("a.json")),
            ("b.json", json!("b.json")),
            Some(("--baseline=c.json", json!("c.json"))),
        ),
        severity("fail_on", "--fail-on=info"),
        switch("allow_problems", "--allow-problems"),
        switch("allow_pending", "--allow-pending"),
        ("format", ("[human, json=r.json]", json!(["human", "json=r.json"])), ("sarif", json!(["sarif"])), None),
        ("max_violations", ("5", json!(5)), ("6", json!(6)), Some(("--max-violations=0", json!(0)))),
        ("color", ("never", json!("never")), ("always", json!("always")), Some(("--color=auto", json!("auto")))),
        ("threads", ("2", json!(2)), ("3", json!(3)), Some(("-j4", json!(4)))),
        ("max_inflated", ("512M", json!("512M")), ("1G", json!("1G")), Some(("--max-inflated=7", json!("7")))),
        ("state", ("a.json", json!("a.json")), ("b.json", json!("b.json")), Some(("--state=c.json", json!("c.json")))),
        ("fact_memory", ("1M", json!("1M")), ("2M", json!("2M")), Some(("--fact-memory=3K", json!("3K")))),
    ]
}

fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailgate"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRAILGATE_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).envs(environment.iter().copied()).output().unwrap()
}

/// The settings that `trailgate config` prints.
fn settings(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Value {
    let arguments: Vec<_> = ["config", "--format", "json"].iter().chain(arguments).copied().collect();
    let output = run(folder, &arguments, environment);
    assert!(output.status.success(), "{arguments:?} {environment:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["settings"].take()
}

#[test]
fn flag_before_environment_before_file_before_default() {
    let empty = tempfile::tempdir().unwrap();
    let defaults = settings(empty.path(), &["--no-config"], &[]);
    let known: Vec<_> = defaults.as_object().unwrap().keys().cloned().collect();
    let mut tested: Vec<_> = rows().iter().map(|row| row.0).collect();
    tested.sort_unstable();
    assert_eq!(known, tested, "every key has a row");
    for (key, (file, in_file), (variable, in_environment), flag) in rows() {
        assert_eq!(defaults[key]["source"], "default", "{key}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("trailgate.yaml"), format!("version: 1\n{key}: {file}\n")).unwrap();
        let name = format!("TRAILGATE_{}", key.to_uppercase());
        let environment = [(name.as_str(), variable)];

        let only = |settings: &Value, value: &Value, source: &str| {
            assert_eq!(settings[key], json!({"value": value, "source": source}), "{key}");
            let others = settings.as_object().unwrap().iter().filter(|(name, _)| *name != key);
            assert!(others.into_iter().all(|(_, setting)| setting["source"] == "default"), "{key}: {settings}");
        };
        only(&settings(folder.path(), &[], &[]), &in_file, "trailgate.yaml:2");
        only(&settings(folder.path(), &[], &environment), &in_environment, &name);
        if let Some((flag, by_flag)) = flag {
            only(&settings(folder.path(), &[flag], &environment), &by_flag, "flag");
        }
    }
}

#[test]
fn a_switch_can_be_switched_off_by_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("trailgate.yaml"), "version: 1\nallow_problems: true\n").unwrap();
    let settings = settings(folder.path(), &["--allow-problems=false"], &[]);
    assert_eq!(settings["allow_problems"], json!({"value": false, "source": "flag"}));
}

#[test]
fn paths_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "version: 1\nlogs: ['-', logs, /var/log]\npolicies: [bundled, 'bundled:iam', rules]\nformat: [human, json=out/r.json]\n";
    std::fs::write(folder.path().join("trailgate.yaml"), text).unwrap();
    std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
    let values = |settings: &Value| ["logs", "policies", "format"].map(|key| settings[key]["value"].clone());
    let below = settings(&folder.path().join("a/b"), &[], &[]);
    assert_eq!(
        values(&below),
        [
            json!(["-", "../../logs", "/var/log"]),
            json!(["bundled", "bundled:iam", "../../rules"]),
            json!(["human", "json=../../out/r.json"])
        ]
    );
    assert_eq!(below["logs"]["source"], "../../trailgate.yaml:2");
    std::fs::rename(folder.path().join("trailgate.yaml"), folder.path().join("a/other.yaml")).unwrap();
    for (arguments, environment) in
        [(vec!["--config=a/other.yaml"], vec![]), (vec![], vec![("TRAILGATE_CONFIG", "a/other.yaml")])]
    {
        let named = settings(folder.path(), &arguments, &environment);
        assert_eq!(named["logs"], json!({"value": ["-", "a/logs", "/var/log"], "source": "a/other.yaml:2"}));
    }
    let ignored = settings(folder.path(), &["--no-config"], &[("TRAILGATE_CONFIG", "a/other.yaml")]);
    assert_eq!(ignored["logs"], json!({"value": [], "source": "default"}));
}

#[test]
fn what_is_said_of_a_wrong_configuration() {
    let slips: [(&str, &[u8]); 14] = [
        ("empty", b"# nothing\n"),
        ("no UTF-8", b"version: 1\nonly: caf\xe9\n"),
        ("no map", b"- fail_on\n"),
        ("no version", b"fail_on: high\n"),
        ("mistyped version", b"versoin: 1\n"),
        ("another version", b"version: 2\n"),
        ("version as text", b"version: '1'\n"),
        ("flag for a key", b"version: 1\nfail-on: high\n"),
        ("no key at all", b"version: 1\nrules: []\n"),
        ("no YAML", b"version: 1\nonly: [a\n"),
        ("two documents", b"version: 1\n---\nversion: 1\n"),
        ("twice", b"version: 1\ncolor: auto\ncolor: never\n"),
        (
            "values that the flag refuses",
            b"version: 1\nfail_on: hihg\ncolor: blue\nthreads: 9999\nmax_inflated: 4X\nmax_violations: -1\nformat: [human, sarif=, xml]\nlogs: ''\n",
        ),
        (
            "values of the wrong kind",
            b"version: 1\nfail_on:\nonly: []\nskip: [{a: b}, [c]]\nallow_problems: yes\nthreads: [1]\ntag: !x y\n",
        ),
    ];
    let mut said = String::new();
    for (name, text) in slips {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("trailgate.yaml"), text).unwrap();
        let output = run(folder.path(), &["config"], &[]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        writeln!(said, "━━━ {name}\n").unwrap();
        for line in String::from_utf8(output.stderr).unwrap().lines() {
            writeln!(said, "{}", line.trim_end()).unwrap();
        }
        said.push('\n');
    }
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("wrong", said) });
}
