//! Which mutants of a rule its tests tell from the rule: those they kill. `docs/authoring.md` says it to authors.
//!
//! A mutant is run by the fast evaluator alone, on the tests of the rule that it is of; one of a definition on those of every rule
//! that uses the definition, until one kills it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::engine::selftest::owners::Owners;
use crate::engine::selftest::run::{Prepared, RuleRun};
use crate::policy::model::{Condition, Rule};
use crate::policy::mutant::obligation::obligation_mutants;
use crate::policy::mutant::{Mutant, mutants};
use crate::policy::walk::{self, Inside, Reference};
use crate::policy::{PolicyIndex, PolicySet};
use crate::text::Span;
use crate::violation::{Open, Owner, Share};

/// What came of the mutants of a rule or definition.
#[derive(Debug)]
pub struct Trial {
    policy: PolicyIndex,
    owner: Owner,
    span: Span,
    total: usize,
    survivors: Vec<(Span, String)>,
}

/// Tries the mutants of the rule of `prepared`; `names` is its policy set, which may lack the rules. Exceptions count as on `today`.
#[must_use]
pub fn try_rule(prepared: &Prepared<'_>, names: &PolicySet, today: Date) -> Trial {
    let rule = Rule { tests: Vec::new(), ..prepared.rule.clone() };
    let mut trial = Trial {
        policy: prepared.policy,
        owner: Owner::Rule(rule.id.value.clone()),
        span: rule.id.span,
        total: 0,
        survivors: Vec::new(),
    };
    for (span, change, mutant) in rule_mutants(&rule, today) {
        trial.total += 1;
        if !RuleRun::new(names, prepared.policy, &mutant).fails(&prepared.tests) {
            trial.survivors.push((span, change));
        }
    }
    trial
}

fn rule_mutants(rule: &Rule, today: Date) -> Vec<(Span, String, Rule)> {
    let mut all = Vec::new();
    if let Some(when) = &rule.when {
        all.extend(with_each(mutants(when), |condition| Rule { when: Some(condition), ..rule.clone() }));
    }
    all.extend(obligation_mutants(&rule.obligation).into_iter().map(|mutant| {
        let span = mutant.span.unwrap_or(rule.id.span);
        (span, mutant.change, Rule { obligation: mutant.obligation, ..rule.clone() })
    }));
    for (place, exception) in rule.exceptions.iter().enumerate() {
        if rule.waivable && exception.until.value >= today {
            all.extend(with_each(mutants(&exception.condition), |condition| {
                let mut changed = rule.clone();
                if let Some(exception) = changed.exceptions.get_mut(place) {
                    exception.condition = condition;
                }
                changed
            }));
        }
    }
    all
}

/// `mutants` of a condition, each with the rule that `with` makes of it.
fn with_each(mutants: Vec<Mutant>, with: impl Fn(Condition) -> Rule) -> impl Iterator<Item = (Span, String, Rule)> {
    mutants.into_iter().map(move |mutant| (mutant.span, mutant.change, with(mutant.condition)))
}

/// Tries the mutants of the definition `name` of `policy` on the tests of `users`, the rules that use it. `names` is the policy set,
/// which may lack the rules.
#[must_use]
pub fn try_define(names: &PolicySet, policy: PolicyIndex, name: &str, users: &[&Prepared<'_>]) -> Option<Trial> {
    let define = names.policy(policy)?.defines.get(name)?;
    let mut trial =
        Trial { policy, owner: Owner::Define(name.to_owned()), span: define.span, total: 0, survivors: Vec::new() };
    for mutant in mutants(&define.condition) {
        trial.total += 1;
        let changed = names.clone().with_define(policy, name, mutant.condition);
        let is_killed = users.iter().any(|user| {
            let rule = Rule { tests: Vec::new(), ..user.rule.clone() };
            RuleRun::new(&changed, user.policy, &rule).fails(&user.tests)
        });
        if !is_killed {
            trial.survivors.push((mutant.span, mutant.change));
        }
    }
    Some(trial)
}

/// The definitions that `rule` of `policy` uses, also by way of others.
#[must_use]
pub fn names_used(set: &PolicySet, policy: PolicyIndex, rule: &Rule) -> BTreeSet<(PolicyIndex, String)> {
    let mut used = BTreeSet::new();
    let mut waiting: Vec<(PolicyIndex, String)> = Vec::new();
    walk::rule(rule, &mut |reference, _| {
        if let Reference::Define(name) = reference {
            waiting.push((policy, name.value.clone()));
        }
    });
    while let Some((from, name)) = waiting.pop() {
        let Some((home, define)) = set.define(from, &name) else { continue };
        if used.insert((home, name)) {
            walk::condition(&define.condition, Inside::Event, &mut |reference, _| {
                if let Reference::Define(name) = reference {
                    waiting.push((home, name.value.clone()));
                }
            });
        }
    }
    used
}

/// `trials` by owner, in the order of the policies of `set`.
#[must_use]
pub fn shares(set: &PolicySet, trials: Vec<Trial>) -> Vec<Share> {
    let mut owners = Owners::new(set);
    for trial in trials {
        let owner = owners.named(trial.policy, trial.owner, trial.span);
        for _ in trial.survivors.len()..trial.total {
            owners.count(owner, None);
        }
        for (span, what) in trial.survivors {
            let open = Open { span, at: owners.at(owner, span), what, why: "survived".to_owned() };
            owners.count(owner, Some(open));
        }
    }
    owners.shares()
}
