//! What an event is to be asked for: the values of its indexed fields in, places of rules and populations out.

use std::hash::Hasher;

use regex::RegexSet;
use rustc_hash::FxHasher;

use crate::compile::index::{Entry, Index, TextField};
use crate::engine::node::Node;
use crate::json::Slots;
use crate::policy::operator::JsonType;

/// What was found for the last texts of one field: the same principals and programs make many events of a file.
#[derive(Debug, Clone, Default)]
pub struct Memo {
    /// Texts that were met before anything is kept.
    met: usize,
    known: Vec<Known>,
    /// The field's set, with memory of its own: that of a set which several threads use is locked.
    set: Option<RegexSet>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    text: String,
    entries: Vec<Entry>,
}

/// How many texts a [`Memo`] holds, each in the one place that its hash says.
const PLACES: usize = 128;
/// So many texts are looked up before any is kept: to make room takes longer than the few records of a small file do.
const FEW: usize = 8;
/// Longer ones are not kept.
const LONGEST: usize = 512;

impl Memo {
    /// Adds the entries of `field` that `text` leads to.
    fn add_entries(&mut self, field: &TextField, text: &str, candidates: &mut Vec<Entry>) {
        if self.met < FEW {
            self.met += 1;
            return search(field, &field.set, text, candidates);
        }
        let set = self.set.get_or_insert_with(|| field.set.clone());
        if self.known.is_empty() {
            self.known.resize(PLACES, Known::default());
        }
        let mut hash = FxHasher::default();
        hash.write(text.as_bytes());
        let place = usize::try_from(hash.finish()).unwrap_or_default() % PLACES;
        match self.known.get_mut(place).filter(|_| (1..=LONGEST).contains(&text.len())) {
            Some(known) if known.text == text => candidates.extend_from_slice(&known.entries),
            Some(known) => {
                text.clone_into(&mut known.text);
                known.entries.clear();
                search(field, set, text, &mut known.entries);
                candidates.extend_from_slice(&known.entries);
            }
            None => search(field, set, text, candidates),
        }
    }
}

/// Adds the entries of `field` that `text` leads to; `set` is that of the field.
fn search(field: &TextField, set: &RegexSet, text: &str, entries: &mut Vec<Entry>) {
    if !field.not_ascii.is_empty() && !text.is_ascii() {
        entries.extend_from_slice(&field.not_ascii);
    }
    if set.is_match(text) {
        let led = set.matches(text).into_iter().filter_map(|place| field.entries.get(place));
        led.for_each(|more| entries.extend_from_slice(more));
    }
}

/// Fills `candidates` with the entries of `index` that may concern the event, beside the universal ones, in order: rules first; `slots` hold its indexed fields.
/// `memos` are of the same index, or none.
pub fn find(index: &Index, text: &str, slots: &Slots, memos: &mut Vec<Memo>, candidates: &mut Vec<Entry>) {
    candidates.clear();
    for field in index.fields() {
        let Some(value) = slots.string(field.slot, text) else { continue };
        if let Some(entries) = field.values.get(value.as_ref()) {
            candidates.extend_from_slice(entries);
        }
    }
    memos.resize_with(index.texts().len(), Memo::default);
    for (field, memo) in index.texts().iter().zip(memos) {
        match slots.string(field.slot, text) {
            Some(value) => memo.add_entries(field, &value, candidates),
            None => {
                let node = slots.span(field.slot).map_or(Node::Missing, |span| Node::Text(span.of(text)));
                if node.kind() == Some(JsonType::Array) {
                    candidates.extend_from_slice(&field.arrays);
                }
            }
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
}

/// The entries of two lists in order, which are in order themselves; what is in both, once.
pub fn joined<'l>(one: &'l [Entry], other: &'l [Entry]) -> impl Iterator<Item = Entry> + 'l {
    let (mut one, mut other) = (one.iter().copied().peekable(), other.iter().copied().peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(left), Some(right)) if left == right => {
            other.next();
            one.next()
        }
        (Some(left), Some(right)) if left > right => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_joined_in_order() {
        use Entry::{Population, Rule};
        let one = [Rule(1), Rule(4), Population(0), Population(2)];
        let other = [Rule(0), Rule(4), Rule(5), Population(1)];
        let wanted = [Rule(0), Rule(1), Rule(4), Rule(5), Population(0), Population(1), Population(2)];
        assert!(joined(&one, &other).eq(wanted));
        assert!(joined(&other, &one).eq(wanted));
        assert!(joined(&one, &[]).eq(one));
        assert!(joined(&[], &one).eq(one));
    }
}
