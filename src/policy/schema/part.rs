//! The parts that schemas are put together from.

use serde_json::{Map, Value, json};

/// Times and days are texts in YAML 1.2.
pub const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// A map with the keys of `properties` and no others.
pub fn map(title: &str, required: &[&str], properties: Vec<(&str, Value)>) -> Value {
    let properties: Map<String, Value> = properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut map = json!({
        "title": title,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        with(&mut map, "required", json!(required));
    }
    map
}

/// `schema` with one more keyword.
pub fn with(schema: &mut Value, keyword: &str, value: Value) {
    if let Some(keywords) = schema.as_object_mut() {
        keywords.insert(keyword.to_owned(), value);
    }
}

/// The definition of this name.
pub fn reference(definition: &str) -> Value {
    json!({"$ref": format!("#/$defs/{definition}")})
}

/// The definition of this name, with a description of its own.
pub fn described(definition: &str, description: &str) -> Value {
    json!({"$ref": format!("#/$defs/{definition}"), "description": description})
}

/// The definition of this name, with a description and examples of its own.
pub fn shown(definition: &str, description: &str, examples: Value) -> Value {
    json!({"$ref": format!("#/$defs/{definition}"), "description": description, "examples": examples})
}

/// A text that is not empty. A number or boolean without quotes is read as its text.
pub fn text(description: &str) -> Value {
    json!({"$ref": "#/$defs/text", "description": description})
}

/// One item, or a list of at least one.
pub fn one_or_more(item: &Value) -> Value {
    json!({"if": {"type": "array"}, "then": {"type": "array", "minItems": 1, "items": item}, "else": item})
}

/// The definitions that others are made of.
pub fn parts() -> Vec<(&'static str, Value)> {
    vec![
        ("text", json!({"type": ["string", "number", "boolean"], "pattern": "\\S"})),
        ("texts", one_or_more(&reference("text"))),
        (
            "scalar",
            json!({
                "type": ["string", "number", "boolean"],
                "not": {"type": "integer", "minimum": 100_000_000_000_u64, "maximum": 999_999_999_999_u64},
                "description": "A text, a number or a boolean. An account id must be quoted.",
            }),
        ),
        (
            "eventPath",
            json!({"type": "string", "pattern": "^\\$", "description": "A JSONPath (RFC 9535) from the event.", "examples": ["$.userIdentity.arn"]}),
        ),
        (
            "path",
            json!({"type": "string", "pattern": "^[$.]", "description": "A JSONPath from the event (`$…`), or from the current element (`.…`).", "examples": ["$.userIdentity.arn", ".name"]}),
        ),
        ("whole", json!({"type": "integer", "minimum": 0})),
        (
            "day",
            json!({"type": "string", "pattern": DAY, "description": "The last day it holds.", "examples": ["2027-06-30"]}),
        ),
        (
            "time",
            json!({"type": "string", "pattern": "^[0-9]{4}-?[0-9]{2}-?[0-9]{2}", "examples": ["2026-01-31", "2026-01-31T10:00:00Z"]}),
        ),
        (
            "duration",
            json!({"type": "string", "pattern": "^[0-9]*[1-9][0-9]*[smhdw]$", "description": "A whole number and a unit.", "examples": ["30s", "15m", "12h", "7d"]}),
        ),
    ]
}
