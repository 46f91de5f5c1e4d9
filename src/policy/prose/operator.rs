//! Operators as verbs: "is one of a, b", "does not start with x".

use crate::policy::model::Condition;
use crate::policy::operator::{
    Case, Networks, NodeTest, NumberOperand, Operator, OperatorKind, PatternKind, Patterns, TimeOperand, Value, Values,
};
use crate::policy::prose::Names;
use crate::policy::prose::word::{self, Sense};

/// What `operator` asks, with its verb: "is one of PutMetricAlarm, DeleteAlarms".
#[must_use]
pub fn operator(operator: &Operator, sense: Sense) -> String {
    let is = if sense == Sense::Wanted { "is" } else { "is not" };
    let verb = |wanted: &str, forbidden: &str| if sense == Sense::Wanted { wanted } else { forbidden }.to_owned();
    match &operator.kind {
        OperatorKind::MissingOrNull => verb("is missing or null", "is present and not null"),
        OperatorKind::Exists(true) => verb("is present", "is missing"),
        OperatorKind::Exists(false) => verb("is missing", "is present"),
        OperatorKind::Empty(true) => format!("{is} empty"),
        OperatorKind::Empty(false) => verb("has something in it", "is empty, or can hold nothing"),
        OperatorKind::Equals(operand, case) => format!("{is} {}{}", value(operand), folded(*case)),
        OperatorKind::In(items, case) => format!("{} {}{}", among(items, is), values(items, sense), folded(*case)),
        OperatorKind::Text(place, items, case) => {
            let (wanted, forbidden) = word::text_verb(*place);
            format!("{} {}{}", verb(wanted, forbidden), listed(values(items, sense), items), folded(*case))
        }
        OperatorKind::Pattern(kind, patterns) => {
            let kind = if *kind == PatternKind::Regex { " the regex" } else { "" };
            let (words, case) = match patterns {
                Patterns::Items(items) => {
                    let items: Vec<String> = items.iter().map(|pattern| format!("`{}`", pattern.value.text)).collect();
                    (word::one_of(&items, sense), Case::Sensitive)
                }
                Patterns::List(name, case) => (format!("one in the list `{}`", name.value), *case),
            };
            format!("{}{kind} {words}{}", verb("matches", "does not match"), folded(case))
        }
        OperatorKind::Cidr(networks) => {
            let words = match networks {
                Networks::Items(items) => {
                    word::one_of(&items.iter().map(|network| network.value.to_string()).collect::<Vec<_>>(), sense)
                }
                Networks::List(name) => format!("a network of the list `{}`", name.value),
            };
            format!("{is} an address in {words}")
        }
        OperatorKind::IsIp(kind) => format!("{is} {}", word::ip(*kind)),
        OperatorKind::Compare(order, operand) => {
            let operand = match operand {
                NumberOperand::Literal(number) => number.to_string(),
                NumberOperand::Path(path) => word::path(path),
            };
            format!("{is} {} {operand}", word::comparison(*order))
        }
        OperatorKind::Time(order, operand) => {
            let operand = match operand {
                TimeOperand::Literal { text, .. } => text.clone(),
                TimeOperand::Path(path) => word::path(path),
            };
            format!("{is} {} {operand}", word::time_order(*order))
        }
        OperatorKind::Length(test) => format!("{is} of length {}", word::number_test(test)),
        OperatorKind::Type(types) => {
            let types: Vec<&str> = types.iter().map(|kind| word::json_type(*kind)).collect();
            format!("{is} of type {}", types.join(" or "))
        }
        OperatorKind::Not(inner) => node_test(inner, sense.flipped()),
        OperatorKind::Json(_) => verb("holds JSON of which", "does not hold JSON of which"),
    }
}

/// What `test` asks, with its verb.
#[must_use]
pub fn node_test(test: &NodeTest, sense: Sense) -> String {
    match (test, sense) {
        (NodeTest::Operators(operators), _) => {
            let joint = if sense == Sense::Wanted { " and " } else { " or " };
            operators.iter().map(|each| operator(each, sense)).collect::<Vec<_>>().join(joint)
        }
        (NodeTest::Element(_), Sense::Wanted) => "is an element of which".to_owned(),
        (NodeTest::Element(_), Sense::Forbidden) => "is not an element of which".to_owned(),
    }
}

/// The conditions that stand inside `operators`: those of `json` and of elements.
#[must_use]
pub fn inner(operators: &[Operator]) -> Vec<&Condition> {
    operators
        .iter()
        .flat_map(|operator| match &operator.kind {
            OperatorKind::Json(condition) => vec![&**condition],
            OperatorKind::Not(test) => match &**test {
                NodeTest::Operators(operators) => inner(operators),
                NodeTest::Element(condition) => vec![&**condition],
            },
            _ => Vec::new(),
        })
        .collect()
}

/// Whether `operators` can be said in one sentence.
#[must_use]
pub fn is_flat(operators: &[Operator]) -> bool {
    inner(operators).is_empty()
}

impl Names<'_> {
    /// What `operators` ask together, with their verbs.
    pub(super) fn operators(self, operators: &[Operator], sense: Sense) -> String {
        let joint = if sense == Sense::Wanted { " and " } else { " or " };
        operators.iter().map(|each| operator(each, sense)).collect::<Vec<_>>().join(joint)
    }
}

/// A value to compare with.
#[must_use]
pub fn value(value: &Value) -> String {
    match value {
        Value::Literal(scalar) => word::scalar(&scalar.value),
        Value::Path(path) => format!("the value of {}", word::path(path)),
        Value::Template(template) => word::template(template),
    }
}

fn values(values: &Values, sense: Sense) -> String {
    match values {
        Values::Items(items) => word::one_of(&items.iter().map(value).collect::<Vec<_>>(), sense),
        Values::List(name) => format!("the list `{}`", name.value),
    }
}

/// "is", or "is in" before a list's name.
fn among(values: &Values, is: &str) -> String {
    match values {
        Values::Items(_) => is.to_owned(),
        Values::List(_) => format!("{is} in"),
    }
}

/// A list's name after a verb that wants a value.
fn listed(words: String, values: &Values) -> String {
    match values {
        Values::Items(_) => words,
        Values::List(_) => format!("a value of {words}"),
    }
}

fn folded(case: Case) -> &'static str {
    match case {
        Case::Sensitive => "",
        Case::Ignored => " in any case",
    }
}
