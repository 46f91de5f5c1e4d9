//! What a rule over time says of several files, runs and threads.

use serde_json::{Value, json};

use crate::log::{Said, check, event, logs, with};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/policies/over-time");

const KNOCKS: &str = "threshold.three-knocks";
const DOORS: &str = "followed-by.opened-and-closed";
const REGIONS: &str = "first-seen.region";

/// Checks `files` against the one rule `rule`.
fn of_rule(rule: &str, files: &[(&str, Vec<Value>)], arguments: &[&str]) -> Said {
    let folder = logs(files);
    check(folder.path(), POLICIES, &[&["--only", rule], arguments].concat())
}

fn knock(seconds: u32) -> Value {
    event("Knock", seconds)
}

fn open(seconds: u32) -> Value {
    with(event("Open", seconds), "requestParameters.door", "front")
}

fn close(seconds: u32) -> Value {
    with(event("Close", seconds), "requestParameters.door", "front")
}

fn used(region: &str, seconds: u32) -> Value {
    with(event("Use", seconds), "awsRegion", region)
}

#[test]
fn events_of_one_window_may_lie_in_any_file_in_any_order() {
    for files in [
        [("a.json", vec![knock(0)]), ("b.json", vec![knock(60)]), ("c.json", vec![knock(120)])],
        [("a.json", vec![knock(120)]), ("b.json", vec![knock(0)]), ("c.json", vec![knock(60)])],
        [("a.json", vec![knock(120), knock(0), knock(60)]), ("b.json", vec![]), ("c.json", vec![event("Look", 9)])],
    ] {
        let said = of_rule(KNOCKS, &files, &[]);
        assert_eq!(
            said.messages(KNOCKS),
            ["arn:aws:iam::123456789012:user/alice knocked 3 times in 2m, from 192.0.2.10 to 192.0.2.10"]
        );
        assert_eq!(said.code, 1);
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let files: Vec<(String, Vec<Value>)> = (0..40_u32)
        .map(|file| (format!("{file:02}.json"), vec![knock(file * 7_919 % 40 * 60), event("Look", file)]))
        .collect();
    let files: Vec<(&str, Vec<Value>)> = files.iter().map(|(name, events)| (name.as_str(), events.clone())).collect();
    let folder = logs(&files);
    let one = check(folder.path(), POLICIES, &["-j", "1"]);
    for jobs in ["2", "8"] {
        assert_eq!(check(folder.path(), POLICIES, &["-j", jobs]).text, one.text, "{jobs}");
    }
    assert_eq!(one.of(KNOCKS).len(), 1);
}

#[test]
fn windows_that_share_no_event_are_violations_of_their_own() {
    let episode = |start: u32| vec![knock(start), knock(start + 1), knock(start + 2)];
    let said = of_rule(KNOCKS, &[("a.json", episode(0)), ("b.json", episode(7_200)), ("c.json", episode(603))], &[]);
    assert_eq!(said.of(KNOCKS).len(), 3);
    assert_eq!(said.summary(KNOCKS)["violations"], 3);
    assert_eq!(said.summary(KNOCKS)["population"], 9);
}

#[test]
fn an_event_that_two_files_deliver_counts_once() {
    let same = with(knock(60), "eventID", "00000000-0000-4000-8000-999999999999");
    let files = [("a.json", vec![knock(0), same.clone()]), ("b.json", vec![same])];
    assert_eq!(of_rule(KNOCKS, &files, &[]).of(KNOCKS).len(), 0);
}

#[test]
fn an_updated_delivery_of_another_file_counts_in_place_of_the_first() {
    let id = "00000000-0000-4000-8000-999999999999";
    let first = with(knock(60), "eventID", id);
    let moved = with(with(first.clone(), "userIdentity.arn", "other"), "addendum", json!({"reason": "UPDATED_DATA"}));
    for files in [
        [("a.json", vec![knock(0), knock(1), first.clone()]), ("b.json", vec![moved.clone()])],
        [("a.json", vec![moved]), ("b.json", vec![knock(0), knock(1), first])],
    ] {
        assert_eq!(of_rule(KNOCKS, &files, &[]).of(KNOCKS).len(), 0);
    }
}

/// An event without a time might be the one that is needed, or the one too many: the run says so and is incomplete.
#[test]
fn an_event_without_a_time_is_a_problem() {
    let mut without = knock(0);
    without.as_object_mut().unwrap().remove("eventTime");
    for event in [without, with(knock(0), "eventTime", "yesterday"), with(knock(0), "eventTime", Value::Null)] {
        let said = of_rule(KNOCKS, &[("a.json", vec![knock(0), event])], &[]);
        assert_eq!((said.code, said.of(KNOCKS).len()), (3, 0));
        assert!(said.text.contains("no_time"), "{}", said.text);
    }
    let mut without = event("Look", 0);
    without.as_object_mut().unwrap().remove("eventTime");
    let said = of_rule(KNOCKS, &[("a.json", vec![knock(0), without])], &[]);
    assert_eq!(said.code, 0, "of an event that is none of the rule's no time is needed: {}", said.text);
}

#[test]
fn what_must_follow_may_lie_in_another_file() {
    let said = of_rule(DOORS, &[("a.json", vec![close(900)]), ("b.json", vec![open(0)])], &[]);
    assert_eq!((said.code, said.of(DOORS).len()), (0, 0));
}

#[test]
fn what_may_still_follow_is_neither_clean_nor_a_violation() {
    let files = [("a.json", vec![open(0), event("Look", 899)])];
    let said = of_rule(DOORS, &files, &[]);
    assert_eq!((said.code, said.of(DOORS).len()), (3, 0));
    assert_eq!(said.summary(DOORS)["status"], "pending");
    assert_eq!(said.summary(DOORS)["pending"], 1);
    assert_eq!(of_rule(DOORS, &files, &["--allow-pending"]).code, 0);
    let longer = [("a.json", vec![open(0)]), ("b.json", vec![event("Look", 900)])];
    assert_eq!(of_rule(DOORS, &longer, &["--allow-pending"]).code, 1);
}

#[test]
fn a_fingerprint_is_the_same_when_the_log_grows_and_can_be_waived() {
    let opened = with(open(0), "eventID", "00000000-0000-4000-8000-999999999999");
    let short = [("a.json", vec![opened.clone(), event("Look", 900)])];
    let said = of_rule(DOORS, &short, &[]);
    let fingerprint = said.of(DOORS)[0]["fingerprint"].as_str().unwrap();
    let long = [
        ("a.json", vec![event("Look", 5)]),
        ("b.json", vec![event("Look", 900), opened]),
        ("c.json", vec![open(9_000), close(9_001)]),
    ];
    let grown = of_rule(DOORS, &long, &[]);
    assert_eq!(grown.of(DOORS)[0]["fingerprint"], fingerprint);
    let folder = tempfile::tempdir().unwrap();
    let waivers = folder.path().join("waivers.yaml");
    let waiver = format!("{{name: w, fingerprint: {fingerprint}, reason: r, owner: o, until: 2027-01-01}}");
    std::fs::write(&waivers, format!("version: 1\nwaivers:\n  - {waiver}\n")).unwrap();
    let waived = of_rule(DOORS, &short, &["--waivers", waivers.to_str().unwrap()]);
    assert_eq!((waived.code, waived.summary(DOORS)["waived"].as_u64()), (0, Some(1)));
}

#[test]
fn a_state_remembers_what_earlier_runs_saw() {
    const DAY: u32 = 86_400;
    let state = tempfile::tempdir().unwrap();
    let state = state.path().join("state");
    let state = ["--state", state.to_str().unwrap()];
    let first = [("a.json", vec![used("us-east-1", 0), used("us-east-1", DAY / 2)])];
    let said = of_rule(REGIONS, &first, &state);
    assert_eq!((said.code, said.of(REGIONS).len()), (0, 0));
    assert_eq!(said.summary(REGIONS)["status"], "learning");
    let second = [("b.json", vec![used("us-east-1", DAY), used("eu-west-1", DAY + 1)])];
    let again = of_rule(REGIONS, &second, &state);
    assert_eq!(again.messages(REGIONS), ["alice in eu-west-1: 1"]);
    assert_eq!(of_rule(REGIONS, &second, &state).messages(REGIONS), ["alice in eu-west-1: 1"], "the same logs again");
    let third = [("c.json", vec![used("eu-west-1", DAY + DAY / 2), used("ap-south-1", DAY + DAY / 2)])];
    assert_eq!(of_rule(REGIONS, &third, &state).messages(REGIONS), ["alice in ap-south-1: 1"]);
    assert_eq!(of_rule(REGIONS, &third, &[]).of(REGIONS).len(), 0, "without it nothing is known");
}

#[test]
fn what_is_no_state_is_an_error_and_stays_as_it_is() {
    let folder = logs(&[("a.json", vec![used("us-east-1", 0)])]);
    let state = tempfile::tempdir().unwrap();
    let state = state.path().join("state");
    std::fs::write(&state, "not a state").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .current_dir(folder.path())
        .args(["check", ".", "-p", POLICIES, "--state", state.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(std::fs::read_to_string(&state).unwrap(), "not a state");
}
