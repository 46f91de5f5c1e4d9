//! Conditions and the tests on a path.

use serde_json::{Map, Value, json};

use crate::policy::operator::JsonType;
use crate::policy::schema::part::{described, map, one_or_more, reference, shown, with};

/// Paths that an editor offers, and what stands there.
const OFFERED: &[(&str, &str)] = &[
    ("$.eventSource", "The called service, such as `iam.amazonaws.com`."),
    ("$.eventName", "The called action, such as `CreateUser`."),
    ("$.errorCode", "Why the call was refused; `null` says that it was not."),
    ("$.errorMessage", "The text that came with an error; `null` says that there was none."),
    ("$.userIdentity.type", "Who called: `Root`, `IAMUser`, `AssumedRole`, `AWSService`, …"),
    ("$.userIdentity.arn", "The caller's ARN."),
    ("$.userIdentity.invokedBy", "The AWS service that called on somebody's behalf."),
    ("$.sourceIPAddress", "Where the call came from: an address, or the name of a service."),
    ("$.awsRegion", "The region that was called."),
    ("$.recipientAccountId", "The account that the record was delivered to. A text: quote it."),
];

/// A condition or test is one on the element where it has such a key.
fn has_element_key() -> Value {
    json!({"anyOf": [
        {"required": ["all"]},
        {"required": ["any"]},
        {"required": ["use"]},
        {"required": ["where"]},
        {"not": {"propertyNames": {"not": {"pattern": "^[$.]"}}}},
    ]})
}

/// The definitions of conditions, tests and operators.
pub fn conditions() -> Vec<(&'static str, Value)> {
    vec![
        ("condition", condition("A condition on the event", "condition", "^\\$", Vec::new())),
        ("elementCondition", condition("A condition", "elementCondition", "^[$.]", Vec::new())),
        ("elementTest", condition("A condition on the element", "elementCondition", "^[$.]", quantifiers())),
        ("operators", operator_map(operators())),
        ("operatorTest", operator_map([operators(), quantifiers()].concat())),
        ("pathTest", test("elementTest", "operatorTest")),
        ("nodeTest", test("elementCondition", "operators")),
        ("plainTest", plain()),
        ("value", json!({"if": {"type": "object"}, "then": reference("valueReference"), "else": reference("scalar")})),
        (
            "valueReference",
            one_of_its_keys(map(
                "The value of another path, or a template",
                &[],
                vec![
                    ("path", described("path", "The value of this path, which selects at most one node.")),
                    (
                        "template",
                        json!({"$ref": "#/$defs/text", "description": "A text with paths in braces.", "examples": ["role/{$.userIdentity.userName}"]}),
                    ),
                ],
            )),
        ),
        ("values", json!({"type": "array", "minItems": 1, "items": reference("value")})),
        (
            "valueList",
            json!({"if": {"type": "object"}, "then": reference("listReference"), "else": reference("values")}),
        ),
        (
            "listReference",
            map(
                "A named list",
                &["list"],
                vec![("list", json!({"$ref": "#/$defs/text", "description": "The name of a list in `lists`."}))],
            ),
        ),
        (
            "valueOrValues",
            json!({
                "if": {"anyOf": [{"type": "array"}, {"type": "object", "required": ["list"]}]},
                "then": reference("valueList"),
                "else": reference("value"),
            }),
        ),
        (
            "patterns",
            json!({"if": {"type": "object"}, "then": reference("listReference"), "else": one_or_more(&json!({"type": ["string", "number", "boolean"]}))}),
        ),
        ("pathReference", map("The value of another path", &["path"], vec![("path", reference("path"))])),
        ("number", json!({"if": {"type": "object"}, "then": reference("pathReference"), "else": {"type": "number"}})),
        (
            "timeOrPath",
            json!({"if": {"type": "object"}, "then": reference("pathReference"), "else": reference("time")}),
        ),
        ("count", json!({"if": {"type": "object"}, "then": reference("countComparison"), "else": reference("whole")})),
        ("countComparison", count_comparison()),
    ]
}

fn condition(title: &str, own: &str, paths: &str, more: Vec<(&'static str, Value)>) -> Value {
    let own_list = |description: &str| json!({"type": "array", "minItems": 1, "items": reference(own), "description": description});
    let mut properties: Vec<(&str, Value)> = vec![
        ("all", own_list("Every one of these conditions holds.")),
        ("any", own_list("At least one of these conditions holds.")),
        ("not", described(own, "This condition does not hold.")),
        ("use", json!({"$ref": "#/$defs/texts", "description": "Conditions of `define`, by name."})),
        (
            "where",
            json!({"$ref": "#/$defs/texts", "description": "An RFC 9535 logical expression.", "examples": ["@.a == @.b && !@.c"]}),
        ),
    ];
    for (path, description) in OFFERED {
        properties.push((path, described("pathTest", description)));
    }
    properties.extend(more);
    let mut condition = map(title, &[], properties);
    with(&mut condition, "minProperties", json!(1));
    with(&mut condition, "patternProperties", json!({paths: reference("pathTest")}));
    condition
}

fn test(element: &str, operators: &str) -> Value {
    json!({
        "description": "What the value must be: a scalar, a list of values, `null` (missing or null), or a map of operators.",
        "if": {"type": "object"},
        "then": {"if": has_element_key(), "then": reference(element), "else": reference(operators)},
        "else": reference("plainTest"),
        "examples": ["Root", ["CreateUser", "DeleteUser"], null, {"glob": "arn:aws:iam::*:role/admin*"}, {"exists": true}],
    })
}

fn plain() -> Value {
    json!({"if": {"type": "array"}, "then": reference("values"), "else": {"if": {"type": "null"}, "else": reference("scalar")}})
}

fn one_of_its_keys(mut map: Value) -> Value {
    with(&mut map, "minProperties", json!(1));
    with(&mut map, "maxProperties", json!(1));
    map
}

fn operator_map(properties: Vec<(&'static str, Value)>) -> Value {
    let mut operators = map("Operators, all of which hold", &[], properties);
    with(&mut operators, "minProperties", json!(1));
    // `ignore_case` alone has nothing to act on.
    let acted_on = ["equals", "in", "glob", "regex", "starts_with", "ends_with", "contains", "not"];
    let any: Vec<Value> = acted_on.iter().map(|operator| json!({"required": [operator]})).collect();
    with(&mut operators, "dependentSchemas", json!({"ignore_case": {"anyOf": any}}));
    operators
}

/// The tests on all nodes of a path, which stand beside others.
pub fn quantifiers() -> Vec<(&'static str, Value)> {
    vec![
        ("some", described("nodeTest", "At least one node passes.")),
        ("every", described("nodeTest", "There is at least one node, and all pass.")),
        ("none", described("nodeTest", "No node passes; also when there is none.")),
        ("count", shown("count", "So many nodes there are.", json!([1, {"gt": 1}]))),
        ("distinct", shown("count", "So many different values there are.", json!([{"gt": 1}]))),
    ]
}

fn operators() -> Vec<(&'static str, Value)> {
    let types: Vec<&str> = JsonType::WORDS.iter().map(|(word, _)| *word).collect();
    let flag = |description: &str| json!({"type": "boolean", "description": description});
    let network = json!({"$ref": "#/$defs/text"});
    let networks = json!({
        "if": {"type": "object"},
        "then": reference("listReference"),
        "else": one_or_more(&network),
        "description": "A text that holds an IP address inside one of these networks.",
        "examples": ["203.0.113.0/24", {"list": "office_networks"}],
    });
    vec![
        (
            "equals",
            json!({"if": {"type": "null"}, "else": reference("value"), "description": "Equals this value; no conversion, `\"5\"` is not `5`."}),
        ),
        ("in", described("valueList", "Equals one of these.")),
        (
            "glob",
            shown(
                "patterns",
                "A text that matches whole: `*` is any run of characters, `?` any one.",
                json!(["arn:aws:iam::*:role/admin-*"]),
            ),
        ),
        (
            "regex",
            shown(
                "patterns",
                "A text in which this is found anywhere (Rust regex syntax; anchor with `^` and `$`).",
                json!(["^prod-"]),
            ),
        ),
        ("starts_with", described("valueOrValues", "A text that starts with one of these.")),
        ("ends_with", described("valueOrValues", "A text that ends with one of these.")),
        (
            "contains",
            described("valueOrValues", "A text that contains one of these, or an array with such an element."),
        ),
        ("cidr", networks),
        (
            "is_ip",
            json!({"enum": [true, false, "v4", "v6"], "description": "Whether the text is an IP address (of that family)."}),
        ),
        ("gt", described("number", "A number greater than this.")),
        ("gte", described("number", "A number greater than or equal to this.")),
        ("lt", described("number", "A number less than this.")),
        ("lte", described("number", "A number less than or equal to this.")),
        ("before", described("timeOrPath", "A time before this; a date is its 00:00 UTC.")),
        ("after", described("timeOrPath", "A time after this; a date is its 00:00 UTC.")),
        ("length", shown("count", "A text, array or object of this length.", json!([0, {"gt": 20}]))),
        ("exists", flag("Whether the field is present; null is.")),
        ("empty", flag("Whether it is `\"\"`, `[]` or `{}`.")),
        ("type", {
            let mut kind = one_or_more(&json!({"enum": types}));
            with(&mut kind, "description", json!("The JSON type of the value."));
            kind
        }),
        ("not", described("nodeTest", "Does not pass this.")),
        (
            "json",
            described(
                "elementCondition",
                "A text that holds JSON (percent-encoded too) whose root meets this condition.",
            ),
        ),
        ("ignore_case", flag("Letters of different case are the same, for the operators beside it.")),
    ]
}

fn count_comparison() -> Value {
    let words = [
        ("equals", "Exactly so many."),
        ("gt", "More than this."),
        ("gte", "At least this."),
        ("lt", "Fewer than this."),
        ("lte", "At most this."),
    ];
    let properties = words.into_iter().map(|(word, description)| (word, described("whole", description))).collect();
    let mut comparison: Value = map("A comparison with a whole number", &[], properties);
    with(&mut comparison, "minProperties", json!(1));
    comparison
}

/// The words of `pairs` as an enumeration.
pub fn words<T>(pairs: &[(&str, T)]) -> Value {
    let words: Vec<&str> = pairs.iter().map(|(word, _)| *word).collect();
    json!({"enum": words})
}

/// `definitions` as a map.
pub fn collected(definitions: Vec<(&'static str, Value)>) -> Map<String, Value> {
    definitions.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
