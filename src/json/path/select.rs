//! Evaluates a checked query over a JSON value: RFC 9535 §2.1.2 and onwards. Patterns were compiled when it was parsed.

use super::model::{Comparison, Extent, Logical, Match, Operand, Pattern, Query, Reach, Segment, Selector, Start};
use crate::json::location::{Location, Step};
use regex::{Regex, RegexBuilder};
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

/// What is kept of the way down to a node: its place, or nothing where only the node is asked for.
pub(super) trait Trail: Clone {
    fn name(&self, name: &str) -> Self;
    fn index(&self, index: usize) -> Self;
}

impl Trail for Location {
    fn name(&self, name: &str) -> Self {
        self.join(&[Step::Name(name.to_owned())])
    }

    fn index(&self, index: usize) -> Self {
        self.join(&[Step::Index(index)])
    }
}

impl Trail for () {
    fn name(&self, _name: &str) {}

    fn index(&self, _index: usize) {}
}

/// The nodes that `segments` select from `start`, in the order of RFC 9535. `root` is what `$` means inside filters.
pub(super) fn nodes<'v, T: Trail>(segments: &[Segment], root: &'v Value, start: (T, &'v Value)) -> Vec<(T, &'v Value)> {
    let mut nodes = vec![start];
    for segment in segments {
        let mut selected = Vec::new();
        for node in nodes {
            match segment.reach {
                Reach::Child => children(segment, root, &node, &mut selected),
                Reach::Descendant => descendants(segment, root, node, &mut selected),
            }
        }
        nodes = selected;
    }
    nodes
}

fn children<'v, T: Trail>(
    segment: &Segment,
    root: &'v Value,
    node: &(T, &'v Value),
    selected: &mut Vec<(T, &'v Value)>,
) {
    for selector in &segment.selectors {
        select(selector, root, node, selected);
    }
}

/// Applies the selectors to the node and all below it, parents first. A stack of its own: filters may nest such walks 64 deep.
fn descendants<'v, T: Trail>(
    segment: &Segment,
    root: &'v Value,
    node: (T, &'v Value),
    selected: &mut Vec<(T, &'v Value)>,
) {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        children(segment, root, &node, selected);
        let below = waiting.len();
        select(&Selector::Wildcard, root, &node, &mut waiting);
        if let Some(below) = waiting.get_mut(below..) {
            below.reverse();
        }
    }
}

fn select<'v, T: Trail>(
    selector: &Selector,
    root: &'v Value,
    (trail, value): &(T, &'v Value),
    selected: &mut Vec<(T, &'v Value)>,
) {
    match (selector, value) {
        (Selector::Name(name), Value::Object(members)) => {
            selected.extend(members.get(name).map(|member| (trail.name(name), member)));
        }
        (Selector::Index(index), Value::Array(elements)) => {
            if let Some(index) = place(*index, elements.len()) {
                selected.extend(elements.get(index).map(|element| (trail.index(index), element)));
            }
        }
        (Selector::Slice { start, end, step }, Value::Array(elements)) => {
            for index in slice(*start, *end, step.unwrap_or(1), elements.len()) {
                selected.extend(elements.get(index).map(|element| (trail.index(index), element)));
            }
        }
        (Selector::Wildcard, Value::Array(elements)) => {
            selected.extend(elements.iter().enumerate().map(|(index, element)| (trail.index(index), element)));
        }
        (Selector::Wildcard, Value::Object(members)) => {
            selected.extend(members.iter().map(|(name, member)| (trail.name(name), member)));
        }
        (Selector::Filter(logical), Value::Array(elements)) => {
            let kept = elements.iter().enumerate().filter(|(_, element)| holds(logical, root, element));
            selected.extend(kept.map(|(index, element)| (trail.index(index), element)));
        }
        (Selector::Filter(logical), Value::Object(members)) => {
            let kept = members.iter().filter(|(_, member)| holds(logical, root, member));
            selected.extend(kept.map(|(name, member)| (trail.name(name), member)));
        }
        _ => {}
    }
}

/// The place that an index means in an array of `len` elements; a negative one counts from the end.
fn place(index: i64, len: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

/// The places of a slice, in its order. Source: RFC 9535 §2.3.4.2.2.
fn slice(start: Option<i64>, end: Option<i64>, step: i64, len: usize) -> Vec<usize> {
    let Ok(len) = i64::try_from(len) else { return Vec::new() };
    // Bounds and step lie inside ±2⁵³ and `len` inside memory: no sum below overflows.
    let normalize = |bound: i64| if bound >= 0 { bound } else { len + bound };
    let mut places = Vec::new();
    if step > 0 {
        let upper = normalize(end.unwrap_or(len)).clamp(0, len);
        let mut at = normalize(start.unwrap_or(0)).clamp(0, len);
        while at < upper {
            places.extend(usize::try_from(at));
            at += step;
        }
    } else if step < 0 {
        let lower = end.map_or(-1, normalize).clamp(-1, len - 1);
        let mut at = start.map_or(len - 1, normalize).clamp(-1, len - 1);
        while at > lower {
            places.extend(usize::try_from(at));
            at += step;
        }
    }
    places
}

/// Whether the expression holds with `$` being `root` and `@` being `current`.
pub(super) fn holds(logical: &Logical, root: &Value, current: &Value) -> bool {
    match logical {
        Logical::Or(parts) => parts.iter().any(|part| holds(part, root, current)),
        Logical::And(parts) => parts.iter().all(|part| holds(part, root, current)),
        Logical::Not(inner) => !holds(inner, root, current),
        Logical::Exists(query) if query.segments.iter().all(Segment::is_singular) => {
            single(query, root, current).is_some()
        }
        Logical::Exists(query) => !all(query, root, current).is_empty(),
        Logical::Compare(left, comparison, right) => {
            let left = operand(left, root, current);
            let right = operand(right, root, current);
            compare(*comparison, left.as_deref(), right.as_deref())
        }
        Logical::Match(test) => is_match(test, root, current),
    }
}

fn all<'v>(query: &Query, root: &'v Value, current: &'v Value) -> Vec<((), &'v Value)> {
    nodes(&query.segments, root, ((), start(query, root, current)))
}

/// The node of a singular query.
fn single<'v>(query: &Query, root: &'v Value, current: &'v Value) -> Option<&'v Value> {
    query.segments.iter().try_fold(start(query, root, current), |node, segment| {
        match (segment.selectors.as_slice(), node) {
            ([Selector::Name(name)], Value::Object(members)) => members.get(name),
            ([Selector::Index(index)], Value::Array(elements)) => elements.get(place(*index, elements.len())?),
            _ => None,
        }
    })
}

fn start<'v>(query: &Query, root: &'v Value, current: &'v Value) -> &'v Value {
    match query.start {
        Start::Root => root,
        Start::Current => current,
    }
}

/// The value of one side of a comparison or of an argument; `None` is Nothing.
fn operand<'v>(operand: &'v Operand, root: &'v Value, current: &'v Value) -> Option<Cow<'v, Value>> {
    match operand {
        Operand::Literal(value) => Some(Cow::Borrowed(value)),
        Operand::Singular(query) => single(query, root, current).map(Cow::Borrowed),
        Operand::Length(argument) => match self::operand(argument, root, current)?.as_ref() {
            Value::String(string) => Some(Cow::Owned(Value::from(string.chars().count()))),
            Value::Array(elements) => Some(Cow::Owned(Value::from(elements.len()))),
            Value::Object(members) => Some(Cow::Owned(Value::from(members.len()))),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        },
        Operand::Count(query) => Some(Cow::Owned(Value::from(all(query, root, current).len()))),
        Operand::ValueOf(query) => match all(query, root, current).as_slice() {
            [(_, value)] => Some(Cow::Borrowed(*value)),
            _ => None,
        },
    }
}

/// Source: RFC 9535 §2.3.5.2.2.
fn compare(comparison: Comparison, left: Option<&Value>, right: Option<&Value>) -> bool {
    match comparison {
        Comparison::Equal => equal_or_nothing(left, right),
        Comparison::NotEqual => !equal_or_nothing(left, right),
        Comparison::Less => less(left, right),
        Comparison::LessOrEqual => less(left, right) || equal_or_nothing(left, right),
        Comparison::Greater => less(right, left),
        Comparison::GreaterOrEqual => less(right, left) || equal_or_nothing(left, right),
    }
}

fn equal_or_nothing(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => equal(left, right),
        (None, None) => true,
        _ => false,
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}

fn less(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => order(left, right) == Some(Ordering::Less),
        // Byte order of UTF-8 is the order of Unicode scalar values, which the RFC asks for.
        (Some(Value::String(left)), Some(Value::String(right))) => left < right,
        _ => false,
    }
}

/// Two integers are compared exactly; where a fraction takes part, both as f64.
fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn is_match(test: &Match, root: &Value, current: &Value) -> bool {
    let text = operand(&test.text, root, current);
    let Some(Value::String(text)) = text.as_deref() else { return false };
    match &test.pattern {
        Pattern::Fixed { regex, .. } => regex.is_match(text),
        Pattern::Read(pattern) => match operand(pattern, root, current).as_deref() {
            Some(Value::String(source)) => regex(source, test.extent).is_some_and(|regex| regex.is_match(text)),
            _ => false,
        },
    }
}

/// An I-Regexp (RFC 9485) as a regex; `None` where it is none.
///
/// Everything the crate `regex` reads is taken, so `\d` works; `.` matches neither `\n` nor `\r` (RFC 9485 §5.3), and `^` and
/// `$` are anchors, as the compliance suite has them.
pub(super) fn regex(source: &str, extent: Extent) -> Option<Regex> {
    let build = |pattern: &str| RegexBuilder::new(pattern).crlf(true).build().ok();
    let bare = build(source)?;
    match extent {
        Extent::Part => Some(bare),
        // The bare pattern has to stand on its own: `a)(b` is no pattern, though it would be one inside the group.
        Extent::Whole => build(&format!(r"\A(?:{source})\z")),
    }
}
