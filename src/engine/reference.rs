//! The slow, obviously right evaluator: a rule and one event as a `serde_json::Value` in, a [`Verdict`] out.
//!
//! It reads the model as `docs/dsl.md` describes it, computes nothing beforehand, remembers nothing, and shares no code with the
//! fast evaluator, which must agree with it on every policy and event. It is never optimised.

pub mod asked;
mod operator;
mod template;
mod value;
mod waiver;
pub mod window;

pub(super) use value::{distinct, network, opened};

use jiff::civil::Date;
use serde_json::Value;

use crate::json::Location;
use crate::policy::model::{Condition, Exception, List, ListEntry, PathCondition, PathRef, PathRoot, Rule, Spanned};
use crate::policy::obligation::Obligation;
use crate::policy::operator::{Comparison, ListTest, NodeTest, NumberTest};
use crate::policy::{PolicyIndex, PolicySet, WaiverIndex};
use crate::violation::CoveredBy;

/// What one rule says of one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Whether the rule is about the event.
    pub in_population: bool,
    /// Whether the event breaks the rule.
    pub violated: bool,
    /// What covers the violation: the first exception of the rule, else the first waiver.
    pub covered: Option<CoveredBy>,
    /// The first waiver that would cover it, were the rule waivable.
    pub refused: Option<WaiverIndex>,
    /// The filled-in message of the violation.
    pub message: Option<String>,
}

/// What `rule`, which stands in `policy`, says of `event`; `None` for a rule that speaks of several events.
///
/// `today` decides which exceptions, waivers and list entries are still in force.
#[must_use]
pub fn evaluate(set: &PolicySet, policy: PolicyIndex, rule: &Rule, event: &Value, today: Date) -> Option<Verdict> {
    let scope = Scope { set, policy, event, element: None, today };
    let violates = match &rule.obligation {
        Obligation::Forbid(condition) => scope.holds(condition),
        Obligation::Require(condition) => !scope.holds(condition),
        Obligation::Threshold(_)
        | Obligation::FollowedBy(_)
        | Obligation::PrecededBy(_)
        | Obligation::Sequence(_)
        | Obligation::FirstSeen(_) => return None,
    };
    let in_population = scope.in_population(rule);
    if !in_population || !violates {
        return Some(Verdict { in_population, ..Verdict::default() });
    }
    let exception =
        if rule.waivable { rule.exceptions.iter().position(|exception| scope.covers(exception)) } else { None };
    let waiver = if exception.is_none() { scope.waiver(rule) } else { None };
    let covered = match (exception, waiver) {
        (Some(place), _) => Some(CoveredBy::Exception(place)),
        (None, Some(index)) if rule.waivable => Some(CoveredBy::Waiver(index)),
        (None, _) => None,
    };
    let refused = if rule.waivable { None } else { waiver };
    let message = match &rule.message {
        Some(message) => scope.message(message),
        None => rule.title.clone(),
    };
    Some(Verdict { in_population, violated: true, covered, refused, message: Some(message) })
}

/// Where a condition is asked: of which event, at which element, by which policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'v> {
    pub(super) set: &'v PolicySet,
    /// The policy in which the condition stands: names are looked up from here.
    pub(super) policy: PolicyIndex,
    pub(super) event: &'v Value,
    pub(super) element: Option<&'v Value>,
    pub(super) today: Date,
}

impl<'v> Scope<'v> {
    pub(super) fn holds(self, condition: &Condition) -> bool {
        match condition {
            Condition::All(conditions) => conditions.iter().all(|condition| self.holds(condition)),
            Condition::Any(conditions) => conditions.iter().any(|condition| self.holds(condition)),
            Condition::Not(condition) => !self.holds(condition),
            Condition::Use(name) => match self.set.define(self.policy, &name.value) {
                Some((policy, define)) => Scope { policy, ..self }.holds(&define.condition),
                None => false,
            },
            Condition::Where(filter) => filter.value.holds_reference(self.event, self.element.unwrap_or(self.event)),
            Condition::Path(condition) => self.path_holds(condition),
        }
    }

    fn path_holds(self, condition: &PathCondition) -> bool {
        let nodes = self.nodes(&condition.path);
        condition.tests.iter().all(|test| self.list_passes(test, &nodes))
    }

    pub(super) fn list_passes(self, test: &ListTest, nodes: &[&'v Value]) -> bool {
        match test {
            ListTest::Default(test) if nodes.is_empty() => self.passes(test, None),
            ListTest::Default(test) | ListTest::Some(test) => nodes.iter().any(|node| self.passes(test, Some(node))),
            ListTest::Every(test) => !nodes.is_empty() && nodes.iter().all(|node| self.passes(test, Some(node))),
            ListTest::None(test) => !nodes.iter().any(|node| self.passes(test, Some(node))),
            ListTest::Count(test) => is_number(test, nodes.len()),
            ListTest::Distinct(test) => is_number(test, value::distinct(nodes)),
        }
    }

    /// Whether `node` passes; `None` is a missing node.
    pub(super) fn passes(self, test: &NodeTest, node: Option<&Value>) -> bool {
        match test {
            NodeTest::Operators(operators) => {
                operators.iter().all(|operator| self.operator_holds(&operator.kind, node))
            }
            NodeTest::Element(condition) => match node {
                Some(element) => self.holds_at(condition, element),
                None => false,
            },
        }
    }

    fn holds_at(self, condition: &Condition, element: &Value) -> bool {
        Scope { element: Some(element), ..self }.holds(condition)
    }

    /// Whether the rule is about the event.
    pub(super) fn in_population(self, rule: &Rule) -> bool {
        rule.when.as_ref().is_none_or(|when| self.holds(when))
    }

    /// The nodes that `path` selects.
    fn nodes(self, path: &PathRef) -> Vec<&'v Value> {
        self.located(path).into_iter().map(|(_, node)| node).collect()
    }

    /// The nodes that `path` selects, each with its place below the start of the path.
    pub(super) fn located(self, path: &PathRef) -> Vec<(Location, &'v Value)> {
        let root = match path.root {
            PathRoot::Event => Some(self.event),
            PathRoot::Element => self.element,
        };
        match root {
            Some(root) => path.path.select_reference(root),
            None => Vec::new(),
        }
    }

    /// The node that a singular `path` selects.
    fn node(self, path: &PathRef) -> Option<&'v Value> {
        self.nodes(path).first().copied()
    }

    /// The entries of a list that count today.
    pub(super) fn list(self, name: &Spanned<String>) -> Vec<&'v ListEntry> {
        match self.set.list(self.policy, &name.value) {
            Some((_, list)) => entries_in_force(list, self.today),
            None => Vec::new(),
        }
    }

    pub(super) fn covers(self, exception: &Exception) -> bool {
        exception.until.value >= self.today && self.holds(&exception.condition)
    }
}

fn entries_in_force(list: &List, today: Date) -> Vec<&ListEntry> {
    let in_force = |entry: &&ListEntry| match &entry.until {
        Some(until) => until.value >= today,
        None => true,
    };
    list.entries.iter().filter(in_force).collect()
}

/// Whether a count or a length passes `test`.
fn is_number(test: &NumberTest, number: usize) -> bool {
    test.0.iter().all(|(comparison, wanted)| {
        let order = u64::try_from(number).unwrap_or(u64::MAX).cmp(wanted);
        match comparison {
            Comparison::Equal => order.is_eq(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
        }
    })
}
