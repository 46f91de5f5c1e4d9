//! The report of one part of a program while it grows: over one text, or over several short ones that are scanned one after the other.

use crate::compile::program::Part;
use crate::engine::made::{Numbering, Reaching, Spots};
use crate::engine::sightings::{Sightings, Stretches};
use crate::violation::{PartReport, PopulationIndex, RuleIndex};

/// A report, with what is put into words only in the end.
#[derive(Debug)]
pub(super) struct Growing {
    pub report: PartReport,
    /// Of all records.
    pub all: Spots,
    pub reaching: Reaching,
    /// Where not all that `first_seen` rules are about makes a fact.
    pub stretches: Option<Stretches>,
}

impl Growing {
    /// Of `part`, which stands at `place` among the parts of its program.
    pub fn new(place: usize, part: &Part, sightings: Sightings) -> Self {
        let everywhere = part.everywhere.iter().filter_map(|local| part.rules.get(*local)).map(|rule| RuleIndex(*rule));
        Self {
            report: PartReport { part: place, everywhere: everywhere.collect(), ..PartReport::default() },
            all: Spots::default(),
            reaching: Reaching::default(),
            stretches: (sightings == Sightings::Firsts).then(Stretches::default),
        }
    }

    /// The report. `extents` are those of the populations; they are taken out.
    pub fn finish(self, numbering: &Numbering, extents: &mut [Option<Spots>]) -> PartReport {
        let met = extents.iter_mut().enumerate().filter_map(|(place, spots)| Some((place, spots.take()?)));
        let extents = met.map(|(place, spots)| (PopulationIndex(place), numbering.extent(spots)));
        PartReport {
            reach: self.reaching.finish(),
            stretches: self.stretches.map(Stretches::finish).unwrap_or_default(),
            extent: numbering.extent(self.all),
            extents: extents.filter(|(_, extent)| !extent.is_empty()).collect(),
            ..self.report
        }
    }
}
