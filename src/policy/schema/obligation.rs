//! Obligations over time.

use serde_json::{Value, json};

use crate::policy::schema::part::{described, map, one_or_more, reference, text, with};

/// The definitions of obligations over time.
pub fn obligations() -> Vec<(&'static str, Value)> {
    vec![
        (
            "threshold",
            map(
                "Many events by the same key in a window",
                &["count", "within", "by"],
                vec![
                    ("count", json!({"type": "integer", "minimum": 1, "description": "So many are too many."})),
                    ("distinct", described("keyValue", "Count the different values of this path, not the events.")),
                    ("within", described("duration", "The window.")),
                    ("by", described("key", "What the events have in common.")),
                ],
            ),
        ),
        (
            "follow",
            map(
                "Another event by the same key in a window",
                &["within", "by", "event"],
                vec![
                    ("within", described("duration", "The window.")),
                    ("by", described("key", "What the two events have in common.")),
                    ("event", described("condition", "The other event.")),
                ],
            ),
        ),
        (
            "sequence",
            map(
                "Several events by the same key, in this order",
                &["within", "by", "steps"],
                vec![
                    ("within", described("duration", "The window.")),
                    ("by", described("key", "What the events have in common.")),
                    (
                        "steps",
                        json!({"type": "array", "minItems": 2, "items": reference("step"), "description": "The events, in order."}),
                    ),
                    (
                        "any_order",
                        json!({"type": "boolean", "description": "Whether the order does not matter; `false` where left out."}),
                    ),
                ],
            ),
        ),
        ("step", {
            let mut step = map(
                "A step",
                &["name"],
                vec![
                    ("name", text("What the step is called in messages.")),
                    ("event", described("condition", "The event that happens.")),
                    ("not", described("condition", "The event that does not happen.")),
                ],
            );
            with(&mut step, "oneOf", json!([{"required": ["event"]}, {"required": ["not"]}]));
            step
        }),
        (
            "firstSeen",
            map(
                "Values that the history does not have",
                &["of", "by", "history"],
                vec![
                    ("of", described("key", "The values.")),
                    ("by", described("key", "For whom they are seen for the first time.")),
                    ("history", described("duration", "How far back the history goes.")),
                ],
            ),
        ),
        (
            "key",
            json!({
                "examples": ["$.userIdentity.arn", {"actor": "$.userIdentity.arn"}],
                "if": {"type": "object", "not": {"required": ["path"]}},
                "then": {"type": "object", "minProperties": 1, "additionalProperties": reference("keyValue")},
                "else": one_or_more(&reference("keyValue")),
            }),
        ),
        ("keyValue", json!({"if": {"type": "object"}, "then": reference("keyPart"), "else": reference("eventPath")})),
        (
            "keyPart",
            map(
                "One part of a key",
                &["path"],
                vec![
                    ("path", reference("eventPath")),
                    (
                        "as",
                        json!({"type": "string", "pattern": "^(basename|lower|ip_prefix/[0-9]{1,3})$", "description": "The form in which it is compared.", "examples": ["basename", "lower", "ip_prefix/24"]}),
                    ),
                ],
            ),
        ),
    ]
}
