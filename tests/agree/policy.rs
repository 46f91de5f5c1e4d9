//! Policy files: JSON texts, which are YAML, that `docs/dsl.md` allows.

use serde_json::{Map, Value, json};

use super::condition::{Place, condition, path_of, singular_path};
use super::dice::Dice;
use super::test::test;
use super::words::{
    ACTIONS, EFFECTS, GLOBS, GOOD_TIMES, IPS, Kind, NAMES, NEIGHBOURS, NETWORKS, NUMBERS, Patterns, REGEXES, TEXTS,
    TIMES, WHO,
};

/// The day on which policies are evaluated; some list entries and exceptions end before it, on it, and after it.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 6, 15);
pub const UNTIL: [&str; 3] = ["2027-01-31", "2026-06-15", "2026-06-14"];

/// One or two policy files; what the second defines is used by the first and the other way round.
pub fn policies(dice: &mut Dice) -> Vec<String> {
    let mut first = file(dice, "first");
    let mut second = file(dice, "second");
    let shared = json!({"succeeded": {"$.errorCode": null, "$.readOnly": {"not": "no"}}});
    if dice.chance(50) {
        // A name that both files have means each one's own.
        second["define"]["in_first"] = json!({"$.eventName": {"exists": false}});
        second["lists"]["in_first"] = json!(["GetUser"]);
    }
    // Definitions whose own names are looked up where they stand, and not where they are used.
    second["define"]["across"] = json!({"use": "in_first"});
    second["define"]["across_list"] = json!({"$.eventName": {"in": {"list": "in_first"}}});
    let holder = if dice.chance(50) { &mut second } else { &mut first };
    holder["define"]["succeeded"] = shared["succeeded"].clone();
    vec![first.to_string(), second.to_string()]
}

/// A policy file whose rules forbid one test on one path each, so that nothing hides what a test says.
pub fn single_tests(dice: &mut Dice) -> String {
    let rule = |index| {
        let path = path_of(dice, Place::event(0));
        let test = test(dice, path.kind, path.nodes, Place::event(0), 1);
        json!({"id": format!("rule-{index}"), "title": "t", "severity": "low", "forbid": {path.text: test}})
    };
    let rules: Vec<Value> = (0..12).map(rule).collect();
    json!({"version": 1, "lists": lists(dice, &["first", "second"]), "rules": rules}).to_string()
}

/// As [`policies`], but at times about records that are no CloudTrail events.
pub fn policies_of_any_source(dice: &mut Dice) -> Vec<String> {
    let texts = policies(dice);
    texts
        .into_iter()
        .map(|text| {
            if dice.chance(15) {
                let source = source(dice);
                with_source(&text, &source)
            } else {
                text
            }
        })
        .collect()
}

/// Where records that are no CloudTrail events lie.
pub fn source(dice: &mut Dice) -> Value {
    let mut source = json!({"records": dice.pick(&["$.Records[*]", "$..Records[?@.eventID]"])});
    if dice.chance(50) {
        source["id"] = json!("$.eventID");
        source["time"] = json!(dice.pick(&["$.eventTime", "$.requestParameters.since", "$.responseElements"]));
    }
    source
}

/// `policy` about the records of `source`.
pub fn with_source(policy: &str, source: &Value) -> String {
    let mut policy: Value = serde_json::from_str(policy).unwrap();
    policy["source"] = source.clone();
    policy.to_string()
}

fn file(dice: &mut Dice, name: &str) -> Value {
    let mut defines = Map::new();
    // A definition uses only those before it, so that none runs in a ring.
    defines.insert(format!("in_{name}"), condition(dice, Place::event(0), 1));
    defines.insert(format!("deep_in_{name}"), condition(dice, Place::event(1), 2));
    defines.insert(format!("item_in_{name}"), condition(dice, Place::element(Kind::Item, 1), 1));
    let mut rules: Vec<Value> = (0..=dice.roll(3)).map(|index| rule(dice, &format!("{name}.rule-{index}"))).collect();
    // Rules with the same population share what is found of it.
    if let Some((first, others)) = rules.split_first_mut()
        && let Some(when) = first.get("when")
    {
        others.iter_mut().filter(|_| dice.chance(30)).for_each(|other| other["when"] = when.clone());
    }
    json!({"version": 1, "define": defines, "lists": lists(dice, &[name]), "rules": rules})
}

/// Lists of scalars, networks, globs and regexes for each name.
pub fn lists(dice: &mut Dice, names: &[&str]) -> Map<String, Value> {
    let mut lists = Map::new();
    for name in names {
        let scalars = list(dice, |dice| {
            let kind = *dice.pick(&[Kind::Name, Kind::Who, Kind::Text, Kind::Number]);
            scalar(dice, kind)
        });
        lists.insert(format!("in_{name}"), scalars);
        lists.insert(format!("networks_in_{name}"), list(dice, |dice| json!(dice.word(&NETWORKS))));
        lists.insert(format!("globs_in_{name}"), list(dice, |dice| pattern(dice, &GLOBS)));
        lists.insert(format!("regexes_in_{name}"), list(dice, |dice| pattern(dice, &REGEXES)));
    }
    lists
}

fn pattern(dice: &mut Dice, patterns: &Patterns) -> Value {
    let kind = *dice.pick(&[Kind::Name, Kind::Source, Kind::Who, Kind::Text]);
    json!(dice.word(patterns.of(kind)))
}

fn list(dice: &mut Dice, mut value: impl FnMut(&mut Dice) -> Value) -> Value {
    let entries = (0..=dice.roll(4)).map(|_| {
        let value = value(dice);
        match dice.weighted(&[(3, 0), (1, 1), (3, 2)]) {
            0 => value,
            1 => json!({"value": value, "reason": "known"}),
            _ => json!({"value": value, "reason": "known", "until": dice.pick(&UNTIL)}),
        }
    });
    Value::Array(entries.collect())
}

fn rule(dice: &mut Dice, id: &str) -> Value {
    let mut rule = json!({"id": id, "title": format!("title of {id} {{$.not.filled}}"), "severity": "low"});
    if dice.chance(75) {
        rule["when"] = condition(dice, Place::event(2), 1);
    }
    match dice.weighted(&[(10, "forbid"), (10, "require"), (1, "threshold")]) {
        "threshold" => rule["threshold"] = json!({"count": 1, "within": "5m", "by": "$.userIdentity.arn"}),
        obligation => rule[obligation] = condition(dice, Place::event(2), 2),
    }
    if dice.chance(70) {
        rule["message"] = Value::String(message(dice));
    }
    if dice.chance(15) {
        rule["waivable"] = Value::Bool(false);
    } else if dice.chance(50) {
        let exceptions = (0..=dice.roll(2)).map(|index| {
            json!({
                "name": format!("exception-{index}"),
                "reason": "agreed",
                "until": dice.pick(&UNTIL),
                "condition": condition(dice, Place::event(2), 1),
            })
        });
        rule["except"] = Value::Array(exceptions.collect());
    }
    rule
}

fn message(dice: &mut Dice) -> String {
    let mut text = String::from("m");
    for _ in 0..=dice.roll(3) {
        match dice.roll(4) {
            0 => text.push_str(&format!(" {{{}}}", path_of(dice, Place::event(0)).text)),
            1 => text.push_str(" {{braces}}"),
            2 => text.push_str(&format!("/{{{}}}", singular_path(dice, Kind::Any, Place::event(0)))),
            _ => text.push_str(" ä\"\\"),
        }
    }
    text
}

/// A scalar that a node of `kind` may hold.
pub fn scalar(dice: &mut Dice, kind: Kind) -> Value {
    match kind {
        Kind::Name => json!(dice.favour(&NAMES)),
        Kind::Source => json!(dice.favour(&super::words::SOURCES)),
        Kind::Who => json!(dice.favour(&WHO)),
        Kind::Ip => {
            let words = if dice.chance(50) { &NETWORKS[..] } else { &IPS[..] };
            json!(dice.favour(words))
        }
        Kind::Time => json!(dice.favour(&TIMES[..GOOD_TIMES])),
        Kind::Bool => json!(dice.roll(2) == 1),
        Kind::Number | Kind::Small => number(dice),
        Kind::Effect => json!(dice.favour(&EFFECTS)),
        Kind::Action => json!(dice.favour(&ACTIONS)),
        Kind::Version | Kind::Statement | Kind::Document => json!(dice.favour(&["2012-10-17", "Allow"])),
        Kind::Text | Kind::Tags | Kind::Items | Kind::Item | Kind::Object | Kind::Any => match dice.roll(8) {
            0 => number(dice),
            1 => json!(dice.roll(2) == 1),
            _ => json!(dice.favour(&TEXTS)),
        },
    }
}

pub fn number(dice: &mut Dice) -> Value {
    let number = if dice.chance(35) { *dice.pick(&NEIGHBOURS) } else { *dice.favour(&NUMBERS) };
    serde_json::from_str(number).unwrap()
}
