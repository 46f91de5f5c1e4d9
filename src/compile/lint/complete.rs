//! What a rule leaves out: tests, what to do, which controls it supports, and literals that lead from an event to it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::compile::program::{Part, compile};
use crate::policy::error::{Code, PolicyError};
use crate::policy::model::Policy;
use crate::policy::{PolicyIndex, PolicySet};

/// Rules of `policy` without tests, remediation or controls.
pub(super) fn left_out(policy: &Policy) -> Vec<PolicyError> {
    let mut advice = Vec::new();
    for rule in &policy.rules {
        let id = &rule.id;
        let mut told = |code, what: &str, help: &str| {
            advice.push(
                PolicyError::advice(code, &policy.source, format!("`{}` has no {what}", id.value))
                    .label(id.span, format!("no `{what}:`"))
                    .help(help),
            );
        };
        if rule.tests.is_empty() {
            told(
                Code::NoTests,
                "tests",
                "add one event that violates it and one that does not; docs/dsl.md §10 says how",
            );
        }
        if rule.remediation.is_none() {
            told(Code::NoRemediation, "remediation", "say what is to be done about a violation");
        }
        if rule.controls.is_empty() {
            told(Code::NoControls, "controls", "name the controls it supports: `controls: {cis-aws-5.0: [\"4.3\"]}`");
        }
    }
    advice
}

/// Rules that every event must be asked of, with the file they are in: nothing in their population names a value.
pub(super) fn every_event(set: &PolicySet, today: Date) -> Vec<(PolicyIndex, PolicyError)> {
    let program = compile(set, today);
    let universal: BTreeSet<usize> = program.parts.iter().flat_map(Part::universal).collect();
    let mut advice = Vec::new();
    for (place, (home, rule)) in set.rules().enumerate() {
        let Some(policy) = set.policy(home).filter(|_| universal.contains(&place)) else { continue };
        let message = format!("`{}` is asked of every event", rule.id.value);
        advice.push((
            home,
            PolicyError::advice(Code::EveryEvent, &policy.source, message)
                .label(rule.id.span, "nothing in it leads from an event to the rule")
                .help(
                    "name the services in `when`, as a value or a list of values of `$.eventSource` or `$.eventName`",
                ),
        ));
    }
    advice
}
