//! Logs in which the same combinations of values occur over and over, as in real ones, with deliveries that come again and
//! corrections of any of them; and `first_seen` rules about them.

use serde_json::{Value, json};

use super::dice::Dice;
use super::world::Redelivery;

const ARNS: [&str; 3] = ["role/alice", "role/ALICE", "role/bob"];
const SOURCES: [&str; 3] = ["iam.amazonaws.com", "ec2.amazonaws.com", "s3.amazonaws.com"];
const HISTORIES: [&str; 5] = ["2m", "3m", "5m", "61s", "1m"];

/// The records of a log, in the order of delivery.
pub fn repeats(dice: &mut Dice, most: usize, redelivery: Redelivery) -> Vec<Value> {
    let mut records: Vec<Value> = Vec::new();
    let mut minute = 0;
    for index in 0..dice.roll(most + 1) {
        let record = match dice.weighted(&[(20, 0), (3, 1), (4, 2)]) {
            1 if !records.is_empty() => dice.pick(&records).clone(),
            2 if !records.is_empty() && redelivery != Redelivery::Same => again(dice, &records, redelivery),
            _ => {
                minute = if dice.chance(12) {
                    dice.roll(20)
                } else {
                    (minute + dice.weighted(&[(5, 0), (3, 1), (1, 3)])) % 20
                };
                event(dice, index, minute)
            }
        };
        let place = if dice.chance(15) { dice.roll(records.len() + 1) } else { records.len() };
        records.insert(place, record);
    }
    records
}

fn event(dice: &mut Dice, index: usize, minute: usize) -> Value {
    let second = dice.weighted(&[(12, 0), (2, 1), (1, 59)]);
    let mut event = json!({
        "eventVersion": "1.08",
        "eventSource": dice.favour(&SOURCES),
        "eventName": dice.favour(&["A", "B"]),
        "eventTime": format!("2026-01-31T10:{minute:02}:{second:02}Z"),
        "userIdentity": {"arn": dice.favour(&ARNS)},
        "requestParameters": {"n": index},
    });
    if !dice.chance(5) {
        event["eventID"] = json!(format!("id-{index}"));
    }
    if dice.chance(3) {
        event["eventTime"] = json!("yesterday");
    }
    if dice.chance(10) {
        event.as_object_mut().unwrap().remove("userIdentity");
    }
    event
}

/// A delivery of an event that is there that corrects it, or contradicts it for no reason.
fn again(dice: &mut Dice, records: &[Value], redelivery: Redelivery) -> Value {
    let original = dice.pick(records).clone();
    let mut again = original.clone();
    if dice.chance(60) {
        again["userIdentity"] = json!({"arn": dice.favour(&ARNS)});
    }
    let known = |record: &Value| record["eventID"] == original["eventID"] && record.get("addendum").is_some();
    if redelivery == Redelivery::Updated || dice.chance(60) {
        // Of two corrections the first counts, wherever it stands, so that their order matters.
        if original.get("eventID").is_none() || redelivery == Redelivery::Updated && records.iter().any(known) {
            return original;
        }
        again["addendum"] = json!({"reason": "UPDATED_DATA"});
    }
    again
}

/// A policy file of a few `first_seen` rules.
pub fn policy(dice: &mut Dice) -> Value {
    let rule = |dice: &mut Dice, index: usize| {
        let of = dice.favour(&["$.eventSource", "$.eventName"]).to_owned();
        let arn = json!("$.userIdentity.arn");
        let mut by = match dice.weighted(&[(6, 0), (2, 1), (2, 2)]) {
            0 => arn,
            1 => json!({"path": arn, "as": "lower"}),
            _ => json!(["$.eventName", arn]),
        };
        if dice.chance(10) {
            by = json!("$.eventVersion");
        }
        let mut rule = json!({
            "id": format!("rule-{index}"), "title": "t", "severity": "low",
            "first_seen": {"of": of, "by": by, "history": dice.favour(&HISTORIES)},
            "message": "{$.requestParameters.n} {$.userIdentity.arn}",
        });
        if dice.chance(30) {
            rule["when"] = json!({"$.eventName": "A"});
        }
        rule
    };
    let rules: Vec<Value> = (0..=dice.roll(3)).map(|index| rule(dice, index)).collect();
    json!({"version": 1, "rules": rules})
}
