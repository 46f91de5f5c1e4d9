//! Tests of rules.

use serde_json::{Value, json};

use crate::policy::keywords::TEST_INPUTS;
use crate::policy::rule_test::{EventTemplate, Expectation};
use crate::policy::schema::condition::words;
use crate::policy::schema::part::{described, map, one_or_more, reference, shown, text, with};

/// The definitions of tests and their events.
pub fn rule_tests() -> Vec<(&'static str, Value)> {
    vec![("test", test()), ("testEvent", event())]
}

fn test() -> Value {
    let mut expect = words(Expectation::WORDS);
    with(&mut expect, "description", json!("What the rule must say."));
    let mut events = one_or_more(&json!({"$ref": "#/$defs/testEvent", "not": {"required": ["each"]}}));
    with(&mut events, "description", json!("Several events, one after the other."));
    let mut test = map(
        "A test",
        &["name", "expect"],
        vec![
            ("name", text("What the test shows.")),
            ("event", described("testEvent", "The event the rule is run on.")),
            ("events", events),
            ("file", text("A log file, relative to the policy file.")),
            ("record", described("whole", "Which record of `file`, from 0; left out, the first.")),
            ("expect", expect),
            ("message", text("The whole message of the violation.")),
            ("evidence", shown("texts", "Paths that must be among the evidence.", json!([["$.userIdentity.type"]]))),
            ("now", described("time", "The time by which exceptions and list values are judged.")),
        ],
    );
    let one: Vec<Value> = TEST_INPUTS.iter().map(|input| json!({"required": [input]})).collect();
    with(&mut test, "oneOf", json!(one));
    test
}

fn event() -> Value {
    let mut from = words(EventTemplate::WORDS);
    with(&mut from, "description", json!("The record it starts from: who calls."));
    map(
        "A test event",
        &["from"],
        vec![
            ("from", from),
            (
                "set",
                json!({
                    "type": "object",
                    "description": "Fields that are put in: path → value.",
                    "propertyNames": {"pattern": "^\\$"},
                    "examples": [{"$.eventSource": "iam.amazonaws.com", "$.eventName": "CreateUser"}],
                }),
            ),
            (
                "each",
                json!({
                    "description": "Further fields, each variant an event of its own: path → values, all combinations; or a list of maps.",
                    "if": {"type": "array"},
                    "then": {"minItems": 1, "items": {"type": "object", "propertyNames": {"pattern": "^\\$"}}},
                    "else": {
                        "type": "object",
                        "minProperties": 1,
                        "propertyNames": {"pattern": "^\\$"},
                        "additionalProperties": {"type": "array", "minItems": 1},
                    },
                    "examples": [{"$.eventName": ["StartLogging", "StopLogging"]}],
                }),
            ),
            ("unset", {
                let mut unset = one_or_more(&reference("eventPath"));
                with(&mut unset, "description", json!("Fields that are taken out."));
                unset
            }),
            (
                "at",
                json!({
                    "anyOf": [reference("duration"), {"enum": [0, "0", "0s", "0m"]}],
                    "description": "How long after the first event it happens.",
                    "examples": ["4m"],
                }),
            ),
            ("repeat", described("whole", "How many times, each with an eventID of its own.")),
        ],
    )
}
