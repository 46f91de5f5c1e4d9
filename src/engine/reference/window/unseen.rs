//! `first_seen`: every event is asked whether one like it came before.

use jiff::Timestamp;

use crate::engine::reference::window::event::{Dated, time_of};
use crate::engine::reference::window::{Broken, Court, Group, Judgement, gap, groups, key, length};
use crate::policy::model::RecordSource;
use crate::policy::obligation::{FirstSeen, KeyPart};

impl Court<'_> {
    pub(super) fn first_seen(&self, first: &FirstSeen) -> Judgement {
        let history = length(first.history);
        let parts: Vec<KeyPart> = first.by.parts.iter().chain(&first.of).cloned().collect();
        let since = [self.reach.map(|(first, _)| first), self.past.map(|past| past.since)].into_iter().flatten().min();
        let mut judgement = Judgement::default();
        for (combination, events) in groups(&parts, &self.population()) {
            let mut times: Vec<Timestamp> = events.iter().map(|event| event.time).collect();
            times.dedup();
            for time in times {
                let here: Vec<&Dated<'_>> = events.iter().filter(|event| event.time == time).copied().collect();
                let is_before = |earlier: Timestamp| earlier < time && gap(earlier, time) <= history;
                let seen = events.iter().any(|event| is_before(event.time))
                    || self.occurred(&parts, &combination).into_iter().any(is_before);
                let number = here.len();
                if seen {
                } else if since.is_some_and(|since| gap(since, time) >= history) {
                    let roles = here.into_iter().map(|event| (event, "first seen".to_owned())).collect();
                    let broken = self.broken(&first.by, roles, number);
                    judgement.violations.extend(broken.map(|broken| with_what_was_seen(broken, &parts, &combination)));
                } else {
                    judgement.learning += u64::try_from(number).unwrap_or(u64::MAX);
                }
            }
        }
        judgement
    }

    /// When earlier runs saw the combination.
    fn occurred(&self, parts: &[KeyPart], combination: &Group) -> Vec<Timestamp> {
        let source = self.set.policy(self.policy).map_or(&RecordSource::Cloudtrail, |policy| &policy.records);
        let past = self.past.map(|past| past.events).unwrap_or_default();
        past.iter()
            .filter(|event| self.in_population(event) && super::group(parts, event) == *combination)
            .filter_map(|event| time_of(source, event))
            .collect()
    }
}

/// `broken` with all `parts` of `combination`: behind those of `by`, what was first seen.
fn with_what_was_seen(broken: Broken, parts: &[KeyPart], combination: &Group) -> Broken {
    let shown = |(part, value): (&KeyPart, &Option<_>)| (part.name.clone(), key::shown(value.as_ref()));
    Broken { key: parts.iter().zip(combination).map(shown).collect(), ..broken }
}
