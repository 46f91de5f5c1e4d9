//! Waivers files: JSON texts, which are YAML, that `docs/dsl.md` §9 allows.

use serde_json::{Value, json};

use super::condition::{Place, condition};
use super::dice::Dice;
use super::policy::{UNTIL, lists};

/// The waivers file of this number, for policies of [`policies`] that have violations with these fingerprints.
///
/// [`policies`]: super::policy::policies
pub fn waivers(dice: &mut Dice, file: usize, fingerprints: &[String]) -> String {
    let waivers: Vec<Value> =
        (0..=dice.roll(4)).map(|index| waiver(dice, &format!("waiver-{file}-{index}"), fingerprints)).collect();
    // Policies may both define `in_first`: a waiver can use it only because its own file has it too, which goes before theirs.
    let own: &[&str] = if dice.chance(50) { &["first", "second"] } else { &["first"] };
    let text = json!({
        "version": 1,
        "define": {"in_first": condition(dice, Place::event(0), 1)},
        "lists": lists(dice, own),
        "waivers": waivers,
    });
    text.to_string()
}

fn waiver(dice: &mut Dice, name: &str, fingerprints: &[String]) -> Value {
    let mut waiver = json!({"name": name, "reason": "agreed", "owner": "team", "until": dice.pick(&UNTIL)});
    let scope = dice.weighted(&[(3, 0), (2, 1), (2, 2)]);
    if scope != 1 {
        waiver["rule"] = dice
            .pick(&[
                json!("*"),
                json!("first.*"),
                json!("*.rule-?"),
                json!("first.rule-0"),
                json!(["second.rule-0", "first.rule-1"]),
                json!("no.such"),
            ])
            .clone();
    }
    if scope != 0 {
        let unknown = "0123456789abcdef0123456789abcdef".to_owned();
        let known = if fingerprints.is_empty() { unknown.clone() } else { dice.pick(fingerprints).clone() };
        waiver["fingerprint"] = match dice.roll(4) {
            0 => json!(known),
            1 => json!([unknown, known]),
            2 => json!([known.to_uppercase(), known]),
            _ => json!(unknown),
        };
    }
    if dice.chance(50) {
        waiver["condition"] = condition(dice, Place::event(2), 1);
    }
    waiver
}
