//! The decision tree says what the reference says, and follows from its own parts.

use proptest::prelude::*;
use serde_json::Value;
use trailgate::compile::compile_rule;
use trailgate::engine::near::{Part, variants};
use trailgate::engine::{reference, trace::trace};
use trailgate::json::Location;
use trailgate::policy::PolicySet;
use trailgate::violation::trace::{Outcome, Role, Trace, TraceKind, TraceNode};

use super::fast::file_report;
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

/// Whether the variants of all rules find `event` where the decision tree says that it is a near miss; how many they found, by the
/// part of the rule.
pub fn near_misses(set: &PolicySet, event: &str) -> Result<[usize; 3], TestCaseError> {
    let value: Value = serde_json::from_str(event).unwrap();
    let mut found = [0; 3];
    for (policy, rule) in set.rules() {
        let trace = trace(set, policy, rule, &value, TODAY);
        let mut met: Vec<bool> = Vec::new();
        for part in &trace.parts {
            match (&part.role, &part.root) {
                (Role::Population | Role::Forbid, Some(root)) => conjuncts(root, &mut met),
                (Role::Require, Some(root)) => disjuncts(root, &mut met),
                _ => {}
            }
        }
        let variants = variants(rule);
        prop_assert_eq!(variants.len(), met.len());
        let missed = met.iter().filter(|met| !**met).count();
        for (variant, met) in variants.iter().zip(&met) {
            let wanted = !met && missed == 1;
            let verdict = reference::evaluate(set, policy, &variant.rule, &value, TODAY).unwrap();
            prop_assert_eq!(verdict.violated, wanted, "reference: {}", &variant.rule.id.value);
            let program = compile_rule(set, policy, &variant.rule, TODAY);
            let report = file_report(&program, format!("{{\"Records\":[{event}]}}").as_bytes());
            let fast = report.parts.iter().any(|part| !part.violations.is_empty());
            prop_assert_eq!(fast, wanted, "fast: {}", &variant.rule.id.value);
            if wanted {
                let place = match variant.part {
                    Part::Population => 0,
                    Part::Forbid => 1,
                    Part::Require => 2,
                };
                found[place] += 1;
            }
        }
    }
    Ok(found)
}

/// Whether each part of an AND holds.
fn conjuncts(node: &TraceNode, met: &mut Vec<bool>) {
    if node.id.kind == TraceKind::All {
        node.children.iter().for_each(|child| conjuncts(child, met));
    } else {
        met.push(node.holds);
    }
}

/// Whether each part of an OR does not hold.
fn disjuncts(node: &TraceNode, met: &mut Vec<bool>) {
    if node.id.kind == TraceKind::Any || node.id.kind == TraceKind::All && node.children.len() == 1 {
        node.children.iter().for_each(|child| disjuncts(child, met));
    } else {
        met.push(!node.holds);
    }
}
