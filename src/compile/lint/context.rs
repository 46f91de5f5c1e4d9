//! Which services and events the conditions around a place allow: what is asked of a field there is asked of these only.

use std::collections::BTreeSet;

use crate::compile::lint::need::{Gather, Key, Needs};
use crate::json::Step;
use crate::policy::model::Condition;
use crate::policy::{PolicyIndex, PolicySet};

/// The event sources and event names that an event can have; `None` is any.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub sources: Option<BTreeSet<String>>,
    pub names: Option<BTreeSet<String>>,
}

impl Context {
    /// This context where `condition` of `home` holds too.
    pub(super) fn narrowed(&self, set: &PolicySet, home: PolicyIndex, condition: &Condition) -> Self {
        let own = Self::of(set, home, condition);
        Self { sources: both(&self.sources, own.sources), names: both(&self.names, own.names) }
    }

    fn of(set: &PolicySet, home: PolicyIndex, condition: &Condition) -> Self {
        match condition {
            Condition::All(parts) => {
                parts.iter().fold(Self::default(), |context, part| context.narrowed(set, home, part))
            }
            Condition::Any(branches) => {
                let all: Vec<Self> = branches.iter().map(|branch| Self::of(set, home, branch)).collect();
                let union = |of: fn(&Self) -> &Option<BTreeSet<String>>| {
                    all.iter()
                        .map(|context| of(context).as_ref())
                        .collect::<Option<Vec<_>>>()
                        .map(|sets| sets.into_iter().flatten().cloned().collect())
                };
                Self { sources: union(|context| &context.sources), names: union(|context| &context.names) }
            }
            Condition::Use(name) => match set.define(home, &name.value) {
                Some((other, define)) => Self::of(set, other, &define.condition),
                None => Self::default(),
            },
            Condition::Path(_) => {
                let needs = Gather { set }.needs(home, condition);
                Self { sources: texts(&needs, "eventSource"), names: texts(&needs, "eventName") }
            }
            Condition::Not(_) | Condition::Where(_) => Self::default(),
        }
    }
}

fn texts(needs: &Needs, field: &str) -> Option<BTreeSet<String>> {
    let need = needs.get([Step::Name(field.to_owned())].as_slice())?;
    let text = |key: &Key| match key {
        Key::Text(text) => Some(text.clone()),
        _ => None,
    };
    Some(need.one_of.iter().filter_map(text).collect())
}

fn both(one: &Option<BTreeSet<String>>, other: Option<BTreeSet<String>>) -> Option<BTreeSet<String>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
        (Some(one), None) => Some(one.clone()),
        (None, other) => other,
    }
}
