//! Goes through sorted facts: one rule after the other, one key after the other, the facts of one time together.

use std::rc::Rc;

use jiff::Timestamp;

use crate::compile::Program;
use crate::compile::program::CompiledRule;
use crate::compile::window::{WindowCheck, WindowKind};
use crate::engine::correlate::any_order::AnyOrder;
use crate::engine::correlate::first_seen::{self, FirstSeen};
use crate::engine::correlate::follow::{FollowedBy, PrecededBy};
use crate::engine::correlate::sequence::Sequence;
use crate::engine::correlate::threshold::Threshold;
use crate::violation::{Correlated, CorrelatedViolation, Fact, History, Reach, RuleIndex};

/// What `facts` are together.
///
/// `facts` come in the order of [`Fact::order`], each event once, and were made with `program`; `reach` says for each part of the
/// program how far the records reach that the facts are from. `history` is what earlier runs have seen: where it is given, the answer
/// holds it with this run's facts added; otherwise none is kept.
#[must_use]
pub fn correlate(
    program: &Program,
    facts: impl IntoIterator<Item = Fact>,
    reach: &[Reach],
    history: Option<History>,
) -> Correlated {
    let mut violations = Vec::new();
    let correlated = correlate_into(program, facts, reach, history, &mut |found| violations.push(found));
    Correlated { violations, ..correlated }
}

/// As [`correlate`], with each violation handed to `found` rather than kept. Holds the facts of one key's window.
pub fn correlate_into(
    program: &Program,
    facts: impl IntoIterator<Item = Fact>,
    reach: &[Reach],
    history: Option<History>,
    found: &mut dyn FnMut(CorrelatedViolation),
) -> Correlated {
    let mut output = Output { correlated: Correlated::default(), keeps_history: history.is_some(), found };
    output.correlated.history = history.unwrap_or_default();
    let mut facts = facts.into_iter().peekable();
    while let Some(rule) = facts.peek().map(|fact| fact.rule) {
        let of_rule = std::iter::from_fn(|| facts.next_if(|fact| fact.rule == rule));
        match case(program, rule, reach) {
            Some(case) => judge(&case, of_rule, &mut output),
            // Invariant: facts come from this program, so that each has its rule.
            None => of_rule.for_each(drop),
        }
    }
    first_seen::settle(program, reach, &mut output);
    output.correlated
}

/// A rule over time and what it is judged by.
pub(super) struct Case<'c> {
    pub program: &'c Program,
    pub index: RuleIndex,
    pub rule: &'c CompiledRule,
    pub window: &'c WindowCheck,
    pub reach: Reach,
}

/// What comes out.
pub(super) struct Output<'o> {
    pub correlated: Correlated,
    pub keeps_history: bool,
    found: &'o mut dyn FnMut(CorrelatedViolation),
}

impl Output<'_> {
    pub(super) fn violation(&mut self, violation: CorrelatedViolation) {
        (self.found)(violation);
    }

    /// An event of which it is not known yet whether it is a violation.
    pub(super) fn pending(&mut self, case: &Case<'_>) {
        *self.correlated.pending.entry(case.index).or_default() += 1;
    }

    /// So many events that are the first of their kind in too short a history.
    pub(super) fn learning(&mut self, case: &Case<'_>, events: usize) {
        *self.correlated.learning.entry(case.index).or_default() += u64::try_from(events).unwrap_or(u64::MAX);
    }
}

/// Judges the facts of one rule and key, in their order.
pub(super) trait Judge {
    /// Takes all facts of one time, by identity; never empty.
    fn take(&mut self, case: &Case<'_>, time: Timestamp, facts: &[Rc<Fact>], output: &mut Output<'_>);

    /// There are no more.
    fn end(&mut self, case: &Case<'_>, output: &mut Output<'_>);
}

fn case<'c>(program: &'c Program, index: RuleIndex, reach: &[Reach]) -> Option<Case<'c>> {
    let rule = program.rules.get(index.0)?;
    Some(Case { program, index, rule, window: rule.window.as_ref()?, reach: reach_of(program, index, reach) })
}

/// How far the records of the part reach that the rule is of.
pub(super) fn reach_of(program: &Program, index: RuleIndex, reach: &[Reach]) -> Reach {
    let part = program.parts.iter().position(|part| part.rules.binary_search(&index.0).is_ok());
    part.and_then(|part| reach.get(part)).copied().unwrap_or_default()
}

fn judge(case: &Case<'_>, facts: impl Iterator<Item = Fact>, output: &mut Output<'_>) {
    let mut facts = facts.peekable();
    let mut same_time: Vec<Rc<Fact>> = Vec::new();
    while let Some(first) = facts.next() {
        let mut judge = judge_of(case);
        let mut next = Some(Rc::new(first));
        while let Some(fact) = next.take() {
            let (key, time) = (fact.key.clone(), fact.time);
            same_time.push(fact);
            while let Some(more) = facts.next_if(|more| more.key == key && more.time == time) {
                same_time.push(Rc::new(more));
            }
            judge.take(case, time, &same_time, output);
            same_time.clear();
            next = facts.next_if(|more| more.key == key).map(Rc::new);
        }
        judge.end(case, output);
    }
}

fn judge_of(case: &Case<'_>) -> Box<dyn Judge> {
    match case.window.kind {
        WindowKind::Threshold(count) => Box::new(Threshold::new(count)),
        WindowKind::FollowedBy => Box::new(FollowedBy::default()),
        WindowKind::PrecededBy => Box::new(PrecededBy::default()),
        WindowKind::Sequence => Box::new(Sequence::new(&case.window.roles)),
        WindowKind::AnyOrder => Box::new(AnyOrder::new(case.window.roles.len())),
        WindowKind::FirstSeen => Box::new(FirstSeen::default()),
    }
}
