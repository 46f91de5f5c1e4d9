//! Which predicates of a rule an event is asked, and how each answers: what the coverage of rule tests is made of.
//!
//! The model is walked as the reference evaluator does, in the order of the file and no further than the answer needs; each single
//! predicate is put to the reference evaluator.

use jiff::civil::Date;
use serde_json::Value;

use crate::engine::reference::Scope;
use crate::policy::model::{Condition, List, ListEntry, PathCondition, Rule, Spanned};
use crate::policy::obligation::Obligation;
use crate::policy::operator::{
    ListTest, Networks, NodeTest, Operator, OperatorKind, Patterns, Value as Operand, Values,
};
use crate::policy::pattern::pattern;
use crate::policy::prose::word;
use crate::policy::{PolicyIndex, PolicySet};
use crate::text::Span;

/// Which part of a policy set it is: two are equal where they are the same part of the same set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartId(usize);

impl PartId {
    /// The id of `part`, which must be borrowed from the policy set.
    #[must_use]
    pub fn of<T>(part: &T) -> Self {
        // A part of a set does not move while the set is borrowed.
        Self(std::ptr::from_ref(part).addr())
    }
}

/// What an event was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A predicate (an [`Operator`], a count as [`ListTest`], or a `where` as [`Condition`]), and whether it held.
    Predicate(PartId, bool),
    /// An alternative that held: a branch of `any`, or a value of a list.
    Alternative(PartId),
}

/// Tells `visit` all that `rule`, which stands in `policy`, asks of `event`: population, then obligation, then exceptions in force.
///
/// Of an obligation over time each event is asked what it may be: the event that must follow, whether it is in the population or not;
/// every step of a sequence, of the population alone. Exceptions are asked of the events that a violation may rest on.
pub fn asked(
    set: &PolicySet,
    policy: PolicyIndex,
    rule: &Rule,
    event: &Value,
    today: Date,
    visit: &mut dyn FnMut(Asked),
) {
    let scope = Scope { set, policy, event, element: None, today };
    let mut asking = Asking { visit };
    let in_population = rule.when.as_ref().is_none_or(|when| asking.holds(scope, when));
    let violates = match &rule.obligation {
        Obligation::Forbid(condition) => in_population && asking.holds(scope, condition),
        Obligation::Require(condition) => in_population && !asking.holds(scope, condition),
        Obligation::Threshold(_) | Obligation::FirstSeen(_) => in_population,
        Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => {
            let _other = asking.holds(scope, &follow.event);
            in_population
        }
        Obligation::Sequence(sequence) => {
            let mut is_step = false;
            for step in sequence.steps.iter().filter(|_| in_population) {
                is_step |= asking.holds(scope, &step.event) && !step.absent;
            }
            is_step
        }
    };
    if violates && rule.waivable {
        let in_force = rule.exceptions.iter().filter(|exception| exception.until.value >= today);
        let _first = in_force.map(|exception| &exception.condition).find(|condition| asking.holds(scope, condition));
    }
}

/// The entries of `list` in force, those together that stand in one place of the policy: the lines of a list file.
fn by_place(list: &List, today: Date) -> Vec<Vec<&ListEntry>> {
    let mut places: Vec<Vec<&ListEntry>> = Vec::new();
    for entry in super::entries_in_force(list, today) {
        let is_here = |place: &&mut Vec<&ListEntry>| place.iter().any(|other| other.value.span == entry.value.span);
        match places.last_mut().filter(is_here) {
            Some(place) => place.push(entry),
            None => places.push(vec![entry]),
        }
    }
    places
}

struct Asking<'f> {
    visit: &'f mut dyn FnMut(Asked),
}

impl Asking<'_> {
    fn holds(&mut self, scope: Scope<'_>, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) => parts.iter().all(|part| self.holds(scope, part)),
            Condition::Any(parts) => parts.iter().any(|part| {
                let holds = self.holds(scope, part);
                if holds {
                    (self.visit)(Asked::Alternative(PartId::of(part)));
                }
                holds
            }),
            Condition::Not(inner) => !self.holds(scope, inner),
            Condition::Use(name) => match scope.set.define(scope.policy, &name.value) {
                Some((policy, define)) => self.holds(Scope { policy, ..scope }, &define.condition),
                None => false,
            },
            Condition::Where(_) => self.predicate(PartId::of(condition), scope.holds(condition)),
            Condition::Path(path) => self.path_holds(scope, path),
        }
    }

    fn predicate(&mut self, part: PartId, holds: bool) -> bool {
        (self.visit)(Asked::Predicate(part, holds));
        holds
    }

    fn path_holds(&mut self, scope: Scope<'_>, condition: &PathCondition) -> bool {
        let nodes = scope.nodes(&condition.path);
        condition.tests.iter().all(|test| match test {
            ListTest::Default(inner) if nodes.is_empty() => self.passes(scope, inner, None),
            ListTest::Default(inner) | ListTest::Some(inner) => {
                nodes.iter().any(|node| self.passes(scope, inner, Some(node)))
            }
            ListTest::Every(inner) => {
                !nodes.is_empty() && nodes.iter().all(|node| self.passes(scope, inner, Some(node)))
            }
            ListTest::None(inner) => !nodes.iter().any(|node| self.passes(scope, inner, Some(node))),
            ListTest::Count(_) | ListTest::Distinct(_) => {
                self.predicate(PartId::of(test), scope.list_passes(test, &nodes))
            }
        })
    }

    fn passes(&mut self, scope: Scope<'_>, test: &NodeTest, node: Option<&Value>) -> bool {
        match (test, node) {
            (NodeTest::Operators(operators), node) => {
                operators.iter().all(|operator| self.operator_holds(scope, operator, node))
            }
            (NodeTest::Element(condition), Some(element)) => {
                self.holds(Scope { element: Some(element), ..scope }, condition)
            }
            (NodeTest::Element(_), None) => false,
        }
    }

    fn operator_holds(&mut self, scope: Scope<'_>, operator: &Operator, node: Option<&Value>) -> bool {
        match &operator.kind {
            OperatorKind::Not(inner) => return !self.passes(scope, inner, node),
            OperatorKind::Json(condition) => {
                let Some(root) = node.and_then(super::value::opened) else { return false };
                return self.holds(Scope { element: Some(&*root), ..scope }, condition);
            }
            _ => {}
        }
        let holds = scope.operator_holds(&operator.kind, node);
        if holds {
            for alternative in alternatives(scope.set, scope.policy, &operator.kind, scope.today) {
                if scope.operator_holds(&alternative.alone, node) {
                    (self.visit)(Asked::Alternative(alternative.part));
                }
            }
        }
        self.predicate(PartId::of(operator), holds)
    }
}

/// One of the values that an operator chooses among.
#[derive(Debug, Clone)]
pub(crate) struct Alternative {
    /// Its identity.
    pub part: PartId,
    /// Where it stands, and in which policy; `None` is where the operator stands.
    pub span: Option<(PolicyIndex, Span)>,
    /// The list it is a value of.
    pub list: Option<String>,
    /// The value in words.
    pub text: String,
    /// The operator that allows it alone.
    pub alone: OperatorKind,
}

/// The alternatives that `kind` chooses among; none where there is only one value. `policy` is where the operator stands: the
/// names of lists are looked up from there.
pub(crate) fn alternatives(set: &PolicySet, policy: PolicyIndex, kind: &OperatorKind, today: Date) -> Vec<Alternative> {
    let here = |part, span, text, alone| Alternative { part, span: Some((policy, span)), list: None, text, alone };
    let listed = |name: &str, alone: &dyn Fn(&[&ListEntry]) -> OperatorKind| -> Vec<Alternative> {
        let Some((home, list)) = set.list(policy, name) else { return Vec::new() };
        let of_place = |place: Vec<&ListEntry>| {
            let first = place.first()?;
            Some(Alternative {
                part: PartId::of(*first),
                span: Some((home, first.value.span)),
                list: Some(name.to_owned()),
                text: if place.len() > 1 {
                    "a line of the list file".to_owned()
                } else {
                    first.value.value.to_string()
                },
                alone: alone(&place),
            })
        };
        by_place(list, today).into_iter().filter_map(of_place).collect()
    };
    let literals =
        |place: &[&ListEntry]| Values::Items(place.iter().map(|entry| Operand::Literal(entry.value.clone())).collect());
    let of_values = |values: &Values, alone: &dyn Fn(Values) -> OperatorKind| match values {
        Values::Items(items) => items
            .iter()
            .map(|item| {
                let (span, text) = match item {
                    Operand::Literal(scalar) => (scalar.span, scalar.value.to_string()),
                    Operand::Path(path) => (path.span, path.written().into_owned()),
                    Operand::Template(template) => (template.span, template.text.clone()),
                };
                here(PartId::of(item), span, text, alone(Values::Items(vec![item.clone()])))
            })
            .collect(),
        Values::List(name) => listed(&name.value, &|place| alone(literals(place))),
    };
    let all: Vec<Alternative> = match kind {
        OperatorKind::In(values, case) => of_values(values, &|values| OperatorKind::In(values, *case)),
        OperatorKind::Text(place, values, case) => {
            of_values(values, &|values| OperatorKind::Text(*place, values, *case))
        }
        OperatorKind::Pattern(kind, Patterns::Items(items)) => items
            .iter()
            .map(|item| {
                let alone = OperatorKind::Pattern(*kind, Patterns::Items(vec![item.clone()]));
                here(PartId::of(item), item.span, item.value.text.clone(), alone)
            })
            .collect(),
        OperatorKind::Pattern(kind, Patterns::List(name, case)) => listed(&name.value, &|place| {
            let patterns = place.iter().filter_map(|entry| {
                let compiled = pattern(*kind, &entry.value.value.to_string(), *case).ok()?;
                Some(Spanned::new(compiled, entry.value.span))
            });
            OperatorKind::Pattern(*kind, Patterns::Items(patterns.collect()))
        }),
        OperatorKind::Cidr(Networks::Items(items)) => items
            .iter()
            .map(|item| {
                let alone = OperatorKind::Cidr(Networks::Items(vec![item.clone()]));
                here(PartId::of(item), item.span, item.value.to_string(), alone)
            })
            .collect(),
        OperatorKind::Cidr(Networks::List(name)) => listed(&name.value, &|place| {
            let networks = place.iter().filter_map(|entry| {
                Some(Spanned::new(super::value::network(&entry.value.value.to_string())?, entry.value.span))
            });
            OperatorKind::Cidr(Networks::Items(networks.collect()))
        }),
        OperatorKind::Type(types) => types
            .iter()
            .map(|item| Alternative {
                part: PartId::of(item),
                span: None,
                list: None,
                text: word::json_type(*item).to_owned(),
                alone: OperatorKind::Type(vec![*item]),
            })
            .collect(),
        _ => Vec::new(),
    };
    if all.len() > 1 { all } else { Vec::new() }
}
