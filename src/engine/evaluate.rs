//! The fast evaluator: matchers run over slots; the record is parsed only for paths that can yield many nodes, once, and only when
//! one is reached. Must agree with `engine::reference` on every policy and event.

mod computed;

use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Number, Value};

use crate::compile::matcher::{ListMatcher, Matcher, NodeMatcher, OperatorMatcher, Place, TimeSource, ValueSet, Way};
use crate::engine::filled::Filled;
use crate::engine::node::{Node, opened};
use crate::json::path::Filter;
use crate::json::{Location, Path, SlotId, Slots, Step, number};
use crate::policy::operator::{Comparison, IpKind, JsonType, NumberTest, TextPlace, TimeOrder};
use crate::text::{Span, time};

/// A record and its slots.
#[derive(Debug)]
pub struct Event<'r> {
    text: &'r str,
    slots: Filled<'r>,
    value: OnceCell<Value>,
    copy: OnceCell<Arc<str>>,
    /// Bytes that were parsed in parts of the record.
    parsed: Cell<usize>,
}

/// So often, in bytes, parts of a record are parsed before all of it is.
const PARSED_OFTEN: usize = 2;

impl<'r> Event<'r> {
    /// The event of `text`, one valid JSON value, whose slots are in `slots`.
    #[must_use]
    pub fn new(text: &'r str, slots: &'r Slots) -> Self {
        Self::with(text, Filled::All(slots))
    }

    /// The event of `text`, one valid JSON value, with `slots`.
    #[must_use]
    pub fn with(text: &'r str, slots: Filled<'r>) -> Self {
        Self { text, slots, value: OnceCell::new(), copy: OnceCell::new(), parsed: Cell::new(0) }
    }

    /// The whole record, parsed at the first call.
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| serde_json::from_str(self.text).unwrap_or_default())
    }

    /// Where the value of `slot` lies in the record's text.
    #[inline]
    pub fn span(&self, slot: SlotId) -> Option<Span> {
        self.slots.span(slot)
    }

    fn is_container(&self, slot: SlotId) -> bool {
        let text = self.span(slot).map_or("", |span| span.of(self.text));
        text.starts_with(['{', '['])
    }

    /// The record's text.
    #[must_use]
    pub fn text(&self) -> &'r str {
        self.text
    }

    /// A copy of the record's text, made once and shared by all violations of the event.
    pub fn copy(&self) -> Arc<str> {
        Arc::clone(self.copy.get_or_init(|| self.text.into()))
    }

    /// Whether `matcher` holds for this event.
    pub fn meets(&self, matcher: &Matcher) -> bool {
        self.holds(matcher, None)
    }

    /// Whether `matcher` holds, with `element` as the current element.
    pub fn holds(&self, matcher: &Matcher, element: Option<&Value>) -> bool {
        match matcher {
            Matcher::All(parts) => parts.iter().all(|part| self.holds(part, element)),
            Matcher::Any(parts) => parts.iter().any(|part| self.holds(part, element)),
            Matcher::Not(inner) => !self.holds(inner, element),
            Matcher::Where(filter) => self.filter_holds(filter, element),
            Matcher::Path { place, tests } => match place {
                Place::Slot { .. } | Place::Element(_) => {
                    let node = self.single(place, element);
                    tests.iter().all(|test| self.single_passes(test, node, element))
                }
                Place::EventPath { path, prefix, way } => self.nodes_pass(path, *prefix, way, tests, element),
                Place::ElementPath(_) => self.elements_pass(place, tests, element),
            },
        }
    }

    #[inline(never)]
    fn filter_holds(&self, filter: &Filter, element: Option<&Value>) -> bool {
        let root = self.value();
        filter.holds(root, element.unwrap_or(root))
    }

    /// Whether the nodes of a path below the current element pass.
    #[inline(never)]
    fn elements_pass(&self, place: &Place, tests: &[ListMatcher], element: Option<&Value>) -> bool {
        let nodes: Vec<Node<'_>> = self.many(place, element).into_iter().map(|(_, node)| node).collect();
        tests.iter().all(|test| self.list_passes(test, &nodes, element))
    }

    /// Whether the nodes of a path pass, which are looked for where they can be: nothing else of the record is parsed.
    // Kept out of the way of what is asked of nearly every event, here and below.
    #[inline(never)]
    fn nodes_pass(
        &self,
        path: &Path,
        prefix: SlotId,
        way: &Way,
        tests: &[ListMatcher],
        element: Option<&Value>,
    ) -> bool {
        let pass = |nodes: &[Node<'_>]| tests.iter().all(|test| self.list_passes(test, nodes, element));
        match way {
            Way::Slots(slots) => {
                let spans = slots.iter().filter_map(|slot| self.span(*slot));
                pass(&spans.map(|span| Node::Text(span.of(self.text))).collect::<Vec<_>>())
            }
            _ if !self.is_container(prefix) => pass(&[]),
            Way::Below if self.value.get().is_none() => {
                let text = self.span(prefix).map_or("", |span| span.of(self.text));
                let parsed = self.parsed.get() + text.len();
                // Many questions about one large value are answered by one tree of the record.
                if parsed > PARSED_OFTEN * self.text.len() {
                    return self.whole_passes(path, pass);
                }
                self.parsed.set(parsed);
                // Invariant: the record is valid JSON, and so is each value in it.
                let value: Value = serde_json::from_str(text).unwrap_or_default();
                pass(&path.select_below(&value).into_iter().map(Node::Value).collect::<Vec<_>>())
            }
            Way::Below | Way::Whole => self.whole_passes(path, pass),
        }
    }

    fn whole_passes(&self, path: &Path, pass: impl Fn(&[Node<'_>]) -> bool) -> bool {
        pass(&path.select(self.value()).into_iter().map(|(_, value)| Node::Value(value)).collect::<Vec<_>>())
    }

    /// The node at a place that has at most one.
    #[inline(always)]
    pub fn single<'v>(&'v self, place: &Place, element: Option<&'v Value>) -> Node<'v> {
        match place {
            Place::Slot { slot, .. } => {
                self.slots.span(*slot).map_or(Node::Missing, |span| Node::Text(span.of(self.text)))
            }
            place => self.first(place, element),
        }
    }

    /// As [`Event::single`], of a place that is no slot.
    #[inline(never)]
    fn first<'v>(&'v self, place: &Place, element: Option<&'v Value>) -> Node<'v> {
        match place {
            Place::Element(steps) => {
                element.and_then(|element| descend(element, steps)).map_or(Node::Missing, Node::Value)
            }
            Place::Slot { .. } | Place::EventPath { .. } | Place::ElementPath(_) => {
                self.many(place, element).into_iter().next().map_or(Node::Missing, |(_, node)| node)
            }
        }
    }

    /// The nodes at any place, with where they lie below the event or the element.
    pub fn many<'v>(&'v self, place: &Place, element: Option<&'v Value>) -> Vec<(Location, Node<'v>)> {
        let nodes = match (place, element) {
            // Below a value that is none, or neither object nor array, lies no node: the record need not be parsed.
            (Place::EventPath { prefix, .. }, _) if !self.is_container(*prefix) => Vec::new(),
            (Place::EventPath { path, .. }, _) => path.select(self.value()),
            (Place::ElementPath(path), Some(element)) => path.select(element),
            (Place::ElementPath(_), None) => Vec::new(),
            (Place::Slot { location, .. }, _) => return present(location.clone(), self.single(place, element)),
            (Place::Element(steps), _) => return present(Location(steps.clone()), self.single(place, element)),
        };
        nodes.into_iter().map(|(location, value)| (location, Node::Value(value))).collect()
    }

    #[inline(always)]
    fn single_passes(&self, test: &ListMatcher, node: Node<'_>, element: Option<&Value>) -> bool {
        let exists = !matches!(node, Node::Missing);
        match test {
            ListMatcher::Default(test) => self.passes(test, node, element),
            ListMatcher::Some(test) | ListMatcher::Every(test) => exists && self.passes(test, node, element),
            ListMatcher::None(test) => !(exists && self.passes(test, node, element)),
            ListMatcher::Count(test) | ListMatcher::Distinct(test) => number_passes(test, usize::from(exists)),
        }
    }

    /// Whether a node list passes one test.
    pub fn list_passes(&self, test: &ListMatcher, nodes: &[Node<'_>], element: Option<&Value>) -> bool {
        match test {
            ListMatcher::Default(test) if nodes.is_empty() => self.passes(test, Node::Missing, element),
            ListMatcher::Default(test) | ListMatcher::Some(test) => {
                nodes.iter().any(|node| self.passes(test, *node, element))
            }
            ListMatcher::Every(test) => !nodes.is_empty() && nodes.iter().all(|node| self.passes(test, *node, element)),
            ListMatcher::None(test) => !nodes.iter().any(|node| self.passes(test, *node, element)),
            ListMatcher::Count(test) => number_passes(test, nodes.len()),
            ListMatcher::Distinct(test) => number_passes(test, distinct(nodes)),
        }
    }

    /// Whether one node passes.
    #[inline(always)]
    pub fn passes(&self, test: &NodeMatcher, node: Node<'_>, element: Option<&Value>) -> bool {
        match test {
            NodeMatcher::Operators(operators) => {
                operators.iter().all(|operator| self.operator_passes(operator, node, element))
            }
            NodeMatcher::Element(inner) => node.value().is_some_and(|value| self.holds(inner, Some(&value))),
        }
    }

    /// Whether one node passes one operator.
    #[inline(always)]
    pub fn operator_passes(&self, operator: &OperatorMatcher, node: Node<'_>, element: Option<&Value>) -> bool {
        match operator {
            // What rules ask of nearly every event.
            OperatorMatcher::MissingOrNull => matches!(node.kind(), None | Some(JsonType::Null)),
            OperatorMatcher::Exists(wanted) => node.kind().is_some() == *wanted,
            OperatorMatcher::Type(types) => node.kind().is_some_and(|kind| types.contains(&kind)),
            OperatorMatcher::In(values) => self.is_in(values, node, element),
            other => self.other_passes(other, node, element),
        }
    }

    #[inline(never)]
    fn other_passes(&self, operator: &OperatorMatcher, node: Node<'_>, element: Option<&Value>) -> bool {
        match operator {
            OperatorMatcher::MissingOrNull
            | OperatorMatcher::Exists(_)
            | OperatorMatcher::Type(_)
            | OperatorMatcher::In(_) => self.operator_passes(operator, node, element),
            OperatorMatcher::Not(inner) => !self.passes(inner, node, element),
            OperatorMatcher::Text(place, values) => self.text_passes(*place, values, node, element),
            OperatorMatcher::Pattern(_, patterns) => {
                node.string().is_some_and(|text| patterns.iter().any(|pattern| pattern.regex.is_match(&text)))
            }
            OperatorMatcher::Cidr(networks) => {
                address(node).is_some_and(|address| networks.iter().any(|network| network.contains(&address)))
            }
            OperatorMatcher::IsIp(kind) => node.string().is_some_and(|text| {
                match (kind, text.parse::<IpAddr>().ok().map(|address| address.to_canonical())) {
                    (IpKind::None, address) => address.is_none(),
                    (IpKind::Any, address) => address.is_some(),
                    (IpKind::V4, address) => address.is_some_and(|address| address.is_ipv4()),
                    (IpKind::V6, address) => address.is_some_and(|address| address.is_ipv6()),
                }
            }),
            OperatorMatcher::Compare(order, source) => match (node.number(), self.number(source, element)) {
                (Some(left), Some(right)) => in_order(*order, number::compare(&left, &right)),
                _ => false,
            },
            OperatorMatcher::Time(order, source) => {
                let right = match source {
                    TimeSource::Literal(_, time) => Some(*time),
                    TimeSource::Path(path) => self.string_at(path, element).and_then(|text| time::parse(&text)),
                };
                match (node.string().and_then(|text| time::parse(&text)), right) {
                    (Some(left), Some(right)) => match order {
                        TimeOrder::Before => left < right,
                        TimeOrder::After => left > right,
                    },
                    _ => false,
                }
            }
            OperatorMatcher::Length(test) => node.size().is_some_and(|size| number_passes(test, size)),
            OperatorMatcher::Empty(wanted) => node.size().is_some_and(|size| (size == 0) == *wanted),
            OperatorMatcher::Json(inner) => opened(node).is_some_and(|value| self.holds(inner, Some(&value))),
        }
    }

    fn is_in(&self, values: &ValueSet, node: Node<'_>, element: Option<&Value>) -> bool {
        let literal = match node.kind() {
            None => return false,
            Some(JsonType::String) => node.string().is_some_and(|text| {
                if values.ignores_case() {
                    values.strings.contains(text.to_lowercase().as_str())
                } else {
                    values.strings.contains(text.as_ref())
                }
            }),
            Some(JsonType::Number) => {
                !values.numbers.is_empty() && node.number().is_some_and(|number| has_number(&values.numbers, &number))
            }
            Some(JsonType::Boolean) => match node.boolean() {
                Some(true) => values.has_true,
                Some(false) => values.has_false,
                None => false,
            },
            Some(JsonType::Null | JsonType::Array | JsonType::Object) => false,
        };
        literal
            || (!values.dynamic.is_empty()
                && node.value().is_some_and(|value| {
                    self.dynamics(values, element).any(|other| equal(&value, &other, values.ignores_case()))
                }))
    }

    fn text_passes(&self, place: TextPlace, values: &ValueSet, node: Node<'_>, element: Option<&Value>) -> bool {
        if place == TextPlace::Anywhere && node.kind() == Some(JsonType::Array) {
            let Some(array) = node.value() else { return false };
            return array.as_array().is_some_and(|elements| {
                elements.iter().any(|member| self.is_in(values, Node::Value(member), element))
            });
        }
        let Some(text) = node.string() else { return false };
        let text = if values.ignores_case() { text.to_lowercase().into() } else { text };
        let lies = |part: &str| match place {
            TextPlace::Start => text.starts_with(part),
            TextPlace::End => text.ends_with(part),
            TextPlace::Anywhere => text.contains(part),
        };
        values.strings.iter().any(lies)
            || self.dynamics(values, element).any(|value| match value {
                Value::String(part) if values.ignores_case() => lies(&part.to_lowercase()),
                Value::String(part) => lies(&part),
                _ => false,
            })
    }
}

fn present(location: Location, node: Node<'_>) -> Vec<(Location, Node<'_>)> {
    match node {
        Node::Missing => Vec::new(),
        node => vec![(location, node)],
    }
}

fn descend<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |node, step| match (node, step) {
        (Value::Object(members), Step::Name(name)) => members.get(name),
        (Value::Array(elements), Step::Index(index)) => elements.get(*index),
        _ => None,
    })
}

fn has_number(numbers: &[Number], number: &Number) -> bool {
    numbers.iter().any(|known| number::compare(known, number) == Ordering::Equal)
}

fn equal(left: &Value, right: &Value, ignores_case: bool) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) if ignores_case => left.to_lowercase() == right.to_lowercase(),
        _ => number::equal(left, right),
    }
}

fn address(node: Node<'_>) -> Option<IpAddr> {
    node.string()?.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn in_order(order: Comparison, found: Ordering) -> bool {
    match order {
        Comparison::Equal => found == Ordering::Equal,
        Comparison::Greater => found == Ordering::Greater,
        Comparison::GreaterOrEqual => found != Ordering::Less,
        Comparison::Less => found == Ordering::Less,
        Comparison::LessOrEqual => found != Ordering::Greater,
    }
}

fn number_passes(test: &NumberTest, size: usize) -> bool {
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    test.0.iter().all(|(order, wanted)| in_order(*order, size.cmp(wanted)))
}

fn distinct(nodes: &[Node<'_>]) -> usize {
    let mut seen: Vec<Value> = Vec::new();
    for value in nodes.iter().filter_map(|node| node.value()) {
        if !seen.iter().any(|known| number::equal(known, &value)) {
            seen.push(value.into_owned());
        }
    }
    seen.len()
}
