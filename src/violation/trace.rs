//! The decision tree of one rule for one event, as data: what each condition of the rule says of the event, and which of
//! them decided. `engine::trace` makes it, reports show it, and tests of rules count by it what they have seen.

use serde_json::Value;

use crate::json::Location;
use crate::policy::{PolicyIndex, RuleId};
use crate::text::Span;
use crate::violation::CoveredBy;

/// What one rule says of one event, down to each value that it compares with.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The rule.
    pub rule: RuleId,
    /// The policy it stands in.
    pub policy: PolicyIndex,
    /// What came out.
    pub outcome: Outcome,
    /// Its conditions: the population, the obligation, its exceptions, the waivers that name it.
    pub parts: Vec<TracePart>,
}

/// What came out of a rule for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The rule is not about the event.
    OutsidePopulation,
    /// The rule is about it, but asks for several events: one alone decides nothing.
    NotDecided,
    /// The rule is about it, and it breaks nothing.
    NoViolation,
    /// It breaks the rule.
    Violation,
    /// It breaks the rule, and an exception or waiver covers that.
    Covered(CoveredBy),
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct TracePart {
    /// What it is in the rule.
    pub role: Role,
    /// Its tree; `None` where there is nothing to ask: a population of every event, a waiver without a condition.
    pub root: Option<TraceNode>,
    /// Whether it holds; of an exception or waiver, whether it is in force and covers.
    pub holds: bool,
    /// Whether it decided what came out.
    pub decisive: bool,
}

/// What a condition is in its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// `when`.
    Population,
    /// `forbid`: a violation where it holds.
    Forbid,
    /// `require`: a violation where it does not hold.
    Require,
    /// The event that must follow or come before. Says nothing of the obligation itself.
    Event,
    /// A step of a `sequence`. Says nothing of the obligation itself.
    Step(String),
    /// An exception of the rule.
    Exception {
        /// Its name.
        name: String,
        /// Whether its last day has not passed.
        in_force: bool,
    },
    /// A waiver that names the rule.
    Waiver {
        /// Its name.
        name: String,
        /// Whether its last day has not passed.
        in_force: bool,
        /// Whether it has the violation's fingerprint; `None` where it has no fingerprints.
        fingerprint: Option<bool>,
    },
}

impl Role {
    /// The word of the policy language under which it stands.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Population => "when",
            Self::Forbid => "forbid",
            Self::Require => "require",
            Self::Event => "event",
            Self::Step(_) => "step",
            Self::Exception { .. } => "except",
            Self::Waiver { .. } => "waiver",
        }
    }
}

/// One node of a decision tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceNode {
    /// Which part of which policy it is: the same for every event.
    pub id: TraceId,
    /// What it asks, in words.
    pub words: String,
    /// Whether it holds.
    pub holds: bool,
    /// Whether it decided what came out, together with all nodes above it.
    pub decisive: bool,
    /// How it follows from its children, where it has any.
    pub joint: Joint,
    /// What it looked at, where that is one place of the event.
    pub observed: Option<Observed>,
    /// How many nodes or different values there are, where it counts them.
    pub found: Option<usize>,
    /// What it follows from, in the order of the policy. Every one is evaluated, also where an earlier one decided.
    pub children: Vec<TraceNode>,
}

/// Which part of a policy a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId {
    /// The policy file it stands in, which for a definition or a list may be another than the rule's.
    pub policy: PolicyIndex,
    /// Where; for `use`, where the definition's name stands.
    pub span: Span,
    /// What it is.
    pub kind: TraceKind,
    /// Its place among the tests of one path, or among the values of one operator: values of a list file stand on one span.
    pub number: usize,
}

/// What a node of a decision tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TraceKind {
    /// All of several conditions.
    All,
    /// One of several conditions.
    Any,
    /// A negated condition.
    Not,
    /// A definition, by name.
    Use,
    /// An RFC 9535 expression: a predicate too.
    Where,
    /// A path and what is asked of its nodes.
    Predicate,
    /// One test of a path: of some node, of every, of none, or of their number.
    Test,
    /// One node that a path selects, or that it selects none.
    Node,
    /// One operator.
    Operator,
    /// One of several values that an operator compares with.
    Alternative,
    /// The one value that an operator compares with, where it comes out of the event.
    Operand,
}

/// How a node follows from its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// It holds where all do.
    All,
    /// It holds where one does.
    Any,
    /// It holds where not all do.
    NotAll,
    /// It holds where none does.
    NotAny,
}

/// What a node of the tree looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The place in the event; of a missing node, where it would be, as far as its path is definite.
    pub location: Location,
    /// The place inside JSON text that lies in the string at `location`.
    pub inner: Option<Location>,
    /// What stands there; `None` where the node is missing.
    pub value: Option<Value>,
}

impl Trace {
    /// The part and the predicate (or counted test) that decided first, in the order of the policy.
    ///
    /// `None` where nothing was asked: an event of a rule about every event, whose obligation is one over time.
    #[must_use]
    pub fn first_decider(&self) -> Option<(&TracePart, &TraceNode)> {
        let last = match self.outcome {
            Outcome::OutsidePopulation | Outcome::NotDecided => {
                self.parts.iter().find(|part| part.role == Role::Population)
            }
            Outcome::NoViolation | Outcome::Violation => {
                self.parts.iter().find(|part| matches!(part.role, Role::Forbid | Role::Require))
            }
            // A waiver by fingerprint asks nothing of the event.
            Outcome::Covered(_) => self.parts.iter().rev().find(|part| part.decisive && part.root.is_some()),
        };
        let part = last?;
        Some((part, part.root.as_ref()?.first_decider()?))
    }

    /// Every node of every part, each before its children.
    pub fn nodes(&self) -> impl Iterator<Item = &TraceNode> {
        let mut waiting: Vec<&TraceNode> = self.parts.iter().rev().filter_map(|part| part.root.as_ref()).collect();
        std::iter::from_fn(move || {
            let node = waiting.pop()?;
            waiting.extend(node.children.iter().rev());
            Some(node)
        })
    }
}

impl TraceNode {
    /// Whether it is a predicate.
    #[must_use]
    pub fn is_predicate(&self) -> bool {
        matches!(self.id.kind, TraceKind::Predicate | TraceKind::Where)
    }

    /// Whether the path of a predicate, or of one below it that is asked of one node, selects nothing.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.observed.as_ref().is_some_and(|observed| observed.value.is_none())
    }

    /// The first predicate that decided: where one holds further predicates on an element, the first of those.
    fn first_decider(&self) -> Option<&Self> {
        if !self.decisive {
            return None;
        }
        let below = self.children.iter().find_map(Self::first_decider);
        if self.is_predicate() { below.or(Some(self)) } else { below }
    }

    /// Marks it and those below that decided.
    pub fn mark(&mut self) {
        self.decisive = true;
        for child in &mut self.children {
            if self.joint.decides(self.holds, child.holds) {
                child.mark();
            }
        }
    }
}

impl Joint {
    /// What follows from children with these outcomes.
    #[must_use]
    pub fn of(self, mut children: impl Iterator<Item = bool>) -> bool {
        match self {
            Self::All => children.all(|holds| holds),
            Self::Any => children.any(|holds| holds),
            Self::NotAll => !children.all(|holds| holds),
            Self::NotAny => !children.any(|holds| holds),
        }
    }

    /// Whether a child with the outcome `child` is among those that made the whole come out as `whole`.
    #[must_use]
    pub fn decides(self, whole: bool, child: bool) -> bool {
        match self {
            Self::All => whole || !child,
            Self::Any => !whole || child,
            Self::NotAll => !whole || !child,
            Self::NotAny => whole || child,
        }
    }
}
