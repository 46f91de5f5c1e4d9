//! Small worlds: a few events of a few actors at a few times, so that keys, equal times and the borders of windows meet often.

use serde_json::{Value, json};

use super::dice::Dice;

/// What deliveries of one event may have beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// They say the same.
    Same,
    /// One of them brings the event up to date, wherever it stands.
    Updated,
    /// They contradict each other, so that their order matters.
    Contradicting,
}

pub const NAMES: [&str; 4] = ["A", "B", "C", "D"];
const ARNS: [&str; 5] = ["role/alice", "role/ALICE", "user/alice", "alice", "role/bob"];
const IPS: [&str; 7] =
    ["10.0.0.1", "10.0.0.2", "10.0.1.1", "::ffff:10.0.0.1", "2001:db8::1", "AWS Internal", "10.0.0.0/24"];
/// Values that are alike and yet differ, or differ in notation only.
const VALUES: [&str; 10] =
    ["1", "\"1\"", "1.0", "2", "true", "\"true\"", "{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", "[1]", "\"\""];

/// The records of a log, in the order of delivery.
pub fn world(dice: &mut Dice, most: usize, redelivery: Redelivery) -> Vec<Value> {
    let mut records: Vec<Value> = Vec::new();
    for index in 0..dice.roll(most + 1) {
        let record = match dice.weighted(&[(14, 0), (2, 1), (1, 2)]) {
            1 if !records.is_empty() => dice.pick(&records).clone(),
            2 if !records.is_empty() => {
                let original = dice.pick(&records).clone();
                redelivered(dice, &records, original, redelivery)
            }
            _ => event(dice, index),
        };
        let place = if dice.chance(30) { dice.roll(records.len() + 1) } else { records.len() };
        records.insert(place, record);
    }
    records
}

fn event(dice: &mut Dice, index: usize) -> Value {
    let mut event = json!({
        "eventVersion": "1.08",
        "eventSource": dice.favour(&["iam.amazonaws.com", "ec2.amazonaws.com"]),
        "eventName": dice.favour(&NAMES),
    });
    if !dice.chance(8) {
        event["eventID"] = json!(format!("id-{index}"));
    }
    if !dice.chance(4) {
        event["eventTime"] = time(dice);
    }
    if dice.chance(92) {
        event["userIdentity"] = json!({});
        match dice.weighted(&[(14, 0), (1, 1), (1, 2)]) {
            0 => event["userIdentity"]["arn"] = json!(dice.favour(&ARNS)),
            1 => event["userIdentity"]["arn"] = Value::Null,
            _ => {}
        }
    }
    if dice.chance(92) {
        event["sourceIPAddress"] = json!(dice.favour(&IPS));
    }
    event["requestParameters"] = parameters(dice);
    if dice.chance(20) {
        event["errorCode"] = json!(dice.favour(&["AccessDenied", "Throttled"]));
    }
    event
}

fn parameters(dice: &mut Dice) -> Value {
    match dice.weighted(&[(12, 0), (1, 1), (1, 2), (1, 3)]) {
        0 => json!({"n": serde_json::from_str::<Value>(dice.word(&VALUES)).unwrap()}),
        1 => json!({"n": null}),
        2 => json!({}),
        _ => Value::Null,
    }
}

/// Mostly a whole minute, at times a second beside it; in several forms, and at times in none.
fn time(dice: &mut Dice) -> Value {
    let minute = dice.roll(16);
    match dice.weighted(&[(20, 0), (2, 1), (2, 2), (1, 3), (1, 4), (1, 5)]) {
        0 => json!(format!("2026-01-31T10:{minute:02}:00Z")),
        1 => json!(format!("2026-01-31T10:{minute:02}:01Z")),
        2 => json!(format!("2026-01-31T11:{minute:02}:00+01:00")),
        3 => json!(format!("20260131T10{minute:02}00Z")),
        4 => json!(format!("2026-01-31T10:{minute:02}:00.5Z")),
        _ => dice
            .pick(&[Value::Null, json!("yesterday"), json!(""), json!(1_769_853_600), json!("2026-01-31T10:00:00")])
            .clone(),
    }
}

/// A delivery of the same event that brings it up to date, or says something else for no reason.
fn redelivered(dice: &mut Dice, records: &[Value], original: Value, redelivery: Redelivery) -> Value {
    let mut again = original.clone();
    if original.get("eventID").is_none() {
        return again;
    }
    again["requestParameters"] = parameters(dice);
    if dice.chance(50) {
        again["userIdentity"] = json!({"arn": dice.favour(&ARNS)});
    }
    let reason = if dice.chance(70) { "UPDATED_DATA" } else { "DELIVERY_DELAY" };
    let is_known =
        records.iter().any(|known| known["eventID"] == original["eventID"] && known.get("addendum").is_some());
    match redelivery {
        // The first update wins wherever it stands, so that there may be one.
        Redelivery::Same => return original,
        Redelivery::Updated if is_known => return original,
        Redelivery::Updated => {
            again["addendum"] = json!({"reason": "UPDATED_DATA", "updatedFields": "requestParameters"})
        }
        Redelivery::Contradicting if dice.chance(80) => again["addendum"] = json!({"reason": reason}),
        Redelivery::Contradicting => {}
    }
    again
}
