//! Tests on a path (`docs/dsl.md` §5): scalars, lists, operators, quantifiers, element conditions.

use serde_json::{Map, Value, json};

use super::condition::{Nodes, Place, condition, element_path, singular_path};
use super::dice::Dice;
use super::policy::{number, scalar};
use super::words::{GLOBS, GOOD_TIMES, Kind, NETWORKS, PIECES, REGEXES, TIMES};

/// What is asked of a path that leads to `kind`.
pub fn test(dice: &mut Dice, kind: Kind, nodes: Nodes, place: Place, depth: usize) -> Value {
    let quantified = if nodes == Nodes::Many { 55 } else { 5 };
    if !dice.chance(quantified) {
        return node_test(dice, kind, nodes == Nodes::One, place, depth);
    }
    let mut tests = Map::new();
    for _ in 0..=dice.weighted(&[(5, 0), (1, 1)]) {
        let quantifier = dice.weighted(&[(3, "some"), (3, "every"), (3, "none"), (2, "count"), (2, "distinct")]);
        let operand = match quantifier {
            "count" | "distinct" if nodes == Nodes::One => continue,
            "count" | "distinct" => number_test(dice),
            _ => node_test(dice, kind, true, place, depth),
        };
        tests.insert(quantifier.to_owned(), operand);
    }
    if tests.is_empty() || dice.chance(10) {
        operator(dice, &mut tests, kind, Allowed { not: nodes == Nodes::One, json: depth > 0 }, place, depth);
    }
    Value::Object(tests)
}

/// What is asked of one node.
fn node_test(dice: &mut Dice, kind: Kind, not: bool, place: Place, depth: usize) -> Value {
    let deep = if depth > 0 && kind != Kind::Document { 3 } else { 0 };
    let element = match kind {
        Kind::Item | Kind::Object | Kind::Statement => 4 * deep,
        _ => deep / 3,
    };
    match dice.weighted(&[(3, 0), (2, 1), (1, 2), (8, 3), (element, 4)]) {
        0 => scalar(dice, kind),
        1 => Value::Array((0..=dice.roll(3)).map(|_| scalar(dice, kind)).collect()),
        2 => Value::Null,
        3 => operators(dice, kind, not, place, depth),
        _ => element_condition(dice, kind, place, depth),
    }
}

/// A condition with bare `.paths`, so that it reads as one on the element.
fn element_condition(dice: &mut Dice, kind: Kind, place: Place, depth: usize) -> Value {
    let mut element = condition(dice, place.at(kind), depth - 1);
    let entries = element.as_object_mut().unwrap();
    if !entries.keys().any(|key| key.starts_with('.')) {
        let (path, kind_of) = if kind == Kind::Statement { (".Effect", Kind::Effect) } else { (".key", Kind::Text) };
        entries.insert(path.to_owned(), node_test(dice, kind_of, true, place.at(kind), 0));
    }
    element
}

/// Operators that cannot stand everywhere.
#[derive(Clone, Copy)]
struct Allowed {
    not: bool,
    json: bool,
}

fn operators(dice: &mut Dice, kind: Kind, not: bool, place: Place, depth: usize) -> Value {
    let mut operators = Map::new();
    for _ in 0..=dice.weighted(&[(6, 0), (2, 1)]) {
        operator(dice, &mut operators, kind, Allowed { not, json: depth > 0 }, place, depth);
    }
    let folds = |operators: &Map<String, Value>| {
        ["equals", "in", "glob", "regex", "starts_with", "ends_with", "contains"]
            .iter()
            .any(|key| operators.contains_key(*key))
    };
    if folds(&operators) && dice.chance(40) {
        operators.insert("ignore_case".to_owned(), Value::Bool(true));
    }
    Value::Object(operators)
}

fn operator(dice: &mut Dice, into: &mut Map<String, Value>, kind: Kind, allowed: Allowed, place: Place, depth: usize) {
    let fitting: &[&str] = match kind {
        Kind::Name | Kind::Source | Kind::Who | Kind::Text | Kind::Version | Kind::Effect | Kind::Action => {
            &["equals", "in", "glob", "regex", "starts_with", "ends_with", "contains", "length", "empty"]
        }
        Kind::Number | Kind::Small => &["equals", "gt", "gte", "lt", "lte", "in"],
        Kind::Ip => &["cidr", "is_ip", "equals"],
        Kind::Time => &["before", "after", "equals"],
        Kind::Bool => &["equals", "exists", "type"],
        Kind::Document => &["json", "json", "contains", "type"],
        Kind::Tags => &["contains", "length", "empty", "equals"],
        Kind::Items | Kind::Item | Kind::Statement | Kind::Object => &["length", "empty", "equals", "type", "exists"],
        Kind::Any => &["type", "exists", "equals", "contains", "length"],
    };
    let name = match dice.weighted(&[(80, 0), (14, 1), (6, 2)]) {
        0 => *dice.pick(fitting),
        1 if allowed.not => "not",
        _ => *dice.pick(&OPERATORS),
    };
    let operand = match name {
        "equals" => operand(dice, kind, place),
        "in" => any_of(dice, kind, place, true),
        "glob" if dice.chance(20) => list(dice, "globs_in_"),
        "regex" if dice.chance(20) => list(dice, "regexes_in_"),
        "glob" => one_or_more(dice, GLOBS.of(kind)),
        "regex" => one_or_more(dice, REGEXES.of(kind)),
        "starts_with" | "ends_with" => texts(dice, kind, place),
        "contains" => any_of(dice, kind, place, false),
        "cidr" if dice.chance(25) => list(dice, "networks_in_"),
        "cidr" => one_or_more(dice, &NETWORKS),
        "is_ip" => dice.pick(&[json!(true), json!(false), json!("v4"), json!("v6")]).clone(),
        "gt" | "gte" | "lt" | "lte" if dice.chance(30) => json!({"path": singular_path(dice, Kind::Number, place)}),
        "gt" | "gte" | "lt" | "lte" => number(dice),
        "before" | "after" if dice.chance(30) => json!({"path": singular_path(dice, Kind::Time, place)}),
        "before" | "after" => json!(dice.pick(&TIMES[..GOOD_TIMES])),
        "length" => number_test(dice),
        "exists" | "empty" => json!(dice.roll(2) == 0),
        "type" => one_or_more(dice, &["string", "number", "boolean", "null", "array", "object"]),
        "json" if allowed.json => json_condition(dice, place, depth),
        "not" if allowed.not => node_test(dice, kind, true, place, depth.saturating_sub(1)),
        _ => return drop(into.insert("exists".to_owned(), Value::Bool(true))),
    };
    into.insert(name.to_owned(), operand);
}

const OPERATORS: [&str; 20] = [
    "equals",
    "in",
    "glob",
    "regex",
    "starts_with",
    "ends_with",
    "contains",
    "cidr",
    "is_ip",
    "gt",
    "gte",
    "lt",
    "lte",
    "before",
    "after",
    "length",
    "exists",
    "empty",
    "type",
    "json",
];

fn json_condition(dice: &mut Dice, place: Place, depth: usize) -> Value {
    if dice.chance(50) {
        let path = element_path(dice, Kind::Document);
        return json!({path.text: scalar(dice, path.kind)});
    }
    let mut root = condition(dice, place.at(Kind::Document), depth - 1);
    let entries = root.as_object_mut().unwrap();
    if !entries.keys().any(|key| key.starts_with('.')) {
        entries.insert(".Version".to_owned(), node_test(dice, Kind::Version, true, place.at(Kind::Document), 0));
    }
    root
}

/// What stands where a value may.
fn operand(dice: &mut Dice, kind: Kind, place: Place) -> Value {
    match dice.weighted(&[(6, 0), (2, 1), (2, 2)]) {
        0 => scalar(dice, kind),
        1 => json!({"path": singular_path(dice, kind, place)}),
        _ => template(dice, kind, place),
    }
}

fn template(dice: &mut Dice, kind: Kind, place: Place) -> Value {
    let path = singular_path(dice, kind, place);
    let (before, after) = *dice.pick(&[("", ""), ("", ""), ("a", ""), ("{{", "}}"), ("", "{$.userIdentity.arn}")]);
    json!({"template": format!("{before}{{{path}}}{after}")})
}

/// A list of values, or with `alone` false a single one too.
fn any_of(dice: &mut Dice, kind: Kind, place: Place, only_lists: bool) -> Value {
    match dice.weighted(&[(3, 0), (if only_lists { 0 } else { 3 }, 1), (2, 2)]) {
        0 => Value::Array((0..=dice.roll(3)).map(|_| operand(dice, kind, place)).collect()),
        1 => operand(dice, kind, place),
        _ => list(dice, "in_"),
    }
}

fn texts(dice: &mut Dice, kind: Kind, place: Place) -> Value {
    match dice.weighted(&[(5, 0), (3, 1), (2, 2), (2, 3)]) {
        0 => json!(dice.favour(PIECES.of(kind))),
        1 => one_or_more(dice, PIECES.of(kind)),
        2 => json!({"path": singular_path(dice, kind, place)}),
        _ => template(dice, kind, place),
    }
}

fn list(dice: &mut Dice, prefix: &str) -> Value {
    json!({"list": format!("{prefix}{}", dice.pick(&["first", "second"]))})
}

fn one_or_more(dice: &mut Dice, words: &[&str]) -> Value {
    let first = *dice.favour(words);
    let second = *dice.pick(words);
    if first != second && dice.chance(35) { json!([first, second]) } else { json!(first) }
}

fn number_test(dice: &mut Dice) -> Value {
    let number = dice.roll(4);
    match dice.roll(6) {
        0 => json!(number),
        1 => json!({"equals": number}),
        2 => json!({"gt": number}),
        3 => json!({"lt": number}),
        4 => json!({"gte": number}),
        _ => json!({"gte": dice.roll(3), "lte": number}),
    }
}
