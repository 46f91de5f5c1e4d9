//! The populations of a part's rules: rules with the same one share it, so that an event is asked once for all of them.

use rustc_hash::FxHashMap;

use crate::compile::matcher::{ListMatcher, Matcher, NodeMatcher, OperatorMatcher, Place};

/// The events that some rules are about.
#[derive(Debug, Clone)]
pub struct Population {
    /// Which these are: the rules' `when` with what is answered soonest first. `None` for the events that can be a step of a
    /// sequence, which the rule itself tells.
    pub when: Option<Matcher>,
    /// The rules, as places in the part, rising.
    pub rules: Vec<usize>,
}

/// The populations of a part while its rules are added.
#[derive(Debug, Clone, Default)]
pub(super) struct Populations {
    by_condition: FxHashMap<Matcher, usize>,
}

impl Populations {
    /// Adds the rule at `rule` with the population `when` to `all`; answers its place there and whether it is a new one.
    pub(super) fn add(&mut self, all: &mut Vec<Population>, rule: usize, when: Option<&Matcher>) -> (usize, bool) {
        let next = all.len();
        let Some(when) = when else {
            all.push(Population { when: None, rules: vec![rule] });
            return (next, true);
        };
        if let Some(place) = self.by_condition.get(when).copied() {
            if let Some(population) = all.get_mut(place) {
                population.rules.push(rule);
            }
            return (place, false);
        }
        self.by_condition.insert(when.clone(), next);
        all.push(Population { when: Some(soonest_first(when)), rules: vec![rule] });
        (next, true)
    }
}

/// `matcher` with the parts of every AND and OR in the order of what they cost: it holds for the same events.
fn soonest_first(matcher: &Matcher) -> Matcher {
    let sorted = |parts: &[Matcher]| {
        let mut parts: Vec<Matcher> = parts.iter().map(soonest_first).collect();
        parts.sort_by_key(cost);
        parts
    };
    match matcher {
        Matcher::All(parts) => {
            // AND in AND is one AND.
            let mut flat = Vec::new();
            for part in sorted(parts) {
                match part {
                    Matcher::All(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            flat.sort_by_key(cost);
            Matcher::All(flat)
        }
        Matcher::Any(parts) => Matcher::Any(sorted(parts)),
        Matcher::Not(inner) => Matcher::Not(Box::new(soonest_first(inner))),
        other => other.clone(),
    }
}

/// What it costs to ask `matcher`, about; of as much, what fails more often comes first.
fn cost(matcher: &Matcher) -> usize {
    match matcher {
        Matcher::All(parts) | Matcher::Any(parts) => 2 + parts.iter().map(cost).sum::<usize>(),
        Matcher::Not(inner) => cost(inner),
        Matcher::Where(_) => 1000,
        Matcher::Path { place, tests } => {
            let far = match place {
                Place::Slot { .. } | Place::Element(_) => 0,
                Place::EventPath { .. } | Place::ElementPath(_) => 500,
            };
            far + tests.iter().map(of_list).sum::<usize>()
        }
    }
}

fn of_list(test: &ListMatcher) -> usize {
    match test {
        ListMatcher::Default(test) | ListMatcher::Some(test) | ListMatcher::Every(test) | ListMatcher::None(test) => {
            of_node(test)
        }
        ListMatcher::Count(_) | ListMatcher::Distinct(_) => 5,
    }
}

fn of_node(test: &NodeMatcher) -> usize {
    match test {
        NodeMatcher::Element(_) => 200,
        NodeMatcher::Operators(operators) => operators.iter().map(of_operator).sum(),
    }
}

fn of_operator(operator: &OperatorMatcher) -> usize {
    match operator {
        OperatorMatcher::In(values) if values.dynamic.is_empty() => 1,
        OperatorMatcher::Not(inner) => of_node(inner),
        OperatorMatcher::MissingOrNull | OperatorMatcher::Exists(_) | OperatorMatcher::Type(_) => 3,
        OperatorMatcher::Text(_, values) if values.dynamic.is_empty() => 5,
        OperatorMatcher::Compare(..) | OperatorMatcher::Empty(_) | OperatorMatcher::Length(_) => 20,
        OperatorMatcher::Pattern(..) | OperatorMatcher::Cidr(_) | OperatorMatcher::IsIp(_) => 30,
        OperatorMatcher::In(_) | OperatorMatcher::Text(..) | OperatorMatcher::Time(..) => 50,
        OperatorMatcher::Json(_) => 500,
    }
}
