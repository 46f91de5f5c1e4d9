//! `sequence`: every way of giving each step an event of its own is tried.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::engine::reference::window::event::Dated;
use crate::engine::reference::window::{Court, Judgement, gap, groups, lacks_part, length};
use crate::policy::obligation::{Sequence, SequenceStep};

/// The place of an event among those of its key, for each step that must happen.
type Match = Vec<usize>;

impl Court<'_> {
    pub(super) fn sequence(&self, sequence: &Sequence) -> Judgement {
        let concerns = |event: &&Dated<'_>| sequence.steps.iter().any(|step| self.meets_both(event.value, &step.event));
        let events: Vec<&Dated<'_>> = self.events.iter().filter(concerns).collect();
        let mut judgement = Judgement::default();
        for (key, events) in groups(&sequence.by.parts, &events) {
            let mut rest = events;
            while let Some((best, names)) = self.best(sequence, &rest, lacks_part(&key)) {
                let chosen: Vec<&Dated<'_>> = best.iter().filter_map(|place| rest.get(*place).copied()).collect();
                let Some(end) = chosen.iter().map(|event| event.time).max() else { break };
                let number = chosen.len();
                let roles = chosen.into_iter().zip(names).collect();
                judgement.violations.extend(self.broken(&sequence.by, roles, number));
                rest.retain(|event| event.time > end);
            }
        }
        judgement
    }

    /// The match that is over first, of those the tightest, of those the first in canonical order; with its steps' names.
    fn best(&self, sequence: &Sequence, events: &[&Dated<'_>], keyless: bool) -> Option<(Match, Vec<String>)> {
        let wanted: Vec<&SequenceStep> = sequence.steps.iter().filter(|step| !step.absent).collect();
        let mut ways: Vec<Match> = vec![Vec::new()];
        for step in &wanted {
            let mut longer = Vec::new();
            for way in &ways {
                for (place, event) in events.iter().enumerate() {
                    if !way.contains(&place) && self.meets_both(event.value, &step.event) {
                        let mut way = way.clone();
                        way.push(place);
                        if self.fits(sequence, events, &way, keyless) {
                            longer.push(way);
                        }
                    }
                }
            }
            ways = longer;
        }
        let times = |way: &Match| -> Vec<Timestamp> {
            let mut times: Vec<_> = way.iter().filter_map(|place| Some(events.get(*place)?.time)).collect();
            times.sort();
            times
        };
        let rank = |way: &Match| {
            let times = times(way);
            let mut places = way.clone();
            places.sort_unstable();
            (times.last().copied(), Reverse(times), if sequence.any_order { places } else { way.clone() }, way.clone())
        };
        let best = ways.into_iter().min_by_key(rank)?;
        Some((best, wanted.iter().map(|step| step.name.value.clone()).collect()))
    }

    /// Whether nothing speaks against `way`, which may still lack its last steps.
    fn fits(&self, sequence: &Sequence, events: &[&Dated<'_>], way: &Match, keyless: bool) -> bool {
        let times: Vec<Timestamp> = way.iter().filter_map(|place| Some(events.get(*place)?.time)).collect();
        let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else { return true };
        if gap(*first, *last) > length(sequence.within) {
            return false;
        }
        sequence.any_order || times.is_sorted() && (keyless || !self.is_blocked(sequence, events, &times))
    }

    /// Whether a step that must not happen lies strictly between its neighbours.
    fn is_blocked(&self, sequence: &Sequence, events: &[&Dated<'_>], times: &[Timestamp]) -> bool {
        sequence.steps.iter().enumerate().filter(|(_, step)| step.absent).any(|(at, step)| {
            let before = sequence.steps.iter().take(at).filter(|step| !step.absent).count();
            let (Some(before), Some(after)) = (before.checked_sub(1).and_then(|at| times.get(at)), times.get(before))
            else {
                return false;
            };
            events
                .iter()
                .any(|event| *before < event.time && event.time < *after && self.meets_both(event.value, &step.event))
        })
    }
}
