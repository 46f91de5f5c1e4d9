//! Waivers.

use serde_json::{Value, json};

use crate::policy::schema::part::{described, map, one_or_more, reference, text, with};

/// The definition of a waiver.
pub fn waiver() -> Value {
    let mut rules = one_or_more(&json!({"type": ["string", "number", "boolean"], "pattern": "^[a-z0-9.*?-]+$"}));
    with(&mut rules, "description", json!("The rules that it covers: ids, or globs over ids."));
    with(&mut rules, "examples", json!(["iam.user-created", "iam.*"]));
    let mut fingerprints = one_or_more(&json!({"type": ["string", "number"], "pattern": "^[0-9A-Fa-f]{32}$"}));
    with(
        &mut fingerprints,
        "description",
        json!("The violations that it covers, by the fingerprint that reports show."),
    );
    let mut waiver = map(
        "A waiver",
        &["name", "reason", "owner", "until"],
        vec![
            ("name", text("What it is called in reports; used once.")),
            ("rule", rules),
            ("fingerprint", fingerprints),
            ("condition", described("condition", "The events that it covers.")),
            ("reason", text("Why this is accepted.")),
            ("owner", text("Who answers for it.")),
            ("until", reference("day")),
            ("ticket", text("Where it was agreed.")),
        ],
    );
    with(&mut waiver, "anyOf", json!([{"required": ["rule"]}, {"required": ["fingerprint"]}]));
    waiver
}
