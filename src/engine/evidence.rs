//! Which predicates decided a condition, and on which nodes: asked for violations only.
//!
//! For a condition that holds: all parts of an AND, the parts of an OR that hold. For one that does not: the parts of an AND that
//! fail, all parts of an OR. So every item found is one without which the outcome could be another.

use serde_json::Value;

use crate::compile::matcher::{ListMatcher, Matcher, NodeMatcher, OperatorMatcher, Place};
use crate::engine::describe::{self, Sense};
use crate::engine::evaluate::Event;
use crate::engine::node::{Node, opened};
use crate::json::Location;
use crate::violation::Standing;

/// Most nodes of one path that are told of.
const NODES: usize = 5;

/// A predicate that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The node in the event, or where it would be.
    pub location: Location,
    /// The node inside JSON text that lies in the string at `location`.
    pub inner: Option<Location>,
    /// The value found; `None` where the node is missing or the predicate is about something else than one node.
    pub observed: Option<Value>,
    /// What it should have been for the outcome to be another.
    pub expected: String,
    /// Whether it is what the rule looks for, or that an exclusion did not apply.
    pub standing: Standing,
}

/// The predicates that decided that `matcher` holds (`Sense::Wanted`) or does not hold (`Sense::Forbidden`) for `event`.
#[must_use]
pub fn decisions(event: &Event<'_>, matcher: &Matcher, outcome: Sense) -> Vec<Decision> {
    let mut search = Search { event, found: Vec::new(), standing: Standing::Direct };
    search.matcher(matcher, outcome, &Here::default());
    let mut found: Vec<Decision> = Vec::new();
    for decision in search.found {
        if !found.contains(&decision) {
            found.push(decision);
        }
    }
    found
}

struct Search<'e> {
    event: &'e Event<'e>,
    found: Vec<Decision>,
    standing: Standing,
}

/// The current element and where it lies.
#[derive(Debug, Clone, Default)]
struct Here<'v> {
    element: Option<&'v Value>,
    location: Location,
    inner: Option<Location>,
}

impl Here<'_> {
    /// Location and inner location of a node that lies at `below` the event or the element, as `place` says.
    fn at(&self, place: &Place, below: &Location) -> (Location, Option<Location>) {
        match (place, &self.inner) {
            (Place::Slot { .. } | Place::EventPath { .. }, _) => (below.clone(), None),
            (_, Some(inner)) => (self.location.clone(), Some(inner.join(&below.0))),
            (_, None) => (self.location.join(&below.0), None),
        }
    }
}

impl<'e> Search<'e> {
    fn holds(&self, matcher: &Matcher, here: &Here<'_>) -> bool {
        self.event.holds(matcher, here.element)
    }

    /// Gathers why `matcher` has its outcome.
    fn matcher(&mut self, matcher: &Matcher, outcome: Sense, here: &Here<'_>) {
        let is = outcome == Sense::Wanted;
        match matcher {
            Matcher::All(parts) | Matcher::Any(parts) => {
                for part in parts {
                    if self.holds(part, here) == is {
                        self.matcher(part, outcome, here);
                    }
                }
            }
            Matcher::Not(inner) => {
                let before = self.standing;
                if is {
                    self.standing = Standing::Exclusion;
                }
                self.matcher(inner, outcome.flipped(), here);
                self.standing = before;
            }
            Matcher::Where(filter) => {
                let word = if is { "not " } else { "" };
                self.found.push(Decision {
                    location: here.location.clone(),
                    inner: here.inner.clone(),
                    observed: None,
                    expected: format!("{word}`{}`", filter.text()),
                    standing: self.standing,
                });
            }
            Matcher::Path { place, tests } => {
                let event = self.event;
                let places = event.many(place, here.element);
                let nodes: Vec<Node<'_>> = places.iter().map(|(_, node)| *node).collect();
                for test in tests {
                    if event.list_passes(test, &nodes, here.element) == is {
                        self.list(place, test, &places, outcome, here);
                    }
                }
            }
        }
    }

    fn list(
        &mut self,
        place: &Place,
        test: &ListMatcher,
        nodes: &[(Location, Node<'_>)],
        outcome: Sense,
        here: &Here<'_>,
    ) {
        let event = self.event;
        let (inner, wanted) = match (test, outcome) {
            (ListMatcher::Count(_) | ListMatcher::Distinct(_), _) => {
                let (location, inner) = here.at(place, &prefix(place));
                self.found.push(Decision {
                    location,
                    inner,
                    observed: None,
                    expected: format!("{}, found {}", describe::list(test, outcome.flipped()), nodes.len()),
                    standing: self.standing,
                });
                return;
            }
            (ListMatcher::Default(test), outcome) => (test, outcome),
            (ListMatcher::Some(test), Sense::Wanted) | (ListMatcher::None(test), Sense::Forbidden) => {
                (test, Sense::Wanted)
            }
            (ListMatcher::Every(test), outcome) => (test, outcome),
            (ListMatcher::Some(test), Sense::Forbidden) | (ListMatcher::None(test), Sense::Wanted) => {
                (test, Sense::Forbidden)
            }
        };
        if nodes.is_empty() {
            let (location, inner_location) = here.at(place, &prefix(place));
            let expected = match (test, inner) {
                (ListMatcher::Default(_), NodeMatcher::Operators(operators)) => {
                    self.operators(operators, Node::Missing, wanted, here)
                }
                _ => describe::list(test, outcome.flipped()),
            };
            self.found.push(Decision {
                location,
                inner: inner_location,
                observed: None,
                expected,
                standing: self.standing,
            });
            return;
        }
        let deciding =
            nodes.iter().filter(|(_, node)| event.passes(inner, *node, here.element) == (wanted == Sense::Wanted));
        for (below, node) in deciding.take(NODES) {
            let (location, inner_location) = here.at(place, below);
            self.node(inner, *node, wanted, here, location, inner_location);
        }
    }

    fn node(
        &mut self,
        test: &NodeMatcher,
        node: Node<'_>,
        outcome: Sense,
        here: &Here<'_>,
        location: Location,
        inner: Option<Location>,
    ) {
        let value = node.value();
        match test {
            NodeMatcher::Element(condition) => {
                let before = self.found.len();
                let element = Here { element: value.as_deref(), location: location.clone(), inner: inner.clone() };
                self.matcher(condition, outcome, &element);
                if self.found.len() > before {
                    return;
                }
            }
            NodeMatcher::Operators(operators) => {
                // JSON text is opened, so that the predicate inside it is named.
                let is = outcome == Sense::Wanted;
                let mut opened_any = false;
                for operator in operators {
                    if let OperatorMatcher::Json(condition) = operator
                        && let Some(root) = opened(node)
                        && self.event.holds(condition, Some(&root)) == is
                    {
                        let nested = if inner.is_some() { None } else { Some(Location::default()) };
                        let element = Here {
                            element: Some(&root),
                            location: location.clone(),
                            inner: nested.or_else(|| inner.clone()),
                        };
                        self.matcher(condition, outcome, &element);
                        opened_any = true;
                    }
                }
                if opened_any && operators.len() == 1 {
                    return;
                }
                let expected = self.operators(operators, node, outcome, here);
                self.found.push(Decision {
                    location,
                    inner,
                    observed: value.map(std::borrow::Cow::into_owned),
                    expected,
                    standing: self.standing,
                });
                return;
            }
        }
        let expected = describe::node(test, outcome.flipped());
        self.found.push(Decision {
            location,
            inner,
            observed: value.map(std::borrow::Cow::into_owned),
            expected,
            standing: self.standing,
        });
    }

    /// What the operators that decided ask: those that pass where all do, those that fail where not.
    fn operators(&self, operators: &[OperatorMatcher], node: Node<'_>, outcome: Sense, here: &Here<'_>) -> String {
        let is = outcome == Sense::Wanted;
        let deciding =
            operators.iter().filter(|operator| self.event.operator_passes(operator, node, here.element) == is);
        let words: Vec<String> = deciding.map(|operator| describe::operator(operator, outcome.flipped())).collect();
        words.join(if is { " or " } else { " and " })
    }
}

/// The definite start of a place's path: where its nodes would be.
fn prefix(place: &Place) -> Location {
    match place {
        Place::Slot { location, .. } => location.clone(),
        Place::Element(steps) => Location(steps.clone()),
        Place::EventPath { path, .. } | Place::ElementPath(path) => Location(path.prefix()),
    }
}
