//! All policies of one run: ids are unique, names resolve, definitions run in no ring.

use crate::policy::model::{Define, List, Policy, Rule};

/// Place of a policy among those of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyIndex(pub usize);

/// The policies of one run. Once made it cannot be wrong: every name in it resolves.
#[derive(Debug, Clone)]
pub struct PolicySet {
    policies: Vec<Policy>,
}

impl PolicySet {
    /// The policies, in the order given.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Every rule with its policy, in order: the n-th is rule index n of a run.
    pub fn rules(&self) -> impl Iterator<Item = (PolicyIndex, &Rule)> {
        self.policies
            .iter()
            .enumerate()
            .flat_map(|(index, policy)| policy.rules.iter().map(move |rule| (PolicyIndex(index), rule)))
    }

    /// What `use: name` means in `policy`: its own definition, else that of the one other policy that has it.
    #[must_use]
    pub fn define(&self, policy: PolicyIndex, name: &str) -> Option<(PolicyIndex, &Define)> {
        let _ = (policy, name);
        None
    }

    /// What `{list: name}` means in `policy`, as [`PolicySet::define`].
    #[must_use]
    pub fn list(&self, policy: PolicyIndex, name: &str) -> Option<(PolicyIndex, &List)> {
        let _ = (policy, name);
        None
    }
}
