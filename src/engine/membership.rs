//! Which populations an event is in: each is asked once, however many rules share it.

use crate::compile::program::Part;
use crate::engine::evaluate::Event;

/// What is known of the event at hand.
#[derive(Debug, Default)]
pub(super) struct Membership {
    /// Counts the events.
    event: u64,
    /// For each population the event that it was asked of last, and the answer.
    known: Vec<(u64, bool)>,
}

impl Membership {
    /// Goes on to the next event, of which nothing is known.
    pub(super) const fn next_event(&mut self) {
        self.event += 1;
    }

    /// Whether `event`, the one at hand, is in the population at this place of `part`. Not for those of sequences.
    pub(super) fn holds(&mut self, part: &Part, population: usize, event: &Event<'_>) -> bool {
        if self.known.len() < part.populations.len() {
            self.known.resize(part.populations.len(), (0, false));
        }
        let Some(known) = self.known.get_mut(population) else { return false };
        if known.0 != self.event {
            let when = part.populations.get(population).and_then(|population| population.when.as_ref());
            *known = (self.event, when.is_some_and(|when| event.meets(when)));
        }
        known.1
    }
}
