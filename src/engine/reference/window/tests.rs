use serde_json::{Value, json};

use crate::engine::reference::window::{Judgement, Past, judge};
use crate::policy::{PolicySet, parse};
use crate::text::Source;

/// `A@90 x` is an event of that name 90 seconds after the start, by `x`; without a name behind it by nobody.
fn event(index: usize, text: &str) -> Value {
    let (what, who) = text.split_once(' ').unwrap_or((text, ""));
    let (name, seconds) = what.split_once('@').unwrap();
    let time = jiff::Timestamp::from_second(1_800_000_000 + seconds.parse::<i64>().unwrap()).unwrap();
    let mut event = json!({"eventID": format!("{index}"), "eventName": name, "eventTime": time.to_string()});
    if !who.is_empty() {
        event["who"] = json!(who);
    }
    event
}

fn judged(obligation: &str, events: &[Value], past: Option<Past<'_>>) -> Judgement {
    let text = format!(
        "version: 1\nrules:\n  - id: r\n    title: t\n    severity: low\n    when: {{$.eventName: [A, B, C, X]}}\n    {obligation}\n"
    );
    let policy = parse(&Source::new("p.yaml", text.as_str()), &|_| Err(String::new()));
    let set = PolicySet::new(vec![policy.unwrap_or_else(|errors| panic!("{errors}\n{text}"))]).unwrap();
    let deliveries: Vec<&Value> = events.iter().collect();
    let (policy, rule) = set.rules().next().unwrap();
    judge(&set, policy, rule, &deliveries, past, jiff::civil::date(2027, 1, 1)).unwrap()
}

/// The violations as places of events, then what waits: `0,1 2,3 pending 1`.
fn said(judgement: &Judgement) -> String {
    let mut violations: Vec<String> = judgement
        .violations
        .iter()
        .map(|violation| {
            let mut places: Vec<String> = violation.events.iter().map(|event| event.delivery.to_string()).collect();
            places.sort();
            places.join(",")
        })
        .collect();
    violations.sort();
    for (number, word) in [(judgement.pending, "pending"), (judgement.learning, "learning")] {
        if number > 0 {
            violations.push(format!("{word} {number}"));
        }
    }
    violations.join(" ")
}

fn says(obligation: &str, cases: &[(&str, &str)]) {
    for (log, wanted) in cases {
        let events: Vec<Value> = log.split(", ").enumerate().map(|(index, text)| event(index, text)).collect();
        assert_eq!(said(&judged(obligation, &events, None)), *wanted, "{obligation}\n{log}");
    }
}

#[test]
fn a_threshold_is_reached_within_a_window() {
    says(
        "threshold: {count: 2, within: 60s, by: $.who}",
        &[
            ("A@0 x, A@60 x", "0,1"),
            ("A@60 x, A@0 x", "0,1"),
            ("A@0 x, A@61 x", ""),
            ("A@0 x, A@0 y, A@1 y", "1,2"),
            ("A@0, A@1, A@2 x", "0,1"),
            ("A@0 x, D@1 x", ""),
            ("A@0 x, A@60 x, A@120 x, A@200 x, A@300 x", "0,1,2"),
            ("A@0 x, A@1 x, A@62 x, A@63 x", "0,1 2,3"),
        ],
    );
    says(
        "threshold: {count: 2, within: 60s, by: $.none, distinct: $.who}",
        &[("A@0 x, A@1 x, A@2 y", "0,1,2"), ("A@0 x, A@1, A@2", ""), ("A@0 x, A@1 x", "")],
    );
}

#[test]
fn what_must_follow_or_precede_is_looked_for_in_the_window() {
    says(
        "require_followed_by: {within: 60s, by: $.who, event: {$.eventName: [C, D]}}",
        &[
            ("A@0 x, D@60 x", ""),
            ("A@0 x, D@61 x", "0"),
            ("A@0 x, D@60 y", "0"),
            ("A@0 x, D@59 y", "pending 1"),
            ("A@0 x, D@0 x", ""),
            ("A@0, D@60", "0"),
            ("C@0 x, D@100 y", "0"),
            ("C@0 x, C@0 x, D@100 y", ""),
            ("D@0 x, A@60 x", "pending 1"),
        ],
    );
    says(
        "require_preceded_by: {within: 60s, by: $.who, event: {$.eventName: D}}",
        &[
            ("D@0 x, A@60 x", ""),
            ("D@0 x, A@61 x", "1"),
            ("D@0 y, A@60 x", "1"),
            ("D@0 y, A@59 x", "pending 1"),
            ("A@0 x, D@0 x", ""),
            ("D@0, A@60", "1"),
        ],
    );
}

#[test]
fn a_sequence_takes_the_earliest_and_tightest_match() {
    says(
        "sequence: {within: 60s, by: $.who, steps: [{name: a, event: {$.eventName: [A, C]}}, {name: x, not: {$.eventName: X}}, {name: b, event: {$.eventName: [B, C]}}]}",
        &[
            ("A@0 x, B@60 x", "0,1"),
            ("A@0 x, B@61 x", ""),
            ("B@0 x, A@60 x", ""),
            ("B@0 x, A@0 x", "0,1"),
            ("A@0 x, A@1 x, B@2 x", "1,2"),
            ("A@0 x, B@1 x, B@2 x", "0,1"),
            ("A@0 x, B@1 x, A@2 x, B@3 x", "0,1 2,3"),
            ("A@0 x, X@1 x, B@2 x", ""),
            ("A@0 x, X@0 x, X@2 x, B@2 x", "0,3"),
            ("A@0 x, X@1 y, B@2 x", "0,2"),
            ("A@0, X@1, B@2", "0,2"),
            ("A@0 x, A@3 x, X@2 x, B@4 x", "1,3"),
            ("C@0 x", ""),
            ("C@0 x, C@1 x", "0,1"),
        ],
    );
    says(
        "sequence: {within: 60s, by: $.who, any_order: true, steps: [{name: a, event: {$.eventName: [A, C]}}, {name: b, event: {$.eventName: [B, C]}}]}",
        &[
            ("B@0 x, A@60 x", "0,1"),
            ("B@0 x, A@61 x", ""),
            ("C@0 x, C@0 x", "0,1"),
            ("C@0 x", ""),
            ("A@0 x, A@1 x", ""),
        ],
    );
}

#[test]
fn what_was_not_seen_before_is_a_violation_once_enough_is_known() {
    says(
        "first_seen: {of: $.eventName, by: $.who, history: 60s}",
        &[
            ("D@0 x, A@59 x", "learning 1"),
            ("D@0 x, A@60 x", "1"),
            ("D@0 x, A@60 x, A@60 x", "1,2"),
            ("D@0 x, A@60 x, A@120 x, A@181 x", "1 3"),
            ("A@0 x, A@60 y, B@60 x", "1 2 learning 1"),
            ("D@0 x, A@60, A@61", "1"),
        ],
    );
    let known = [event(0, "A@0 x"), event(1, "B@30 x")];
    let since = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    let past = Some(Past { since, events: &known });
    let events = [event(2, "A@60 x"), event(3, "B@91 x"), event(4, "C@60 x")];
    let rule = "first_seen: {of: $.eventName, by: $.who, history: 60s}";
    assert_eq!(said(&judged(rule, &events, past)), "1 2");
}

#[test]
fn each_event_counts_once_and_an_update_wins() {
    let rule = "threshold: {count: 2, within: 60s, by: $.who}";
    let (first, mut again) = (event(0, "A@0 x"), event(0, "A@0 y"));
    let other = event(1, "A@1 y");
    assert_eq!(said(&judged(rule, &[first.clone(), again.clone(), other.clone()], None)), "");
    assert_eq!(said(&judged(rule, &[again.clone(), first.clone(), other.clone()], None)), "0,2");
    again["addendum"] = json!({"reason": "UPDATED_DATA"});
    for log in [[first.clone(), again.clone(), other.clone()], [other, again, first]] {
        assert_eq!(said(&judged(rule, &log, None)).len(), "0,1".len());
    }
}

#[test]
fn an_event_without_a_time_is_left_out_and_named() {
    let rule = "require_followed_by: {within: 60s, by: $.who, event: {$.eventName: D}}";
    let mut follower = event(1, "D@1 x");
    follower["eventTime"] = json!("soon");
    let judgement = judged(rule, &[event(0, "A@0 x"), follower, event(2, "E@90 x")], None);
    assert_eq!((said(&judgement).as_str(), judgement.undated), ("0", vec![1]));
}
