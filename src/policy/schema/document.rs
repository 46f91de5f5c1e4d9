//! The whole documents: [`policy`] and [`waivers`].

use serde_json::{Value, json};

use crate::policy::schema::condition::{collected, conditions};
use crate::policy::schema::obligation::obligations;
use crate::policy::schema::part::{described, map, one_or_more, parts, reference, text, with};
use crate::policy::schema::rule::rules;
use crate::policy::schema::rule_test::rule_tests;
use crate::policy::schema::waiver::waiver;

/// The schema language.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a policy file.
#[must_use]
pub fn policy() -> Value {
    let mut file = map(
        "trailgate policy",
        &["version"],
        vec![
            ("version", version()),
            (
                "source",
                json!({
                    "if": {"type": "object"},
                    "then": reference("source"),
                    "else": {"const": "cloudtrail"},
                    "description": "Which log the rules are about; `cloudtrail` where left out.",
                }),
            ),
            ("lists", lists()),
            ("define", define()),
            ("rules", json!({"type": "array", "minItems": 1, "items": reference("rule"), "description": "The rules."})),
        ],
    );
    let some: Vec<Value> = ["rules", "define", "lists"].iter().map(|key| json!({"required": [key]})).collect();
    with(&mut file, "anyOf", json!(some));
    let source = map(
        "Records of another JSON audit log",
        &[],
        vec![
            ("records", described("eventPath", "Where the records lie in each JSON document; `$` where left out.")),
            ("time", described("eventPath", "Where in a record its time is.")),
            ("id", described("eventPath", "Where in a record its identity is.")),
        ],
    );
    let own = vec![("policyFile", file), ("source", source)];
    document("policyFile", [own, list_values(), rules(), rule_tests(), obligations(), conditions(), parts()].concat())
}

/// The schema of a waivers file.
#[must_use]
pub fn waivers() -> Value {
    let file = map(
        "trailgate waivers",
        &["version", "waivers"],
        vec![
            ("version", version()),
            (
                "waivers",
                json!({"type": "array", "items": reference("waiver"), "description": "The waivers; for none, `[]`."}),
            ),
            ("define", define()),
            ("lists", lists()),
        ],
    );
    let own = vec![("waiversFile", file), ("waiver", waiver())];
    document("waiversFile", [own, list_values(), conditions(), parts()].concat())
}

fn document(root: &str, definitions: Vec<(&'static str, Value)>) -> Value {
    json!({"$schema": DIALECT, "$ref": format!("#/$defs/{root}"), "$defs": collected(definitions)})
}

fn version() -> Value {
    json!({"const": 1, "description": "The version of the language."})
}

fn define() -> Value {
    json!({
        "type": "object",
        "description": "Name → condition, used with `use:`.",
        "additionalProperties": reference("elementCondition"),
        "examples": [{"succeeded": {"$.errorCode": null, "$.errorMessage": null}}],
    })
}

fn lists() -> Value {
    json!({
        "type": "object",
        "description": "Name → values, used with `{list: name}`.",
        "additionalProperties": reference("namedList"),
        "examples": [{"office_networks": [{"value": "203.0.113.0/24", "reason": "Berlin office", "until": "2027-06-30"}]}],
    })
}

fn list_values() -> Vec<(&'static str, Value)> {
    vec![
        (
            "namedList",
            json!({
                "if": {"type": "object", "not": {"required": ["value"]}},
                "then": reference("listFile"),
                "else": one_or_more(&reference("listItem")),
            }),
        ),
        ("listItem", json!({"if": {"type": "object"}, "then": reference("listValue"), "else": reference("scalar")})),
        (
            "listFile",
            map(
                "A list in a file of its own",
                &["file"],
                vec![("file", text("One value a line; relative to the policy file."))],
            ),
        ),
        (
            "listValue",
            map(
                "A list value",
                &["value"],
                vec![
                    ("value", reference("scalar")),
                    ("reason", text("Why it is in the list.")),
                    ("until", described("day", "The last day it counts.")),
                ],
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::policy::keywords::MAPS;
    use crate::policy::schema::condition::quantifiers;

    /// A keyword of the parser that the schema lacks, or the other way round.
    #[test]
    fn every_map_has_the_keywords_of_the_parser() {
        let (policy, waivers) = (policy(), waivers());
        for (definition, keywords) in MAPS {
            if *definition == "quantifiers" {
                let found: BTreeSet<&str> = quantifiers().into_iter().map(|(key, _)| key).collect();
                assert_eq!(found, keywords.iter().copied().collect());
                continue;
            }
            let found = [&policy, &waivers].into_iter().find_map(|schema| schema["$defs"].get(definition)).unwrap();
            let found = found["properties"].as_object().unwrap();
            let found: BTreeSet<&str> = found.keys().map(String::as_str).filter(|key| !key.starts_with('$')).collect();
            assert_eq!(found, keywords.iter().copied().collect(), "{definition}");
        }
    }

    /// The parser takes its keywords from the tables alone.
    #[test]
    fn the_parser_has_no_table_of_its_own() {
        for (file, text) in [
            ("file", include_str!("../parse/file.rs")),
            ("rule", include_str!("../parse/rule.rs")),
            ("rule_test", include_str!("../parse/rule_test.rs")),
            ("condition", include_str!("../parse/condition.rs")),
            ("operators", include_str!("../parse/operators.rs")),
            ("operand", include_str!("../parse/operand.rs")),
            ("waiver", include_str!("../parse/waiver.rs")),
            ("window", include_str!("../parse/window.rs")),
            ("time", include_str!("../parse/time.rs")),
        ] {
            let calls = text.match_indices("fields(").chain(text.match_indices("operand_map("));
            for (at, _) in calls {
                let call: String = text[at..].chars().take_while(|character| *character != ';').collect();
                let call = call.split(")?").next().unwrap();
                assert!(!call.contains("&[\""), "{file}.rs: put the keywords into policy::keywords: {call}");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_definition_is_used() {
        fn collect<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
            match value {
                Value::Object(map) => {
                    found.extend(map.get("$ref").and_then(Value::as_str));
                    map.values().for_each(|value| collect(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
                _ => {}
            }
        }
        let (policy, waivers) = (policy(), waivers());
        let mut used = BTreeSet::new();
        for schema in [&policy, &waivers] {
            let mut found = BTreeSet::new();
            collect(schema, &mut found);
            for reference in &found {
                assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
            used.extend(found);
        }
        for name in policy["$defs"].as_object().unwrap().keys() {
            assert!(used.contains(format!("#/$defs/{name}").as_str()), "{name}");
        }
    }
}
