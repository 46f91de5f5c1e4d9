//! `sequence` in order: for each number of first steps the best events for them so far, carried on from time to time.
//!
//! Of the ways to have the first steps done only the best is kept: what can follow it can follow any other, since a step that must
//! not happen ends all ways that it lies behind at once.

use std::cmp::Ordering;
use std::rc::Rc;

use jiff::Timestamp;

use crate::compile::window::Role;
use crate::engine::correlate::evidence::Evidence;
use crate::engine::correlate::matching::assign;
use crate::engine::correlate::run::{Case, Judge, Output};
use crate::violation::Fact;
use crate::violation::history::earlier;

/// The facts of one key.
pub(super) struct Sequence {
    /// The roles that must happen.
    steps: Vec<usize>,
    /// The roles that must not, each with how many steps lie before it.
    absent: Vec<(usize, usize)>,
    /// For each number of first steps, none left out, the best events for them.
    states: Vec<Option<Way>>,
}

/// Events for the first steps.
type Way = Vec<Rc<Fact>>;

impl Sequence {
    pub(super) fn new(roles: &[Role]) -> Self {
        let mut steps = Vec::new();
        let mut absent = Vec::new();
        for (place, role) in roles.iter().enumerate() {
            if role.absent { absent.push((place, steps.len())) } else { steps.push(place) }
        }
        let states = vec![None; steps.len()];
        Self { steps, absent, states }
    }

    /// For each step the facts that can be it; more than there are steps are never needed.
    fn candidates(&self, facts: &[Rc<Fact>]) -> Vec<Vec<usize>> {
        let of = |role: &usize| {
            let can = facts.iter().enumerate().filter(|(_, fact)| fact.roles.has(*role));
            can.map(|(place, _)| place).take(self.steps.len()).collect()
        };
        self.steps.iter().map(of).collect()
    }

    /// The best ways that end with these facts, by the number of steps done.
    fn extended(&self, facts: &[Rc<Fact>]) -> Vec<Option<Way>> {
        let candidates = self.candidates(facts);
        let mut best: Vec<Option<Way>> = vec![None; self.steps.len() + 1];
        for done in 0..self.steps.len() {
            let before: &[Rc<Fact>] = match self.states.get(done) {
                Some(Some(way)) => way,
                // Nothing done yet is where each way begins.
                _ if done == 0 => &[],
                _ => continue,
            };
            for end in done + 1..=self.steps.len() {
                let Some(chosen) = candidates.get(done..end).and_then(assign) else { break };
                let mut way = before.to_vec();
                way.extend(chosen.into_iter().filter_map(|place| facts.get(place)).map(Rc::clone));
                if let Some(place) = best.get_mut(end)
                    && place.as_ref().is_none_or(|known| is_better(&way, known))
                {
                    *place = Some(way);
                }
            }
        }
        best
    }
}

impl Judge for Sequence {
    fn take(&mut self, case: &Case<'_>, time: Timestamp, facts: &[Rc<Fact>], output: &mut Output<'_>) {
        let from = earlier(time, case.window.within);
        for state in &mut self.states {
            if state.as_ref().and_then(|way| way.first()).is_some_and(|first| first.time < from) {
                *state = None;
            }
        }
        let mut best = self.extended(facts);
        if let Some(way) = best.pop().flatten() {
            self.states.fill(None);
            let mut evidence = Evidence::default();
            let mut events: Vec<(Rc<Fact>, usize)> = way.into_iter().zip(self.steps.iter().copied()).collect();
            events.sort_by(|(one, _), (other, _)| one.order(other));
            events.iter().for_each(|(fact, role)| evidence.add(fact, *role));
            evidence.close(case, u64::try_from(events.len()).unwrap_or(u64::MAX), None, output);
            return;
        }
        for (role, before) in &self.absent {
            if facts.iter().any(|fact| fact.roles.has(*role))
                && let Some(state) = self.states.get_mut(*before)
            {
                *state = None;
            }
        }
        for (state, way) in self.states.iter_mut().zip(best) {
            if let Some(way) = way
                && state.as_ref().is_none_or(|known| is_better(&way, known))
            {
                *state = Some(way);
            }
        }
    }

    fn end(&mut self, _case: &Case<'_>, _output: &mut Output<'_>) {}
}

/// Whether `way` is tighter than `known`, which does as many steps: later from its first event on, else first in canonical order.
fn is_better(way: &[Rc<Fact>], known: &[Rc<Fact>]) -> bool {
    let times = |way: &[Rc<Fact>]| way.iter().map(|fact| fact.time).collect::<Vec<_>>();
    match times(way).cmp(&times(known)) {
        Ordering::Equal => {
            let orders = way.iter().zip(known).map(|(one, other)| one.order(other));
            orders.into_iter().find(|order| order.is_ne()) == Some(Ordering::Less)
        }
        order => order == Ordering::Greater,
    }
}
