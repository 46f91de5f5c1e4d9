//! What a rule asks of one event: its condition, and the exceptions that are in force.

use jiff::civil::Date;

use crate::compile::build::Builder;
use crate::compile::program::{Check, CompiledException, Polarity};
use crate::json::SlotTable;
use crate::policy::model::{Condition, Rule};
use crate::policy::obligation::Obligation;
use crate::policy::{PolicyIndex, PolicySet};

/// The condition of an obligation that speaks of one event, and whether it must hold.
pub(super) fn single(obligation: &Obligation) -> Option<(&Condition, Polarity)> {
    match obligation {
        Obligation::Forbid(condition) => Some((condition, Polarity::MustNotHold)),
        Obligation::Require(condition) => Some((condition, Polarity::MustHold)),
        _ => None,
    }
}

/// What `rule` asks of one event.
pub(super) fn build_check(
    set: &PolicySet,
    policy: PolicyIndex,
    rule: &Rule,
    slots: &mut SlotTable,
    today: Date,
    (condition, polarity): (&Condition, Polarity),
) -> Check {
    let mut builder = Builder { set, slots, today };
    Check {
        when: rule.when.as_ref().map(|when| builder.condition(policy, when)),
        condition: builder.condition(policy, condition),
        polarity,
        exceptions: exceptions(set, policy, rule, slots, today),
    }
}

/// The exceptions of `rule` that are in force, with their places among all of the rule's.
pub(super) fn exceptions(
    set: &PolicySet,
    policy: PolicyIndex,
    rule: &Rule,
    slots: &mut SlotTable,
    today: Date,
) -> Vec<(usize, CompiledException)> {
    let mut builder = Builder { set, slots, today };
    let in_force = rule.exceptions.iter().enumerate().filter(|(_, exception)| exception.until.value >= today);
    in_force
        .map(|(place, exception)| {
            let compiled = CompiledException {
                name: exception.name.value.clone(),
                reason: exception.reason.clone(),
                owner: exception.owner.clone(),
                until: exception.until.value,
                condition: builder.condition(policy, &exception.condition),
            };
            (place, compiled)
        })
        .collect()
}
