//! The decision tree says what the reference says, and follows from its own parts.

use proptest::prelude::*;
use serde_json::Value;
use trailgate::engine::{reference, trace::trace};
use trailgate::json::Location;
use trailgate::policy::PolicySet;
use trailgate::violation::trace::{Outcome, Role, Trace, TraceKind, TraceNode};

use super::policy::TODAY;

/// Whether the trees of all rules are right for `event`; gives them.
pub fn traces(set: &PolicySet, event: &str) -> Result<Vec<Trace>, TestCaseError> {
    let event: Value = serde_json::from_str(event).unwrap();
    let mut traces = Vec::new();
    for (policy, rule) in set.rules() {
        let trace = trace(set, policy, rule, &event, TODAY);
        let population = &trace.parts[0];
        prop_assert_eq!(&population.role, &Role::Population);
        match reference::evaluate(set, policy, rule, &event, TODAY) {
            None => {
                let wanted = if population.holds { Outcome::NotDecided } else { Outcome::OutsidePopulation };
                prop_assert_eq!(trace.outcome, wanted);
            }
            Some(verdict) => {
                prop_assert_eq!(verdict.in_population, population.holds);
                let obligation = &trace.parts[1];
                let violates = obligation.holds == (obligation.role == Role::Forbid);
                prop_assert_eq!(verdict.violated, population.holds && violates);
                let wanted = match (verdict.in_population, verdict.violated, verdict.covered) {
                    (false, ..) => Outcome::OutsidePopulation,
                    (true, false, _) => Outcome::NoViolation,
                    (true, true, None) => Outcome::Violation,
                    (true, true, Some(covered)) => Outcome::Covered(covered),
                };
                prop_assert_eq!(trace.outcome, wanted);
                if let Some((part, node)) = trace.first_decider() {
                    prop_assert!(part.decisive && node.decisive && node.is_predicate());
                } else {
                    prop_assert!(trace.parts.iter().all(|part| part.root.is_none() || !part.decisive));
                }
            }
        }
        for part in &trace.parts {
            if let Some(root) = &part.root {
                follows(root, &event, part.decisive)?;
            }
        }
        traces.push(trace);
    }
    Ok(traces)
}

/// Whether `node` follows from its children, decides with those above it only, and saw what stands in the event.
fn follows(node: &TraceNode, event: &Value, above: bool) -> Result<(), TestCaseError> {
    if !node.children.is_empty() {
        let children = node.joint.of(node.children.iter().map(|child| child.holds));
        prop_assert_eq!(children, node.holds, "{:?} {}", node.id, &node.words);
        if node.decisive {
            prop_assert!(node.children.iter().any(|child| child.decisive), "nothing below decided: {}", &node.words);
        }
    }
    prop_assert!(above || !node.decisive);
    if let Some(seen) = node.observed.as_ref().filter(|seen| seen.inner.is_none() && seen.value.is_some()) {
        prop_assert_eq!(at(event, &seen.location), seen.value.as_ref(), "{}", &seen.location);
    }
    for child in &node.children {
        follows(child, event, node.decisive)?;
    }
    Ok(())
}

fn at<'v>(event: &'v Value, location: &Location) -> Option<&'v Value> {
    let place = |location: &Location| trailgate::json::Path::parse(&location.to_string()).unwrap();
    place(location).select(event).first().map(|(_, value)| *value)
}

/// How many nodes of each kind hold and do not, over `traces`.
pub fn tally(traces: &[Trace], counts: &mut std::collections::BTreeMap<TraceKind, [usize; 2]>) {
    for node in traces.iter().flat_map(Trace::nodes) {
        counts.entry(node.id.kind).or_default()[usize::from(node.holds)] += 1;
    }
}
