//! Waivers become part of a program: by rule, by fingerprint, and their conditions as matchers for each kind of records.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::compile::build::Builder;
use crate::compile::program::{CompiledWaiver, Program};
use crate::policy::waiver::WaiverIndex;
use crate::policy::{PolicySet, RuleId};

/// Adds the waivers of `set` to `program`, whose rules and parts are there. Those past their last day are listed and cover nothing.
pub fn add(program: &mut Program, set: &PolicySet, today: Date) {
    for (place, (policy, waiver)) in set.waivers().enumerate() {
        let index = WaiverIndex(place);
        program.waivers.push(CompiledWaiver {
            name: waiver.name.value.clone(),
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            until: waiver.until.value,
            ticket: waiver.ticket.clone(),
            rules: waiver.rules.clone(),
        });
        if waiver.until.value < today {
            continue;
        }
        if let Some(condition) = &waiver.condition {
            for part in &mut program.parts {
                let matcher = Builder { set, slots: &mut part.slots, today }.condition(policy, condition);
                part.waivers.insert(index, matcher);
            }
        }
        for fingerprint in &waiver.fingerprints {
            let waivers = program.waivers_by_fingerprint.entry(fingerprint.value.clone()).or_default();
            // A fingerprint may stand twice in one waiver.
            if waivers.last() != Some(&index) {
                waivers.push(index);
            }
        }
        if waiver.fingerprints.is_empty() {
            for rule in program.rules.iter_mut().filter(|rule| waiver.names(&rule.id)) {
                rule.waivers.push(index);
            }
        }
    }
    of_windows(program);
}

/// Tells each rule over time which waivers with a condition may cover its violations: an event is asked for them where it makes a fact.
fn of_windows(program: &mut Program) {
    let names = |index: &WaiverIndex, rule: &RuleId| {
        let waiver = program.waivers.get(index.0);
        waiver.is_some_and(|waiver| waiver.rules.is_empty() || waiver.rules.iter().any(|pattern| pattern.matches(rule)))
    };
    let with_condition: BTreeSet<WaiverIndex> =
        program.parts.iter().flat_map(|part| part.waivers.keys().copied()).collect();
    for rule in &mut program.rules {
        if let Some(window) = &mut rule.window {
            window.waivers = with_condition.iter().filter(|index| names(index, &rule.id)).copied().collect();
        }
    }
}
