//! `first_seen`: whether a combination of values occurred before, in the facts or in what earlier runs have seen.
//!
//! Bare facts are occurrences and nothing else: none of them is the first in its history.

use std::rc::Rc;

use jiff::Timestamp;

use crate::compile::Program;
use crate::compile::window::WindowKind;
use crate::engine::correlate::evidence::Evidence;
use crate::engine::correlate::run::{Case, Judge, Output, reach_of};
use crate::violation::history::earlier;
use crate::violation::{Fact, Reach, RuleHistory, RuleIndex};

/// One combination.
#[derive(Default)]
pub(super) struct FirstSeen {
    /// When it occurred last, in the facts.
    last: Option<Timestamp>,
}

impl Judge for FirstSeen {
    fn take(&mut self, case: &Case<'_>, time: Timestamp, facts: &[Rc<Fact>], output: &mut Output<'_>) {
        let history = case.window.within;
        let from = earlier(time, history);
        let known = output.correlated.history.rules.get(&case.rule.id);
        let since = [case.reach.first, known.and_then(|known| known.since)].into_iter().flatten().min();
        let key = facts.first().map(|fact| &fact.key);
        let occurrences = known.zip(key).and_then(|(known, key)| known.seen.get(key));
        let is_seen = self.last.is_some_and(|last| last >= from)
            || occurrences.is_some_and(|occurrences| occurrences.before(time, history));
        output.correlated.doubtful |= facts.iter().any(|fact| is_doubtful(fact, facts));
        let whole = || facts.iter().filter(|fact| !fact.bare);
        let count = whole().count();
        if is_seen || count == 0 {
        } else if since.is_some_and(|since| since <= from) {
            let mut evidence = Evidence::default();
            whole().for_each(|fact| evidence.add(fact, 0));
            evidence.close(case, u64::try_from(count).unwrap_or(u64::MAX), None, output);
        } else {
            output.learning(case, count);
        }
        self.last = Some(time);
        if output.keeps_history
            && let Some(key) = key
        {
            let known = output.correlated.history.rules.entry(case.rule.id.clone()).or_default();
            known.seen.entry(key.clone()).or_default().add(time, history);
        }
    }

    fn end(&mut self, _case: &Case<'_>, _output: &mut Output<'_>) {}
}

/// Whether `fact` is bare and of an event that was corrected, so that it did not occur unless the correction, which has the same time,
/// says so among `facts`.
fn is_doubtful(fact: &Fact, facts: &[Rc<Fact>]) -> bool {
    let repeated = |other: &Rc<Fact>| !other.bare && other.updated && other.id == fact.id;
    fact.bare && fact.updated && !facts.iter().any(repeated)
}

/// Brings what is kept of each `first_seen` rule up to date: since when all was seen, and without what can change no answer about
/// logs that begin when these do, or later.
pub(super) fn settle(program: &Program, reach: &[Reach], output: &mut Output<'_>) {
    if !output.keeps_history {
        return;
    }
    for (place, rule) in program.rules.iter().enumerate() {
        let Some(window) = rule.window.as_ref().filter(|window| window.kind == WindowKind::FirstSeen) else { continue };
        let Some(first) = reach_of(program, RuleIndex(place), reach).first else { continue };
        let known = output.correlated.history.rules.entry(rule.id.clone()).or_default();
        known.definition.clone_from(&window.definition);
        settle_rule(known, first, earlier(first, window.within));
    }
}

fn settle_rule(known: &mut RuleHistory, first: Timestamp, cutoff: Timestamp) {
    let since = known.since.map_or(first, |since| since.min(first));
    let mut has_forgotten = false;
    known.seen.retain(|_, occurrences| {
        has_forgotten |= occurrences.forget(cutoff);
        !occurrences.spans.is_empty()
    });
    known.since = Some(if has_forgotten { since.max(cutoff) } else { since });
}
