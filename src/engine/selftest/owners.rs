//! The rules, definitions and lists that parts of conditions and mutants are counted for.

use crate::policy::model::Rule;
use crate::policy::{PolicyIndex, PolicySet};
use crate::text::{LineColumn, Lines, Source, Span};
use crate::violation::{Open, Owner, Share};

/// Place of an owner among the [`Owners`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owned(usize);

/// The owners met so far, with what was counted for each.
#[derive(Debug)]
pub(super) struct Owners<'s> {
    set: &'s PolicySet,
    known: Vec<(PolicyIndex, Share)>,
}

impl<'s> Owners<'s> {
    pub(super) const fn new(set: &'s PolicySet) -> Self {
        Self { set, known: Vec::new() }
    }

    pub(super) fn rule(&mut self, policy: PolicyIndex, rule: &Rule) -> Owned {
        self.named(policy, Owner::Rule(rule.id.value.clone()), rule.id.span)
    }

    /// The place of `owner` of `policy`, whose name stands at `span`.
    pub(super) fn named(&mut self, policy: PolicyIndex, owner: Owner, span: Span) -> Owned {
        let place = self.known.iter().position(|(home, share)| *home == policy && share.owner == owner);
        Owned(place.unwrap_or_else(|| {
            let source = self.set.policy(policy).map_or_else(|| Source::new("", ""), |policy| policy.source.clone());
            let at = line_column(&source, span);
            self.known.push((policy, Share { owner, source, at, total: 0, open: Vec::new() }));
            self.known.len() - 1
        }))
    }

    /// Line and column of `span` in the file of `owner`.
    pub(super) fn at(&self, owner: Owned, span: Span) -> LineColumn {
        self.known.get(owner.0).map_or(LineColumn { line: 1, column: 1 }, |(_, share)| line_column(&share.source, span))
    }

    /// Counts one for `owner`; `open` says that no test reaches it.
    pub(super) fn count(&mut self, owner: Owned, open: Option<Open>) {
        if let Some((_, share)) = self.known.get_mut(owner.0) {
            share.total += 1;
            share.open.extend(open);
        }
    }

    /// What was counted: by file, in the order of each.
    pub(super) fn shares(mut self) -> Vec<Share> {
        self.known.sort_by_key(|(policy, share)| (*policy, share.at));
        let mut shares: Vec<Share> = self.known.into_iter().map(|(_, share)| share).collect();
        for share in &mut shares {
            share.open.sort_by_key(|open| open.span.start);
        }
        shares.retain(|share| share.total > 0);
        shares
    }
}

/// Line and column of `span` in `source`.
pub(super) fn line_column(source: &Source, span: Span) -> LineColumn {
    Lines::new(source.text.as_bytes()).at(span.start)
}
