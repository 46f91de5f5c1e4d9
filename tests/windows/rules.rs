//! Rules over time about the events of a [`world`](super::world): every obligation with every keyword, and what covers violations.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::world::NAMES;

/// The day on which the rules are judged; some exceptions end before it, on it, and after it.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 6, 15);
const UNTIL: [&str; 4] = ["2027-01-31", "2027-01-31", "2026-06-15", "2026-06-14"];

const DURATIONS: [&str; 6] = ["1m", "2m", "3m", "5m", "61s", "1h"];

/// The obligations, by their keywords.
pub const OBLIGATIONS: [&str; 5] =
    ["threshold", "require_followed_by", "require_preceded_by", "sequence", "first_seen"];

/// A policy file of a few rules.
pub fn policy(dice: &mut Dice) -> Value {
    let rules: Vec<Value> = (0..=dice.roll(3)).map(|index| rule(dice, &format!("rule-{index}"))).collect();
    let mut policy = json!({"version": 1, "define": {"failed": {"$.errorCode": {"exists": true}}}, "rules": rules});
    let source = match dice.weighted(&[(30, 0), (4, 1), (2, 2), (1, 3)]) {
        1 => json!({"records": "$.Records[*]", "time": "$.eventTime", "id": "$.eventID"}),
        2 => json!({"records": "$.Records[*]", "time": "$.eventTime"}),
        3 => json!({"records": "$.Records[*]", "id": "$.eventID"}),
        _ => return policy,
    };
    policy["source"] = source;
    policy
}

fn rule(dice: &mut Dice, id: &str) -> Value {
    let mut rule = json!({"id": id, "title": format!("title of {id}"), "severity": "low"});
    let keyword = *dice.pick(&OBLIGATIONS);
    let (obligation, names) = obligation(dice, keyword);
    rule[keyword] = obligation;
    // Every step of a sequence must meet it too, so that few would be left.
    if dice.chance(if keyword == "sequence" { 15 } else { 60 }) {
        rule["when"] = condition(dice);
    }
    if dice.chance(80) {
        rule["message"] = json!(message(dice, keyword, &names));
    }
    if dice.chance(15) {
        rule["waivable"] = json!(false);
    } else if dice.chance(40) {
        let exceptions = (0..=dice.roll(2)).map(|index| {
            json!({"name": format!("exception-{index}"), "reason": "agreed", "until": dice.pick(&UNTIL), "condition": condition(dice)})
        });
        rule["except"] = Value::Array(exceptions.collect());
    }
    rule
}

/// The obligation, and the names of the parts of its key.
fn obligation(dice: &mut Dice, keyword: &str) -> (Value, Vec<String>) {
    let is_rare = keyword == "sequence";
    let (by, names) = if is_rare && dice.chance(60) { plain_key() } else { key(dice) };
    let within = if is_rare { *dice.pick(&DURATIONS[2..]) } else { *dice.favour(&DURATIONS) };
    let obligation = match keyword {
        "threshold" => {
            let mut threshold =
                json!({"count": dice.weighted(&[(1, 1), (4, 2), (3, 3), (1, 4)]), "within": within, "by": by});
            if dice.chance(40) {
                threshold["distinct"] = part(dice);
            }
            threshold
        }
        "sequence" => {
            let any_order = dice.chance(35);
            let mut steps: Vec<Value> = vec![step(dice, "first", "event")];
            for index in 0..dice.roll(3) {
                let keyword = if !any_order && dice.chance(60) { "not" } else { "event" };
                steps.push(step(dice, &format!("middle-{index}"), keyword));
            }
            steps.push(step(dice, "last", "event"));
            let mut sequence = json!({"within": within, "by": by, "steps": steps});
            if any_order || dice.chance(20) {
                sequence["any_order"] = json!(any_order);
            }
            sequence
        }
        "first_seen" => json!({"of": key(dice).0, "by": by, "history": within}),
        _ => json!({"within": within, "by": by, "event": condition(dice)}),
    };
    (obligation, names)
}

fn step(dice: &mut Dice, name: &str, keyword: &str) -> Value {
    json!({"name": name, keyword: condition(dice)})
}

fn condition(dice: &mut Dice) -> Value {
    match dice.weighted(&[(8, 0), (2, 1), (2, 2), (1, 3), (1, 4), (1, 5)]) {
        0 => json!({"$.eventName": dice.favour(&NAMES)}),
        1 => json!({"$.eventName": dice.pick(&[["A", "B"], ["B", "C"], ["A", "D"]])}),
        2 => json!({"$.eventSource": "iam.amazonaws.com"}),
        3 => json!({"use": "failed"}),
        4 => json!({"not": {"use": "failed"}}),
        _ => json!({"$.requestParameters.n": {"exists": true}}),
    }
}

fn path(dice: &mut Dice) -> Value {
    json!(dice.favour(&["$.userIdentity.arn", "$.requestParameters.n", "$.sourceIPAddress", "$.eventName"]))
}

/// A path, or one of which a form of the value is taken.
fn part(dice: &mut Dice) -> Value {
    match dice.weighted(&[(5, 0), (1, 1), (1, 2), (1, 3), (1, 4)]) {
        0 => path(dice),
        1 => json!({"path": path(dice)}),
        2 => json!({"path": path(dice), "as": "lower"}),
        3 => json!({"path": path(dice), "as": "basename"}),
        _ => {
            json!({"path": "$.sourceIPAddress", "as": dice.pick(&["ip_prefix/24", "ip_prefix/8", "ip_prefix/32", "ip_prefix/64"])})
        }
    }
}

/// The key under which most events of a world lie.
fn plain_key() -> (Value, Vec<String>) {
    let path = "$.userIdentity.arn";
    (json!({"path": path, "as": "basename"}), vec![path.to_owned()])
}

/// A key in one of its shapes, and the names that its parts have in messages.
fn key(dice: &mut Dice) -> (Value, Vec<String>) {
    let name = |part: &Value| part.get("path").unwrap_or(part).as_str().unwrap().to_owned();
    match dice.weighted(&[(5, 0), (3, 1), (2, 2)]) {
        0 => {
            let part = part(dice);
            let name = name(&part);
            (part, vec![name])
        }
        1 => {
            let parts: Vec<Value> = (0..=dice.roll(2)).map(|_| part(dice)).collect();
            let names = parts.iter().map(name).collect();
            (Value::Array(parts), names)
        }
        _ => {
            let parts: Map<String, Value> =
                ["who", "what"].iter().take(1 + dice.roll(2)).map(|name| ((*name).to_owned(), part(dice))).collect();
            let names = parts.keys().cloned().collect();
            (Value::Object(parts), names)
        }
    }
}

fn message(dice: &mut Dice, keyword: &str, names: &[String]) -> String {
    let mut text = String::from("m");
    for _ in 0..=dice.roll(5) {
        let name = dice.pick(names);
        text.push_str(&match dice.roll(9) {
            0 => " {count}".to_owned(),
            1 => " in {span}".to_owned(),
            2 => " by {by}".to_owned(),
            3 => format!(" {{by.{name}}}"),
            4 if name.starts_with('$') => format!(" {{key:{name}}}"),
            4 => " {first:$.eventName}".to_owned(),
            5 => " {last:$.requestParameters}".to_owned(),
            6 if keyword == "sequence" => " {step.last:$.eventName}/{step.first:$.requestParameters.n}".to_owned(),
            6 | 7 => " {$.requestParameters.n}".to_owned(),
            _ => " {{braces}}".to_owned(),
        });
    }
    text
}

/// A waivers file for rules of [`policy`] that have violations of these fingerprints.
pub fn waivers(dice: &mut Dice, fingerprints: &[String]) -> Value {
    let waivers = (0..=dice.roll(3)).map(|index| {
        let mut waiver = json!({
            "name": format!("waiver-{index}"), "reason": "agreed", "owner": "team", "until": dice.pick(&UNTIL),
        });
        let scope = dice.weighted(&[(3, 0), (2, 1), (1, 2)]);
        if scope != 1 {
            waiver["rule"] = json!(dice.pick(&["*", "rule-0", "rule-1", "rule-*"]));
        }
        if scope != 0 {
            let unknown = "0123456789abcdef0123456789abcdef".to_owned();
            waiver["fingerprint"] = json!(if fingerprints.is_empty() { &unknown } else { dice.pick(fingerprints) });
        }
        if dice.chance(50) {
            waiver["condition"] = condition(dice);
        }
        waiver
    });
    json!({"version": 1, "define": {"failed": {"$.errorCode": {"exists": true}}}, "waivers": waivers.collect::<Vec<_>>()})
}
