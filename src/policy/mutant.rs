//! Mutants of a condition: copies with one change each, such as an author's slip would make. A test suite that tells none of them
//! from the original has not looked at that place.
//!
//! Changes that cannot matter are not made: the only part of a condition is not dropped, the only value of a list not removed, and
//! where a path has one operator, the path is negated rather than both.

pub mod obligation;

use serde_json::Number;

use crate::policy::model::{Condition, PathCondition, Spanned};
use crate::policy::operator::{
    Case, Comparison, ListTest, Networks, NodeTest, NumberOperand, NumberTest, Operator, OperatorKind, Patterns,
    Scalar, Value, Values,
};
use crate::policy::place;
use crate::text::Span;

/// A condition with one change.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Where the change is.
    pub span: Span,
    /// What was changed: "`$.eventName` negated".
    pub change: String,
    /// The changed condition.
    pub condition: Condition,
}

/// The mutants of `condition`, in the order of the file; those of definitions that it uses are the definitions' own.
#[must_use]
pub fn mutants(condition: &Condition) -> Vec<Mutant> {
    let mut found = Vec::new();
    self::condition(condition, &mut |span, change, condition| found.push(Mutant { span, change, condition }));
    found
}

/// What `condition` begins with, to name it.
fn name(condition: &Condition) -> String {
    match condition {
        Condition::All(parts) => {
            parts.first().map_or_else(String::new, |first| format!("{} and what follows", name(first)))
        }
        Condition::Any(_) => "`any`".to_owned(),
        Condition::Not(_) => "`not`".to_owned(),
        Condition::Use(used) => format!("`use: {}`", used.value),
        Condition::Where(_) => "`where`".to_owned(),
        Condition::Path(path) => format!("`{}`", path.path.written()),
    }
}

type Found<'f, T> = &'f mut dyn FnMut(Span, String, T);

fn condition(condition: &Condition, found: Found<'_, Condition>) {
    match condition {
        Condition::All(parts) => {
            each_dropped(parts, |part, rest| {
                found(place::condition(part), format!("{} dropped", name(part)), Condition::All(rest));
            });
            each_changed(parts, self::condition, &mut |span, change, parts| {
                found(span, change, Condition::All(parts));
            });
        }
        Condition::Any(parts) => {
            each_dropped(parts, |part, rest| {
                found(
                    place::condition(part),
                    format!("branch of `any` with {} removed", name(part)),
                    Condition::Any(rest),
                );
            });
            each_changed(parts, self::condition, &mut |span, change, parts| {
                found(span, change, Condition::Any(parts));
            });
        }
        Condition::Not(inner) => {
            if matches!(**inner, Condition::All(_) | Condition::Any(_)) {
                found(place::condition(inner), "`not` removed".to_owned(), (**inner).clone());
            }
            self::condition(inner, &mut |span, change, inner| found(span, change, Condition::Not(Box::new(inner))));
        }
        Condition::Use(_) | Condition::Where(_) => negated(condition, found),
        Condition::Path(path) => {
            negated(condition, found);
            path_condition(path, &mut |span, change, tests| {
                found(span, change, Condition::Path(PathCondition { path: path.path.clone(), tests }));
            });
        }
    }
}

fn negated(condition: &Condition, found: Found<'_, Condition>) {
    let change = format!("{} negated", name(condition));
    found(place::condition(condition), change, Condition::Not(Box::new(condition.clone())));
}

/// Calls `found` with each of `parts` and the others, where there are others.
fn each_dropped<T: Clone>(parts: &[T], mut found: impl FnMut(&T, Vec<T>)) {
    if parts.len() < 2 {
        return;
    }
    for (place, part) in parts.iter().enumerate() {
        let others = parts.iter().enumerate().filter(|(other, _)| *other != place);
        found(part, others.map(|(_, other)| other.clone()).collect());
    }
}

/// Calls `found` with `parts` for every change that `change` makes to one of them.
fn each_changed<T: Clone>(parts: &[T], change: impl Fn(&T, Found<'_, T>), found: Found<'_, Vec<T>>) {
    for (place, part) in parts.iter().enumerate() {
        change(part, &mut |span, words, changed| {
            let mut all = parts.to_vec();
            if let Some(part) = all.get_mut(place) {
                *part = changed;
            }
            found(span, words, all);
        });
    }
}

fn path_condition(path: &PathCondition, found: Found<'_, Vec<ListTest>>) {
    let written = path.path.written().into_owned();
    each_dropped(&path.tests, |test, rest| {
        found(place::list_test(test).unwrap_or(path.path.span), format!("a test of `{written}` dropped"), rest);
    });
    let one_node = path.path.path.definite().is_some();
    let change = |test: &ListTest, found: Found<'_, ListTest>| {
        // One operator on one node: negating it is negating the path, which is done already.
        let single = path.tests.len() == 1 && one_node && matches!(test, ListTest::Default(_));
        match test {
            ListTest::Default(inner) => node_test(inner, single, &mut |span, words, inner| {
                found(span, words, ListTest::Default(inner));
            }),
            ListTest::Some(inner) => {
                node_test(inner, false, &mut |span, words, inner| found(span, words, ListTest::Some(inner)));
            }
            ListTest::Every(inner) => {
                node_test(inner, false, &mut |span, words, inner| found(span, words, ListTest::Every(inner)));
            }
            ListTest::None(inner) => {
                node_test(inner, false, &mut |span, words, inner| found(span, words, ListTest::None(inner)));
            }
            ListTest::Count(test) => number_test(test, path.path.span, &mut |span, words, test| {
                found(span, words, ListTest::Count(test));
            }),
            ListTest::Distinct(test) => number_test(test, path.path.span, &mut |span, words, test| {
                found(span, words, ListTest::Distinct(test));
            }),
        }
    };
    each_changed(&path.tests, change, &mut |span, words, tests| found(span, format!("{words} (`{written}`)"), tests));
}

/// `single` says that negating the only operator is done elsewhere.
fn node_test(test: &NodeTest, single: bool, found: Found<'_, NodeTest>) {
    let operators = match test {
        NodeTest::Element(inner) => {
            condition(inner, &mut |span, words, inner| found(span, words, NodeTest::Element(Box::new(inner))));
            return;
        }
        NodeTest::Operators(operators) => operators,
    };
    each_dropped(operators, |operator, rest| {
        found(operator.span, format!("{} dropped", word(operator)), NodeTest::Operators(rest));
    });
    let single = single && operators.len() == 1;
    let change = |operator: &Operator, found: Found<'_, Operator>| {
        let mut with = |span: Option<Span>, words: String, kind: OperatorKind| {
            found(span.unwrap_or(operator.span), words, Operator { kind, span: operator.span });
        };
        match (&operator.kind, single) {
            (_, true) => {}
            (OperatorKind::Not(inner), false) => match &**inner {
                NodeTest::Operators(inner) => {
                    if let [only] = inner.as_slice() {
                        with(None, "`not` removed".to_owned(), only.kind.clone());
                    }
                }
                NodeTest::Element(_) => {}
            },
            (kind, false) => {
                let inner = NodeTest::Operators(vec![Operator { kind: kind.clone(), span: operator.span }]);
                with(None, format!("{} negated", word(operator)), OperatorKind::Not(Box::new(inner)));
            }
        }
        kind(&operator.kind, &mut with);
    };
    each_changed(operators, change, &mut |span, words, all| found(span, words, NodeTest::Operators(all)));
}

type Changed<'f> = &'f mut dyn FnMut(Option<Span>, String, OperatorKind);

/// The changes of operands: a literal, a value of a list, a bound, the case.
fn kind(kind: &OperatorKind, found: Changed<'_>) {
    match kind {
        OperatorKind::Equals(value, case) => {
            if let Value::Literal(literal) = value {
                let (words, changed) = other(literal);
                found(Some(literal.span), words, OperatorKind::Equals(Value::Literal(changed), *case));
            }
            exact(*case, found, |case| OperatorKind::Equals(value.clone(), case));
        }
        OperatorKind::In(values, case) => {
            self::values(values, found, &|values| OperatorKind::In(values, *case));
            exact(*case, found, |case| OperatorKind::In(values.clone(), case));
        }
        OperatorKind::Text(at, values, case) => {
            self::values(values, found, &|values| OperatorKind::Text(*at, values, *case));
            exact(*case, found, |case| OperatorKind::Text(*at, values.clone(), case));
        }
        OperatorKind::Pattern(kind, Patterns::Items(items)) => each_dropped(items, |item, rest| {
            let words = format!("`{}` removed from the list", item.value.text);
            found(Some(item.span), words, OperatorKind::Pattern(*kind, Patterns::Items(rest)));
        }),
        OperatorKind::Cidr(Networks::Items(items)) => each_dropped(items, |item, rest| {
            let words = format!("`{}` removed from the list", item.value);
            found(Some(item.span), words, OperatorKind::Cidr(Networks::Items(rest)));
        }),
        OperatorKind::Compare(comparison, operand) => {
            if let (Some(other), NumberOperand::Literal(_)) = (bound(*comparison), operand) {
                let words = format!("`{}` changed to `{}`", keyword(*comparison), keyword(other));
                found(None, words, OperatorKind::Compare(other, operand.clone()));
            }
        }
        OperatorKind::Length(test) => number_test(test, Span::new(0, 0), &mut |_, words, test| {
            found(None, words, OperatorKind::Length(test));
        }),
        OperatorKind::Type(types) => each_dropped(types, |_, rest| {
            found(None, "a type removed from the list".to_owned(), OperatorKind::Type(rest));
        }),
        OperatorKind::Not(inner) => node_test(inner, true, &mut |span, words, inner| {
            found(Some(span), words, OperatorKind::Not(Box::new(inner)));
        }),
        OperatorKind::Json(inner) => condition(inner, &mut |span, words, inner| {
            found(Some(span), words, OperatorKind::Json(Box::new(inner)));
        }),
        OperatorKind::MissingOrNull
        | OperatorKind::Pattern(_, Patterns::List(..))
        | OperatorKind::Cidr(Networks::List(_))
        | OperatorKind::IsIp(_)
        | OperatorKind::Time(..)
        | OperatorKind::Exists(_)
        | OperatorKind::Empty(_) => {}
    }
}

/// Without `ignore_case`.
fn exact(case: Case, found: Changed<'_>, with: impl Fn(Case) -> OperatorKind) {
    if case == Case::Ignored {
        found(None, "`ignore_case` dropped".to_owned(), with(Case::Sensitive));
    }
}

fn values(values: &Values, found: Changed<'_>, with: &dyn Fn(Values) -> OperatorKind) {
    let Values::Items(items) = values else { return };
    each_dropped(items, |item, rest| {
        let (span, text) = match item {
            Value::Literal(literal) => (literal.span, literal.value.to_string()),
            Value::Path(path) => (path.span, path.written().into_owned()),
            Value::Template(template) => (template.span, template.text.clone()),
        };
        found(Some(span), format!("`{text}` removed from the list"), with(Values::Items(rest)));
    });
    if let [Value::Literal(literal)] = items.as_slice() {
        let (words, changed) = other(literal);
        found(Some(literal.span), words, with(Values::Items(vec![Value::Literal(changed)])));
    }
}

/// Another value of the same type.
fn other(literal: &Spanned<Scalar>) -> (String, Spanned<Scalar>) {
    let changed = match &literal.value {
        Scalar::String(text) => Scalar::String(format!("{text}~")),
        Scalar::Bool(truth) => Scalar::Bool(!truth),
        Scalar::Number(number) => Scalar::Number(match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.wrapping_add(1).into(),
            (None, Some(float)) => Number::from_f64(float / 2.0).unwrap_or_else(|| 0.into()),
            (None, None) => 0.into(),
        }),
    };
    (format!("`{}` changed to `{changed}`", literal.value), Spanned::new(changed, literal.span))
}

fn number_test(test: &NumberTest, span: Span, found: Found<'_, NumberTest>) {
    let change =
        |(comparison, number): &(Comparison, u64), found: Found<'_, (Comparison, u64)>| match bound(*comparison) {
            Some(other) => {
                let words = format!("`{}` changed to `{}`", keyword(*comparison), keyword(other));
                found(span, words, (other, *number));
            }
            None => {
                let other = number.saturating_add(1);
                found(span, format!("{number} changed to {other}"), (*comparison, other));
            }
        };
    each_changed(&test.0, change, &mut |span, words, all| found(span, words, NumberTest(all)));
}

/// The comparison that differs at the bound alone.
const fn bound(comparison: Comparison) -> Option<Comparison> {
    match comparison {
        Comparison::Equal => None,
        Comparison::Greater => Some(Comparison::GreaterOrEqual),
        Comparison::GreaterOrEqual => Some(Comparison::Greater),
        Comparison::Less => Some(Comparison::LessOrEqual),
        Comparison::LessOrEqual => Some(Comparison::Less),
    }
}

const fn keyword(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "equals",
        Comparison::Greater => "gt",
        Comparison::GreaterOrEqual => "gte",
        Comparison::Less => "lt",
        Comparison::LessOrEqual => "lte",
    }
}

/// The operator's keyword, in backticks.
fn word(operator: &Operator) -> &'static str {
    match &operator.kind {
        OperatorKind::MissingOrNull => "`null`",
        OperatorKind::Equals(..) => "`equals`",
        OperatorKind::In(..) => "`in`",
        OperatorKind::Text(place, ..) => match place {
            crate::policy::operator::TextPlace::Start => "`starts_with`",
            crate::policy::operator::TextPlace::End => "`ends_with`",
            crate::policy::operator::TextPlace::Anywhere => "`contains`",
        },
        OperatorKind::Pattern(kind, _) => match kind {
            crate::policy::operator::PatternKind::Glob => "`glob`",
            crate::policy::operator::PatternKind::Regex => "`regex`",
        },
        OperatorKind::Cidr(_) => "`cidr`",
        OperatorKind::IsIp(_) => "`is_ip`",
        OperatorKind::Compare(comparison, _) => match comparison {
            Comparison::Greater => "`gt`",
            Comparison::GreaterOrEqual => "`gte`",
            Comparison::Less => "`lt`",
            Comparison::LessOrEqual => "`lte`",
            Comparison::Equal => "`equals`",
        },
        OperatorKind::Time(order, _) => match order {
            crate::policy::operator::TimeOrder::Before => "`before`",
            crate::policy::operator::TimeOrder::After => "`after`",
        },
        OperatorKind::Length(_) => "`length`",
        OperatorKind::Exists(_) => "`exists`",
        OperatorKind::Empty(_) => "`empty`",
        OperatorKind::Type(_) => "`type`",
        OperatorKind::Not(_) => "`not`",
        OperatorKind::Json(_) => "`json`",
    }
}
