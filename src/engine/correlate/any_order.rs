//! `sequence` with `any_order`: each step has its latest candidates, and the latest events that can be all steps are the tightest.

use std::cmp::Reverse;
use std::rc::Rc;

use jiff::Timestamp;

use crate::engine::correlate::evidence::Evidence;
use crate::engine::correlate::matching::{Matching, assign};
use crate::engine::correlate::run::{Case, Judge, Output};
use crate::violation::Fact;
use crate::violation::history::earlier;

/// The facts of one key.
pub(super) struct AnyOrder {
    /// For each step the latest facts that can be it, the latest first and of one time by identity: as many as there are steps, for
    /// of more there is always one to spare.
    latest: Vec<Vec<Rc<Fact>>>,
}

impl AnyOrder {
    pub(super) fn new(steps: usize) -> Self {
        Self { latest: vec![Vec::new(); steps] }
    }

    /// The tightest events that can be all steps, in canonical order, each with its step.
    ///
    /// Sets of events that can be different steps are the independent sets of a transversal matroid, so that taking greedily what is
    /// latest yields events of which each is as late as any choice could have it.
    fn matched(&self) -> Option<Vec<(Rc<Fact>, usize)>> {
        let steps = self.latest.len();
        let mut events: Vec<&Rc<Fact>> = self.latest.iter().flatten().collect();
        events.sort_by(|one, other| Reverse(one.time).cmp(&Reverse(other.time)).then_with(|| one.order(other)));
        events.dedup_by(|one, other| Rc::ptr_eq(one, other));
        let mut matching = Matching::new(steps);
        let mut chosen: Vec<&Rc<Fact>> = Vec::new();
        for (place, event) in events.into_iter().enumerate() {
            let can: Vec<usize> = (0..steps).filter(|step| event.roles.has(*step)).collect();
            if matching.add_event(place, &can) {
                chosen.push(event);
            }
            if matching.len() == steps {
                break;
            }
        }
        chosen.sort_by(|one, other| one.order(other));
        let candidates: Vec<Vec<usize>> = (0..steps)
            .map(|step| {
                let can = chosen.iter().enumerate().filter(|(_, event)| event.roles.has(step));
                can.map(|(place, _)| place).collect()
            })
            .collect();
        let mut assigned: Vec<(usize, usize)> =
            assign(&candidates)?.into_iter().enumerate().map(|(step, place)| (place, step)).collect();
        assigned.sort_unstable();
        assigned.into_iter().map(|(place, step)| Some((Rc::clone(chosen.get(place)?), step))).collect()
    }
}

impl Judge for AnyOrder {
    fn take(&mut self, case: &Case<'_>, time: Timestamp, facts: &[Rc<Fact>], output: &mut Output<'_>) {
        let from = earlier(time, case.window.within);
        let most = self.latest.len();
        for (step, latest) in self.latest.iter_mut().enumerate() {
            let can = facts.iter().filter(|fact| fact.roles.has(step)).take(most).map(Rc::clone);
            let mut known = std::mem::take(latest);
            known.retain(|fact| fact.time >= from);
            latest.extend(can);
            latest.extend(known);
            latest.truncate(most);
        }
        if self.latest.iter().any(Vec::is_empty) {
            return;
        }
        let Some(events) = self.matched() else { return };
        self.latest.iter_mut().for_each(Vec::clear);
        let mut evidence = Evidence::default();
        events.iter().for_each(|(fact, step)| evidence.add(fact, *step));
        evidence.close(case, u64::try_from(events.len()).unwrap_or(u64::MAX), None, output);
    }

    fn end(&mut self, _case: &Case<'_>, _output: &mut Output<'_>) {}
}
