//! Each obligation at its borders: a rule and a few events in, the violations out as steps with their seconds.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::compile::compile;
use crate::engine::{correlate, scan};
use crate::policy::{PolicySet, parse};
use crate::text::Source;
use crate::violation::{Correlated, Fact, History, Reach, RuleIndex};

/// Second, event name, value of `$.k` (`-` for none).
type Made<'m> = (i64, &'m str, &'m str);

/// What a rule with the lines `obligation` says of `events`, after what `history` has seen.
fn correlated(obligation: &str, events: &[Made<'_>], history: Option<History>) -> Correlated {
    changed(obligation, events, history, &|_| ())
}

/// As [`correlated`], with the facts as `change` leaves them.
fn changed(obligation: &str, events: &[Made<'_>], history: Option<History>, change: &dyn Fn(&mut Fact)) -> Correlated {
    let text = format!(
        "version: 1\nrules:\n  - id: a.b\n    title: t\n    severity: low\n    {}\n",
        obligation.replace('\n', "\n    ")
    );
    let policy = parse(&Source::new("p.yaml", text), &|_| Err(String::new())).unwrap();
    let program = compile(&PolicySet::new(vec![policy]).unwrap(), "2026-06-30".parse().unwrap());
    let records: Vec<Value> = events
        .iter()
        .enumerate()
        .map(|(place, (second, name, key))| {
            let key = if *key == "-" { Value::Null } else { json!(key) };
            let time = Timestamp::from_second(1_800_000_000 + second).unwrap().to_string();
            json!({"eventTime": time, "eventID": format!("{place}"), "eventName": name, "eventSource": "s", "k": key, "v": place % 3})
        })
        .collect();
    let report = scan(&program, &"log".into(), json!({"Records": records}).to_string().as_bytes(), 1 << 20);
    let mut reach = Reach::default();
    report.parts.iter().for_each(|part| reach.join(&part.reach));
    let mut facts: Vec<Fact> = report.parts.into_iter().flat_map(|part| part.facts).map(|(_, fact)| fact).collect();
    facts.iter_mut().for_each(change);
    facts.sort_by(Fact::order);
    correlate(&program, facts, &[reach], history)
}

/// Of each violation its events as `step@second`; then how many are pending and learning.
fn said(obligation: &str, events: &[Made<'_>]) -> (Vec<String>, u64, u64) {
    let found = correlated(obligation, events, None);
    let count = |counts: &BTreeMap<RuleIndex, u64>| counts.values().sum();
    (shown(&found), count(&found.pending), count(&found.learning))
}

fn shown(found: &Correlated) -> Vec<String> {
    let timelines = found.violations.iter().filter_map(|found| found.violation.timeline.as_ref());
    timelines
        .map(|timeline| {
            let step = |event: &crate::violation::TimelineEvent| {
                format!("{}@{}", event.step, event.time.as_second() - 1_800_000_000)
            };
            timeline.events.iter().map(step).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

fn violations(obligation: &str, events: &[Made<'_>]) -> Vec<String> {
    said(obligation, events).0
}

const THREE: &str = "threshold: {count: 3, within: 10s, by: $.k}";

#[test]
fn windows_that_share_an_event_are_one_episode() {
    let of = |seconds: &[i64]| {
        let events: Vec<Made<'_>> = seconds.iter().map(|second| (*second, "A", "x")).collect();
        violations(THREE, &events)
    };
    assert_eq!(of(&[0, 5, 11]), [""; 0]);
    assert_eq!(of(&[0, 5, 10]), ["counted@0 counted@5 counted@10"]);
    assert_eq!(of(&[0, 5, 10, 14, 30]), ["counted@0 counted@5 counted@10 counted@14"]);
    assert_eq!(of(&[7, 7, 7]), ["counted@7 counted@7 counted@7"]);
    let two = ["counted@0 counted@1 counted@2", "counted@12 counted@13 counted@14"];
    assert_eq!(of(&[0, 1, 2, 12, 13, 14]), two);
    // The event at 10 is in a window with each side.
    assert_eq!(of(&[0, 1, 10, 19, 20]), ["counted@0 counted@1 counted@10 counted@19 counted@20"]);
    // A chain of windows that overlap has no longest length.
    assert_eq!(of(&(0..40).map(|place| place * 5).collect::<Vec<_>>())[0].split(' ').count(), 40);
}

#[test]
fn a_threshold_of_one_joins_what_is_near() {
    let one = "threshold: {count: 1, within: 10s, by: $.k}";
    let events = [(0, "A", "x"), (10, "A", "x"), (21, "A", "x")];
    assert_eq!(violations(one, &events), ["counted@0 counted@10", "counted@21"]);
}

#[test]
fn keys_are_apart_and_no_value_is_a_key() {
    let events = [(0, "A", "x"), (1, "A", "y"), (2, "A", "x"), (3, "A", "-"), (4, "A", "-"), (5, "A", "-")];
    assert_eq!(violations(THREE, &events), ["counted@3 counted@4 counted@5"]);
}

#[test]
fn different_values_are_counted() {
    let distinct = "threshold: {count: 3, within: 10s, by: $.k, distinct: $.v}";
    // `$.v` goes 0, 1, 2, 0, 1, …
    let events: Vec<Made<'_>> = [0, 5, 11, 20, 22].map(|second| (second, "A", "x")).to_vec();
    assert_eq!(violations(distinct, &events), [""; 0]);
    let events: Vec<Made<'_>> = [0, 5, 10, 15].map(|second| (second, "A", "x")).to_vec();
    let found = correlated(distinct, &events, None);
    assert_eq!(shown(&found), ["counted@0 counted@5 counted@10 counted@15"]);
    assert_eq!(found.violations[0].violation.timeline.as_ref().unwrap().count, 3);
}

const FOLLOWED: &str =
    "when: {$.eventName: A}\nrequire_followed_by: {within: 10s, by: $.k, event: {$.eventName: [A, B]}}";

#[test]
fn what_must_follow() {
    let plain = FOLLOWED.replace("[A, B]", "B");
    for (events, found, pending) in [
        (&[(0_i64, "A", "x"), (10, "B", "x")] as &[Made<'_>], &[] as &[&str], 0),
        (&[(0, "A", "x"), (11, "B", "x")], &["trigger@0"], 0),
        (&[(0, "A", "x"), (0, "B", "x")], &[], 0),
        (&[(0, "B", "x"), (1, "A", "x")], &[], 1),
        (&[(0, "A", "x"), (9, "C", "x")], &[], 1),
        (&[(0, "A", "x"), (10, "C", "x")], &["trigger@0"], 0),
        (&[(0, "A", "x"), (5, "B", "y"), (20, "C", "x")], &["trigger@0"], 0),
        (&[(0, "A", "x"), (3, "A", "x"), (9, "B", "x")], &[], 0),
        (&[(0, "A", "x"), (5, "A", "x"), (12, "B", "x")], &["trigger@0"], 0),
        // Without a value nothing matches, not even no value.
        (&[(0, "A", "-"), (1, "B", "-"), (20, "C", "x")], &["trigger@0"], 0),
        (&[(0, "A", "-"), (1, "B", "-")], &[], 1),
    ] {
        assert_eq!(said(&plain, events), (found.iter().map(ToString::to_string).collect(), pending, 0), "{events:?}");
    }
}

#[test]
fn an_event_is_not_its_own_follower() {
    let late = (30, "C", "x");
    assert_eq!(violations(FOLLOWED, &[(0, "A", "x"), late]), ["trigger@0"]);
    assert_eq!(violations(FOLLOWED, &[(0, "A", "x"), (0, "A", "x"), late]), [""; 0]);
    assert_eq!(violations(FOLLOWED, &[(0, "A", "x"), (5, "A", "x"), late]), ["trigger@5"]);
}

#[test]
fn what_must_precede() {
    let rule = "when: {$.eventName: A}\nrequire_preceded_by: {within: 10s, by: $.k, event: {$.eventName: B}}";
    for (events, found, pending) in [
        (&[(0_i64, "B", "x"), (10, "A", "x")] as &[Made<'_>], &[] as &[&str], 0),
        (&[(0, "B", "x"), (11, "A", "x")], &["trigger@11"], 0),
        (&[(0, "A", "x"), (0, "B", "x")], &[], 0),
        (&[(0, "C", "x"), (9, "A", "x")], &[], 1),
        (&[(0, "C", "x"), (10, "A", "x")], &["trigger@10"], 0),
        (&[(0, "B", "-"), (10, "A", "-")], &["trigger@10"], 0),
        (&[(0, "B", "x"), (5, "A", "x"), (9, "A", "x"), (12, "A", "x")], &["trigger@12"], 0),
    ] {
        assert_eq!(said(rule, events), (found.iter().map(ToString::to_string).collect(), pending, 0), "{events:?}");
    }
}

const STEPS: &str = "sequence:
  within: 10s
  by: $.k
  steps: [{name: a, event: {$.eventName: A}}, {name: n, not: {$.eventName: N}}, {name: b, event: {$.eventName: [A, B]}}]";

#[test]
fn steps_in_order() {
    for (events, wanted) in [
        (&[(0_i64, "A", "x"), (10, "B", "x")] as &[Made<'_>], &["a@0 b@10"] as &[&str]),
        (&[(0, "A", "x"), (11, "B", "x")], &[]),
        (&[(0, "B", "x"), (1, "A", "x")], &[]),
        (&[(0, "A", "x")], &[]),
        // One event is never two steps; two of one second are in either order.
        (&[(0, "A", "x"), (0, "A", "x")], &["a@0 b@0"]),
        (&[(0, "B", "x"), (0, "A", "x")], &["a@0 b@0"]),
        // The tightest match, then on with what comes after.
        (
            &[(0, "A", "x"), (3, "A", "y"), (4, "B", "x"), (5, "B", "x"), (6, "A", "x"), (7, "B", "x")],
            &["a@0 b@4", "a@6 b@7"],
        ),
        (&[(0, "A", "x"), (2, "N", "x"), (4, "B", "x")], &[]),
        (&[(0, "A", "x"), (2, "N", "x"), (3, "A", "x"), (4, "B", "x")], &["a@3 b@4"]),
        (&[(0, "A", "x"), (2, "N", "y"), (4, "B", "x")], &["a@0 b@4"]),
        // At the time of a neighbour is not between.
        (&[(0, "A", "x"), (0, "N", "x"), (4, "B", "x")], &["a@0 b@4"]),
        (&[(0, "A", "x"), (4, "N", "x"), (4, "B", "x")], &["a@0 b@4"]),
        // Without a value a `not` step blocks nothing.
        (&[(0, "A", "-"), (2, "N", "-"), (4, "B", "-")], &["a@0 b@4"]),
    ] {
        assert_eq!(violations(STEPS, events), wanted, "{events:?}");
    }
}

#[test]
fn the_tightest_match_of_three() {
    let rule = "sequence:
  within: 10s
  by: $.k
  steps: [{name: a, event: {$.eventName: A}}, {name: b, event: {$.eventName: B}}, {name: c, event: {$.eventName: C}}]";
    let x = |second, name| (second, name, "x");
    let events = [x(0, "A"), x(1, "B"), x(2, "A"), x(3, "B"), x(4, "B"), x(5, "A"), x(6, "C"), x(6, "B"), x(7, "C")];
    assert_eq!(violations(rule, &events), ["a@5 b@6 c@6"]);
    let events = [x(0, "A"), x(1, "B"), x(2, "A"), x(3, "B"), x(4, "B"), x(6, "C")];
    assert_eq!(violations(rule, &events), ["a@2 b@4 c@6"]);
    // The later start has no second step in time; the earlier way still counts.
    let events = [x(0, "A"), x(1, "B"), x(2, "A"), x(6, "C")];
    assert_eq!(violations(rule, &events), ["a@0 b@1 c@6"]);
}

#[test]
fn steps_in_any_order() {
    let rule = "sequence:
  within: 10s
  by: $.k
  any_order: true
  steps: [{name: a, event: {$.eventName: [A, B]}}, {name: b, event: {$.eventName: B}}]";
    for (events, wanted) in [
        (&[(0_i64, "B", "x"), (10, "A", "x")] as &[Made<'_>], &["b@0 a@10"] as &[&str]),
        (&[(0, "B", "x"), (11, "A", "x")], &[]),
        (&[(0, "B", "x")], &[]),
        (&[(0, "B", "x"), (3, "B", "x")], &["a@0 b@3"]),
        (&[(0, "A", "x"), (2, "A", "x"), (3, "B", "x"), (4, "B", "x")], &["a@2 b@3"]),
    ] {
        assert_eq!(violations(rule, events), wanted, "{events:?}");
    }
}

const NEW: &str = "when: {$.eventName: A}\nfirst_seen: {of: $.k, by: $.eventSource, history: 10s}";

#[test]
fn what_was_not_seen_before() {
    for (events, found, learning) in [
        (&[(0_i64, "C", "x"), (9, "A", "x")] as &[Made<'_>], &[] as &[&str], 1),
        (&[(0, "C", "x"), (10, "A", "x")], &["first seen@10"], 0),
        (&[(0, "A", "x"), (10, "A", "x")], &[], 1),
        (&[(0, "A", "x"), (11, "A", "x")], &["first seen@11"], 1),
        (&[(0, "C", "x"), (10, "A", "x"), (10, "A", "x"), (12, "A", "x")], &["first seen@10 first seen@10"], 0),
        (&[(0, "C", "x"), (12, "A", "-"), (13, "A", "-")], &["first seen@12"], 0),
        (&[(0, "A", "x"), (12, "A", "y"), (13, "A", "x")], &["first seen@12", "first seen@13"], 1),
    ] {
        let mut got = said(NEW, events);
        got.0.sort();
        assert_eq!(got, (found.iter().map(ToString::to_string).collect(), 0, learning), "{events:?}");
    }
}

#[test]
fn bare_facts_are_occurrences_and_never_evidence() {
    let bare_at = |seconds: &'static [i64], events: &[Made<'_>]| {
        let bare = |fact: &mut Fact| {
            if seconds.contains(&(fact.time.as_second() - 1_800_000_000))
                && fact.record == fact.time.as_second() as usize % 10
            {
                *fact = Fact::bare(fact.rule, fact.key.clone(), fact.time, fact.id);
            }
        };
        let found = changed(NEW, events, None, &bare);
        (shown(&found), found.learning.values().sum::<u64>(), found.doubtful)
    };
    // 1,800,000,000 ends in 0, so that the event at second 3 is bare if it is the record 3.
    let x = |second| (second, "A", "x");
    let log = (0, "C", "x");
    assert_eq!(bare_at(&[22], &[log, x(12), x(22), x(32)]), (vec!["first seen@12".to_owned()], 0, false));
    assert_eq!(bare_at(&[22], &[log, x(12), x(22), x(33)]).0, ["first seen@12", "first seen@33"]);
    assert_eq!(bare_at(&[12], &[log, x(12), x(12)]).0, ["first seen@12"]);
    assert_eq!(bare_at(&[1], &[log, x(1), x(1)]), (vec![], 1, false));
    assert_eq!(bare_at(&[11], &[log, x(11)]).0, [""; 0]);
}

#[test]
fn a_bare_fact_of_a_corrected_event_needs_its_correction() {
    let doubtful = |corrected: usize, key: &'static str| {
        let events = [(0, "C", "x"), (20, "A", "x"), (20, "A", key)];
        let found = changed(NEW, &events, None, &|fact| {
            let of = |mut fact: Fact| {
                fact.id = 7;
                fact.updated = true;
                fact
            };
            if fact.record == 1 {
                *fact = of(Fact::bare(fact.rule, fact.key.clone(), fact.time, 0));
            } else if fact.record == corrected {
                *fact = of(fact.clone());
            }
        });
        found.doubtful
    };
    // The correction says the same, says something else, or is of another event.
    assert!(!doubtful(2, "x") && doubtful(2, "y") && doubtful(9, "x"));
}

#[test]
fn a_history_is_carried_on_and_answers_the_same_again() {
    let january = [(0, "A", "x"), (5, "A", "y"), (12, "A", "x")];
    let february = [(14, "A", "y"), (20, "A", "x"), (21, "A", "z"), (40, "A", "z")];
    let first = correlated(NEW, &january, Some(History::default()));
    assert_eq!(shown(&first), ["first seen@12"]);
    let again = correlated(NEW, &january, Some(first.history.clone()));
    assert_eq!((shown(&again), &again.history), (shown(&first), &first.history));
    let second = correlated(NEW, &february, Some(first.history.clone()));
    assert_eq!(shown(&second), ["first seen@21", "first seen@40"]);
    assert_eq!(second.learning.len(), 0);
    let again = correlated(NEW, &february, Some(second.history.clone()));
    assert_eq!(shown(&again), shown(&second));
    // Without a state the second run would still learn.
    assert_eq!(said(NEW, &february).2, 3);
    // What ended too long before these logs is forgotten, and nothing earlier is claimed to be known.
    let later = correlated(NEW, &[(100, "A", "x"), (101, "C", "x")], Some(second.history));
    let known = later.history.rules.values().next().unwrap();
    assert_eq!(known.seen.len(), 1);
    assert_eq!(known.since.map(|since| since.as_second() - 1_800_000_000), Some(90));
    assert_eq!(shown(&later), ["first seen@100"]);
}

#[test]
fn a_long_episode_keeps_its_ends() {
    let events: Vec<Made<'_>> = (0..22_000).map(|second| (second, "A", "x")).collect();
    let found = correlated(THREE, &events, None);
    let timeline = found.violations[0].violation.timeline.as_ref().unwrap();
    assert_eq!((timeline.count, timeline.events.len(), timeline.omitted), (22_000, 20_000, 2000));
    assert_eq!(timeline.span, SignedDuration::from_secs(21_999));
    assert_eq!(timeline.events[19_999].record, 21_999);
}

#[test]
fn messages_are_filled_in() {
    let rule = "message: \"{count} {span} {by} {by.who} {key:$.k} {$.eventName} {last:$.eventName} {step.b:$.eventName} {first:$.gone}\"
sequence: {within: 10s, by: {who: $.k}, steps: [{name: a, event: {$.eventName: A}}, {name: b, event: {$.eventName: B}}]}";
    let found = correlated(rule, &[(0, "A", "x"), (9, "B", "x")], None);
    assert_eq!(found.violations[0].violation.message, "2 9s x x x A B B (none)");
}

#[test]
fn exceptions_cover_what_they_hold_for_throughout() {
    let rule = format!("{THREE}\nexcept: [{{name: e, reason: r, until: 2027-01-01, condition: {{$.eventName: A}}}}]");
    let covered = |last| {
        let found = correlated(&rule, &[(0, "A", "x"), (1, "A", "x"), (2, last, "x")], None);
        found.violations[0].covered.is_some() && found.violations[0].violation.waived.is_some()
    };
    assert!(covered("A") && !covered("B"));
}

/// What grew faster than with the number of facts would not end.
#[test]
fn one_key_may_have_many_facts() {
    let number = 20_000;
    let events: Vec<Made<'_>> = (0..number).map(|place| (place / 50, ["A", "N"][place as usize % 2], "x")).collect();
    let week = |rule: &str| rule.replace("10s", "52w");
    for rule in [THREE, STEPS, FOLLOWED, "threshold: {count: 9, within: 10s, by: $.k, distinct: $.v}"] {
        let found = correlated(&week(rule), &events, None);
        assert!(found.violations.len() <= number as usize, "{rule}");
    }
}
