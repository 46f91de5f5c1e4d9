//! The program of a run: every rule as matchers, sorted by the records they are about. Built once, shared by all threads.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use crate::compile::check::{build_check, exceptions, single};
use crate::compile::matcher::Matcher;
use crate::compile::part::part_of;
pub use crate::compile::part::{EventFields, IdentitySlots, OverTime, Part, PlaceSlots};
use crate::compile::waivers;
use crate::compile::window::WindowCheck;
use crate::policy::model::{Rule, Severity, Template};
use crate::policy::waiver::{RulePattern, WaiverIndex};
use crate::policy::{PolicyIndex, PolicySet, RuleId};
use crate::text::{LineColumn, Lines};

/// What `engine::scan` runs.
#[derive(Debug, Clone)]
pub struct Program {
    /// One part for each kind of records.
    pub parts: Vec<Part>,
    /// Every rule of the run, also those that are not evaluated, in the order of the policies.
    pub rules: Vec<CompiledRule>,
    /// Every waiver of the run, also those that have expired.
    pub waivers: Vec<CompiledWaiver>,
    /// Waivers in force that name fingerprints, by each of them, in rising order.
    pub waivers_by_fingerprint: HashMap<String, Vec<WaiverIndex>>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    /// Its id.
    pub id: RuleId,
    /// Its title.
    pub title: Arc<str>,
    /// Its severity.
    pub severity: Severity,
    /// What it asks of one event; `None` for obligations over time.
    pub check: Option<Check>,
    /// What it asks of events one by one, so that several can be put together; only for obligations over time.
    pub window: Option<WindowCheck>,
    /// Its obligation's keyword.
    pub obligation: &'static str,
    /// Its message; `None` is the title.
    pub message: Option<Template>,
    /// What to do about a violation.
    pub remediation: Option<Arc<str>>,
    /// Framework → controls.
    pub controls: Arc<BTreeMap<String, Vec<String>>>,
    /// Where it stands.
    pub file: Arc<str>,
    /// Line and column of its id.
    pub at: LineColumn,
    /// Whether waivers may cover its violations.
    pub waivable: bool,
    /// Waivers in force that may cover any of its violations, in rising order; not those that name fingerprints.
    pub waivers: Vec<WaiverIndex>,
}

/// What a rule asks of one event.
#[derive(Debug, Clone)]
pub struct Check {
    /// The population; `None` is every event.
    pub when: Option<Matcher>,
    /// The obligation's condition.
    pub condition: Matcher,
    /// Whether the condition must hold.
    pub polarity: Polarity,
    /// The exceptions in force, with their places among the rule's.
    pub exceptions: Vec<(usize, CompiledException)>,
}

/// Whether a condition must hold or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// `forbid`.
    MustNotHold,
    /// `require`.
    MustHold,
}

/// An exception in force.
#[derive(Debug, Clone)]
pub struct CompiledException {
    /// Its name.
    pub name: String,
    /// Its reason.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds.
    pub until: Date,
    /// Which violations it covers.
    pub condition: Matcher,
}

/// A waiver.
#[derive(Debug, Clone)]
pub struct CompiledWaiver {
    /// Its name.
    pub name: String,
    /// Its reason.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Date,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// The rules it is about; empty is every rule.
    pub rules: Vec<RulePattern>,
}

impl Program {
    /// The rules that share the population at `population` in the part at `part`.
    pub fn rules_of(&self, part: usize, population: usize) -> impl Iterator<Item = usize> {
        let part = self.parts.get(part);
        let population = part.and_then(|part| part.populations.get(population));
        let locals = population.into_iter().flat_map(|population| &population.rules);
        locals.filter_map(move |local| part?.rules.get(*local).copied())
    }
}

/// The program of `set` on the day `today`: exceptions, waivers and list values past their last day do not count.
#[must_use]
pub fn compile(set: &PolicySet, today: Date) -> Program {
    compile_rules(set, set.rules(), today)
}

/// The program of `rule` alone, which stands in `policy` of `set` (or in a changed copy of it): what it costs does not depend on
/// the other rules of the set.
#[must_use]
pub fn compile_rule(set: &PolicySet, policy: PolicyIndex, rule: &Rule, today: Date) -> Program {
    compile_rules(set, std::iter::once((policy, rule)), today)
}

/// The program of `rules`, in their order, each with the policy of `set` that it stands in: rules of the set, or changed copies of
/// them whose ids no other has.
#[must_use]
pub fn compile_rules<'r>(
    set: &PolicySet,
    rules: impl Iterator<Item = (PolicyIndex, &'r Rule)>,
    today: Date,
) -> Program {
    let mut program =
        Program { parts: Vec::new(), rules: Vec::new(), waivers: Vec::new(), waivers_by_fingerprint: HashMap::new() };
    let mut lines: Option<(PolicyIndex, Lines<'_>)> = None;
    for (policy_index, rule) in rules {
        let Some(policy) = set.policy(policy_index) else { continue };
        let part_index = part_of(&mut program.parts, &policy.records);
        let place = program.rules.len();
        let at = {
            let fresh = lines.as_ref().is_none_or(|(index, _)| *index != policy_index);
            if fresh {
                lines = Some((policy_index, Lines::new(policy.source.text.as_bytes())));
            }
            lines.as_mut().map_or(LineColumn { line: 1, column: 1 }, |(_, lines)| lines.mark(rule.id.span.start))
        };
        let Some(part) = program.parts.get_mut(part_index) else { continue };
        let (check, window) = match single(&rule.obligation) {
            Some(single) => {
                let check = build_check(set, policy_index, rule, &mut part.slots, today, single);
                part.add(place, &check);
                (Some(check), None)
            }
            None => {
                let exceptions = exceptions(set, policy_index, rule, &mut part.slots, today);
                let window = WindowCheck::of(set, policy_index, rule, &mut part.slots, today, exceptions);
                if let Some(window) = &window {
                    part.add_window(place, window);
                }
                (None, window)
            }
        };
        program.rules.push(CompiledRule {
            id: rule.id.value.clone(),
            title: rule.title.as_str().into(),
            severity: rule.severity,
            check,
            window,
            obligation: rule.obligation.keyword(),
            message: rule.message.clone(),
            remediation: rule.remediation.as_deref().map(Into::into),
            controls: Arc::new(rule.controls.clone()),
            file: policy.source.name.clone(),
            at,
            waivable: rule.waivable,
            waivers: Vec::new(),
        });
    }
    waivers::add(&mut program, set, today);
    let rules = &program.rules;
    for part in &mut program.parts {
        part.finish(rules);
    }
    program
}
