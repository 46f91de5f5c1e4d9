//! Where a condition and its parts stand in their policy file: from the first to the last word that belongs to them.

use crate::policy::model::Condition;
use crate::policy::operator::{ListTest, NodeTest};
use crate::text::Span;

/// The place of `condition`. One that is nested begins at its first path or name, as the keyword around it has no place of its own.
#[must_use]
pub fn condition(condition: &Condition) -> Span {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => hull(parts.iter().map(self::condition)).unwrap_or_default(),
        Condition::Not(inner) => self::condition(inner),
        Condition::Use(name) => name.span,
        Condition::Where(filter) => filter.span,
        Condition::Path(path) => {
            hull(path.tests.iter().filter_map(list_test)).map_or(path.path.span, |tests| path.path.span.to(tests))
        }
    }
}

/// The place of `test`, where it has one: a count has none.
#[must_use]
pub fn list_test(test: &ListTest) -> Option<Span> {
    match test {
        ListTest::Default(test) | ListTest::Some(test) | ListTest::Every(test) | ListTest::None(test) => {
            node_test(test)
        }
        ListTest::Count(_) | ListTest::Distinct(_) => None,
    }
}

/// The place of `test`.
#[must_use]
pub fn node_test(test: &NodeTest) -> Option<Span> {
    match test {
        NodeTest::Operators(operators) => hull(operators.iter().map(|operator| operator.span)),
        NodeTest::Element(condition) => Some(self::condition(condition)),
    }
}

fn hull(spans: impl Iterator<Item = Span>) -> Option<Span> {
    spans.reduce(Span::to)
}
