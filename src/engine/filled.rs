//! The slots of one record, read only as far as they are asked for: the eager ones are there, and the first question about
//! another one fills them all.

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
    all: &'r RefCell<Slots>,
    has_all: Cell<bool>,
}

impl<'r> Filled<'r> {
    /// For the record `text`, whose eager slots for `part` are in `eager`; `all` is room for all of them.
    #[must_use]
    pub fn eager(part: &'r Part, text: &'r str, eager: &'r Slots, all: &'r RefCell<Slots>) -> Self {
        Self::Eager(Eager { part, text, eager, all, has_all: Cell::new(false) })
    }

    /// Where the value of `slot` lies in the record's text; `None` where the record has none.
    pub fn span(&self, slot: SlotId) -> Option<Span> {
        match self {
            Self::All(slots) => slots.span(slot),
            Self::Eager(some) if some.part.eager.fills(slot) => some.eager.span(slot),
            Self::Eager(some) => {
                if !some.has_all.replace(true) {
                    fill(some.part, some.text, &mut some.all.borrow_mut());
                }
                some.all.borrow().span(slot)
            }
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
