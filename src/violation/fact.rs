//! What one event means to a rule over time: the scan makes facts, and correlating a rule's facts tells what the events are together.
//!
//! A fact is all that is kept of its event, so that logs of any size can be scanned apart, on many threads or machines, and their
//! facts be sorted and put together. Facts belong to the program that made them: `rule`, `roles`, `texts` and waivers are places in it.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::policy::WaiverIndex;
use crate::text::LineColumn;
use crate::violation::file_report::{Position, RuleIndex};
use crate::violation::violation::EventIdentity;

/// The version of [`Fact`] as it is written: rises with every change of its fields or of what they mean.
pub const FACT_VERSION: u32 = 2;

/// One event, as a rule over time sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The rule, among those of the program.
    pub rule: RuleIndex,
    /// The values of `by` as a JSON array: strings as they are compared, numbers by worth, `null` where the event has no value.
    /// For `first_seen` the values of `of` follow.
    pub key: Box<str>,
    /// When it happened.
    #[serde(with = "jiff::fmt::serde::timestamp::nanosecond::required")]
    pub time: Timestamp,
    /// The identity of its delivery; of an event without an id, a hash of its record, white space and the order of names aside.
    pub id: u128,
    /// Whether its record is an addendum that corrects an earlier delivery (`UPDATED_DATA`). Of a bare fact, whether its event has
    /// such a correction.
    pub updated: bool,
    /// Whether it says only that its key occurred at its time, of `first_seen`: it stands for events that are not the first, and is
    /// never evidence.
    pub bare: bool,
    /// What it can be to the rule.
    pub roles: Roles,
    /// The value of `distinct`, as in `key`.
    pub value: Option<Box<str>>,
    /// The values of the rule's message, in words, in the order of the program; `None` where the event has none.
    pub texts: Vec<Option<Box<str>>>,
    /// The exceptions of the rule, in force, that hold for it: places among the rule's, rising.
    pub exceptions: Vec<usize>,
    /// The waivers in force whose conditions hold for it, of those that have one; rising.
    pub waivers: Vec<WaiverIndex>,
    /// What it says of itself.
    pub event: EventIdentity,
    /// The log file, as it was named.
    pub file: Arc<str>,
    /// 0-based ordinal of the record in its file.
    pub record: usize,
    /// Byte offset of the record in the decompressed file.
    pub offset: usize,
    /// Line and column of that offset.
    pub at: LineColumn,
}

impl Fact {
    /// One that says only that `key` occurred.
    #[must_use]
    pub fn bare(rule: RuleIndex, key: Box<str>, time: Timestamp, id: u128) -> Self {
        Self {
            rule,
            key,
            time,
            id,
            updated: false,
            bare: true,
            roles: Roles::default(),
            value: None,
            texts: Vec::new(),
            exceptions: Vec::new(),
            waivers: Vec::new(),
            event: EventIdentity::default(),
            file: Arc::default(),
            record: 0,
            offset: 0,
            at: LineColumn::START,
        }
    }

    /// Counts its places from the beginning of the input, in which the piece that they were counted in begins at `position`.
    pub fn move_by(&mut self, position: Position) {
        self.record += position.records;
        self.offset += position.offset;
        self.at = self.at.behind(position.at);
    }

    /// The order in which facts are correlated: by rule, key, time and identity. Equal only for deliveries of one event, or for
    /// records that say the same; between those the file and the place in it decide.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        self.rule
            .cmp(&other.rule)
            .then_with(|| self.key.cmp(&other.key))
            .then_with(|| self.time.cmp(&other.time))
            .then_with(|| self.id.cmp(&other.id))
            .then_with(|| self.file.cmp(&other.file))
            .then_with(|| self.record.cmp(&other.record))
    }
}

/// What an event can be to a rule: a set of the rule's roles, such as the steps of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Roles(u64);

impl Roles {
    /// How many roles a rule can have.
    pub const MOST: usize = 64;

    /// Adds the role at `place` among the rule's, below [`Self::MOST`].
    pub const fn add(&mut self, place: usize) {
        self.0 |= bit(place);
    }

    /// Whether the role at `place` is among them.
    #[must_use]
    pub const fn has(self, place: usize) -> bool {
        self.0 & bit(place) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

const fn bit(place: usize) -> u64 {
    if place < Roles::MOST { 1 << place } else { 0 }
}

/// From when to when some log reaches: the times of all its evaluated records that say one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// The earliest.
    pub first: Option<Timestamp>,
    /// The latest.
    pub last: Option<Timestamp>,
}

impl Reach {
    /// Adds a record.
    pub fn add(&mut self, time: Timestamp) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    /// Adds the records of `other`.
    pub fn join(&mut self, other: &Self) {
        [other.first, other.last].into_iter().flatten().for_each(|time| self.add(time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_set_of_at_most_64() {
        let mut roles = Roles::default();
        assert!(roles.is_empty());
        roles.add(0);
        roles.add(63);
        roles.add(64);
        assert!(roles.has(0) && roles.has(63) && !roles.has(1) && !roles.has(64));
    }

    #[test]
    fn reaches_join_in_any_order() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let (mut one, mut other) = (Reach::default(), Reach::default());
        one.add(at(5));
        other.add(at(2));
        other.add(at(9));
        let mut joined = one;
        joined.join(&other);
        other.join(&one);
        assert_eq!((joined, joined.first, joined.last), (other, Some(at(2)), Some(at(9))));
    }
}
