//! What a scan works with, kept for the next one: with many short texts, making it anew costs as much as reading them.

use std::cell::RefCell;

use crate::compile::index::Entry;
use crate::compile::program::Part;
use crate::engine::candidates::Memo;
use crate::engine::growing::Growing;
use crate::engine::made::{Numbering, Spots};
use crate::engine::membership::Membership;
use crate::engine::sightings::Sightings;
use crate::json::Slots;
use crate::violation::PartReport;

/// Of scans with one program, one after the other, each by all of its parts.
#[derive(Debug)]
pub struct Scratch {
    sightings: Sightings,
    parts: Vec<PartScratch>,
}

/// Of scans by one part of a program.
#[derive(Debug, Default)]
pub struct PartScratch {
    pub(super) sightings: Sightings,
    pub(super) eager: Slots,
    pub(super) slots: Slots,
    pub(super) late: RefCell<Slots>,
    pub(super) room: Vec<u8>,
    pub(super) candidates: Vec<Entry>,
    pub(super) memos: Vec<Memo>,
    pub(super) membership: Membership,
    pub(super) numbering: Numbering,
    /// Of the populations that met an event; all empty between two reports.
    pub(super) extents: Vec<Option<Spots>>,
    /// The report of texts that are scanned for one.
    pub(super) growing: Option<Box<Growing>>,
}

impl Scratch {
    /// Nothing yet; `sightings` says which events make facts for `first_seen` rules.
    #[must_use]
    pub const fn new(sightings: Sightings) -> Self {
        Self { sightings, parts: Vec::new() }
    }

    /// How many records the texts hold that were scanned together since the last call of [`Scratch::joined`].
    #[must_use]
    pub fn joined_records(&self) -> usize {
        let growing = self.parts.first().and_then(|part| part.growing.as_ref());
        growing.map_or(0, |growing| growing.report.records.len())
    }

    /// What was found in the texts that were scanned together since the last call, if any were.
    pub fn joined(&mut self) -> Option<PartReport> {
        let part = self.parts.first_mut()?;
        let growing = part.growing.take()?;
        Some(part.finish(*growing))
    }

    /// Those of so many parts.
    pub(super) fn parts(&mut self, parts: usize) -> &mut [PartScratch] {
        let sightings = self.sightings;
        self.parts.resize_with(parts, || PartScratch::new(sightings));
        &mut self.parts
    }
}

impl PartScratch {
    /// As [`Scratch::new`].
    #[must_use]
    pub fn new(sightings: Sightings) -> Self {
        Self { sightings, ..Self::default() }
    }

    /// Makes ready for a report of `part`, which stands at `place` among the parts of its program.
    pub(super) fn begin(&mut self, place: usize, part: &Part) -> Growing {
        self.numbering.begin();
        self.extents.resize(part.populations.len(), None);
        Growing::new(place, part, self.sightings)
    }

    /// The report that has grown since [`PartScratch::begin`].
    pub(super) fn finish(&mut self, growing: Growing) -> PartReport {
        growing.finish(&self.numbering, &mut self.extents)
    }
}
