//! What a scan works with, kept for the next one: with many short texts, making it anew costs as much as reading them.

use std::cell::RefCell;

use crate::compile::index::Entry;
use crate::engine::candidates::Memo;
use crate::engine::made::{Numbering, Spots};
use crate::engine::membership::Membership;
use crate::engine::sightings::Sightings;
use crate::json::Slots;

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
    pub(super) slots: Slots,
    pub(super) late: RefCell<Slots>,
    pub(super) room: Vec<u8>,
    pub(super) candidates: Vec<Entry>,
    pub(super) memos: Vec<Memo>,
    pub(super) membership: Membership,
    pub(super) numbering: Numbering,
    /// Of the populations that met an event; all empty between two scans.
    pub(super) extents: Vec<Option<Spots>>,
}

impl Scratch {
    /// Nothing yet; `sightings` says which events make facts for `first_seen` rules.
    #[must_use]
    pub const fn new(sightings: Sightings) -> Self {
        Self { sightings, parts: Vec::new() }
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

    /// Makes ready for a scan with so many populations.
    pub(super) fn begin(&mut self, populations: usize) {
        self.numbering.begin();
        self.extents.resize(populations, None);
    }
}
