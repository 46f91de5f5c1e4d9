//! The fields of an event's request and response: a path from `requestParameters` or `responseElements` goes in, its type comes out.

use std::collections::BTreeMap;

use crate::event::catalog::FieldType;
use crate::json::Step;

/// One of the two objects of an event whose fields depend on the called service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `requestParameters`.
    Request,
    /// `responseElements`.
    Response,
}

/// What the catalogue says of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The service records it, with this type.
    Known(FieldType),
    /// It does not; the field that was probably meant, its place among the steps, and how the two differ.
    Missing {
        /// Index of the first step that selects nothing.
        at: usize,
        /// A near name, if there is exactly one.
        meant: Option<String>,
        /// How it differs from what was asked for.
        case: Case,
    },
    /// The catalogue cannot say.
    Unknown,
}

/// How a name differs from the one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// In upper and lower case only.
    Only,
    /// In letters.
    Letters,
}

/// How a service writes the names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// With a lower-case first letter, as most do.
    Lower,
    /// As the model has them, or with a lower-case first letter.
    Both,
}

/// How far down the models hold for the records of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Full,
    Top,
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Bool,
    Number,
    Map,
    Unknown,
    List(Box<Type>),
    Structure(usize),
}

/// The shapes of one service.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// The structures of the request and of the response of each action; an empty list is an empty object.
    pub actions: BTreeMap<String, (Vec<usize>, Vec<usize>)>,
    /// The members of each structure.
    pub structures: Vec<Vec<(String, Type)>>,
}

/// What responses may hold beside what the models say: the text of an error, and what is in every reply of the query protocol.
const EVERY_RESPONSE: &[&str] = &["message", "requestId", "_return"];

impl Shapes {
    fn top(&self, action: &str, part: Part) -> Option<Vec<Type>> {
        let (request, response) = self.actions.get(action)?;
        let numbers = if part == Part::Request { request } else { response };
        Some(numbers.iter().map(|number| Type::Structure(*number)).collect())
    }

    /// See [`Service::field`](crate::event::services::Service::field).
    pub(super) fn field(&self, action: &str, part: Part, steps: &[Step], names: Names, depth: Depth) -> Field {
        let Some(mut types) = self.top(action, part) else { return Field::Unknown };
        for (at, step) in steps.iter().enumerate() {
            if (at > 0 && depth == Depth::Top) || types.iter().any(|kind| matches!(kind, Type::Map | Type::Unknown)) {
                return Field::Unknown;
            }
            let below: Vec<Type> = types.iter().flat_map(|kind| self.step(kind, step, names)).collect();
            if below.is_empty() {
                return match step {
                    Step::Name(name)
                        if at == 0 && part == Part::Response && EVERY_RESPONSE.contains(&name.as_str()) =>
                    {
                        Field::Unknown
                    }
                    Step::Name(name) => self.missing(at, name, &types, names),
                    Step::Index(_) => Field::Missing { at, meant: None, case: Case::Letters },
                };
            }
            types = below;
        }
        Field::Known(one_of(types.iter().map(field_type)))
    }

    fn step(&self, kind: &Type, step: &Step, names: Names) -> Vec<Type> {
        match (kind, step) {
            (Type::Structure(number), Step::Name(name)) => self
                .members(*number)
                .filter(|(member, _)| recorded(member, names).iter().any(|known| known == name))
                .map(|(_, kind)| kind.clone())
                .collect(),
            (Type::List(element), Step::Index(_)) => vec![element.as_ref().clone()],
            _ => Vec::new(),
        }
    }

    fn members(&self, number: usize) -> impl Iterator<Item = &(String, Type)> {
        self.structures.get(number).into_iter().flatten()
    }

    fn missing(&self, at: usize, asked: &str, types: &[Type], names: Names) -> Field {
        let known: Vec<String> = self.names(types, names).into_iter().map(|(name, _)| name).collect();
        let same: Vec<&String> = known.iter().filter(|name| name.eq_ignore_ascii_case(asked)).collect();
        if let [name, ..] = same.as_slice() {
            return Field::Missing { at, meant: Some((*name).clone()), case: Case::Only };
        }
        let meant = near(asked, LIKENESS, known.iter().map(String::as_str)).map(ToOwned::to_owned);
        Field::Missing { at, meant, case: Case::Letters }
    }

    /// The members of `types`, as they are recorded, each once.
    fn names(&self, types: &[Type], names: Names) -> Vec<(String, FieldType)> {
        let mut found: BTreeMap<String, Vec<FieldType>> = BTreeMap::new();
        for kind in types {
            let Type::Structure(number) = kind else { continue };
            for (member, kind) in self.members(*number) {
                if let Some(name) = recorded(member, names).into_iter().next() {
                    found.entry(name).or_default().push(field_type(kind));
                }
            }
        }
        found.into_iter().map(|(name, types)| (name, one_of(types.into_iter()))).collect()
    }

    /// See [`Service::fields`](crate::event::services::Service::fields).
    pub(super) fn fields(
        &self,
        action: &str,
        part: Part,
        steps: &[Step],
        names: Names,
        depth: Depth,
    ) -> Vec<(String, FieldType)> {
        if !steps.is_empty() && depth == Depth::Top {
            return Vec::new();
        }
        let Some(mut types) = self.top(action, part) else { return Vec::new() };
        for step in steps {
            types = types.iter().flat_map(|kind| self.step(kind, step, names)).collect();
        }
        self.names(&types, names)
    }
}

fn field_type(kind: &Type) -> FieldType {
    match kind {
        Type::String => FieldType::String,
        Type::Bool => FieldType::Bool,
        Type::Number => FieldType::Number,
        // What is masked is a string in the place of an object: `HIDDEN_DUE_TO_SECURITY_REASONS`.
        Type::Map | Type::Unknown => FieldType::Unknown,
        Type::List(_) => FieldType::Array,
        Type::Structure(_) => FieldType::Object,
    }
}

fn one_of(mut types: impl Iterator<Item = FieldType>) -> FieldType {
    let first = types.next().unwrap_or(FieldType::Unknown);
    if types.all(|other| other == first) { first } else { FieldType::Unknown }
}

/// The names that a member of a model may be recorded with, the usual one first.
fn recorded(member: &str, names: Names) -> Vec<String> {
    let mut characters = member.chars();
    let lower: String =
        characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect();
    let mut all = vec![lower];
    if names == Names::Both {
        all.push(member.to_owned());
    }
    // Secrets Manager and others write `arn` for `ARN`.
    if member.chars().all(|character| character.is_ascii_uppercase()) {
        all.push(member.to_ascii_lowercase());
    }
    all
}

/// Lowest likeness (Jaro-Winkler, 0 to 1) at which a known name is offered for an unknown one.
pub(super) const LIKENESS: f64 = 0.9;
/// The same among the names of all services, of which one is somewhat like any word.
pub(super) const GREAT_LIKENESS: f64 = 0.97;

/// Whether Jaro-Winkler can be `least` at all: told by lengths and letters, in a hundredth of its time. Most names cannot.
///
/// With `m` characters in common it is at most `0.4 + 0.6 (m/a + m/b + 1)/3`, the prefix in common counted as four characters.
fn may_reach(least: f64, asked: &str, letters: u32, name: &str) -> bool {
    let size = |length: usize| f64::from(u32::try_from(length).unwrap_or(u32::MAX));
    let reaches = |common: f64| {
        let (a, b) = (size(asked.len()), size(name.len()));
        0.4 + 0.6 * (common / a + common / b + 1.0) / 3.0 >= least - 1e-9
    };
    if !asked.is_ascii() || !name.is_ascii() {
        return true;
    }
    let shorter = size(asked.len().min(name.len()));
    if !reaches(shorter) {
        return false;
    }
    let own = letters_of(name);
    let without = |length: usize, missing: u32| size(length) - f64::from(missing.count_ones());
    reaches(without(asked.len(), letters & !own).min(without(name.len(), own & !letters)).max(0.0))
}

/// The letters of `name`, in any case, a bit for each; all other characters are one.
fn letters_of(name: &str) -> u32 {
    name.bytes().fold(0, |letters, byte| {
        let place = byte.to_ascii_lowercase().wrapping_sub(b'a');
        letters | 1 << if place < 26 { place } else { 26 }
    })
}

/// The one of `known` that is most like `asked`, where it is near and no other is as near.
pub(super) fn near<'k>(asked: &str, least: f64, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let asked = asked.to_ascii_lowercase();
    let letters = letters_of(&asked);
    let mut best: Option<(f64, &str)> = None;
    let mut tied = false;
    for name in known.filter(|name| may_reach(least, &asked, letters, name)) {
        let likeness = strsim::jaro_winkler(&name.to_ascii_lowercase(), &asked);
        match best {
            Some((most, _)) if likeness < most => {}
            Some((most, other)) if likeness <= most => tied = tied || other != name,
            _ => (best, tied) = (Some((likeness, name)), false),
        }
    }
    best.filter(|(likeness, _)| *likeness >= least && !tied).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::services::service;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn no_near_name_is_left_out(
            at in any::<prop::sample::Index>(),
            place in any::<prop::sample::Index>(),
            with in "[A-Za-z0-9é]{0,2}",
        ) {
            let known: Vec<&str> =
                service("iam.amazonaws.com").unwrap().actions().iter().map(|action| action.name.as_str()).collect();
            let mut asked = known[at.index(known.len())].to_owned();
            let place = place.index(asked.len());
            asked.replace_range(place..(place + 1).min(asked.len()), &with);
            let lower = asked.to_ascii_lowercase();
            for name in &known {
                for least in [LIKENESS, GREAT_LIKENESS] {
                    let likeness = strsim::jaro_winkler(&name.to_ascii_lowercase(), &lower);
                    let may = may_reach(least, &lower, letters_of(&lower), name);
                    prop_assert!(may || likeness < least, "{} {} {}", name, asked, likeness);
                }
            }
        }
    }
}
