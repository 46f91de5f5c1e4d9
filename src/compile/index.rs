//! Which rules an event can concern: the literals that a rule's population asks of a field lead from the field's value to the rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::compile::matcher::{ListMatcher, Matcher, NodeMatcher, OperatorMatcher, Place};
use crate::json::{Location, SlotId};

/// Leads from the values of a few fields to the rules that may concern an event.
#[derive(Debug, Clone, Default)]
pub struct Index {
    fields: Vec<IndexField>,
    /// Rules that any event may concern.
    universal: Vec<usize>,
}

/// One indexed field.
#[derive(Debug, Clone)]
pub struct IndexField {
    /// Its slot in the table of index fields.
    pub slot: SlotId,
    /// Value → rules, as places in the program.
    pub values: HashMap<String, Vec<usize>>,
}

/// For each field that a condition bounds: the strings it must be one of.
pub type Bounds = BTreeMap<Location, BTreeSet<String>>;

impl Index {
    /// Adds the rule at `rule`, whose events meet `bounds`. `slot` gives a field its slot.
    ///
    /// Of several bounded fields the one named first in `preferred` is taken, else the one with fewest values.
    pub fn add(
        &mut self,
        rule: usize,
        bounds: &Bounds,
        preferred: &[Location],
        slot: &mut dyn FnMut(&Location) -> SlotId,
    ) {
        let rank =
            |location: &Location| preferred.iter().position(|known| known == location).unwrap_or(preferred.len());
        let best = bounds.iter().min_by_key(|(location, values)| (rank(location), values.len()));
        let Some((location, values)) = best else {
            self.universal.push(rule);
            return;
        };
        let slot = slot(location);
        let place = self.fields.iter().position(|field| field.slot == slot).unwrap_or_else(|| {
            self.fields.push(IndexField { slot, values: HashMap::new() });
            self.fields.len() - 1
        });
        if let Some(field) = self.fields.get_mut(place) {
            for value in values {
                field.values.entry(value.clone()).or_default().push(rule);
            }
        }
    }

    /// The indexed fields.
    #[must_use]
    pub fn fields(&self) -> &[IndexField] {
        &self.fields
    }

    /// The rules that any event may concern.
    #[must_use]
    pub fn universal(&self) -> &[usize] {
        &self.universal
    }
}

/// The strings that each field must be one of where `matcher` holds. A field that is not there can be anything.
///
/// AND joins what its parts say; OR says only what every branch says; NOT says nothing.
#[must_use]
pub fn bounds(matcher: &Matcher) -> Bounds {
    match matcher {
        Matcher::All(parts) => parts.iter().map(bounds).fold(Bounds::new(), |mut all, part| {
            for (location, values) in part {
                match all.get_mut(&location) {
                    Some(known) => *known = known.intersection(&values).cloned().collect(),
                    None => {
                        all.insert(location, values);
                    }
                }
            }
            all
        }),
        Matcher::Any(parts) => {
            let mut branches = parts.iter().map(bounds);
            let Some(first) = branches.next() else { return Bounds::new() };
            branches.fold(first, |all, branch| {
                all.into_iter()
                    .filter_map(|(location, mut values)| {
                        values.extend(branch.get(&location)?.iter().cloned());
                        Some((location, values))
                    })
                    .collect()
            })
        }
        Matcher::Path { place: Place::Slot { location, .. }, tests } => {
            let sets: Vec<_> = tests.iter().filter_map(list_bound).collect();
            let Some(first) = sets.first().cloned() else { return Bounds::new() };
            let values = sets.iter().skip(1).fold(first, |all, set| all.intersection(set).cloned().collect());
            Bounds::from([(location.clone(), values)])
        }
        Matcher::Not(_) | Matcher::Where(_) | Matcher::Path { .. } => Bounds::new(),
    }
}

fn list_bound(test: &ListMatcher) -> Option<BTreeSet<String>> {
    let (ListMatcher::Default(test) | ListMatcher::Some(test) | ListMatcher::Every(test)) = test else { return None };
    let NodeMatcher::Operators(operators) = test else { return None };
    operators.iter().find_map(|operator| match operator {
        OperatorMatcher::In(values)
            if !values.ignores_case()
                && values.dynamic.is_empty()
                && values.numbers.is_empty()
                && !values.has_true
                && !values.has_false =>
        {
            Some(values.strings.iter().map(ToString::to_string).collect())
        }
        _ => None,
    })
}
