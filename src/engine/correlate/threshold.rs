//! `threshold`: a window slides over the facts of a key; windows with too many that share an event are one violation.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_128;

use crate::engine::correlate::evidence::Evidence;
use crate::engine::correlate::run::{Case, Judge, Output};
use crate::violation::Fact;
use crate::violation::history::earlier;

/// The facts of one key.
pub(super) struct Threshold {
    count: u64,
    /// The last facts, none earlier than the window of the latest; those of the episode come first.
    window: VecDeque<Entry>,
    /// How many of `window` are in the episode.
    taken: usize,
    /// How often each value lies in `window`.
    values: HashMap<Box<str>, u64>,
    episode: Option<Episode>,
}

struct Entry {
    time: Timestamp,
    value: Option<Box<str>>,
    /// `None` once it is in the episode.
    fact: Option<Rc<Fact>>,
}

#[derive(Default)]
struct Episode {
    evidence: Evidence,
    events: u64,
    /// Hashes of the different values.
    values: FxHashSet<u128>,
}

impl Threshold {
    pub(super) fn new(count: u64) -> Self {
        Self { count, window: VecDeque::new(), taken: 0, values: HashMap::new(), episode: None }
    }

    /// Puts the first fact out of the window.
    fn shift(&mut self) {
        let Some(entry) = self.window.pop_front() else { return };
        self.taken = self.taken.saturating_sub(1);
        if let Some(value) = entry.value
            && let Some(number) = self.values.get_mut(&value)
        {
            *number -= 1;
            if *number == 0 {
                self.values.remove(&value);
            }
        }
    }

    fn close(&mut self, case: &Case<'_>, output: &mut Output<'_>) {
        let Some(episode) = self.episode.take() else { return };
        let values = u64::try_from(episode.values.len()).unwrap_or(u64::MAX);
        let count = if case.window.distinct.is_some() { values } else { episode.events };
        episode.evidence.close(case, count, None, output);
    }
}

impl Judge for Threshold {
    fn take(&mut self, case: &Case<'_>, time: Timestamp, facts: &[Rc<Fact>], output: &mut Output<'_>) {
        let from = earlier(time, case.window.within);
        while self.window.front().is_some_and(|entry| entry.time < from) {
            self.shift();
        }
        if self.taken == 0 {
            self.close(case, output);
        }
        let counts_values = case.window.distinct.is_some();
        for fact in facts {
            let value = fact.value.clone().filter(|_| counts_values);
            if let Some(value) = &value {
                *self.values.entry(value.clone()).or_default() += 1;
            }
            self.window.push_back(Entry { time, value, fact: Some(Rc::clone(fact)) });
            let number = if counts_values { self.values.len() } else { self.window.len() };
            if u64::try_from(number).unwrap_or(u64::MAX) < self.count {
                continue;
            }
            let episode = self.episode.get_or_insert_default();
            for entry in self.window.iter_mut().skip(self.taken) {
                let Some(fact) = entry.fact.take() else { continue };
                episode.events += 1;
                if let Some(value) = &entry.value {
                    episode.values.insert(xxh3_128(value.as_bytes()));
                }
                episode.evidence.add(&fact, 0);
            }
            self.taken = self.window.len();
            // One more than are wanted already tells that the next window shares an event with this one.
            while !counts_values && u64::try_from(self.window.len()).unwrap_or(u64::MAX) > self.count {
                self.shift();
            }
        }
    }

    fn end(&mut self, case: &Case<'_>, output: &mut Output<'_>) {
        self.close(case, output);
    }
}
