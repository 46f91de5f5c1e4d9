//! Conditions and the paths in them (`docs/dsl.md` §3, §4).

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::test::test;
use super::words::Kind;

/// Where a condition stands, and so what it may name.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The current element, where there is one.
    pub element: Option<Kind>,
    /// How many layers of definitions may be used: 0 none, 1 the simple ones, 2 those that use others too.
    pub uses: usize,
}

impl Place {
    pub const fn event(uses: usize) -> Self {
        Self { element: None, uses }
    }

    pub const fn element(kind: Kind, uses: usize) -> Self {
        Self { element: Some(kind), uses }
    }

    pub const fn at(self, kind: Kind) -> Self {
        Self { element: Some(kind), uses: self.uses }
    }
}

/// A condition, nested no deeper than `depth`.
pub fn condition(dice: &mut Dice, place: Place, depth: usize) -> Value {
    let mut entries = Map::new();
    for _ in 0..=dice.weighted(&[(6, 0), (3, 1), (1, 2)]) {
        let nested = if depth == 0 { 0 } else { 1 };
        let filters = if place.element.is_some() { 3 } else { 1 };
        match dice.weighted(&[
            (12, 0),
            (2 * nested, 1),
            (2 * nested, 2),
            (2 * nested, 3),
            (place.uses, 4),
            (filters, 5),
        ]) {
            0 => {
                let path = path_of(dice, place);
                entries.insert(path.text, test(dice, path.kind, path.nodes, place, depth));
            }
            1 => {
                entries.insert("all".to_owned(), conditions(dice, place, depth));
            }
            2 => {
                entries.insert("any".to_owned(), conditions(dice, place, depth));
            }
            3 => {
                entries.insert("not".to_owned(), condition(dice, place, depth - 1));
            }
            4 => {
                entries.insert("use".to_owned(), uses(dice, place));
            }
            _ => {
                let filters: &[&str] = if place.element.is_some() { &ELEMENT_FILTERS } else { &EVENT_FILTERS };
                entries.insert("where".to_owned(), json!(dice.pick(filters)));
            }
        }
    }
    Value::Object(entries)
}

fn conditions(dice: &mut Dice, place: Place, depth: usize) -> Value {
    Value::Array((0..=dice.roll(3)).map(|_| condition(dice, place, depth - 1)).collect())
}

fn uses(dice: &mut Dice, place: Place) -> Value {
    let names: &[&str] = match (place.uses, place.element) {
        (1, _) => &["in_first", "in_second", "succeeded"],
        (_, None) => {
            &["in_first", "across", "across_list", "in_second", "succeeded", "deep_in_first", "deep_in_second"]
        }
        (_, Some(_)) => &["item_in_first", "item_in_second", "in_first", "across"],
    };
    let first = *dice.pick(names);
    let second = *dice.pick(names);
    if first != second && dice.chance(30) { json!([first, second]) } else { json!(first) }
}

const EVENT_FILTERS: [&str; 10] = [
    "@.eventName == 'GetUser'",
    "@.requestParameters.count > 1 && @.requestParameters.count <= 22",
    "@.requestParameters.count == @.requestParameters.limit",
    "!@.errorCode",
    "@.requestParameters.items[?@.port == 22]",
    "@.userIdentity.type == $.userIdentity.userName || @.readOnly == true",
    "length(@.requestParameters.tags) > 1",
    "count(@.requestParameters.items[*]) == 2",
    "match(@.eventName, 'Get.*')",
    "search(@.userIdentity.arn, '[aä]')",
];
const ELEMENT_FILTERS: [&str; 7] = [
    "@.key == @.value",
    "@.port >= $.requestParameters.limit",
    "@.who == $.userIdentity.type",
    "!@.key || @.port < 100",
    "@.tags[*]",
    "value(@.tags[0]) == @.key",
    "@ == $.userIdentity.arn",
];

/// How many nodes a path can select.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// At most one.
    One,
    /// Any number.
    Many,
}

/// A path and what it usually leads to.
pub struct PathTo {
    pub text: String,
    pub kind: Kind,
    pub nodes: Nodes,
}

/// A path that may stand at `place`.
pub fn path_of(dice: &mut Dice, place: Place) -> PathTo {
    let from_event = |dice: &mut Dice| {
        if dice.chance(35) { pick(dice, &EVENT_MANY, Nodes::Many) } else { pick(dice, &EVENT_ONE, Nodes::One) }
    };
    match place.element {
        None => from_event(dice),
        Some(_) if dice.chance(15) => from_event(dice),
        Some(kind) => element_path(dice, kind),
    }
}

/// A path from an element of `kind`.
pub fn element_path(dice: &mut Dice, kind: Kind) -> PathTo {
    let (one, many) = element_paths(kind);
    if dice.chance(30) { pick(dice, many, Nodes::Many) } else { pick(dice, one, Nodes::One) }
}

/// A path to at most one node, one of `kind` where there is such a path.
pub fn singular_path(dice: &mut Dice, kind: Kind, place: Place) -> String {
    let paths = match place.element {
        Some(element) if dice.chance(50) => element_paths(element).0,
        _ => &EVENT_ONE[..],
    };
    let fitting: Vec<_> = paths.iter().filter(|(_, other)| *other == kind).collect();
    match dice.chance(85) && !fitting.is_empty() {
        true => dice.pick(&fitting).0.to_owned(),
        false => dice.pick(paths).0.to_owned(),
    }
}

fn pick(dice: &mut Dice, paths: &[(&str, Kind)], nodes: Nodes) -> PathTo {
    let (text, kind) = dice.pick(paths);
    PathTo { text: (*text).to_owned(), kind: *kind, nodes }
}

type Paths = &'static [(&'static str, Kind)];

fn element_paths(kind: Kind) -> (Paths, Paths) {
    match kind {
        Kind::Document => (&DOCUMENT_ONE, &DOCUMENT_MANY),
        Kind::Statement => (&STATEMENT_ONE, &STATEMENT_MANY),
        _ => (&ITEM_ONE, &ITEM_MANY),
    }
}

const EVENT_ONE: [(&str, Kind); 26] = [
    ("$.eventName", Kind::Name),
    ("$.eventSource", Kind::Source),
    ("$['eventName']", Kind::Name),
    ("$.errorCode", Kind::Name),
    ("$.eventTime", Kind::Time),
    ("$.sourceIPAddress", Kind::Ip),
    ("$.readOnly", Kind::Bool),
    ("$.userIdentity", Kind::Object),
    ("$.userIdentity.type", Kind::Who),
    ("$.userIdentity.arn", Kind::Text),
    ("$.userIdentity.userName", Kind::Text),
    ("$.requestParameters", Kind::Object),
    ("$.requestParameters.count", Kind::Number),
    ("$.requestParameters.limit", Kind::Number),
    ("$.requestParameters.since", Kind::Time),
    ("$.requestParameters.items", Kind::Items),
    ("$.requestParameters.items[0]", Kind::Item),
    ("$.requestParameters.items[0].port", Kind::Number),
    ("$.requestParameters.items[-1].key", Kind::Text),
    ("$.requestParameters.tags", Kind::Tags),
    ("$.requestParameters.tags[1]", Kind::Text),
    ("$.requestParameters.policyDocument", Kind::Document),
    ("$.requestParameters['odd \\'key\"\\\\']", Kind::Text),
    ("$.requestParameters.ключ", Kind::Text),
    ("$.responseElements.a", Kind::Any),
    ("$", Kind::Object),
];
const EVENT_MANY: [(&str, Kind); 16] = [
    ("$.requestParameters.items[*]", Kind::Item),
    ("$.requestParameters.items[*].port", Kind::Number),
    ("$.requestParameters.items[*].key", Kind::Text),
    ("$.requestParameters.items[*].cidr", Kind::Ip),
    ("$.requestParameters.items[*].who", Kind::Who),
    ("$.requestParameters.items[*].tags[*]", Kind::Text),
    ("$.requestParameters.tags[*]", Kind::Text),
    ("$.requestParameters.items[?@.port > 1].key", Kind::Text),
    ("$.requestParameters.items[?@.who == $.userIdentity.type]", Kind::Item),
    ("$.requestParameters.items[0:2].value", Kind::Text),
    ("$.requestParameters.items[::-1].port", Kind::Number),
    ("$.requestParameters.items[1,0]", Kind::Item),
    ("$['eventName','errorCode']", Kind::Name),
    ("$.userIdentity.*", Kind::Text),
    ("$..key", Kind::Text),
    ("$.requestParameters.*", Kind::Any),
];
const ITEM_ONE: [(&str, Kind); 9] = [
    (".key", Kind::Text),
    (".value", Kind::Text),
    (".port", Kind::Number),
    (".cidr", Kind::Ip),
    (".who", Kind::Who),
    (".tags", Kind::Tags),
    (".tags[0]", Kind::Text),
    (".['key']", Kind::Text),
    (".", Kind::Item),
];
const ITEM_MANY: [(&str, Kind); 4] =
    [(".tags[*]", Kind::Text), (".*", Kind::Any), ("..key", Kind::Text), (".tags[?@ == 'a']", Kind::Text)];
const DOCUMENT_ONE: [(&str, Kind); 6] = [
    (".Version", Kind::Version),
    (".Version", Kind::Version),
    (".Statement", Kind::Statement),
    (".Statement[0].Effect", Kind::Effect),
    (".Statement.Action", Kind::Action),
    (".", Kind::Document),
];
const DOCUMENT_MANY: [(&str, Kind); 5] = [
    (".Statement[*]", Kind::Statement),
    (".Statement[*].Effect", Kind::Effect),
    (".Statement[*].Action", Kind::Action),
    (".Statement[?@.Effect == 'Allow'].Action[*]", Kind::Action),
    ("..Effect", Kind::Effect),
];
const STATEMENT_ONE: [(&str, Kind); 4] =
    [(".Effect", Kind::Effect), (".Action", Kind::Action), (".n", Kind::Number), (".", Kind::Statement)];
const STATEMENT_MANY: [(&str, Kind); 2] = [(".Action[*]", Kind::Action), (".*", Kind::Any)];
