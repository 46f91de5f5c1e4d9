//! Waivers become part of a program: by rule, by fingerprint, and their conditions as matchers for each kind of records.

use jiff::civil::Date;

use crate::compile::build::Builder;
use crate::compile::program::{CompiledWaiver, Program};
use crate::policy::PolicySet;
use crate::policy::waiver::WaiverIndex;

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
}
