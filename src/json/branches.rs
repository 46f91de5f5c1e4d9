//! The slots below one member of a record, filled from that member's text alone: of a record that is read already, what is asked
//! for further costs no more than the part of it in which that lies.

use std::collections::BTreeMap;

use crate::json::location::Step;
use crate::json::skim::Skimmer;
use crate::json::slots::{SlotId, SlotTable, Slots};

/// The slots of a [`SlotTable`] that lie below top-level members, by member.
#[derive(Debug, Clone, Default)]
pub struct Branches {
    branches: Vec<Branch>,
    /// For each slot of the table the place of its branch.
    of: Vec<Option<usize>>,
}

#[derive(Debug, Clone)]
struct Branch {
    /// The member.
    root: SlotId,
    skimmer: Skimmer,
}

impl Branches {
    /// Most branches; slots below further members are in none.
    pub const MOST: usize = 63;

    /// For those slots of `table` that are `wanted`; the members they are of get slots where they have none.
    #[must_use]
    pub fn new(table: &mut SlotTable, wanted: impl Fn(SlotId) -> bool) -> Self {
        let mut members: BTreeMap<String, Vec<SlotId>> = BTreeMap::new();
        for slot in (0..table.len()).map(SlotId).filter(|slot| wanted(*slot)) {
            if let [Step::Name(member), below @ ..] = table.path(slot) {
                members.entry(member.clone()).or_default().extend((!below.is_empty()).then_some(slot));
            }
        }
        let roots: Vec<_> = members
            .into_iter()
            .take(Self::MOST)
            .map(|(member, slots)| (table.slot(&[Step::Name(member)]), slots))
            .collect();
        let mut of = vec![None; table.len()];
        for (place, slot) in
            roots.iter().enumerate().flat_map(|(place, (_, slots))| slots.iter().map(move |slot| (place, slot)))
        {
            if let Some(branch) = of.get_mut(slot.0) {
                *branch = Some(place);
            }
        }
        let branches =
            roots.into_iter().map(|(root, slots)| Branch { root, skimmer: Skimmer::below(table, &slots, 1) });
        Self { branches: branches.collect(), of }
    }

    /// The slots of the members; they are in no branch.
    pub fn roots(&self) -> impl Iterator<Item = SlotId> {
        self.branches.iter().map(|branch| branch.root)
    }

    /// The place of the branch that `slot` is in.
    #[must_use]
    pub fn of(&self, slot: SlotId) -> Option<usize> {
        self.of.get(slot.0).copied().flatten()
    }

    /// Fills in `slots` those of the branch at `place` from the valid JSON `record`, whose roots are filled in `eager`. `false` where
    /// something is unusual, so that the [table](SlotTable::extract) is to fill all slots.
    #[must_use]
    pub fn fill(&self, place: usize, record: &str, eager: &Slots, slots: &mut Slots) -> bool {
        let Some(branch) = self.branches.get(place) else { return false };
        branch.skimmer.skim_value(record, eager.span(branch.root), slots)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATHS: [&str; 9] = ["a", "b", "a.a", "a.b", "b.a.c", "a.b.0", "a.1.a", "b.0", "c.a"];

    /// Whether every branch could be filled; where it could, the slots are those of the table.
    fn agrees(record: &str) -> Result<bool, TestCaseError> {
        let mut table = SlotTable::default();
        let steps = |path: &str| {
            let step = |name: &str| name.parse().map_or_else(|_| Step::Name(name.to_owned()), Step::Index);
            path.split('.').map(step).collect::<Vec<_>>()
        };
        let ids: Vec<SlotId> = PATHS.iter().map(|path| table.slot(&steps(path))).collect();
        let branches = Branches::new(&mut table, |_| true);
        let (mut eager, mut late) = (Slots::default(), Slots::default());
        if table.extract(record, &mut eager).is_err() {
            return Ok(false);
        }
        let mut plain = true;
        for (path, slot) in PATHS.iter().zip(ids) {
            let Some(place) = branches.of(slot) else {
                prop_assert!(!path.contains('.'));
                continue;
            };
            if branches.fill(place, record, &eager, &mut late) {
                prop_assert_eq!(late.span(slot), eager.span(slot), "{} of {}", path, record);
            } else {
                plain = false;
            }
        }
        Ok(plain)
    }

    #[test]
    fn a_branch_holds_what_the_table_does() {
        for record in [
            r#"{}"#,
            r#"{"a":{"a":1,"b":[2]},"b":{"a":{"c":"x"}},"c":{"a":"\n"}}"#,
            r#"{"a":{"a":1},"a":{"b":2}}"#,
            r#"{"a":{"a":1},"a":5,"b":[7]}"#,
            r#"{"a":[1,{"a":{}}],"b":null,"c":"a"}"#,
            r#"{"a":{"b":{"c":1},"b":[3]}, "b" : [ {"a":1} ]}"#,
        ] {
            assert!(agrees(record).unwrap(), "{record}");
        }
        assert!(!agrees(r#"{"a":{"\u0061":1}}"#).unwrap());
    }

    #[test]
    fn members_beyond_the_most_have_no_branch() {
        let mut table = SlotTable::default();
        let name = |name: &str| Step::Name(name.to_owned());
        let slots: Vec<_> =
            (100..200).map(|number: usize| table.slot(&[name(&number.to_string()), name("x")])).collect();
        let branches = Branches::new(&mut table, |_| true);
        assert_eq!(slots.iter().filter_map(|slot| branches.of(*slot)).count(), Branches::MOST);
        assert_eq!(branches.roots().count(), Branches::MOST);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_branch_holds_what_the_table_does_of_any_record(
            record in "\\{(\"(a|b|c)\": ?(2|\"x\\\\n\"|null|\\[3,\\{\"a\":4\\}\\]|\\{\"a\":[0-9],\"(a|b)\":(1|\"\"|\\[\\{\\}\\]|\\{\"c\":\\{\"d\":5\\}\\})\\}),){0,4}\"x\":1\\}",
        ) {
            prop_assert!(agrees(&record)?, "{}", record);
        }
    }
}
