//! Holds the rules of `policies/cis.yaml` against the metric filters that the CIS AWS Foundations Benchmark publishes.
//!
//! The published patterns lie outside the repository, in `../shared/data/cis/`: where they are not, the test that needs them says so
//! and passes. Of each pattern every alternative makes an event that meets it, and every comparison in it one that fails it alone; the
//! rule must say of each event what the pattern says, but for the deviations listed here and in `docs/cis.md`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is not as the benchmark promises ends the test"
)]

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::{Date, date};
use serde_json::{Value, json};
use trailgate::engine::reference;
use trailgate::policy::bundled::bundled;
use trailgate::policy::{PolicyIndex, PolicySet, Rule, parse};

/// Where rule and pattern differ about an event made of the pattern: control, the event, why the rule is right.
const DEVIATIONS: &[(u64, &str, &str)] = &[
    (1, "sourceIPAddress!=delivery.logs.amazonaws.com", "1.4 to 3.0 join the exceptions with ||: every event matches"),
    (1, "sourceIPAddress!=delivery.logs.amazonaws.com but not that", "the same"),
    (1, "eventName!=HeadBucket", "the same"),
    (1, "eventName!=HeadBucket but not that", "the same"),
    (1, "errorCode=*UnauthorizedOperation but not that", "the same: another error, or none, matches too"),
    (1, "errorCode=AccessDenied* but not that", "the same"),
    (2, "NARROW without userIdentity.type=IAMUser", "the narrow form misses root; the rule is the wide form"),
    (2, "NARROW without responseElements.ConsoleLogin=Success", "the wide form counts failed attempts"),
];

/// Controls whose pattern has no event source, and so matches actions of the same name in other services.
const WITHOUT_SOURCE: &[u64] = &[2, 4, 5, 6, 10, 11, 12, 13, 14];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Missing,
}

/// One comparison of a filter pattern.
#[derive(Debug, Clone)]
struct Comparison {
    path: Vec<String>,
    operator: Operator,
    value: String,
}

impl Comparison {
    fn written(&self) -> String {
        let path = self.path.join(".");
        match self.operator {
            Operator::Equal => format!("{path}={}", self.value),
            Operator::Unequal => format!("{path}!={}", self.value),
            Operator::Missing => format!("{path} NOT EXISTS"),
        }
    }

    fn holds(&self, event: &Value) -> bool {
        let found = self.path.iter().try_fold(event, |value, name| value.get(name)).filter(|value| !value.is_null());
        match self.operator {
            Operator::Missing => found.is_none(),
            Operator::Equal => found.and_then(Value::as_str).is_some_and(|found| fits(&self.value, found)),
            // AWS does not say what `!=` makes of a missing field; it is read as true.
            Operator::Unequal => !found.and_then(Value::as_str).is_some_and(|found| fits(&self.value, found)),
        }
    }

    fn meet(&self, event: &mut Value) {
        match self.operator {
            Operator::Equal => set(event, &self.path, &self.value.replace('*', "X")),
            Operator::Unequal if self.holds(event) => {}
            Operator::Unequal => set(event, &self.path, "Other"),
            Operator::Missing => remove(event, &self.path),
        }
    }

    fn fail(&self, event: &mut Value) {
        match self.operator {
            Operator::Equal => set(event, &self.path, "Other"),
            Operator::Unequal | Operator::Missing => set(event, &self.path, &self.value.replace('*', "X")),
        }
    }
}

/// Whether `text` is what `pattern` says, `*` being anything; at either end only, as in all published patterns.
fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => pattern == text,
    }
}

fn set(event: &mut Value, path: &[String], value: &str) {
    let mut at = event;
    for name in path {
        if !at.is_object() {
            *at = json!({});
        }
        at = at.as_object_mut().unwrap().entry(name.clone()).or_insert(Value::Null);
    }
    *at = json!(value);
}

fn remove(event: &mut Value, path: &[String]) {
    let (last, parents) = path.split_last().unwrap();
    let parent = parents.iter().try_fold(event, |value, name| value.get_mut(name));
    if let Some(Value::Object(parent)) = parent {
        parent.remove(last);
    }
}

/// A JSON filter pattern as its alternatives, each a list of comparisons that all hold: `&&` binds tighter than `||`.
fn alternatives(pattern: &str) -> Vec<Vec<Comparison>> {
    let inner = pattern.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).expect("a JSON pattern");
    let mut rest = inner.trim();
    let parsed = or(&mut rest);
    assert!(rest.is_empty(), "`{rest}` is left over of `{pattern}`");
    parsed
}

fn or(rest: &mut &str) -> Vec<Vec<Comparison>> {
    let mut all = and(rest);
    while take(rest, "||") {
        all.extend(and(rest));
    }
    all
}

fn and(rest: &mut &str) -> Vec<Vec<Comparison>> {
    let mut all = primary(rest);
    while take(rest, "&&") {
        let right = primary(rest);
        all =
            all.iter().flat_map(|left| right.iter().map(move |right| [left.clone(), right.clone()].concat())).collect();
    }
    all
}

fn primary(rest: &mut &str) -> Vec<Vec<Comparison>> {
    if take(rest, "(") {
        let inner = or(rest);
        assert!(take(rest, ")"), "no `)` before `{rest}`");
        return inner;
    }
    let end = rest.find([' ', '=', '!']).expect("an operator");
    let path = rest[..end].strip_prefix("$.").expect("a selector").split('.').map(str::to_owned).collect();
    *rest = rest[end..].trim_start();
    if take(rest, "NOT EXISTS") {
        return vec![vec![Comparison { path, operator: Operator::Missing, value: "present".to_owned() }]];
    }
    let operator = if take(rest, "!=") { Operator::Unequal } else { Operator::Equal };
    if operator == Operator::Equal {
        assert!(take(rest, "="), "no operator before `{rest}`");
    }
    let value = if take(rest, "\"") {
        let end = rest.find('"').expect("a closing quote");
        let value = rest[..end].to_owned();
        *rest = rest[end + 1..].trim_start();
        value
    } else {
        // One of the published values is two words without quotes.
        let end = [")", "&&", "||"].iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
        let value = rest[..end].trim().to_owned();
        *rest = rest[end..].trim_start();
        value
    };
    vec![vec![Comparison { path, operator, value }]]
}

fn take(rest: &mut &str, token: &str) -> bool {
    let Some(after) = rest.strip_prefix(token) else { return false };
    *rest = after.trim_start();
    true
}

fn published(alternatives: &[Vec<Comparison>], event: &Value) -> bool {
    alternatives.iter().any(|all| all.iter().all(|comparison| comparison.holds(event)))
}

/// An event of control `number` that no pattern matches, but where a pattern matches every event.
fn base(number: u64) -> Value {
    let source = match number {
        2 | 6 => "signin",
        4 => "iam",
        5 => "cloudtrail",
        7 => "kms",
        8 => "s3",
        9 => "config",
        10..=14 => "ec2",
        15 => "organizations",
        _ => "sqs",
    };
    json!({
        "eventVersion": "1.08",
        "eventTime": "2026-03-14T09:00:00Z",
        "eventID": "6f1a2b3c-0000-4000-8000-000000000001",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": "Other",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "203.0.113.9",
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/ops/ana", "accountId": "123456789012"},
    })
}

fn today() -> Date {
    date(2026, 11, 26)
}

fn policies() -> PolicySet {
    let parsed = bundled().iter().map(|source| parse(source, &|_| Err("no list files".to_owned())).unwrap()).collect();
    PolicySet::new(parsed).unwrap()
}

fn rule_of<'s>(set: &'s PolicySet, id: &str) -> (PolicyIndex, &'s Rule) {
    let bears = |rule: &Rule| rule.controls.get("cis-aws-5.0").is_some_and(|ids| ids.iter().any(|found| found == id));
    let mut rules = set.rules().filter(|(_, rule)| rule.id.value.to_string().starts_with("cis.") && bears(rule));
    let found = rules.next().unwrap_or_else(|| panic!("no rule bears {id}"));
    assert!(rules.next().is_none(), "two rules bear {id}");
    found
}

fn violates(set: &PolicySet, (policy, rule): (PolicyIndex, &Rule), event: &Value) -> bool {
    reference::evaluate(set, policy, rule, event, today()).expect("a rule about one event").violated
}

fn controls() -> Option<Vec<Value>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/cis/cis.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("SKIPPED: the published patterns are not at {}", file.display());
        return None;
    };
    let data: Value = serde_json::from_str(&text).unwrap();
    Some(data["controls"].as_array().unwrap().clone())
}

/// What an alternative is called in [`DEVIATIONS`].
fn name(number: u64, all: &[Comparison], failed: Option<&Comparison>) -> String {
    let whole = all.iter().map(Comparison::written).collect::<Vec<_>>().join(" && ");
    match failed {
        None => whole,
        Some(failed) if number == 2 && all.len() == 4 => format!("NARROW without {}", failed.written()),
        Some(_) if all.len() == 1 => format!("{whole} but not that"),
        Some(failed) => format!("{whole} but not {}", failed.written()),
    }
}

#[test]
fn every_rule_says_what_its_published_patterns_say() {
    let Some(controls) = controls() else { return };
    assert_eq!(controls.len(), 15);
    let set = policies();
    let mut found = BTreeSet::new();
    let mut events = 0;
    for control in &controls {
        let number = control["n"].as_u64().unwrap();
        let rule = rule_of(&set, control["ids"]["5.0"].as_str().unwrap());
        for (version, id) in control["ids"].as_object().unwrap() {
            let borne = rule.1.controls.get(&format!("cis-aws-{version}"));
            assert_eq!(borne, Some(&vec![id.as_str().unwrap().to_owned()]), "{} in {version}", rule.1.id.value);
        }
        assert!(!violates(&set, rule, &base(number)), "{} reports the event that it should not", rule.1.id.value);
        for pattern in control["patterns"].as_object().unwrap().values().flat_map(|all| all.as_array().unwrap()) {
            let parsed = alternatives(pattern.as_str().unwrap());
            for all in &parsed {
                let mut met = base(number);
                all.iter().for_each(|comparison| comparison.meet(&mut met));
                assert!(published(&parsed, &met), "the event meets its own pattern");
                let mut cases = vec![(name(number, all, None), met.clone())];
                for comparison in all {
                    let mut failed = met.clone();
                    comparison.fail(&mut failed);
                    cases.push((name(number, all, Some(comparison)), failed));
                }
                for (case, event) in cases {
                    events += 1;
                    if violates(&set, rule, &event) != published(&parsed, &event) {
                        found.insert((number, case));
                    }
                }
                if all.iter().all(|comparison| comparison.path != ["eventSource"]) && WITHOUT_SOURCE.contains(&number) {
                    set_source(&mut met);
                    assert!(
                        published(&parsed, &met) && !violates(&set, rule, &met),
                        "{}: another source",
                        rule.1.id.value
                    );
                }
            }
        }
    }
    assert!(events > 500, "only {events} events");
    let listed: BTreeSet<_> = DEVIATIONS.iter().map(|(number, case, _)| (*number, (*case).to_owned())).collect();
    assert_eq!(found, listed);
}

fn set_source(event: &mut Value) {
    set(event, &["eventSource".to_owned()], "backup.amazonaws.com");
}

#[test]
fn the_deviations_in_words_are_so() {
    let set = policies();
    let said = |id: &str, number: u64, fields: &[(&[&str], &str)]| {
        let mut event = base(number);
        for (path, value) in fields {
            let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
            self::set(&mut event, &path, value);
        }
        violates(&set, rule_of(&set, id), &event)
    };
    assert!(!said("4.1", 1, &[(&["errorCode"], "Client.UnauthorizedOperation"), (&["eventName"], "HeadBucket")]));
    let delivery = "delivery.logs.amazonaws.com";
    assert!(!said("4.1", 1, &[(&["errorCode"], "Client.UnauthorizedOperation"), (&["sourceIPAddress"], delivery)]));
    assert!(said("4.1", 1, &[(&["errorCode"], "Client.UnauthorizedOperation")]));
    assert!(!said("4.2", 2, &[(&["eventName"], "ConsoleLogin"), (&["additionalEventData", "MFAUsed"], "YES")]));
    assert!(said("4.2", 2, &[(&["eventName"], "ConsoleLogin"), (&["additionalEventData", "MFAUsed"], "No")]));
    assert!(said("4.10", 10, &[(&["eventName"], "ModifySecurityGroupRules")]));
}

#[test]
fn a_pattern_is_read_as_aws_reads_it() {
    let parsed = alternatives("{ ($.a = x*) || ($.b=\"y z\") && ($.c.d != w) && $.e NOT EXISTS }");
    assert_eq!(parsed.iter().map(Vec::len).collect::<Vec<_>>(), [1, 3]);
    assert!(published(&parsed, &json!({"a": "xyz"})));
    assert!(published(&parsed, &json!({"b": "y z", "c": {"d": "v"}})));
    assert!(!published(&parsed, &json!({"b": "y z", "c": {"d": "w"}})));
    assert!(!published(&parsed, &json!({"b": "y z", "e": "1"})));
    assert_eq!(alternatives("{($.m = Failed authentication)}")[0][0].value, "Failed authentication");
}
