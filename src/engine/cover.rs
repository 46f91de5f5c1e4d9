//! What covers a violation: the rule's own exceptions, in their order, then the waivers of the run, in theirs. Asked for violations
//! only.

use crate::compile::Program;
use crate::compile::program::{Check, CompiledException, CompiledRule, Part};
use crate::engine::evaluate::Event;
use crate::policy::waiver::WaiverIndex;
use crate::violation::{CoveredBy, Waived};

/// What is said of a violation by exceptions and waivers.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    /// What covers it.
    pub by: Option<CoveredBy>,
    /// The first waiver that would, but for the rule, which is not waivable.
    pub refused: Option<WaiverIndex>,
    /// What covers it, as reports show it.
    pub waived: Option<Waived>,
}

/// What covers the violation of `rule` by `event` that has this fingerprint.
#[must_use]
pub fn cover(
    program: &Program,
    part: &Part,
    rule: &CompiledRule,
    check: &Check,
    event: &Event<'_>,
    fingerprint: &str,
) -> Cover {
    let holds = |index: WaiverIndex| part.waivers.get(&index).is_none_or(|condition| event.meets(condition));
    let exception = check.exceptions.iter().find(|(_, exception)| event.meets(&exception.condition));
    covered(program, rule, exception, &holds, fingerprint)
}

/// The exceptions and waivers that hold for every event of a violation over time; of the waivers, those with a condition.
#[derive(Debug, Clone, Copy)]
pub struct Holds<'h> {
    /// Places among the rule's exceptions.
    pub exceptions: &'h [usize],
    /// The waivers.
    pub waivers: &'h [WaiverIndex],
}

/// What covers a violation over time of `rule`, whose exceptions in force are `exceptions`.
#[must_use]
pub fn cover_of_many(
    program: &Program,
    rule: &CompiledRule,
    exceptions: &[(usize, CompiledException)],
    holds: Holds<'_>,
    fingerprint: &str,
) -> Cover {
    let asked = rule.window.as_ref().map(|window| window.waivers.as_slice()).unwrap_or_default();
    let exception = exceptions.iter().find(|(place, _)| holds.exceptions.contains(place));
    covered(program, rule, exception, &|index| !asked.contains(&index) || holds.waivers.contains(&index), fingerprint)
}

/// The first exception, or the first waiver for which `holds` answers true, that is about the violation.
fn covered(
    program: &Program,
    rule: &CompiledRule,
    exception: Option<&(usize, CompiledException)>,
    holds: &dyn Fn(WaiverIndex) -> bool,
    fingerprint: &str,
) -> Cover {
    if let Some((place, exception)) = exception {
        let waived = Waived {
            name: exception.name.clone(),
            reason: exception.reason.clone(),
            owner: exception.owner.clone(),
            until: exception.until,
            ticket: None,
        };
        return Cover { by: Some(CoveredBy::Exception(*place)), refused: None, waived: Some(waived) };
    }
    let by_fingerprint = program.waivers_by_fingerprint.get(fingerprint).map(Vec::as_slice).unwrap_or_default();
    let covers = |index: &&WaiverIndex| holds(**index);
    let names = |index: &&WaiverIndex| {
        let waiver = program.waivers.get(index.0);
        waiver.is_some_and(|waiver| {
            waiver.rules.is_empty() || waiver.rules.iter().any(|pattern| pattern.matches(&rule.id))
        })
    };
    let by_rule = rule.waivers.iter().find(covers);
    let by_fingerprint = by_fingerprint.iter().filter(names).find(covers);
    let Some(index) = by_rule.into_iter().chain(by_fingerprint).min().copied() else { return Cover::default() };
    if !rule.waivable {
        return Cover { refused: Some(index), ..Cover::default() };
    }
    let waived = program.waivers.get(index.0).map(|waiver| Waived {
        name: waiver.name.clone(),
        reason: waiver.reason.clone(),
        owner: Some(waiver.owner.clone()),
        until: waiver.until,
        ticket: waiver.ticket.clone(),
    });
    Cover { by: Some(CoveredBy::Waiver(index)), refused: None, waived }
}
