//! Near misses: a rule in, variants of it out, each of which finds the events that one predicate alone kept from being a violation.
//!
//! A variant asks all other predicates as its population and forbids that the one fails, so that what it finds has the one as its
//! evidence. It is an ordinary rule and runs on the fast path.

use crate::policy::model::{Condition, Rule, RuleId};
use crate::policy::obligation::Obligation;

/// One predicate of a rule, and the rule that finds what it alone kept out.
#[derive(Debug, Clone)]
pub struct Variant<'r> {
    /// The predicate: a part of the population or of the obligation that is not an AND.
    pub condition: &'r Condition,
    /// Whether it stands in the population, else in the obligation.
    pub part: Part,
    /// Finds the events; its id is its own.
    pub rule: Rule,
}

/// Where a predicate stands, and what keeps an event from being a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// In `when`: that it does not hold.
    Population,
    /// In `forbid`: that it does not hold.
    Forbid,
    /// In `require`: that it holds.
    Require,
}

/// What has to be so for a violation, and whether it is that `condition` holds or that it does not.
#[derive(Debug, Clone, Copy)]
struct Needed<'r> {
    condition: &'r Condition,
    part: Part,
}

impl Needed<'_> {
    fn met(self) -> Condition {
        match self.part {
            Part::Population | Part::Forbid => self.condition.clone(),
            Part::Require => negated(self.condition),
        }
    }

    fn missed(self) -> Condition {
        match self.part {
            Part::Population | Part::Forbid => negated(self.condition),
            Part::Require => self.condition.clone(),
        }
    }
}

/// One variant of `rule` for each predicate that all violations have to meet, in the order of the policy.
///
/// Exceptions and waivers are left out. For an obligation over time the population's predicates alone are asked.
#[must_use]
pub fn variants(rule: &Rule) -> Vec<Variant<'_>> {
    let mut needed = Vec::new();
    rule.when.iter().for_each(|when| all(when, Part::Population, &mut needed));
    match &rule.obligation {
        Obligation::Forbid(condition) => all(condition, Part::Forbid, &mut needed),
        Obligation::Require(condition) => any(condition, &mut needed),
        Obligation::Threshold(_)
        | Obligation::FollowedBy(_)
        | Obligation::PrecededBy(_)
        | Obligation::Sequence(_)
        | Obligation::FirstSeen(_) => {}
    }
    needed.iter().enumerate().map(|(place, one)| variant(rule, &needed, place, *one)).collect()
}

fn variant<'r>(rule: &'r Rule, needed: &[Needed<'r>], place: usize, one: Needed<'r>) -> Variant<'r> {
    let others: Vec<Condition> =
        needed.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other.met()).collect();
    let mut changed = rule.clone();
    // No rule of a policy can have such an id.
    changed.id.value = RuleId(format!("{}#{place}", rule.id.value));
    changed.when = (!others.is_empty()).then_some(Condition::All(others));
    changed.obligation = Obligation::Forbid(one.missed());
    changed.message = None;
    changed.exceptions.clear();
    changed.waivable = false;
    Variant { condition: one.condition, part: one.part, rule: changed }
}

/// The parts of an AND, nested ones too.
fn all<'r>(condition: &'r Condition, part: Part, needed: &mut Vec<Needed<'r>>) {
    match condition {
        Condition::All(parts) => parts.iter().for_each(|each| all(each, part, needed)),
        _ => needed.push(Needed { condition, part }),
    }
}

/// What must not hold for `require` to fail: each part of an OR; else the whole.
fn any<'r>(condition: &'r Condition, needed: &mut Vec<Needed<'r>>) {
    match condition {
        Condition::Any(parts) => parts.iter().for_each(|each| any(each, needed)),
        Condition::All(parts) if parts.len() == 1 => parts.iter().for_each(|each| any(each, needed)),
        _ => needed.push(Needed { condition, part: Part::Require }),
    }
}

fn negated(condition: &Condition) -> Condition {
    match condition {
        Condition::Not(inner) => (**inner).clone(),
        _ => Condition::Not(Box::new(condition.clone())),
    }
}
