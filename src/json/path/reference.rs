//! The same questions as `select`, asked of the crate `jsonpath-rust`. Never optimised: it is what `select` is held against.
//!
//! Segments are walked here, because the crate orders the nodes of `[a, b]` by selector and not by node; each selector, and all
//! that stands in a filter, is the crate's own work.

use super::model::{Comparison, Extent, Logical, Match, Operand, Pattern, Query, Reach, Segment, Selector, Start};
use super::query::Path;
use crate::json::location::{Location, Step};
use jsonpath_rust::parser::model as theirs;
use jsonpath_rust::query::state::State;
use jsonpath_rust::query::{Query as _, js_path_process};
use serde_json::Value;

/// The nodes that `segments` select from `root`, in the order of RFC 9535.
pub(super) fn nodes<'v>(segments: &[Segment], root: &'v Value) -> Vec<(Location, &'v Value)> {
    let mut nodes = vec![(Location::default(), root)];
    for segment in segments {
        let inputs = match segment.reach {
            Reach::Child => nodes,
            Reach::Descendant => nodes.into_iter().flat_map(|node| family(root, node)).collect(),
        };
        nodes = Vec::new();
        for (at, _) in &inputs {
            nodes.extend(segment.selectors.iter().flat_map(|selector| children(root, at, selector)));
        }
    }
    nodes
}

/// A node, then all that lies below it, parents first.
fn family<'v>(root: &'v Value, node: (Location, &'v Value)) -> Vec<(Location, &'v Value)> {
    let below = children(root, &node.0, &Selector::Wildcard);
    let mut family = vec![node];
    family.extend(below.into_iter().flat_map(|child| self::family(root, child)));
    family
}

/// The children that `selector` selects of the node at `at`.
fn children<'v>(root: &'v Value, at: &Location, selector: &Selector) -> Vec<(Location, &'v Value)> {
    let mut segments: Vec<_> = at.0.iter().map(step).map(theirs::Segment::Selector).collect();
    segments.push(theirs::Segment::Selector(self::selector(selector)));
    let found = js_path_process(&theirs::JpQuery::new(segments), root).unwrap_or_default();
    // A normalized path is a valid query and a definite one.
    found.into_iter().filter_map(|node| Some((location(&node.path)?, node.val))).collect()
}

fn location(normalized: &str) -> Option<Location> {
    Path::parse(normalized).ok()?.definite().map(|steps| Location(steps.to_vec()))
}

/// Whether the expression holds with `$` being `root` and `@` being `current`.
pub(super) fn holds(logical: &Logical, root: &Value, current: &Value) -> bool {
    let elements = Value::Array(vec![current.clone()]);
    let filter = theirs::Selector::Filter(self::logical(logical));
    let exists = theirs::Test::RelQuery(vec![theirs::Segment::Selector(filter)]);
    let state = State { root, ..State::root(&elements) };
    theirs::FilterAtom::test(exists, false).process(state).ok_val() == Some(Value::Bool(true))
}

fn step(step: &Step) -> theirs::Selector {
    match step {
        Step::Name(name) => theirs::Selector::Name(name.clone()),
        Step::Index(index) => theirs::Selector::Index(i64::try_from(*index).unwrap_or(i64::MAX)),
    }
}

fn segment(segment: &Segment) -> theirs::Segment {
    let mut selectors: Vec<_> = segment.selectors.iter().map(selector).collect();
    let selected = match (selectors.len(), selectors.pop()) {
        (1, Some(only)) => theirs::Segment::Selector(only),
        (_, last) => theirs::Segment::Selectors(selectors.into_iter().chain(last).collect()),
    };
    match segment.reach {
        Reach::Child => selected,
        Reach::Descendant => theirs::Segment::Descendant(Box::new(selected)),
    }
}

fn selector(selector: &Selector) -> theirs::Selector {
    match selector {
        Selector::Name(name) => theirs::Selector::Name(name.clone()),
        Selector::Wildcard => theirs::Selector::Wildcard,
        Selector::Index(index) => theirs::Selector::Index(*index),
        Selector::Slice { start, end, step } => theirs::Selector::Slice(*start, *end, *step),
        Selector::Filter(logical) => theirs::Selector::Filter(self::logical(logical)),
    }
}

fn logical(logical: &Logical) -> theirs::Filter {
    use theirs::{Filter, FilterAtom};
    let parts = |parts: &[Logical]| parts.iter().map(self::logical).collect();
    match logical {
        Logical::Or(ors) => Filter::Or(parts(ors)),
        Logical::And(ands) => Filter::And(parts(ands)),
        Logical::Not(inner) => Filter::Atom(FilterAtom::filter(self::logical(inner), true)),
        Logical::Exists(query) => Filter::Atom(FilterAtom::test(test(query), false)),
        Logical::Compare(left, comparison, right) => compare(left, *comparison, right),
        Logical::Match(test) => Filter::Atom(FilterAtom::test(theirs::Test::Function(Box::new(search(test))), false)),
    }
}

/// A comparison. To the crate the count of a path without nodes is Nothing and not 0, so both cases are spelt out.
fn compare(left: &Operand, comparison: Comparison, right: &Operand) -> theirs::Filter {
    let zero = Operand::Literal(Value::from(0));
    let cases = |query: &Query, some: theirs::Filter, none: theirs::Filter| {
        let exists = |not| theirs::Filter::Atom(theirs::FilterAtom::test(test(query), not));
        theirs::Filter::Or(vec![
            theirs::Filter::And(vec![exists(false), some]),
            theirs::Filter::And(vec![exists(true), none]),
        ])
    };
    let plain = |left: &Operand, right: &Operand| {
        let (left, right) = (comparable(left), comparable(right));
        theirs::Filter::Atom(theirs::FilterAtom::cmp(Box::new(match comparison {
            Comparison::Equal => theirs::Comparison::Eq(left, right),
            Comparison::NotEqual => theirs::Comparison::Ne(left, right),
            Comparison::Less => theirs::Comparison::Lt(left, right),
            Comparison::LessOrEqual => theirs::Comparison::Lte(left, right),
            Comparison::Greater => theirs::Comparison::Gt(left, right),
            Comparison::GreaterOrEqual => theirs::Comparison::Gte(left, right),
        })))
    };
    let with_right = |left: &Operand| match right {
        Operand::Count(query) => cases(query, plain(left, right), plain(left, &zero)),
        _ => plain(left, right),
    };
    match left {
        Operand::Count(query) => cases(query, with_right(left), with_right(&zero)),
        _ => with_right(left),
    }
}

fn comparable(operand: &Operand) -> theirs::Comparable {
    match operand {
        Operand::Literal(value) => theirs::Comparable::Literal(literal(value)),
        Operand::Singular(query) => {
            let segments = query.segments.iter().flat_map(|segment| &segment.selectors).filter_map(singular).collect();
            theirs::Comparable::SingularQuery(match query.start {
                Start::Root => theirs::SingularQuery::Root(segments),
                Start::Current => theirs::SingularQuery::Current(segments),
            })
        }
        Operand::Length(argument) => theirs::Comparable::Function(length(argument)),
        Operand::Count(query) => theirs::Comparable::Function(theirs::TestFunction::Count(nodes_argument(query))),
        Operand::ValueOf(query) => theirs::Comparable::Function(theirs::TestFunction::Value(nodes_argument(query))),
    }
}

fn singular(selector: &Selector) -> Option<theirs::SingularQuerySegment> {
    match selector {
        Selector::Name(name) => Some(theirs::SingularQuerySegment::Name(name.clone())),
        Selector::Index(index) => Some(theirs::SingularQuerySegment::Index(*index)),
        // Invariant of `Operand::Singular`: nothing else stands there.
        Selector::Wildcard | Selector::Slice { .. } | Selector::Filter(_) => None,
    }
}

fn literal(value: &Value) -> theirs::Literal {
    match value {
        Value::String(string) => theirs::Literal::String(string.clone()),
        Value::Bool(bool) => theirs::Literal::Bool(*bool),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => theirs::Literal::Int(integer),
            None => theirs::Literal::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        // Invariant of `Operand::Literal`: a scalar.
        Value::Null | Value::Array(_) | Value::Object(_) => theirs::Literal::Null,
    }
}

fn search(test: &Match) -> theirs::TestFunction {
    let text = argument(&test.text);
    let pattern = match &test.pattern {
        Pattern::Fixed { source, .. } => theirs::FnArg::Literal(theirs::Literal::String(source.clone())),
        Pattern::Read(operand) => argument(operand),
    };
    match test.extent {
        Extent::Whole => theirs::TestFunction::Match(text, pattern),
        Extent::Part => theirs::TestFunction::Search(text, pattern),
    }
}

fn argument(operand: &Operand) -> theirs::FnArg {
    let call = |function| theirs::FnArg::Test(Box::new(theirs::Test::Function(Box::new(function))));
    match operand {
        Operand::Literal(value) => theirs::FnArg::Literal(literal(value)),
        Operand::Singular(query) => nodes_argument(query),
        Operand::Length(argument) => call(length(argument)),
        Operand::Count(query) => call(theirs::TestFunction::Count(nodes_argument(query))),
        Operand::ValueOf(query) => call(theirs::TestFunction::Value(nodes_argument(query))),
    }
}

fn length(argument: &Operand) -> theirs::TestFunction {
    theirs::TestFunction::Length(Box::new(self::argument(argument)))
}

fn nodes_argument(query: &Query) -> theirs::FnArg {
    theirs::FnArg::Test(Box::new(test(query)))
}

fn test(query: &Query) -> theirs::Test {
    let segments: Vec<_> = query.segments.iter().map(segment).collect();
    match query.start {
        Start::Root => theirs::Test::AbsQuery(theirs::JpQuery::new(segments)),
        Start::Current => theirs::Test::RelQuery(segments),
    }
}
