//! What an operator asks, in words: the `expected` of evidence.

use crate::compile::matcher::{
    DynamicValue, ListMatcher, NodeMatcher, NumberSource, OperatorMatcher, TemplateMatcher, TimeSource, ValueSet,
};
use crate::policy::operator::{PatternKind, TextPlace};
pub use crate::policy::prose::word::Sense;
use crate::policy::prose::word::{self, number_test};

/// Most values named one by one.
const NAMED: usize = 6;

/// What `operator` asks of a node: "`Root`", "not one of `a`, `b`", "present".
#[must_use]
pub fn operator(operator: &OperatorMatcher, sense: Sense) -> String {
    let (positive, negative) = match operator {
        OperatorMatcher::MissingOrNull => ("missing or null".to_owned(), Some("present".to_owned())),
        OperatorMatcher::Exists(true) => ("present".to_owned(), Some("missing".to_owned())),
        OperatorMatcher::Exists(false) => ("missing".to_owned(), Some("present".to_owned())),
        OperatorMatcher::Empty(true) => ("empty".to_owned(), None),
        OperatorMatcher::Empty(false) => ("something in it".to_owned(), Some("empty".to_owned())),
        OperatorMatcher::Not(inner) => return node(inner, sense.flipped()),
        OperatorMatcher::In(set) => (values(set), None),
        OperatorMatcher::Text(place, set) => {
            let verb = match place {
                TextPlace::Start => "starting with",
                TextPlace::End => "ending with",
                TextPlace::Anywhere => "containing",
            };
            (format!("{verb} {}", values(set)), None)
        }
        OperatorMatcher::Pattern(kind, patterns) => {
            let word = match kind {
                PatternKind::Glob => "matching",
                PatternKind::Regex => "matching regex",
            };
            (format!("{word} {}", one_of(patterns.iter().map(|pattern| pattern.text.clone()))), None)
        }
        OperatorMatcher::Cidr(networks) => {
            (format!("inside {}", one_of(networks.iter().map(ToString::to_string))), None)
        }
        OperatorMatcher::IsIp(kind) => (word::ip(*kind).to_owned(), None),
        OperatorMatcher::Compare(order, source) => {
            let operand = match source {
                NumberSource::Literal(number) => number.to_string(),
                NumberSource::Path(path) => path.written.clone(),
            };
            (format!("{} {operand}", word::comparison(*order)), None)
        }
        OperatorMatcher::Time(order, source) => {
            let operand = match source {
                TimeSource::Literal(text, _) => text.clone(),
                TimeSource::Path(path) => path.written.clone(),
            };
            (format!("{} {operand}", word::time_order(*order)), None)
        }
        OperatorMatcher::Length(test) => (format!("of length {}", number_test(test)), None),
        OperatorMatcher::Type(types) => (
            format!("of type {}", types.iter().map(|kind| word::json_type(*kind)).collect::<Vec<_>>().join(" or ")),
            None,
        ),
        OperatorMatcher::Json(_) => ("JSON that meets the condition".to_owned(), None),
    };
    match (sense, negative) {
        (Sense::Wanted, _) => positive,
        (Sense::Forbidden, Some(negative)) => negative,
        (Sense::Forbidden, None) => format!("not {positive}"),
    }
}

/// What `test` asks of a node.
#[must_use]
pub fn node(test: &NodeMatcher, sense: Sense) -> String {
    match (test, sense) {
        (NodeMatcher::Operators(operators), _) => {
            let word = if sense == Sense::Wanted { " and " } else { " or " };
            operators.iter().map(|each| operator(each, sense)).collect::<Vec<_>>().join(word)
        }
        (NodeMatcher::Element(_), Sense::Wanted) => "an element that meets the condition".to_owned(),
        (NodeMatcher::Element(_), Sense::Forbidden) => "not an element that meets the condition".to_owned(),
    }
}

/// What `test` asks of a node list.
#[must_use]
pub fn list(test: &ListMatcher, sense: Sense) -> String {
    match (test, sense) {
        (ListMatcher::Default(test), _) => node(test, sense),
        (ListMatcher::Some(test), Sense::Wanted) => format!("some {}", node(test, Sense::Wanted)),
        (ListMatcher::Some(test) | ListMatcher::None(test), _) => {
            let sense = if matches!(sense, Sense::Wanted) || matches!(test, NodeMatcher::Element(_)) {
                Sense::Forbidden
            } else {
                Sense::Wanted
            };
            node(test, sense)
        }
        (ListMatcher::Every(test), Sense::Wanted) => format!("every one {}", node(test, Sense::Wanted)),
        (ListMatcher::Every(test), Sense::Forbidden) => format!("not every one {}", node(test, Sense::Wanted)),
        (ListMatcher::Count(test), Sense::Wanted) => format!("{} of them", number_test(test)),
        (ListMatcher::Count(test), Sense::Forbidden) => format!("not {} of them", number_test(test)),
        (ListMatcher::Distinct(test), Sense::Wanted) => format!("{} different values", number_test(test)),
        (ListMatcher::Distinct(test), Sense::Forbidden) => format!("not {} different values", number_test(test)),
    }
}

fn values(set: &ValueSet) -> String {
    let dynamic = set.dynamic.iter().map(|value| match value {
        DynamicValue::Path(path) => path.written.clone(),
        DynamicValue::Template(parts) => parts
            .iter()
            .map(|part| match part {
                TemplateMatcher::Text(text) => text.clone(),
                TemplateMatcher::Path(path) => format!("{{{}}}", path.written),
            })
            .collect(),
    });
    let mut words = match &set.list {
        Some(name) => format!("in the list `{name}`"),
        None => one_of(set.literals.iter().map(ToString::to_string).chain(dynamic)),
    };
    if set.ignores_case() {
        words.push_str(" in any case");
    }
    words
}

fn one_of(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| format!("`{item}`")).collect();
    match items.as_slice() {
        [one] => one.clone(),
        many if many.len() <= NAMED => format!("one of {}", many.join(", ")),
        many => format!("one of {} and {} more", many.get(..NAMED).unwrap_or_default().join(", "), many.len() - NAMED),
    }
}
