//! What an operator asks, in words: the `expected` of evidence.

use crate::compile::matcher::{
    DynamicValue, ListMatcher, NodeMatcher, NumberSource, OperatorMatcher, TemplateMatcher, TimeSource, ValueSet,
};
use crate::policy::operator::{Comparison, IpKind, JsonType, NumberTest, PatternKind, Scalar, TextPlace, TimeOrder};

/// Most values named one by one.
const NAMED: usize = 6;

/// Whether the words say what is asked, or that it must not be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// It must be so.
    Wanted,
    /// It must not be so.
    Forbidden,
}

impl Sense {
    /// The other one.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Wanted => Self::Forbidden,
            Self::Forbidden => Self::Wanted,
        }
    }
}

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
        OperatorMatcher::IsIp(kind) => (
            match kind {
                IpKind::Any => "an IP address",
                IpKind::None => "a text that is no IP address",
                IpKind::V4 => "an IPv4 address",
                IpKind::V6 => "an IPv6 address",
            }
            .to_owned(),
            None,
        ),
        OperatorMatcher::Compare(order, source) => {
            let operand = match source {
                NumberSource::Literal(number) => number.to_string(),
                NumberSource::Path(path) => path.written.clone(),
            };
            (format!("{} {operand}", comparison(*order)), None)
        }
        OperatorMatcher::Time(order, source) => {
            let operand = match source {
                TimeSource::Literal(text, _) => text.clone(),
                TimeSource::Path(path) => path.written.clone(),
            };
            let word = match order {
                TimeOrder::Before => "before",
                TimeOrder::After => "after",
            };
            (format!("{word} {operand}"), None)
        }
        OperatorMatcher::Length(test) => (format!("of length {}", number_test(test)), None),
        OperatorMatcher::Type(types) => {
            (format!("of type {}", types.iter().map(|kind| type_word(*kind)).collect::<Vec<_>>().join(" or ")), None)
        }
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
        None => one_of(set.literals.iter().map(scalar).chain(dynamic)),
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

fn scalar(scalar: &Scalar) -> String {
    match scalar {
        Scalar::String(text) => text.clone(),
        Scalar::Number(number) => number.to_string(),
        Scalar::Bool(value) => value.to_string(),
    }
}

fn comparison(order: Comparison) -> &'static str {
    match order {
        Comparison::Equal => "exactly",
        Comparison::Greater => "more than",
        Comparison::GreaterOrEqual => "at least",
        Comparison::Less => "less than",
        Comparison::LessOrEqual => "at most",
    }
}

fn number_test(test: &NumberTest) -> String {
    test.0.iter().map(|(order, wanted)| format!("{} {wanted}", comparison(*order))).collect::<Vec<_>>().join(" and ")
}

fn type_word(kind: JsonType) -> &'static str {
    match kind {
        JsonType::String => "string",
        JsonType::Number => "number",
        JsonType::Boolean => "boolean",
        JsonType::Null => "null",
        JsonType::Array => "array",
        JsonType::Object => "object",
    }
}
