//! Which services a rule can be about, by the `eventSource` that its population asks for: what the index goes by.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::compile::build::Builder;
use crate::compile::index::bounds;
use crate::json::{Location, SlotTable, Step};
use crate::policy::model::Rule;
use crate::policy::obligation::Obligation;
use crate::policy::{PolicyIndex, PolicySet};

/// The services of `rule`, which stands in `policy`, without `.amazonaws.com`; empty where it can be about any.
#[must_use]
pub fn services(set: &PolicySet, policy: PolicyIndex, rule: &Rule, today: Date) -> BTreeSet<String> {
    let condition = match (&rule.when, &rule.obligation) {
        (Some(when), _) => when,
        (None, Obligation::Forbid(condition)) => condition,
        (None, _) => return BTreeSet::new(),
    };
    let mut slots = SlotTable::default();
    let matcher = Builder { set, slots: &mut slots, today }.condition(policy, condition);
    let source = Location(vec![Step::Name("eventSource".to_owned())]);
    let hosts = bounds(&matcher).remove(&source).map(|bound| bound.values).unwrap_or_default();
    hosts.iter().map(|host| host.strip_suffix(".amazonaws.com").unwrap_or(host).to_owned()).collect()
}
