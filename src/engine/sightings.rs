//! Of the events of one combination of a `first_seen` rule in a text, those that can be the first in its history: they make facts,
//! the others only lengthen a stretch. Part of the scan.
//!
//! A stretch goes from its first event to its last, which is no further behind than the rule's history. What is left out lies behind
//! the first and not behind the last. So it has the first in its history and is no first itself; and what lies after it has the last
//! or the first in its history wherever it has it, so that all other answers stay the same. This holds as long as the first and the
//! last count: a delivery that comes again and says something else, or a correction, may take one away. `audit` sees to that.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;

use crate::violation::Stretch;
use crate::violation::history::later;

/// Which events make a fact for a `first_seen` rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sightings {
    /// All that the rule is about.
    #[default]
    All,
    /// Those that can be the first of their combination; [`PartReport::stretches`](crate::violation::PartReport::stretches) tells of
    /// the others.
    Firsts,
}

/// How an occurrence lies to a stretch of its combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lies {
    /// At the time of the first. Events of one time are evidence together.
    AtFirst,
    /// Behind the first, which lies in its history: it is left out.
    Behind,
    /// Before the first, with all of the stretch in reach: the stretch begins with it.
    Before,
    /// Out of reach: another stretch begins with it.
    Apart,
}

impl Lies {
    /// How `time` lies to the stretch from `first` to `last`, for a rule that looks back so far.
    #[must_use]
    pub fn of(time: Timestamp, first: Timestamp, last: Timestamp, history: SignedDuration) -> Self {
        match time.cmp(&first) {
            Ordering::Equal => Self::AtFirst,
            Ordering::Greater if time <= later(first, history) => Self::Behind,
            Ordering::Less if last <= later(time, history) => Self::Before,
            Ordering::Greater | Ordering::Less => Self::Apart,
        }
    }
}

/// The stretches of one text.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    /// The latest one of each combination.
    open: FxHashMap<u128, Open>,
    /// Those before them in which something was left out.
    closed: Vec<Stretch>,
}

#[derive(Debug)]
struct Open {
    begin: Timestamp,
    stretch: Stretch,
    has_left_out: bool,
}

/// An event that a `first_seen` rule is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    /// Hash of the rule and the values: equal for the same, and not for others.
    pub combination: u128,
    pub time: Timestamp,
    /// Its place among the records.
    pub record: usize,
    /// Where its fact will stand among the facts, if it makes one.
    pub fact: usize,
}

impl Stretches {
    /// Adds an event of a rule that looks back so far; whether it makes a fact.
    pub(super) fn add(&mut self, sighting: Sighting, history: SignedDuration) -> bool {
        let Sighting { combination, time, record, fact } = sighting;
        let new = Open { begin: time, stretch: Stretch { first: fact, last: record, end: time }, has_left_out: false };
        let Some(open) = self.open.get_mut(&combination) else {
            self.open.insert(combination, new);
            return true;
        };
        match Lies::of(time, open.begin, open.stretch.end, history) {
            Lies::AtFirst => true,
            Lies::Behind => {
                if open.stretch.end < time {
                    open.stretch = Stretch { last: record, end: time, ..open.stretch };
                }
                open.has_left_out = true;
                false
            }
            Lies::Before => {
                open.begin = time;
                open.stretch.first = fact;
                true
            }
            Lies::Apart => {
                let before = std::mem::replace(open, new);
                self.closed.extend(before.has_left_out.then_some(before.stretch));
                true
            }
        }
    }

    /// The stretches in which something was left out, in the order of their first facts.
    pub(super) fn finish(self) -> Vec<Stretch> {
        let mut all = self.closed;
        all.extend(self.open.into_values().filter(|open| open.has_left_out).map(|open| open.stretch));
        all.sort_unstable_by_key(|stretch| stretch.first);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HISTORY: SignedDuration = SignedDuration::from_secs(10);

    /// The times that make facts, and the stretches as (time of the first, time of the last, its place).
    fn of(times: &[(u128, i64)]) -> (Vec<i64>, Vec<(i64, i64, usize)>) {
        let mut stretches = Stretches::default();
        let mut facts = Vec::new();
        for (record, (combination, second)) in times.iter().enumerate() {
            let time = Timestamp::from_second(*second).unwrap();
            let sighting = Sighting { combination: *combination, time, record, fact: facts.len() };
            if stretches.add(sighting, HISTORY) {
                facts.push(*second);
            }
        }
        let all = stretches.finish();
        let shown = all.iter().map(|stretch| (facts[stretch.first], stretch.end.as_second(), stretch.last)).collect();
        (facts, shown)
    }

    fn of_one(times: &[i64]) -> (Vec<i64>, Vec<(i64, i64, usize)>) {
        of(&times.iter().map(|second| (1, *second)).collect::<Vec<_>>())
    }

    #[test]
    fn what_has_the_first_in_its_history_is_left_out() {
        assert_eq!(of_one(&[0, 5, 10]), (vec![0], vec![(0, 10, 2)]));
        assert_eq!(of_one(&[0, 5, 11]), (vec![0, 11], vec![(0, 5, 1)]));
        assert_eq!(of_one(&[0, 11, 22]), (vec![0, 11, 22], vec![]));
        assert_eq!(of_one(&[0, 11, 12, 13, 40]), (vec![0, 11, 40], vec![(11, 13, 3)]));
    }

    #[test]
    fn events_of_the_first_time_are_facts() {
        assert_eq!(of_one(&[3, 3, 4, 3, 4]), (vec![3, 3, 3], vec![(3, 4, 2)]));
    }

    #[test]
    fn times_may_come_in_any_order() {
        // The stretch grows to the front as long as its end remains in the history.
        assert_eq!(of_one(&[5, 6, 0, 3, 10]), (vec![5, 0], vec![(0, 10, 4)]));
        assert_eq!(of_one(&[5, 10, 0]), (vec![5, 0], vec![(0, 10, 1)]));
        assert_eq!(of_one(&[5, 11, 0, 7]), (vec![5, 0], vec![(5, 11, 1), (0, 7, 3)]));
        assert_eq!(of_one(&[5, 0, 11]), (vec![5, 0, 11], vec![]));
        assert_eq!(of_one(&[0, 9, 7]), (vec![0], vec![(0, 9, 1)]));
    }

    #[test]
    fn combinations_are_apart() {
        let times = [(1, 0), (2, 5), (1, 5), (2, 8), (2, 4)];
        assert_eq!(of(&times), (vec![0, 5, 4], vec![(0, 5, 2), (4, 8, 3)]));
    }
}
