//! The slots of one record, read only as far as they are asked for: the eager ones are there, and the first question about
//! another one fills those of its branch.

use std::cell::{Cell, RefCell};

use crate::compile::program::Part;
use crate::json::{SlotId, Slots};
use crate::text::Span;

/// The slots of a record.
#[derive(Debug)]
pub enum Filled<'r> {
    /// All of them.
    All(&'r Slots),
    /// The eager ones, and a way to the others.
    Eager(Eager<'r>),
}

/// The eager slots of a record, and what it takes to fill the others.
#[derive(Debug)]
pub struct Eager<'r> {
    part: &'r Part,
    text: &'r str,
    eager: &'r Slots,
    late: &'r RefCell<Slots>,
    /// A bit for each branch that is filled; [`ALL`] where every slot is.
    filled: Cell<u64>,
}

const ALL: u64 = u64::MAX;

impl<'r> Filled<'r> {
    /// For the record `text`, whose eager slots for `part` are in `eager`; `late` is room for the others.
    #[must_use]
    pub fn eager(part: &'r Part, text: &'r str, eager: &'r Slots, late: &'r RefCell<Slots>) -> Self {
        Self::Eager(Eager { part, text, eager, late, filled: Cell::new(0) })
    }

    /// Where the value of `slot` lies in the record's text; `None` where the record has none.
    #[inline]
    pub fn span(&self, slot: SlotId) -> Option<Span> {
        match self {
            Self::All(slots) => slots.span(slot),
            Self::Eager(some) if some.part.eager.fills(slot) => some.eager.span(slot),
            Self::Eager(some) => {
                some.reach(slot);
                some.late.borrow().span(slot)
            }
        }
    }
}

impl Eager<'_> {
    /// Fills the branch of `slot`, or all slots where that cannot be done, if it is not filled.
    fn reach(&self, slot: SlotId) {
        let filled = self.filled.get();
        let branch = self.part.late.of(slot);
        // Of the branches none has the last bit.
        let bit = branch.map_or(ALL, |place| 1 << place);
        if filled & bit == bit {
            return;
        }
        let late = &mut self.late.borrow_mut();
        let done = branch.is_some_and(|place| self.part.late.fill(place, self.text, self.eager, late));
        if done {
            self.filled.set(filled | bit);
        } else {
            fill(self.part, self.text, late);
            self.filled.set(ALL);
        }
    }
}

/// Fills all slots of `part` from `record`, which is valid JSON.
pub fn fill(part: &Part, record: &str, slots: &mut Slots) {
    let skimmed = part.all.skim(record.as_bytes(), 0, slots);
    if skimmed.is_none_or(|(end, _)| end != record.len()) {
        // Invariant: the reader hands out valid JSON, so that this does not fail.
        let _read = part.slots.extract(record, slots);
    }
}
