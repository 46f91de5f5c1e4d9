//! Violations over time in every report format: made-up timelines in, what is written out. Styles are shown as `␛[…m`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what is not as expected fails the test"
)]

#[allow(dead_code, reason = "a part is used by other tests")]
mod findings;

use std::time::Duration;

use findings::{card, event, hostile, summary, violation};
use jiff::{SignedDuration, Timestamp};
use trailgate::policy::Severity;
use trailgate::report::{
    AsffReporter, Color, CsvReporter, GithubReporter, GitlabReporter, HtmlReporter, HumanOptions, HumanReporter,
    JsonReporter, JunitReporter, MarkdownReporter, NdjsonReporter, OcsfReporter, Reporter, RunReport, SarifReporter,
};
use trailgate::text::LineColumn;
use trailgate::violation::violation::EventIdentity;
use trailgate::violation::{RuleStatus, Timeline, TimelineEvent, Verdict, Violation};

/// Seconds after 10:00, step, event name.
type Moments<'m> = &'m [(i64, &'m str, &'m str)];

fn timeline(obligation: &'static str, within: u64, key: &[(&str, &str)], moments: Moments<'_>) -> Timeline {
    let start: Timestamp = "2026-01-31T23:50:00Z".parse().unwrap();
    let made = |(place, (seconds, step, name)): (usize, &(i64, &str, &str))| TimelineEvent {
        step: (*step).into(),
        time: start + SignedDuration::from_secs(*seconds),
        event: EventIdentity { name: Some((*name).to_owned()), ..event() },
        file: "logs/a.json.gz".into(),
        record: place,
        offset: 12 + 100 * place,
        at: LineColumn { line: 1, column: 13 + 100 * place },
    };
    let (first, last) = (moments.first().unwrap().0, moments.last().unwrap().0);
    Timeline {
        obligation,
        key: key.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        count: u64::try_from(moments.len()).unwrap(),
        span: SignedDuration::from_secs(last - first),
        within: Duration::from_secs(within),
        missing: None,
        events: moments.iter().enumerate().map(made).collect(),
        omitted: 0,
    }
}

fn of(number: usize, message: &str, timeline: Timeline) -> Violation {
    let first = timeline.events[0].clone();
    Violation {
        message: message.to_owned(),
        file: first.file,
        record: first.record,
        offset: first.offset,
        at: first.at,
        evidence: Vec::new(),
        timeline: Some(Box::new(timeline)),
        ..violation(number, EventIdentity { time: Some(first.time.to_string()), ..first.event })
    }
}

/// One violation of each obligation over time.
fn violations() -> Vec<Violation> {
    let key = [("user", "arn:aws:iam::123456789012:user/alice")];
    let logins: Vec<(i64, &str, &str)> = (0..1_211).map(|place| (5 * place, "counted", "ConsoleLogin")).collect();
    let unfollowed = Timeline {
        missing: Some("no `StartLogging` by 00:05:00, 15m after".to_owned()),
        ..timeline("require_followed_by", 900, &[("trail", "main")], &[(0, "trigger", "StopLogging")])
    };
    let unpreceded = Timeline {
        missing: Some("no `CreateChangeSet` since 23:20:00, 30m before".to_owned()),
        ..timeline("require_preceded_by", 1800, &[("stack", "(none)")], &[(0, "trigger", "ExecuteChangeSet")])
    };
    let steps: Moments<'_> = &[
        (0, "key made", "CreateAccessKey"),
        (125, "policy attached", "AttachUserPolicy"),
        (700, "out", "StopLogging"),
    ];
    vec![
        of(1, "1,211 failed console logins of alice in 1h40m50s", timeline("threshold", 600, &key, &logins)),
        of(2, "logging of main was stopped and not started again", unfollowed),
        of(3, "a change set was executed that nobody had made", unpreceded),
        of(4, "alice made a key, gave it rights and stopped logging", timeline("sequence", 3600, &key, steps)),
        of(5, "first call from this network", {
            let key = [("user", "alice"), ("network", "192.0.2.0/24")];
            timeline("first_seen", 90 * 86_400, &key, &[(0, "first seen", "AssumeRole")])
        }),
    ]
}

fn written(reporter: &dyn Reporter, violations: &[Violation]) -> String {
    let summary = summary(violations, RuleStatus::Violated);
    let run = RunReport {
        violations,
        summary: &summary,
        fail_on: Severity::Low,
        verdict: Verdict::Violated,
        tool_version: "0.1.0",
        rules: &[card()],
        now: findings::NOW.parse().unwrap(),
        baseline: None,
        controls: &[],
    };
    let mut out = Vec::new();
    reporter.report(&run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The report without its summary.
fn human(violations: &[Violation], options: HumanOptions) -> String {
    let text = written(&HumanReporter::new(options), violations).replace('\u{1b}', "␛");
    text.split_once("summary").unwrap().0.to_owned()
}

#[test]
fn human_draws_the_timeline() {
    let options = HumanOptions { max_violations: 0, ..HumanOptions::default() };
    insta::assert_snapshot!(human(&violations(), options));
}

#[test]
fn human_narrow_and_in_colour() {
    let options = HumanOptions { max_violations: 0, width: 60, color: Color::Ansi, ..HumanOptions::default() };
    insta::assert_snapshot!(human(&violations()[1..4], options));
}

#[test]
fn ndjson_holds_every_event() {
    let text = written(&NdjsonReporter, &violations());
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["timeline"]["events"].as_array().unwrap().len(), 1_211);
    insta::assert_snapshot!(serde_json::to_string_pretty(&lines[3]["timeline"]).unwrap());
    assert_eq!(lines[1]["timeline"]["missing"], "no `StartLogging` by 00:05:00, 15m after");
    let document: serde_json::Value = serde_json::from_str(&written(&JsonReporter, &violations())).unwrap();
    assert_eq!(document["violations"][3], lines[3]);
}

#[test]
fn sarif_tells_it_as_a_flow() {
    let document: serde_json::Value = serde_json::from_str(&written(&SarifReporter, &violations())).unwrap();
    let results = document["runs"][0]["results"].as_array().unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&results[3]).unwrap());
    let flow = |place: usize| &results[place]["codeFlows"][0];
    let locations = flow(0)["threadFlows"][0]["locations"].as_array().unwrap();
    assert_eq!(locations.len(), 200);
    assert_eq!((&locations[99]["executionOrder"], &locations[100]["executionOrder"]), (&100.into(), &1112.into()));
    assert!(flow(0)["message"]["text"].as_str().unwrap().ends_with("; 1,011 events in the middle left out"));
    assert!(flow(1)["message"]["text"].as_str().unwrap().ends_with("no `StartLogging` by 00:05:00, 15m after"));
}

#[test]
fn formats_of_build_servers() {
    let text: String = [
        ("junit", written(&JunitReporter, &violations())),
        ("github", written(&GithubReporter, &violations())),
        ("gitlab", written(&GitlabReporter, &violations()[1..2])),
        ("csv", written(&CsvReporter, &violations()[1..4])),
        ("markdown", written(&MarkdownReporter, &violations())),
    ]
    .iter()
    .map(|(format, text)| format!("=== {format}\n{}\n", text.replace('\r', "")))
    .collect();
    insta::assert_snapshot!(text);
}

#[test]
fn findings_of_security_tools() {
    let shown = |line: &str, fields: &[&str]| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields: serde_json::Map<_, _> =
            fields.iter().map(|field| ((*field).to_owned(), value[*field].clone())).collect();
        serde_json::to_string_pretty(&fields).unwrap()
    };
    let ocsf = written(&OcsfReporter, &violations()[3..4]);
    let asff = written(&AsffReporter, &violations()[3..4]);
    let asff: serde_json::Value = serde_json::from_str(&asff).unwrap();
    let finding = asff["Findings"][0].to_string();
    insta::assert_snapshot!(format!(
        "{}\n{}",
        shown(ocsf.lines().next().unwrap(), &["start_time", "end_time", "count", "evidences", "unmapped"]),
        shown(&finding, &["FirstObservedAt", "LastObservedAt", "ProductFields"]),
    ));
}

#[test]
fn html_shows_the_events() {
    let page = written(&HtmlReporter, &violations());
    if let Ok(path) = std::env::var("OVER_TIME_PAGE") {
        std::fs::write(path, &page).unwrap();
    }
    for wanted in [
        "threshold within 10m · by user = arn:aws:iam::123456789012:user/alice · 1,211 events in 1h40m50s",
        "<li class=\"more\">… 1,201 more …</li>",
        "<li class=\"day\">2026-02-01 UTC</li>",
        "<span class=\"at\">23:52:05<small>+2m5s</small></span>",
        "logs/a.json.gz:1:113",
        "<li class=\"lacks\">no `StartLogging` by 00:05:00, 15m after</li>",
    ] {
        let plain = page.replace("&#96;", "`");
        assert!(plain.contains(wanted), "{wanted}");
    }
}

/// A log chooses every text of a timeline: none of them may act on a terminal, or end a line that a format has.
#[test]
fn no_text_of_a_timeline_acts() {
    let unsafe_in_output = |character: char| {
        (character.is_control() && !"\n\r".contains(character))
            || "\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}".contains(character)
    };
    for text in hostile() {
        let text: String = text.chars().take(20_000).collect();
        let some = Some(text.clone());
        let mut hostile = violations().remove(3);
        let timeline = hostile.timeline.as_mut().unwrap();
        timeline.key = vec![(text.clone(), text.clone())];
        timeline.missing = some.clone();
        for event in &mut timeline.events {
            event.step = text.as_str().into();
            event.file = text.as_str().into();
            event.event = EventIdentity {
                id: some.clone(),
                time: some.clone(),
                name: some.clone(),
                source: some.clone(),
                account: some.clone(),
                region: some.clone(),
                principal: some.clone(),
                source_ip: some.clone(),
            };
        }
        let reporters: [(&str, &dyn Reporter); 11] = [
            ("human", &HumanReporter::default()),
            ("json", &JsonReporter),
            ("ndjson", &NdjsonReporter),
            ("html", &HtmlReporter),
            ("sarif", &SarifReporter),
            ("junit", &JunitReporter),
            ("github", &GithubReporter),
            ("gitlab", &GitlabReporter),
            ("csv", &CsvReporter),
            ("markdown", &MarkdownReporter),
            ("ocsf", &OcsfReporter),
        ];
        for (format, reporter) in reporters {
            let out = written(reporter, std::slice::from_ref(&hostile));
            assert!(!out.contains(unsafe_in_output), "{format} of {:?}", text.chars().take(40).collect::<String>());
            let commands = out.lines().filter(|line| line.trim_start().starts_with("::error::")).count();
            assert_eq!(commands, 0, "{format}");
            // These are files, which no runner reads commands from.
            if !["html", "junit", "csv", "markdown"].contains(&format) {
                assert!(!out.contains("##vso[") && !out.contains("##["), "{format}");
            }
            // These hold names of files, or all text, uncut.
            if !["json", "ndjson", "ocsf", "sarif"].contains(&format) {
                assert!(out.len() < 100_000, "{format} is {} bytes", out.len());
            }
        }
    }
}
