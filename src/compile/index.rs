//! Which rules an event can concern: the literals that are asked of a field lead from the field's value to the population that asks
//! for them, or to the rule that an event with them may break.

use std::collections::{BTreeMap, BTreeSet};

use regex::{RegexSet, RegexSetBuilder};
use rustc_hash::FxHashMap;

use crate::compile::gate::{Atom, TextAtom, fewest, gate};
use crate::compile::matcher::{ListMatcher, Matcher, NodeMatcher, OperatorMatcher, Place};
use crate::json::{Location, SlotId};

/// Largest set of regexes of one field, in bytes.
const SET_LIMIT_BYTES: usize = 64 << 20;

/// What an event is to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entry {
    /// Whether it breaks the rule at this place, or is something to it.
    Rule(usize),
    /// Whether it is in the population at this place.
    Population(usize),
}

/// Leads from the values of a few fields to what an event is to be asked for.
#[derive(Debug, Clone, Default)]
pub struct Index {
    fields: Vec<IndexField>,
    texts: Vec<TextField>,
    /// What any event is asked for.
    universal: Vec<Entry>,
}

/// One indexed field.
#[derive(Debug, Clone)]
pub struct IndexField {
    /// Its slot.
    pub slot: SlotId,
    /// Value → entries.
    pub values: FxHashMap<String, Vec<Entry>>,
}

/// A field whose text many entries ask about: one pass over it tells which.
#[derive(Debug, Clone)]
pub struct TextField {
    /// Its slot.
    pub slot: SlotId,
    /// All regexes.
    pub set: RegexSet,
    /// The entries of each regex.
    pub entries: Vec<Vec<Entry>>,
    /// The entries of which the regexes tell nothing where the value is not all ASCII.
    pub not_ascii: Vec<Entry>,
    /// The entries that an array may concern.
    pub arrays: Vec<Entry>,
    /// The regexes, until they are a set.
    regexes: BTreeMap<String, usize>,
}

impl Index {
    /// Adds `entry`, for which an event is to be asked where it may meet all of `matchers`; none of them is every event.
    ///
    /// Of several bounded fields the one named first in `preferred` is taken, else the one with fewest values.
    pub fn add(&mut self, entry: Entry, matchers: &[&Matcher], preferred: &[Location]) {
        let rank =
            |location: &Location| preferred.iter().position(|known| known == location).unwrap_or(preferred.len());
        let bounds = joined(matchers.iter().map(|matcher| bounds(matcher)));
        let best = bounds.iter().min_by_key(|(location, bound)| (rank(location), bound.values.len()));
        if let Some((_, bound)) = best {
            self.exact(entry, bound.slot, &bound.values);
            return;
        }
        let Some(atoms) = fewest(matchers.iter().filter_map(|matcher| gate(matcher))) else {
            self.universal.push(entry);
            return;
        };
        for atom in atoms {
            match atom {
                Atom::Exact(slot, values) => self.exact(entry, slot, &values),
                Atom::Text(slot, atom) => self.text(entry, slot, &atom),
            }
        }
    }

    fn exact(&mut self, entry: Entry, slot: SlotId, values: &BTreeSet<String>) {
        let place = self.fields.iter().position(|field| field.slot == slot).unwrap_or_else(|| {
            self.fields.push(IndexField { slot, values: FxHashMap::default() });
            self.fields.len() - 1
        });
        if let Some(field) = self.fields.get_mut(place) {
            for value in values {
                field.values.entry(value.clone()).or_default().push(entry);
            }
        }
    }

    fn text(&mut self, entry: Entry, slot: SlotId, atom: &TextAtom) {
        let place = self.texts.iter().position(|field| field.slot == slot).unwrap_or_else(|| {
            self.texts.push(TextField {
                slot,
                set: RegexSet::empty(),
                entries: Vec::new(),
                not_ascii: Vec::new(),
                arrays: Vec::new(),
                regexes: BTreeMap::new(),
            });
            self.texts.len() - 1
        });
        let Some(field) = self.texts.get_mut(place) else { return };
        let next = field.entries.len();
        let place = *field.regexes.entry(atom.regex.clone()).or_insert(next);
        if place == next {
            field.entries.push(Vec::new());
        }
        if let Some(entries) = field.entries.get_mut(place) {
            entries.push(entry);
        }
        if atom.ascii_only {
            field.not_ascii.push(entry);
        }
        if atom.arrays {
            field.arrays.push(entry);
        }
    }

    /// Joins the regexes of each field, once all entries are added. Those of a set that would be too large become universal.
    pub fn finish(&mut self) {
        for mut field in std::mem::take(&mut self.texts) {
            let mut regexes: Vec<(&String, &usize)> = field.regexes.iter().collect();
            regexes.sort_by_key(|(_, place)| **place);
            let set = RegexSetBuilder::new(regexes.into_iter().map(|(regex, _)| regex))
                .size_limit(SET_LIMIT_BYTES)
                .dfa_size_limit(SET_LIMIT_BYTES)
                .build();
            match set {
                Ok(set) => {
                    field.set = set;
                    self.texts.push(field);
                }
                Err(_) => self.universal.extend(field.entries.into_iter().flatten()),
            }
        }
        self.universal.sort_unstable();
        self.universal.dedup();
    }

    /// The fields that are looked up.
    #[must_use]
    pub fn fields(&self) -> &[IndexField] {
        &self.fields
    }

    /// The fields whose text is searched.
    #[must_use]
    pub fn texts(&self) -> &[TextField] {
        &self.texts
    }

    /// What any event is asked for, in order.
    #[must_use]
    pub fn universal(&self) -> &[Entry] {
        &self.universal
    }

    /// The slots of all indexed fields.
    pub fn slots(&self) -> impl Iterator<Item = SlotId> {
        self.fields.iter().map(|field| field.slot).chain(self.texts.iter().map(|field| field.slot))
    }
}

/// What a field must be one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Its slot.
    pub slot: SlotId,
    /// The strings.
    pub values: BTreeSet<String>,
}

/// For each field that a condition bounds: the strings it must be one of.
pub type Bounds = BTreeMap<Location, Bound>;

/// The strings that each field must be one of where `matcher` holds. A field that is not there can be anything.
///
/// AND joins what its parts say; OR says only what every branch says; NOT says nothing.
#[must_use]
pub fn bounds(matcher: &Matcher) -> Bounds {
    match matcher {
        Matcher::All(parts) => joined(parts.iter().map(bounds)),
        Matcher::Any(parts) => {
            let mut branches = parts.iter().map(bounds);
            let Some(first) = branches.next() else { return Bounds::new() };
            branches.fold(first, |all, branch| {
                all.into_iter()
                    .filter_map(|(location, mut bound)| {
                        bound.values.extend(branch.get(&location)?.values.iter().cloned());
                        Some((location, bound))
                    })
                    .collect()
            })
        }
        Matcher::Path { place: Place::Slot { slot, location }, tests } => {
            let sets: Vec<_> = tests.iter().filter_map(list_bound).collect();
            let Some(first) = sets.first().cloned() else { return Bounds::new() };
            let values = sets.iter().skip(1).fold(first, |all, set| all.intersection(set).cloned().collect());
            Bounds::from([(location.clone(), Bound { slot: *slot, values })])
        }
        Matcher::Not(_) | Matcher::Where(_) | Matcher::Path { .. } => Bounds::new(),
    }
}

/// The bounds where all of some conditions hold.
fn joined(parts: impl Iterator<Item = Bounds>) -> Bounds {
    parts.fold(Bounds::new(), |mut all, part| {
        for (location, bound) in part {
            match all.get_mut(&location) {
                Some(known) => known.values = known.values.intersection(&bound.values).cloned().collect(),
                None => {
                    all.insert(location, bound);
                }
            }
        }
        all
    })
}

fn list_bound(test: &ListMatcher) -> Option<BTreeSet<String>> {
    let (ListMatcher::Default(test) | ListMatcher::Some(test) | ListMatcher::Every(test)) = test else { return None };
    let NodeMatcher::Operators(operators) = test else { return None };
    operators.iter().find_map(|operator| match operator {
        OperatorMatcher::In(values) if !values.ignores_case() && values.only_strings() => {
            Some(values.strings.iter().map(str::to_owned).collect())
        }
        _ => None,
    })
}
