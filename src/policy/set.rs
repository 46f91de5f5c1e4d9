//! All policies of one run: ids are unique, names resolve, definitions run in no ring.

mod check;

use std::collections::BTreeMap;

use crate::policy::error::{Level, PolicyError, PolicyErrors};
use crate::policy::model::{Condition, Define, List, Policy, Rule, RuleId};
use crate::policy::set::check::Check;
use crate::policy::waiver::Waiver;

/// Place of a policy among those of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyIndex(pub usize);

/// The policies of one run. Once made it cannot be wrong: every name in it resolves.
#[derive(Debug, Clone)]
pub struct PolicySet {
    policies: Vec<Policy>,
    defines: BTreeMap<String, Vec<PolicyIndex>>,
    lists: BTreeMap<String, Vec<PolicyIndex>>,
    known: Vec<RuleId>,
}

impl PolicySet {
    /// Joins the policies of a run, waivers files among them.
    ///
    /// # Errors
    /// A rule id or the name of a waiver used twice; a `use` or `list` whose name no file has, or several others have; definitions in a ring; a list used
    /// for `cidr` that holds something else than networks; a definition with `.paths` used where there is no element.
    pub fn new(policies: Vec<Policy>) -> Result<Self, PolicyErrors> {
        let (set, errors) = Self::joined(policies);
        if errors.iter().any(|error| error.level == Level::Error) { Err(PolicyErrors(errors)) } else { Ok(set) }
    }

    /// As [`PolicySet::new`], with what is wrong beside the set: for those who show policies that are being written.
    ///
    /// Where there are errors, names may resolve to nothing, and definitions may run in a ring: such a set is not for `compile`.
    #[must_use]
    pub fn joined(policies: Vec<Policy>) -> (Self, Vec<PolicyError>) {
        let mut defines: BTreeMap<String, Vec<PolicyIndex>> = BTreeMap::new();
        let mut lists: BTreeMap<String, Vec<PolicyIndex>> = BTreeMap::new();
        for (index, policy) in policies.iter().enumerate().filter(|(_, policy)| policy.waivers.is_none()) {
            for name in policy.defines.keys() {
                defines.entry(name.clone()).or_default().push(PolicyIndex(index));
            }
            for name in policy.lists.keys() {
                lists.entry(name.clone()).or_default().push(PolicyIndex(index));
            }
        }
        let known = policies.iter().flat_map(|policy| &policy.rules).map(|rule| rule.id.value.clone()).collect();
        let set = Self { policies, defines, lists, known };
        let mut errors = Check::new(&set).errors();
        let file = |error: &PolicyError| set.policies.iter().position(|policy| policy.source.name == error.source.name);
        errors.sort_by_cached_key(|error| (file(error), error.offset()));
        (set, errors)
    }

    /// The policies, in the order given.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The policy at `index`.
    #[must_use]
    pub fn policy(&self, index: PolicyIndex) -> Option<&Policy> {
        self.policies.get(index.0)
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
        let own = self.policy(policy)?.defines.contains_key(name);
        let home = home(&self.defines, policy, own, name).ok()?;
        Some((home, self.policy(home)?.defines.get(name)?))
    }

    /// What `{list: name}` means in `policy`, as [`PolicySet::define`].
    #[must_use]
    pub fn list(&self, policy: PolicyIndex, name: &str) -> Option<(PolicyIndex, &List)> {
        let own = self.policy(policy)?.lists.contains_key(name);
        let home = home(&self.lists, policy, own, name).ok()?;
        Some((home, self.policy(home)?.lists.get(name)?))
    }

    /// Every waiver with its file, in order: the n-th is waiver index n of a run.
    pub fn waivers(&self) -> impl Iterator<Item = (PolicyIndex, &Waiver)> {
        self.policies
            .iter()
            .enumerate()
            .flat_map(|(index, policy)| policy.waivers.iter().flatten().map(move |waiver| (PolicyIndex(index), waiver)))
    }

    /// The ids of every rule the set was made with, those that [`PolicySet::filtered`] left out included.
    #[must_use]
    pub fn known_rules(&self) -> &[RuleId] {
        &self.known
    }

    /// This set without any exceptions and waivers.
    #[must_use]
    pub fn without_exceptions(mut self) -> Self {
        for rule in self.policies.iter_mut().flat_map(|policy| &mut policy.rules) {
            rule.exceptions.clear();
        }
        for policy in &mut self.policies {
            policy.waivers.iter_mut().for_each(Vec::clear);
        }
        self
    }

    /// This set without its rules: what names mean, and the waivers. What it costs does not depend on the rules.
    #[must_use]
    pub fn without_rules(&self) -> Self {
        let bare = |policy: &Policy| Policy {
            source: policy.source.clone(),
            records: policy.records.clone(),
            lists: policy.lists.clone(),
            defines: policy.defines.clone(),
            rules: Vec::new(),
            waivers: policy.waivers.clone(),
            warnings: Vec::new(),
        };
        Self {
            policies: self.policies.iter().map(bare).collect(),
            defines: self.defines.clone(),
            lists: self.lists.clone(),
            known: self.known.clone(),
        }
    }

    /// This set with another condition for the definition `name` of `policy`. It must use no name that the definition did not.
    #[must_use]
    pub(crate) fn with_define(mut self, policy: PolicyIndex, name: &str, condition: Condition) -> Self {
        let define = self.policies.get_mut(policy.0).and_then(|policy| policy.defines.get_mut(name));
        if let Some(define) = define {
            define.condition = condition;
        }
        self
    }

    /// This set with only the rules that `keep` answers true for; definitions, lists and waivers stay.
    #[must_use]
    pub fn filtered(mut self, keep: &dyn Fn(&Rule) -> bool) -> Self {
        for policy in &mut self.policies {
            policy.rules.retain(|rule| keep(rule));
        }
        self
    }
}

/// The policy that has `name`, or all that have it where that is not one. `own` says that `policy` itself has it.
fn home<'n>(
    names: &'n BTreeMap<String, Vec<PolicyIndex>>,
    policy: PolicyIndex,
    own: bool,
    name: &str,
) -> Result<PolicyIndex, &'n [PolicyIndex]> {
    let homes = names.get(name).map(Vec::as_slice).unwrap_or_default();
    match homes {
        _ if own => Ok(policy),
        [home] => Ok(*home),
        _ => Err(homes),
    }
}
