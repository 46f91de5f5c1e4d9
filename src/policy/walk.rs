//! Visits every name and path of a condition, wherever it is nested.

use crate::policy::model::{Condition, PathRef, Rule, Spanned, TemplatePart};
use crate::policy::obligation::Obligation;
use crate::policy::operator::{
    ListTest, Networks, NodeTest, NumberOperand, OperatorKind, PatternKind, Patterns, TimeOperand, Value, Values,
};

/// Something a condition refers to.
#[derive(Debug, Clone, Copy)]
pub enum Reference<'c> {
    /// `use: name`.
    Define(&'c Spanned<String>),
    /// `{list: name}` among values.
    List(&'c Spanned<String>),
    /// `{list: name}` among networks.
    NetworkList(&'c Spanned<String>),
    /// `{list: name}` among patterns.
    PatternList(&'c Spanned<String>, PatternKind),
    /// A path: the key of an entry, or one in a value.
    Path(&'c PathRef),
}

/// Whether there is a current element where a reference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// There is none: the condition is about the event.
    Event,
    /// There is one.
    Element,
}

/// Calls `visit` for everything `condition` refers to, in the order of the file.
pub fn condition<'c>(condition: &'c Condition, inside: Inside, visit: &mut dyn FnMut(Reference<'c>, Inside)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                self::condition(part, inside, visit);
            }
        }
        Condition::Not(inner) => self::condition(inner, inside, visit),
        Condition::Use(name) => visit(Reference::Define(name), inside),
        Condition::Where(_) => {}
        Condition::Path(path) => {
            visit(Reference::Path(&path.path), inside);
            for test in &path.tests {
                match test {
                    ListTest::Default(test) | ListTest::Some(test) | ListTest::Every(test) | ListTest::None(test) => {
                        node_test(test, inside, visit);
                    }
                    ListTest::Count(_) | ListTest::Distinct(_) => {}
                }
            }
        }
    }
}

fn node_test<'c>(test: &'c NodeTest, inside: Inside, visit: &mut dyn FnMut(Reference<'c>, Inside)) {
    let operators = match test {
        NodeTest::Element(inner) => return condition(inner, Inside::Element, visit),
        NodeTest::Operators(operators) => operators,
    };
    for operator in operators {
        match &operator.kind {
            OperatorKind::Equals(value, _) => self::value(value, inside, visit),
            OperatorKind::In(values, _) | OperatorKind::Text(_, values, _) => match values {
                Values::Items(items) => items.iter().for_each(|item| value(item, inside, visit)),
                Values::List(name) => visit(Reference::List(name), inside),
            },
            OperatorKind::Pattern(kind, Patterns::List(name, _)) => visit(Reference::PatternList(name, *kind), inside),
            OperatorKind::Cidr(Networks::List(name)) => visit(Reference::NetworkList(name), inside),
            OperatorKind::Compare(_, NumberOperand::Path(path)) | OperatorKind::Time(_, TimeOperand::Path(path)) => {
                visit(Reference::Path(path), inside);
            }
            OperatorKind::Not(inner) => node_test(inner, inside, visit),
            OperatorKind::Json(inner) => condition(inner, Inside::Element, visit),
            _ => {}
        }
    }
}

fn value<'c>(value: &'c Value, inside: Inside, visit: &mut dyn FnMut(Reference<'c>, Inside)) {
    match value {
        Value::Literal(_) => {}
        Value::Path(path) => visit(Reference::Path(path), inside),
        Value::Template(template) => {
            for part in &template.parts {
                if let TemplatePart::Path(path) = part {
                    visit(Reference::Path(path), inside);
                }
            }
        }
    }
}

/// Calls `visit` for everything the conditions of `rule` refer to: population, obligation, exceptions.
pub fn rule<'c>(rule: &'c Rule, visit: &mut dyn FnMut(Reference<'c>, Inside)) {
    for part in conditions(rule) {
        condition(part, Inside::Event, visit);
    }
}

/// The conditions of `rule`: population, obligation, exceptions.
pub fn conditions(rule: &Rule) -> Vec<&Condition> {
    let mut conditions: Vec<&Condition> = rule.when.iter().collect();
    match &rule.obligation {
        Obligation::Forbid(inner) | Obligation::Require(inner) => conditions.push(inner),
        Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => conditions.push(&follow.event),
        Obligation::Sequence(sequence) => conditions.extend(sequence.steps.iter().map(|step| &step.event)),
        Obligation::Threshold(_) | Obligation::FirstSeen(_) => {}
    }
    conditions.extend(rule.exceptions.iter().map(|exception| &exception.condition));
    conditions
}
