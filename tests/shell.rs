//! What is written for shells and for `man`.

#![allow(clippy::unwrap_used, reason = "what cannot be set up ends the test, which is what it should do")]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trailgate")).args(arguments).output().unwrap()
}

#[test]
fn completions_know_the_subcommands_and_the_flags() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
        for word in ["check", "config", "fail-on", "min-severity", "no-config"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn every_subcommand_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man/man1");
    let output = run(&["man", "--dir", pages.to_str().unwrap()]);
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty());
    for name in ["trailgate", "trailgate-check", "trailgate-config", "trailgate-completions", "trailgate-man"] {
        assert!(std::fs::read_to_string(pages.join(format!("{name}.1"))).unwrap().starts_with(".ie"), "{name}");
    }
    let own = run(&["man"]).stdout;
    assert_eq!(own, std::fs::read(pages.join("trailgate.1")).unwrap());
}
