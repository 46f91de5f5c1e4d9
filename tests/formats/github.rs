//! Workflow commands, read as the runner reads them.

use std::collections::BTreeMap;

use trailgate::report::GithubReporter;

use crate::formats::runs::{clean, full, hostile, hostile_texts, of_the_binary};

/// A command as the runner takes it in.
#[derive(Debug)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

#[test]
fn a_full_run() {
    let text = full().report(&GithubReporter);
    let commands = read(&text);
    let first = &commands[0];
    assert_eq!(first.name, "error");
    assert_eq!(first.properties["file"], "logs/a.json");
    assert_eq!(
        [&first.properties["line"], &first.properties["col"], &first.properties["endColumn"]],
        ["1", "40", "45"]
    );
    assert_eq!(first.properties["title"], "critical: Trail logging stopped");
    let data = "alice, called 100% of `trail.logging-stopped` no. 0\ntrail.logging-stopped\nAsk who did it, and why.";
    assert_eq!(first.data, data);
    assert_eq!(commands.iter().filter(|command| command.name == "error").count(), 10);
    assert!(commands.iter().all(|command| !command.data.contains("trail.deleted")), "a waived one is left out");
    insta::assert_snapshot!(text);
}

#[test]
fn a_clean_run_says_so() {
    let text = clean().report(&GithubReporter);
    assert_eq!(text, "::notice title=trailgate::passed: no violation in 2,921 events\n");
}

#[test]
fn no_more_than_ten_of_a_kind_and_the_rest_is_counted() {
    let mut run = full();
    run.violations = [0, 4, 16, 17, 18].into_iter().flat_map(|n| vec![run.violations[n].clone(); 20]).collect();
    run.summary.problems = vec![run.summary.problems[1].clone(); 50];
    let text = run.report(&GithubReporter);
    let commands = read(&text);
    let of = |name: &str| commands.iter().filter(|command| command.name == name).count();
    assert_eq!([of("error"), of("warning"), of("notice")], [10, 10, 10]);
    let rest = &commands[commands.len() - 2].data;
    assert!(rest.ends_with("47 problems: GitHub shows 10 annotations of a kind"), "{rest}");
    assert!(
        commands.iter().filter(|command| command.name == "error").all(|c| c.properties["title"].starts_with("crit"))
    );
}

#[test]
fn hostile_texts_forge_no_command() {
    let usual = names(&full().report(&GithubReporter));
    for text in hostile_texts() {
        let report = hostile(&text).report(&GithubReporter);
        assert_eq!(names(&report), usual, "{text:?}");
        assert!(!report.contains("##[") && !report.contains("##vso["));
        assert!(!report.contains(|c: char| c.is_control() && c != '\n'));
        assert!(report.len() < 1_500_000);
        let first = &read(&report)[0];
        let keys: Vec<&str> = first.properties.keys().map(String::as_str).collect();
        assert!(matches!(keys[..], ["col", "file", "line", "title"] | ["col", "line", "title"]), "{keys:?}");
        if text.len() < 100 && !text.contains(|c: char| c.is_control() || c > '\u{80}') && !text.contains("##") {
            assert_eq!(first.properties["title"], format!("critical: {text}"));
            assert!(first.data.starts_with(&format!("{text}\n{text}trail.logging-stopped\n")));
        }
    }
}

#[test]
fn the_binary() {
    for report in of_the_binary(&["github"]) {
        let commands = read(&report[0]);
        let last = commands.last().unwrap();
        assert_eq!(last.name, "notice");
        assert!(last.data.starts_with("failed: "), "{}", last.data);
    }
}

fn names(text: &str) -> Vec<String> {
    read(text).into_iter().map(|command| command.name).collect()
}

/// Takes every line for a command, after `ActionCommand.TryParseV2` of the runner: trimmed, `::`, up to the next `::`.
fn read(text: &str) -> Vec<Command> {
    text.split_inclusive('\n')
        .map(|line| {
            let line = line.trim();
            let (info, data) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).unwrap();
            let (name, properties) = info.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&name), "{line}");
            let property = |part: &str| {
                let (name, value) = part.split_once('=').unwrap();
                (
                    name.to_owned(),
                    unescape(value, &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]),
                )
            };
            let parts = properties.split(',').filter(|part| !part.trim().is_empty());
            // The runner leaves out a property without a value.
            let parts = parts.filter(|part| !part.ends_with('=') || part.matches('=').count() > 1);
            Command {
                name: name.to_owned(),
                properties: parts.map(property).collect(),
                data: unescape(data, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]),
            }
        })
        .collect()
}

fn unescape(text: &str, escapes: &[(&str, &str)]) -> String {
    escapes.iter().fold(text.to_owned(), |text, (escape, character)| text.replace(escape, character))
}
