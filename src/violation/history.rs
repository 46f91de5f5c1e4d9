//! What runs have seen for `first_seen` rules: kept from one run to the next, where a state file is given.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::policy::RuleId;

/// What was seen, by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The rules.
    pub rules: BTreeMap<RuleId, RuleHistory>,
}

/// What was seen for one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleHistory {
    /// The rule's definition, as a hash: another one has seen nothing.
    pub definition: String,
    /// From when on all that the rule is about was seen; `None` before anything was.
    pub since: Option<Timestamp>,
    /// For each key with its values, as in [`Fact::key`](crate::violation::Fact::key), when it occurred.
    pub seen: BTreeMap<Box<str>, Occurrences>,
}

/// When something occurred: spans of time, rising and apart, between whose ends no gap is longer than the rule's history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// First and last occurrence of each span.
    pub spans: Vec<(Timestamp, Timestamp)>,
}

impl Occurrences {
    /// Whether something occurred in the `history` before `time`, `time` itself left out.
    ///
    /// Inside a span no gap is longer than `history`, so that a time within one always follows an occurrence near enough.
    #[must_use]
    pub fn before(&self, time: Timestamp, history: SignedDuration) -> bool {
        let from = earlier(time, history);
        self.spans.iter().any(|(first, last)| *first < time && *last >= from)
    }

    /// Adds an occurrence.
    pub fn add(&mut self, time: Timestamp, history: SignedDuration) {
        // Nearly always the latest.
        if let Some((first, last)) = self.spans.last_mut()
            && *first <= time
            && earlier(time, history) <= *last
        {
            *last = time.max(*last);
            return;
        }
        self.spans.push((time, time));
        self.spans.sort_unstable();
        let spans = std::mem::take(&mut self.spans);
        for (first, last) in spans {
            match self.spans.last_mut() {
                Some(known) if earlier(first, history) <= known.1 => known.1 = known.1.max(last),
                _ => self.spans.push((first, last)),
            }
        }
    }

    /// Leaves out the spans that ended before `time`; answers whether there were any.
    pub fn forget(&mut self, time: Timestamp) -> bool {
        let before = self.spans.len();
        self.spans.retain(|(_, last)| *last >= time);
        self.spans.len() < before
    }
}

/// `time` less `by`, or the earliest time there is.
#[must_use]
pub fn earlier(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// `time` and `by`, or the latest time there is.
#[must_use]
pub fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn of(times: &[i64]) -> Occurrences {
        let mut all = Occurrences::default();
        times.iter().for_each(|time| all.add(at(*time), SignedDuration::from_secs(10)));
        all
    }

    #[test]
    fn the_order_of_occurrences_does_not_matter() {
        let wanted = vec![(at(0), at(20)), (at(31), at(35))];
        for times in [[0, 10, 20, 31, 35], [35, 31, 20, 10, 0], [20, 0, 35, 10, 31]] {
            assert_eq!(of(&times).spans, wanted);
        }
    }

    #[test]
    fn before_leaves_the_time_itself_out_and_takes_the_border_in() {
        let seen = of(&[0, 10, 31]);
        let history = SignedDuration::from_secs(10);
        let before = |time| seen.before(at(time), history);
        assert!(!before(0) && before(1) && before(10) && before(20) && !before(21) && !before(31) && before(32));
    }

    #[test]
    fn forgets_what_ended() {
        let mut seen = of(&[0, 10, 31]);
        assert!(seen.forget(at(11)));
        assert!(!seen.forget(at(31)));
        assert_eq!(seen.spans, [(at(31), at(31))]);
    }
}
