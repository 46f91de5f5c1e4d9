//! What a condition asks of one event at least: a cheap test by which most events are told not to meet it. A matcher in, the atoms
//! out of which at least one holds wherever the matcher does.

use std::collections::BTreeSet;

use crate::compile::matcher::{
    DynamicValue, ListMatcher, Matcher, NodeMatcher, NumberSource, OperatorMatcher, Place, TemplateMatcher, TimeSource,
    ValueSet, Way,
};
use crate::json::SlotId;
use crate::policy::operator::TextPlace;

/// A test of one field. A field that is missing or, but for [`TextAtom::arrays`], no string fails it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atom {
    /// It is one of these strings.
    Exact(SlotId, BTreeSet<String>),
    /// A regex matches it.
    Text(SlotId, TextAtom),
}

/// A regex that a field must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextAtom {
    /// The regex.
    pub regex: String,
    /// Whether it tells nothing of a value outside ASCII, since lower case is not what the regex compares by.
    pub ascii_only: bool,
    /// Whether an array passes.
    pub arrays: bool,
}

/// The atoms of `matcher`; `None` where it may hold for events of any kind.
#[must_use]
pub fn gate(matcher: &Matcher) -> Option<Vec<Atom>> {
    match matcher {
        Matcher::All(parts) => fewest(parts.iter().filter_map(gate)),
        Matcher::Any(parts) => {
            let atoms: Option<Vec<Vec<Atom>>> = parts.iter().map(gate).collect();
            atoms.map(|atoms| atoms.into_iter().flatten().collect())
        }
        Matcher::Path { place: Place::Slot { slot, .. }, tests } => {
            tests.iter().filter_map(|test| of_list(*slot, test)).min_by_key(|atoms| cost(atoms))
        }
        Matcher::Not(_) | Matcher::Where(_) | Matcher::Path { .. } => None,
    }
}

/// Of several gates the one with the fewest atoms, and of as many the one whose atoms are looked up.
pub(super) fn fewest(gates: impl Iterator<Item = Vec<Atom>>) -> Option<Vec<Atom>> {
    gates.min_by_key(|atoms| cost(atoms))
}

fn cost(atoms: &[Atom]) -> usize {
    atoms.iter().map(|atom| if matches!(atom, Atom::Exact(..)) { 1 } else { 4 }).sum()
}

fn of_list(slot: SlotId, test: &ListMatcher) -> Option<Vec<Atom>> {
    let (ListMatcher::Default(test) | ListMatcher::Some(test) | ListMatcher::Every(test)) = test else { return None };
    let NodeMatcher::Operators(operators) = test else { return None };
    operators.iter().filter_map(|operator| of_operator(slot, operator)).min_by_key(|atoms| cost(atoms))
}

fn of_operator(slot: SlotId, operator: &OperatorMatcher) -> Option<Vec<Atom>> {
    let regexes: Vec<TextAtom> = match operator {
        OperatorMatcher::In(values) if values.only_strings() => {
            if !values.ignores_case() {
                let strings = values.strings.iter().map(str::to_owned).collect();
                return Some(vec![Atom::Exact(slot, strings)]);
            }
            of_strings(values, r"\A", r"\z", false)
        }
        OperatorMatcher::Text(place, values) if values.dynamic.is_empty() => match place {
            TextPlace::Start => of_strings(values, r"\A", "", false),
            TextPlace::End => of_strings(values, "", r"\z", false),
            // An array contains a value of any type.
            TextPlace::Anywhere => of_strings(values, "", "", true),
        },
        OperatorMatcher::Pattern(_, patterns) => patterns
            .iter()
            .map(|pattern| TextAtom { regex: pattern.regex.as_str().to_owned(), ascii_only: false, arrays: false })
            .collect(),
        _ => return None,
    };
    Some(regexes.into_iter().map(|atom| Atom::Text(slot, atom)).collect())
}

fn of_strings(values: &ValueSet, begin: &str, end: &str, arrays: bool) -> Vec<TextAtom> {
    let flag = if values.ignores_case() { "(?i)" } else { "" };
    let mut atoms: Vec<TextAtom> = values
        .strings
        .iter()
        .map(|text| TextAtom {
            regex: format!("{flag}{begin}{}{end}", regex::escape(text)),
            ascii_only: values.ignores_case(),
            arrays,
        })
        .collect();
    if arrays && atoms.is_empty() {
        // No string among the values, yet an array may contain a number: no text passes, and every array does.
        atoms.push(TextAtom { regex: r"[^\s\S]".to_owned(), ascii_only: false, arrays });
    }
    atoms
}

/// Adds every slot that `matcher` reads to `slots`.
pub fn slots_of(matcher: &Matcher, slots: &mut BTreeSet<SlotId>) {
    match matcher {
        Matcher::All(parts) | Matcher::Any(parts) => parts.iter().for_each(|part| slots_of(part, slots)),
        Matcher::Not(inner) => slots_of(inner, slots),
        Matcher::Where(_) => {}
        Matcher::Path { place, tests } => {
            of_place(place, slots);
            for test in tests {
                match test {
                    ListMatcher::Default(test)
                    | ListMatcher::Some(test)
                    | ListMatcher::Every(test)
                    | ListMatcher::None(test) => of_node(test, slots),
                    ListMatcher::Count(_) | ListMatcher::Distinct(_) => {}
                }
            }
        }
    }
}

fn of_place(place: &Place, slots: &mut BTreeSet<SlotId>) {
    match place {
        Place::Slot { slot, .. } => {
            slots.insert(*slot);
        }
        Place::EventPath { prefix, way, .. } => {
            slots.insert(*prefix);
            if let Way::Slots(choices) = way {
                slots.extend(choices);
            }
        }
        Place::Element(_) | Place::ElementPath(_) => {}
    }
}

fn of_node(test: &NodeMatcher, slots: &mut BTreeSet<SlotId>) {
    let operators = match test {
        NodeMatcher::Element(inner) => return slots_of(inner, slots),
        NodeMatcher::Operators(operators) => operators,
    };
    for operator in operators {
        match operator {
            OperatorMatcher::In(values) | OperatorMatcher::Text(_, values) => {
                for value in &values.dynamic {
                    match value {
                        DynamicValue::Path(path) => of_place(&path.place, slots),
                        DynamicValue::Template(parts) => {
                            for part in parts {
                                if let TemplateMatcher::Path(path) = part {
                                    of_place(&path.place, slots);
                                }
                            }
                        }
                    }
                }
            }
            OperatorMatcher::Compare(_, NumberSource::Path(path))
            | OperatorMatcher::Time(_, TimeSource::Path(path)) => {
                of_place(&path.place, slots);
            }
            OperatorMatcher::Not(inner) => of_node(inner, slots),
            OperatorMatcher::Json(inner) => slots_of(inner, slots),
            OperatorMatcher::MissingOrNull
            | OperatorMatcher::Exists(_)
            | OperatorMatcher::Pattern(..)
            | OperatorMatcher::Cidr(_)
            | OperatorMatcher::IsIp(_)
            | OperatorMatcher::Compare(..)
            | OperatorMatcher::Time(..)
            | OperatorMatcher::Length(_)
            | OperatorMatcher::Empty(_)
            | OperatorMatcher::Type(_) => {}
        }
    }
}
