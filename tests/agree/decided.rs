//! Answers that are known without an evaluator: what `docs/dsl.md` says, case by case, asked of both.

use serde_json::{Value, json};
use trailgate::compile::compile;
use trailgate::violation::CoveredBy;

use super::fast::{fast, policy_set, slow};
use super::policy::TODAY;

/// What both evaluators say of whether `condition` holds for `event`.
fn holds(condition: &str, event: &Value) -> bool {
    let policy = format!(
        "version: 1\n\
         lists:\n\
         \x20 mixed: [a, 5, {{value: b, until: 2026-06-14}}, {{value: c, until: 2026-06-15}}]\n\
         \x20 nets: [10.0.0.1, 192.0.2.0/24]\n\
         define: {{element: {{.a: 1}}}}\n\
         rules: [{{id: a, title: a, severity: low, forbid: {{{condition}}}}}]\n"
    );
    let set = policy_set(&[policy]);
    let text = event.to_string();
    let (slow, fast) = (slow(&set, &text), fast(&compile(&set, TODAY), &text));
    assert_eq!(slow, fast, "{condition}: {text}");
    slow[0].verdict.violated
}

#[test]
fn conditions_mean_what_the_documentation_says() {
    for (condition, v, wanted) in [
        // Scalars, lists, null.
        ("$.v: 5", json!("5"), false),
        ("$.v: 1", json!(1.0), true),
        ("$.v: 9007199254740993", json!(9_007_199_254_740_992_i64), false),
        ("$.v: a", json!("A"), false),
        ("$.v: [a, 1]", json!(1), true),
        ("$.v: null", json!(null), true),
        ("$.v: null", json!("null"), false),
        ("$.w: null", json!(1), true),
        // Missing and null.
        ("$.w: {exists: false}", json!(1), true),
        ("$.v: {exists: true}", json!(null), true),
        ("$.v: {type: \"null\"}", json!(null), true),
        ("$.w: {type: \"null\"}", json!(null), false),
        ("$.w: {not: a}", json!(1), true),
        ("$.v: {not: null}", json!(null), false),
        ("$.w: {every: {not: a}}", json!(1), false),
        ("$.w: {none: a}", json!(1), true),
        ("$.w: {some: {exists: false}}", json!(1), false),
        // Elements.
        ("$.v: {.a: null}", json!(null), true),
        ("$.v: {.a: null}", json!("text"), true),
        ("$.w: {.a: null}", json!(1), false),
        ("$.v: {.: 5}", json!(5), true),
        ("\"$.v[*]\": {.a: 1, .b: 2}", json!([{"a": 1}, {"b": 2}]), false),
        ("\"$.v[*]\": {use: element, not: {.b: 2}}", json!([{"a": 1, "b": 3}]), true),
        ("\"$.v[*]\": {where: \"@.a == $.eventName\"}", json!([{"a": "e"}]), true),
        // Operators.
        ("$.v: {in: {list: mixed}}", json!(5.0), true),
        ("$.v: {in: {list: mixed}}", json!("b"), false),
        ("$.v: {in: {list: mixed}}", json!("c"), true),
        ("$.v: {glob: 'a*'}", json!("a\n/:é"), true),
        ("$.v: {glob: 'a\\*'}", json!("ab"), false),
        ("$.v: {contains: 5}", json!("a5"), false),
        ("$.v: {contains: {list: mixed}}", json!([5]), true),
        ("$.v: {contains: A, ignore_case: true}", json!(["a"]), true),
        ("$.v: {equals: ÄB, ignore_case: true}", json!("äb"), true),
        ("$.v: {not: {equals: A}, ignore_case: true}", json!("a"), false),
        ("$.v: {cidr: 10.0.0.0/8}", json!("::ffff:10.1.2.3"), true),
        ("$.v: {cidr: '::ffff:10.0.0.0/104'}", json!("10.1.2.3"), true),
        ("$.v: {cidr: '::/0'}", json!("10.1.2.3"), false),
        ("$.v: {cidr: {list: nets}}", json!("10.0.0.1"), true),
        ("$.v: {cidr: 10.0.0.0/8}", json!("10.0.0.0/8"), false),
        ("$.v: {is_ip: false}", json!("10.0.0.0/8"), true),
        ("$.v: {is_ip: false}", json!(5), false),
        ("$.v: {is_ip: v4}", json!("::ffff:10.1.2.3"), true),
        ("$.v: {gt: 1}", json!("2"), false),
        ("$.v: {gte: {path: $.eventName}}", json!(2), false),
        ("$.v: {before: 2026-01-31}", json!("2026-01-31T00:59:59+01:00"), true),
        ("$.v: {before: 2026-01-31}", json!("yesterday"), false),
        ("$.v: {length: 2}", json!("é😀"), true),
        ("$.v: {length: {lt: 2}}", json!({"a": 1}), true),
        ("$.v: {empty: false}", json!(null), false),
        ("$.v: {equals: {path: $.v}}", json!({"a": [1]}), true),
        ("$.w: {equals: {path: $.w}}", json!(1), false),
        ("$.eventName: {equals: {template: '{$.w}e'}}", json!(1), false),
        ("$.eventName: {not: {equals: {template: 'e{$.w}'}}}", json!(1), true),
        ("$.v: {equals: {template: '{{{$.eventName}}}'}}", json!("{e}"), true),
        // JSON in strings.
        ("$.v: {json: {.a: 1}}", json!("{\"a\": 1}"), true),
        ("$.v: {json: {.a: +}}", json!("%7B%22a%22%3A%22+%22%7D"), true),
        ("$.v: {json: {.: 5}}", json!("5"), true),
        ("$.v: {json: {.: 5}}", json!(5), false),
        ("$.v: {json: {.a: null}}", json!("{"), false),
        ("$.v: {json: {.a: 1}}", json!({"a": 1}), true),
        ("$.v: {json: {.a: {equals: {path: $.eventName}}}}", json!("{\"a\": \"e\"}"), true),
        // Many nodes.
        ("\"$.v[*]\": {count: 0}", json!([]), true),
        ("\"$.v[*]\": {distinct: 2}", json!([1, 1.0, "1", "1"]), true),
        ("\"$.v[*]\": {every: {gt: 0}}", json!([]), false),
        ("\"$.v[*]\": {some: 1, none: 2}", json!([1, 3]), true),
        ("\"$.v[*]\": null", json!([]), true),
        ("\"$.v[*]\": {length: 1}", json!([1, "a"]), true),
    ] {
        let event = json!({"eventID": "1", "eventName": "e", "v": v});
        assert_eq!(holds(condition, &event), wanted, "{condition}: {v}");
    }
}

#[test]
fn messages_and_exceptions_mean_what_the_documentation_says() {
    let policy = "version: 1\n\
        rules:\n\
        - id: a\n\
        \x20 title: a\n\
        \x20 severity: low\n\
        \x20 require: {$.v: null}\n\
        \x20 message: '{{{$.w}}} {$.v[*]} {$.v} {$.eventName}'\n\
        \x20 except:\n\
        \x20 - {name: old, reason: r, until: 2026-06-14, condition: {$.eventName: e}}\n\
        \x20 - {name: other, reason: r, until: 2027-06-14, condition: {$.eventName: f}}\n\
        \x20 - {name: last day, reason: r, until: 2026-06-15, condition: {$.eventName: e}}\n\
        \x20 - {name: later, reason: r, until: 2027-06-15, condition: {$.eventName: e}}\n";
    let set = policy_set(&[policy.to_owned()]);
    let event = r#"{"eventID": "1", "eventName": "e", "v": [ 1.0, "a\u0062", null, { "b" : 1, "a" : [ ] } ]}"#;
    let (slow, fast) = (slow(&set, event), fast(&compile(&set, TODAY), event));
    assert_eq!(slow, fast);
    assert_eq!(
        slow[0].verdict.message.as_deref(),
        Some("{(none)} 1.0, ab, null, {\"a\":[],\"b\":1} [1.0,\"ab\",null,{\"a\":[],\"b\":1}] e")
    );
    assert_eq!(slow[0].verdict.covered, Some(CoveredBy::Exception(2)));
}
