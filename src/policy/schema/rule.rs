//! Rules and their exceptions.

use serde_json::{Value, json};

use crate::policy::keywords::OBLIGATIONS;
use crate::policy::model::Severity;
use crate::policy::schema::part::{described, map, one_or_more, reference, shown, text, with};

/// A rule id.
pub const RULE_ID: &str = "^[a-z0-9]+([.-][a-z0-9]+)*$";

/// The definitions of rules and exceptions.
pub fn rules() -> Vec<(&'static str, Value)> {
    vec![("rule", rule()), ("exception", exception()), ("severity", severity())]
}

fn severity() -> Value {
    let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
    json!({"enum": words, "description": "How bad a violation is."})
}

fn rule() -> Value {
    let mut rule = map(
        "A rule",
        &["id", "title", "severity"],
        vec![
            (
                "id",
                json!({"type": ["string", "number", "boolean"], "pattern": RULE_ID, "description": "Its lasting name: says what is wrong, reads after \"no\".", "examples": ["cloudwatch.alarm-changed-by-root"]}),
            ),
            ("title", text("One line for reports.")),
            ("severity", reference("severity")),
            (
                "when",
                shown(
                    "condition",
                    "The population: which events the rule is about. Left out: every event.",
                    json!([{"$.eventSource": "iam.amazonaws.com", "$.eventName": "CreateUser"}]),
                ),
            ),
            ("forbid", described("condition", "A violation where this holds.")),
            ("require", described("condition", "A violation where this does not hold; a missing field fails it.")),
            ("threshold", described("threshold", "A violation where so many events come in a window.")),
            ("require_followed_by", described("follow", "A violation where no such event comes in the time after.")),
            ("require_preceded_by", described("follow", "A violation where no such event came in the time before.")),
            ("sequence", described("sequence", "A violation where all of these steps come.")),
            ("first_seen", described("firstSeen", "A violation where values are seen for the first time.")),
            (
                "message",
                json!({"$ref": "#/$defs/text", "description": "What a violation says; paths in braces are replaced. Left out: the title.", "examples": ["root called {$.eventName} from {$.sourceIPAddress}"]}),
            ),
            ("rationale", text("Why it matters.")),
            ("remediation", text("What to do about a violation.")),
            (
                "controls",
                json!({
                    "type": "object",
                    "description": "Framework → ids of the controls that the rule supports, each quoted.",
                    "additionalProperties": one_or_more(&json!({"type": ["string", "boolean"], "pattern": "\\S"})),
                    "examples": [{"cis-aws-5.0": ["4.3"]}],
                }),
            ),
            ("references", described("texts", "Addresses to read on.")),
            ("tags", described("texts", "Words to select rules by.")),
            (
                "except",
                json!({"type": "array", "items": reference("exception"), "description": "Conditions under which a violation is waived, each until a day."}),
            ),
            ("waivable", json!({"type": "boolean", "description": "`false` forbids exceptions and waivers."})),
            (
                "tests",
                json!({"type": "array", "items": reference("test"), "description": "Events and what the rule must say of them: at least one `violation` and one `ok`."}),
            ),
        ],
    );
    let one: Vec<Value> = OBLIGATIONS.iter().map(|obligation| json!({"required": [obligation]})).collect();
    with(&mut rule, "oneOf", json!(one));
    with(&mut rule, "not", json!({"required": ["except", "waivable"], "properties": {"waivable": {"const": false}}}));
    rule
}

fn exception() -> Value {
    map(
        "An exception",
        &["name", "reason", "until", "condition"],
        vec![
            ("name", text("What it is called in reports.")),
            ("reason", text("Why this is no violation.")),
            ("owner", text("Who answers for it.")),
            ("until", reference("day")),
            ("condition", described("condition", "The events that it covers.")),
        ],
    )
}
