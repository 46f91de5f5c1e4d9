//! The operators of `docs/dsl.md` §5, one by one: an operator and a node in, whether it holds out.

use std::net::IpAddr;

use serde_json::{Number, Value};

use super::value::{self, Folding};
use super::{Scope, is_number};
use crate::policy::operator::{
    Case, Comparison, IpKind, JsonType, Networks, NumberOperand, NumberTest, OperatorKind, PatternKind, Patterns,
    Scalar, TextPlace, TimeOperand, TimeOrder, Value as Operand, Values,
};
use crate::policy::pattern::pattern;
use crate::text::time;

impl Scope<'_> {
    /// Whether `operator` holds for `node`; `None` is a missing node.
    pub(in crate::engine) fn operator_holds(self, operator: &OperatorKind, node: Option<&Value>) -> bool {
        // The three operators that can hold for a missing node.
        match operator {
            OperatorKind::MissingOrNull => return matches!(node, None | Some(Value::Null)),
            OperatorKind::Exists(wanted) => return node.is_some() == *wanted,
            OperatorKind::Not(test) => return !self.passes(test, node),
            _ => {}
        }
        let Some(node) = node else {
            return false;
        };
        match operator {
            OperatorKind::MissingOrNull | OperatorKind::Exists(_) | OperatorKind::Not(_) => false,
            OperatorKind::Equals(operand, case) => {
                self.operand(operand).is_some_and(|wanted| value::equal(node, &wanted, folding(*case)))
            }
            OperatorKind::In(values, case) => {
                self.operands(values).iter().any(|wanted| value::equal(node, wanted, folding(*case)))
            }
            OperatorKind::Text(place, values, case) => {
                self.operands(values).iter().any(|wanted| has_text(node, *place, wanted, folding(*case)))
            }
            OperatorKind::Pattern(kind, patterns) => match node {
                Value::String(text) => self.matches(text, *kind, patterns),
                _ => false,
            },
            OperatorKind::Cidr(networks) => self.is_inside(node, networks),
            OperatorKind::IsIp(kind) => is_ip(node, *kind),
            OperatorKind::Compare(comparison, operand) => match (node, self.number(operand)) {
                (Value::Number(number), Some(wanted)) => compares(number, *comparison, &wanted),
                _ => false,
            },
            OperatorKind::Time(order, operand) => self.is_at(node, *order, operand),
            OperatorKind::Length(test) => has_length(node, test),
            OperatorKind::Empty(wanted) => is_empty(node) == Some(*wanted),
            OperatorKind::Type(types) => types.contains(&json_type(node)),
            OperatorKind::Json(condition) => value::opened(node).is_some_and(|root| self.holds_at(condition, &root)),
        }
    }

    /// The value to compare with, or `None` where a part of it is missing.
    fn operand(self, operand: &Operand) -> Option<Value> {
        match operand {
            Operand::Literal(scalar) => Some(json(&scalar.value)),
            Operand::Path(path) => self.node(path).cloned(),
            Operand::Template(template) => self.value(template).map(Value::String),
        }
    }

    fn operands(self, values: &Values) -> Vec<Value> {
        match values {
            Values::Items(items) => items.iter().filter_map(|item| self.operand(item)).collect(),
            Values::List(name) => self.list(name).into_iter().map(|entry| json(&entry.value.value)).collect(),
        }
    }

    fn number(self, operand: &NumberOperand) -> Option<Number> {
        match operand {
            NumberOperand::Literal(number) => Some(number.clone()),
            NumberOperand::Path(path) => match self.node(path) {
                Some(Value::Number(number)) => Some(number.clone()),
                _ => None,
            },
        }
    }

    fn is_at(self, node: &Value, order: TimeOrder, operand: &TimeOperand) -> bool {
        let wanted = match operand {
            TimeOperand::Literal { time, .. } => Some(*time),
            TimeOperand::Path(path) => self.node(path).and_then(Value::as_str).and_then(time::parse),
        };
        let (Some(at), Some(wanted)) = (node.as_str().and_then(time::parse), wanted) else {
            return false;
        };
        match order {
            TimeOrder::Before => at < wanted,
            TimeOrder::After => at > wanted,
        }
    }

    fn matches(self, text: &str, kind: PatternKind, patterns: &Patterns) -> bool {
        match patterns {
            Patterns::Items(items) => items.iter().any(|pattern| pattern.value.regex.is_match(text)),
            Patterns::List(name, case) => self.list(name).iter().any(|entry| match &entry.value.value {
                Scalar::String(listed) => {
                    pattern(kind, listed, *case).is_ok_and(|pattern| pattern.regex.is_match(text))
                }
                Scalar::Number(_) | Scalar::Bool(_) => false,
            }),
        }
    }

    fn is_inside(self, node: &Value, networks: &Networks) -> bool {
        let Some(address) = node.as_str().and_then(value::address) else {
            return false;
        };
        match networks {
            Networks::Items(networks) => networks.iter().any(|network| value::contains(network.value, address)),
            Networks::List(name) => self.list(name).into_iter().any(|entry| match &entry.value.value {
                Scalar::String(text) => value::network(text).is_some_and(|network| value::contains(network, address)),
                Scalar::Number(_) | Scalar::Bool(_) => false,
            }),
        }
    }
}

fn json(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::String(text) => Value::String(text.clone()),
        Scalar::Number(number) => Value::Number(number.clone()),
        Scalar::Bool(truth) => Value::Bool(*truth),
    }
}

fn folding(case: Case) -> Folding {
    match case {
        Case::Sensitive => Folding::No,
        Case::Ignored => Folding::LowerCase,
    }
}

fn has_text(node: &Value, place: TextPlace, wanted: &Value, folding: Folding) -> bool {
    match (node, wanted) {
        (Value::Array(elements), wanted) if place == TextPlace::Anywhere => {
            elements.iter().any(|element| value::equal(element, wanted, folding))
        }
        (Value::String(text), Value::String(wanted)) => {
            let (text, wanted) = (folding.apply(text), folding.apply(wanted));
            match place {
                TextPlace::Start => text.starts_with(&wanted),
                TextPlace::End => text.ends_with(&wanted),
                TextPlace::Anywhere => text.contains(&wanted),
            }
        }
        _ => false,
    }
}

fn is_ip(node: &Value, kind: IpKind) -> bool {
    let Value::String(text) = node else {
        return false;
    };
    match (value::address(text), kind) {
        (Some(_), IpKind::Any)
        | (None, IpKind::None)
        | (Some(IpAddr::V4(_)), IpKind::V4)
        | (Some(IpAddr::V6(_)), IpKind::V6) => true,
        (Some(_) | None, _) => false,
    }
}

fn compares(number: &Number, comparison: Comparison, wanted: &Number) -> bool {
    let Some(order) = value::order(number, wanted) else {
        return false;
    };
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
    }
}

fn has_length(node: &Value, test: &NumberTest) -> bool {
    match node {
        Value::String(text) => is_number(test, text.chars().count()),
        Value::Array(elements) => is_number(test, elements.len()),
        Value::Object(members) => is_number(test, members.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether there is nothing in a string, array or object; `None` of anything else.
fn is_empty(node: &Value) -> Option<bool> {
    match node {
        Value::String(text) => Some(text.is_empty()),
        Value::Array(elements) => Some(elements.is_empty()),
        Value::Object(members) => Some(members.is_empty()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn json_type(node: &Value) -> JsonType {
    match node {
        Value::String(_) => JsonType::String,
        Value::Number(_) => JsonType::Number,
        Value::Bool(_) => JsonType::Boolean,
        Value::Null => JsonType::Null,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_lies_in_strings_and_arrays() {
        let cases = [
            (json!("GetUser"), TextPlace::Start, json!("Get"), Folding::No, true),
            (json!("GetUser"), TextPlace::Start, json!("get"), Folding::No, false),
            (json!("GetUser"), TextPlace::Start, json!("gET"), Folding::LowerCase, true),
            (json!("GetUser"), TextPlace::End, json!("User"), Folding::No, true),
            (json!("GetUser"), TextPlace::Anywhere, json!("tU"), Folding::No, true),
            (json!("a5b"), TextPlace::Anywhere, json!(5), Folding::No, false),
            (json!(["a", 5]), TextPlace::Anywhere, json!(5.0), Folding::No, true),
            (json!(["A"]), TextPlace::Anywhere, json!("a"), Folding::LowerCase, true),
            (json!(["ab"]), TextPlace::Anywhere, json!("a"), Folding::No, false),
            (json!(["a"]), TextPlace::Start, json!("a"), Folding::No, false),
            (json!({"a": "b"}), TextPlace::Anywhere, json!("b"), Folding::No, false),
        ];
        for (node, place, wanted, folding, holds) in cases {
            assert_eq!(has_text(&node, place, &wanted, folding), holds, "{node} {place:?} {wanted}");
        }
    }

    #[test]
    fn an_address_in_a_v6_coat_is_v4() {
        let cases = [
            (json!("10.0.0.1"), [true, false, true, false]),
            (json!("::ffff:10.0.0.1"), [true, false, true, false]),
            (json!("2001:db8::1"), [true, false, false, true]),
            (json!("10.0.0.0/8"), [false, true, false, false]),
            (json!("cloudtrail.amazonaws.com"), [false, true, false, false]),
            (json!(""), [false, true, false, false]),
            (json!(10), [false, false, false, false]),
        ];
        for (node, wanted) in cases {
            let held = [IpKind::Any, IpKind::None, IpKind::V4, IpKind::V6].map(|kind| is_ip(&node, kind));
            assert_eq!(held, wanted, "{node}");
        }
    }

    #[test]
    fn length_counts_characters_elements_and_members() {
        let two = NumberTest(vec![(Comparison::Equal, 2)]);
        for node in [json!("é😀"), json!([1, 1]), json!({"a": 1, "b": 2})] {
            assert!(has_length(&node, &two), "{node}");
        }
        for node in [json!("a"), json!([]), json!(2), json!(null), json!(22)] {
            assert!(!has_length(&node, &two), "{node}");
        }
        let between = NumberTest(vec![(Comparison::Greater, 1), (Comparison::Less, 3)]);
        assert!(has_length(&json!("ab"), &between) && !has_length(&json!("abc"), &between));
    }

    #[test]
    fn only_what_can_hold_something_is_empty_or_not() {
        for (node, empty) in [
            (json!(""), Some(true)),
            (json!([]), Some(true)),
            (json!({}), Some(true)),
            (json!(" "), Some(false)),
            (json!([null]), Some(false)),
            (json!(null), None),
            (json!(0), None),
            (json!(false), None),
        ] {
            assert_eq!(is_empty(&node), empty, "{node}");
        }
    }
}
