//! The JSON Schema of a configuration: the table of settings and the arguments that they fill in, a document out.

use clap::Arg;
use serde_json::{Map, Value, json};

use crate::cli::command::command;
use crate::cli::configuration::keys::{KEYS, Key, Takes};

/// The schema of `trailgate.yaml`.
#[must_use]
pub fn schema() -> Value {
    let command = command();
    let mut properties = Map::new();
    properties.insert("version".to_owned(), json!({"const": 1, "description": "The version of the configuration."}));
    let check = command.find_subcommand("check");
    for key in KEYS {
        let argument = check.and_then(|check| check.get_arguments().find(|argument| argument.get_id() == key.argument));
        properties.insert(key.name.to_owned(), setting(key, argument));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "trailgate configuration",
        "type": "object",
        "properties": properties,
        "required": ["version"],
        "additionalProperties": false,
    })
}

fn setting(key: &Key, argument: Option<&Arg>) -> Value {
    let possible = argument.map(Arg::get_possible_values).unwrap_or_default();
    let words: Vec<&str> = possible.iter().map(clap::builder::PossibleValue::get_name).collect();
    // A format may be followed by a file.
    let is_word = !words.is_empty() && key.takes == Takes::Text;
    let text =
        if is_word { json!({"enum": words}) } else { json!({"type": ["string", "number", "boolean"], "pattern": "."}) };
    let mut schema = match key.takes {
        Takes::Text => text,
        Takes::Number => json!({"type": "integer", "minimum": 0}),
        Takes::Switch => json!({"type": "boolean"}),
        Takes::Texts => {
            json!({"if": {"type": "array"}, "then": {"type": "array", "minItems": 1, "items": text}, "else": text})
        }
    };
    let description = argument.and_then(Arg::get_help).map(ToString::to_string);
    if let (Some(keywords), Some(description)) = (schema.as_object_mut(), description) {
        keywords.insert("description".to_owned(), description.into());
    }
    schema
}
