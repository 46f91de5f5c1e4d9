//! What the populations of rules reach over in all inputs: gathered once for all rules that share one, and told to each at the end.

use crate::compile::Program;
use crate::violation::{Extent, PopulationIndex, RuleIndex, Summary};

/// The populations of one part of a program.
#[derive(Debug, Clone, Default)]
pub(super) struct Populations {
    /// Of every event.
    all: Population,
    /// Whose population that is.
    everywhere: Vec<RuleIndex>,
    /// The others, by their place in the part.
    some: Vec<Population>,
}

#[derive(Debug, Clone, Default)]
struct Population {
    events: u64,
    extent: Extent,
}

impl Populations {
    /// Adds so many events, which reach over `extent` and are the population of `everywhere`: the same in every report of a part.
    pub fn add(&mut self, events: usize, extent: &Extent, everywhere: Vec<RuleIndex>) {
        if self.everywhere.is_empty() {
            self.everywhere = everywhere;
        }
        self.all.events += u64::try_from(events).unwrap_or(u64::MAX);
        self.all.extent.join(extent);
    }

    /// Adds an event of one population.
    pub fn count(&mut self, population: PopulationIndex) {
        if let Some(known) = self.at(population) {
            known.events += 1;
        }
    }

    /// Adds what some events of one population reach over.
    pub fn join(&mut self, population: PopulationIndex, extent: &Extent) {
        if let Some(known) = self.at(population) {
            known.extent.join(extent);
        }
    }

    fn at(&mut self, PopulationIndex(place): PopulationIndex) -> Option<&mut Population> {
        if self.some.len() <= place {
            self.some.resize(place + 1, Population::default());
        }
        self.some.get_mut(place)
    }

    /// Adds to `summary` what was gathered for the part of `program` at `part`.
    pub fn give_to(self, program: &Program, part: usize, summary: &mut Summary) {
        summary.extent.join(&self.all.extent);
        let mut give = |rule: usize, population: &Population| {
            if let Some(rule) = summary.rules.get_mut(rule) {
                rule.population += population.events;
                rule.extent.join(&population.extent);
            }
        };
        self.everywhere.iter().for_each(|rule| give(rule.0, &self.all));
        for (place, population) in self.some.iter().enumerate() {
            program.rules_of(part, place).for_each(|rule| give(rule, population));
        }
    }
}
