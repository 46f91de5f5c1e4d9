//! The decision tree of a rule for one event: the rule as written and the event in, a [`Trace`] out.
//!
//! Every outcome in it is asked of the reference evaluator, so that the tree cannot mean something else than the rule does. Each
//! node is evaluated, whatever stands before it; which ones decided is marked afterwards.

mod operator;
mod places;

pub use places::places;

use jiff::civil::Date;
use serde_json::Value;

use crate::engine::reference::{self, Scope};
use crate::json::Location;
use crate::policy::model::{Condition, Exception, PathCondition, PathRef, PathRoot, Rule};
use crate::policy::obligation::Obligation;
use crate::policy::operator::{ListTest, NodeTest};
use crate::policy::prose::{self, Names};
use crate::policy::{PolicyIndex, PolicySet, Waiver, WaiverIndex, place};
use crate::text::Span;
use crate::violation::CoveredBy;
use crate::violation::trace::{Joint, Observed, Outcome, Role, Trace, TraceId, TraceKind, TraceNode, TracePart};

/// What `rule`, which stands in `policy`, says of `event`, down to each value it compares with.
///
/// `today` decides which exceptions, waivers and list entries are in force. Asks each condition once for every node above it:
/// for one event at a time.
#[must_use]
pub fn trace(set: &PolicySet, policy: PolicyIndex, rule: &Rule, event: &Value, today: Date) -> Trace {
    let scope = Scope { set, policy, event, element: None, today };
    let tracer = Tracer { scope, here: Here::default() };
    let mut parts = vec![tracer.part(Role::Population, rule.when.as_ref())];
    parts.extend(match &rule.obligation {
        Obligation::Forbid(condition) => vec![tracer.part(Role::Forbid, Some(condition))],
        Obligation::Require(condition) => vec![tracer.part(Role::Require, Some(condition))],
        Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => {
            vec![tracer.part(Role::Event, Some(&follow.event))]
        }
        Obligation::Sequence(sequence) => {
            let step = |step: &crate::policy::obligation::SequenceStep| {
                tracer.part(Role::Step(step.name.value.clone()), Some(&step.event))
            };
            sequence.steps.iter().map(step).collect()
        }
        Obligation::Threshold(_) | Obligation::FirstSeen(_) => Vec::new(),
    });
    let exceptions_from = parts.len();
    parts.extend(rule.exceptions.iter().map(|exception| tracer.exception(exception)));
    let waivers_from = parts.len();
    let named: Vec<(WaiverIndex, PolicyIndex, &Waiver)> = set
        .waivers()
        .enumerate()
        .map(|(index, (home, waiver))| (WaiverIndex(index), home, waiver))
        .filter(|(_, _, waiver)| waiver.names(&rule.id.value))
        .collect();
    parts.extend(named.iter().map(|(_, home, waiver)| tracer.waiver(rule, *home, waiver)));

    let outcome = match reference::evaluate(set, policy, rule, event, today) {
        None if scope.in_population(rule) => Outcome::NotDecided,
        None => Outcome::OutsidePopulation,
        Some(verdict) => match (verdict.in_population, verdict.violated, verdict.covered) {
            (false, ..) => Outcome::OutsidePopulation,
            (true, false, _) => Outcome::NoViolation,
            (true, true, None) => Outcome::Violation,
            (true, true, Some(covered)) => Outcome::Covered(covered),
        },
    };
    let covering = match outcome {
        Outcome::Covered(CoveredBy::Exception(place)) => Some(exceptions_from + place),
        Outcome::Covered(CoveredBy::Waiver(index)) => {
            named.iter().position(|(other, ..)| *other == index).map(|place| waivers_from + place)
        }
        Outcome::OutsidePopulation | Outcome::NotDecided | Outcome::NoViolation | Outcome::Violation => None,
    };
    for (place, part) in parts.iter_mut().enumerate() {
        let decides = match part.role {
            Role::Population => true,
            Role::Forbid | Role::Require => outcome != Outcome::OutsidePopulation,
            Role::Event | Role::Step(_) => false,
            Role::Exception { .. } | Role::Waiver { .. } => covering == Some(place),
        };
        if decides {
            part.decisive = true;
            part.root.iter_mut().for_each(TraceNode::mark);
        }
    }
    Trace { rule: rule.id.value.clone(), policy, outcome, parts }
}

/// Traces conditions: where they are asked, and where the current element lies in the event.
#[derive(Debug, Clone)]
struct Tracer<'v> {
    scope: Scope<'v>,
    here: Here,
}

/// Where the current element lies.
#[derive(Debug, Clone, Default)]
struct Here {
    location: Location,
    inner: Option<Location>,
}

impl Here {
    /// Where what lies at `below` the start of a path lies in the event.
    fn at(&self, root: PathRoot, below: &Location) -> Self {
        match (root, &self.inner) {
            (PathRoot::Event, _) => Self { location: below.clone(), inner: None },
            (PathRoot::Element, Some(inner)) => {
                Self { location: self.location.clone(), inner: Some(inner.join(&below.0)) }
            }
            (PathRoot::Element, None) => Self { location: self.location.join(&below.0), inner: None },
        }
    }

    fn seen(&self, value: Option<&Value>) -> Observed {
        Observed { location: self.location.clone(), inner: self.inner.clone(), value: value.cloned() }
    }
}

impl Tracer<'_> {
    fn part(&self, role: Role, condition: Option<&Condition>) -> TracePart {
        let root = condition.map(|condition| self.condition(condition));
        TracePart { role, holds: root.as_ref().is_none_or(|root| root.holds), root, decisive: false }
    }

    fn exception(&self, exception: &Exception) -> TracePart {
        let in_force = exception.until.value >= self.scope.today;
        let role = Role::Exception { name: exception.name.value.clone(), in_force };
        TracePart { holds: self.scope.covers(exception), ..self.part(role, Some(&exception.condition)) }
    }

    fn waiver(&self, rule: &Rule, home: PolicyIndex, waiver: &Waiver) -> TracePart {
        let fingerprint = self.scope.fingerprint(rule, self.scope.event);
        let known = |known: &crate::policy::model::Spanned<String>| known.value == fingerprint;
        let role = Role::Waiver {
            name: waiver.name.value.clone(),
            in_force: waiver.until.value >= self.scope.today,
            fingerprint: (!waiver.fingerprints.is_empty()).then(|| waiver.fingerprints.iter().any(known)),
        };
        let holds = self.scope.waived_by(rule, home, waiver, &fingerprint);
        let there = Tracer { scope: Scope { policy: home, ..self.scope }, here: self.here.clone() };
        TracePart { holds, ..there.part(role, waiver.condition.as_ref()) }
    }

    fn names(&self) -> Names<'_> {
        Names { set: self.scope.set, policy: self.scope.policy }
    }

    fn node(&self, kind: TraceKind, span: Span, words: String, holds: bool) -> TraceNode {
        TraceNode {
            id: TraceId { policy: self.scope.policy, span, kind, number: 0 },
            words,
            holds,
            decisive: false,
            joint: Joint::All,
            observed: None,
            found: None,
            children: Vec::new(),
        }
    }

    fn condition(&self, condition: &Condition) -> TraceNode {
        let holds = self.scope.holds(condition);
        let span = place::condition(condition);
        let listed = |parts: &[Condition]| parts.iter().map(|part| self.condition(part)).collect();
        match condition {
            Condition::All(parts) => {
                let node = self.node(TraceKind::All, span, "all of these hold".to_owned(), holds);
                TraceNode { children: listed(parts), ..node }
            }
            Condition::Any(parts) => {
                let node = self.node(TraceKind::Any, span, "at least one of these holds".to_owned(), holds);
                TraceNode { joint: Joint::Any, children: listed(parts), ..node }
            }
            Condition::Not(inner) => {
                let node = self.node(TraceKind::Not, span, "this does not hold".to_owned(), holds);
                TraceNode { joint: Joint::NotAll, children: vec![self.condition(inner)], ..node }
            }
            Condition::Use(name) => {
                let words = format!("`{}` holds", name.value);
                let Some((policy, define)) = self.scope.set.define(self.scope.policy, &name.value) else {
                    return self.node(TraceKind::Use, span, words, holds);
                };
                let there = Tracer { scope: Scope { policy, ..self.scope }, here: self.here.clone() };
                let node = there.node(TraceKind::Use, define.span, words, holds);
                TraceNode { children: vec![there.condition(&define.condition)], ..node }
            }
            Condition::Where(filter) => {
                let words = format!("the expression `{}` holds", filter.value.text());
                self.node(TraceKind::Where, span, words, holds)
            }
            Condition::Path(path) => self.predicate(path, span, holds),
        }
    }

    fn predicate(&self, condition: &PathCondition, span: Span, holds: bool) -> TraceNode {
        let nodes = self.scope.located(&condition.path);
        let tests = condition.tests.iter().enumerate();
        let children = tests.map(|(number, test)| self.list_test(&condition.path, number, test, &nodes)).collect();
        let observed = match nodes.as_slice() {
            [] => Some(self.missing(&condition.path)),
            [(below, value)] if condition.path.path.is_singular() => {
                Some(self.here.at(condition.path.root, below).seen(Some(value)))
            }
            _ => None,
        };
        let words = prose::predicate(self.names(), condition);
        TraceNode { observed, children, ..self.node(TraceKind::Predicate, span, words, holds) }
    }

    /// Where the nodes of `path` would lie.
    fn missing(&self, path: &PathRef) -> Observed {
        self.here.at(path.root, &Location(path.path.prefix())).seen(None)
    }

    fn list_test(&self, path: &PathRef, number: usize, test: &ListTest, nodes: &[(Location, &Value)]) -> TraceNode {
        let values: Vec<&Value> = nodes.iter().map(|(_, value)| *value).collect();
        let holds = self.scope.list_passes(test, &values);
        let span = place::list_test(test).unwrap_or(path.span);
        let mut node = self.node(TraceKind::Test, span, prose::list_test(self.names(), path, test), holds);
        node.id.number = number;
        let (joint, inner) = match test {
            ListTest::Default(inner) | ListTest::Some(inner) => (Joint::Any, inner),
            ListTest::Every(inner) => (Joint::All, inner),
            ListTest::None(inner) => (Joint::NotAny, inner),
            ListTest::Count(_) => return TraceNode { found: Some(nodes.len()), ..node },
            ListTest::Distinct(_) => return TraceNode { found: Some(reference::distinct(&values)), ..node },
        };
        node.joint = joint;
        if nodes.is_empty() {
            if matches!(test, ListTest::Default(_)) {
                node.children.push(self.on_node(inner, span, None, &self.missing(path)));
            } else {
                node.observed = Some(self.missing(path));
            }
            return node;
        }
        node.children = nodes
            .iter()
            .map(|(below, value)| {
                self.on_node(inner, span, Some(value), &self.here.at(path.root, below).seen(Some(value)))
            })
            .collect();
        node
    }

    /// What `test` says of the node seen.
    fn on_node(&self, test: &NodeTest, span: Span, value: Option<&Value>, seen: &Observed) -> TraceNode {
        let holds = self.scope.passes(test, value);
        let words = seen.inner.as_ref().unwrap_or(&seen.location).to_string();
        let node = self.node(TraceKind::Node, span, words, holds);
        TraceNode { observed: Some(seen.clone()), children: self.inside(test, value, seen), ..node }
    }

    /// The operators of `test`, or its condition on the element.
    fn inside(&self, test: &NodeTest, value: Option<&Value>, seen: &Observed) -> Vec<TraceNode> {
        match (test, value) {
            (NodeTest::Operators(operators), _) => {
                operators.iter().map(|operator| self.operator(operator, value, seen)).collect()
            }
            (NodeTest::Element(condition), Some(element)) => {
                let here = Here { location: seen.location.clone(), inner: seen.inner.clone() };
                vec![Tracer { scope: Scope { element: Some(element), ..self.scope }, here }.condition(condition)]
            }
            (NodeTest::Element(_), None) => Vec::new(),
        }
    }
}
