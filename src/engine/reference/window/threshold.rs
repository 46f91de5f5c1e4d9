//! `threshold`: every window that begins at an event is looked at.

use serde_json::Value;

use crate::engine::reference::window::event::Dated;
use crate::engine::reference::window::key::{self, Same};
use crate::engine::reference::window::{Court, Judgement, gap, groups, length};
use crate::policy::obligation::Threshold;

impl Court<'_> {
    pub(super) fn threshold(&self, threshold: &Threshold) -> Judgement {
        let counted: Vec<&Dated<'_>> =
            self.population().into_iter().filter(|event| is_counted(threshold, event.value)).collect();
        let mut violations = Vec::new();
        for (_, events) in groups(&threshold.by.parts, &counted) {
            for episode in episodes(threshold, &events) {
                let number = number(threshold, &episode);
                let roles = episode.into_iter().map(|event| (event, "counted".to_owned())).collect();
                violations.extend(self.broken(&threshold.by, roles, number));
            }
        }
        Judgement { violations, ..Judgement::default() }
    }
}

/// Whether the rule counts `event`: where it counts values, only one that has a value.
pub(super) fn is_counted(threshold: &Threshold, event: &Value) -> bool {
    threshold.distinct.is_none() || value(threshold, event).is_some()
}

fn value(threshold: &Threshold, event: &Value) -> Option<Same> {
    key::value(threshold.distinct.as_ref()?, event)
}

/// How many events, or different values.
fn number(threshold: &Threshold, events: &[&Dated<'_>]) -> usize {
    if threshold.distinct.is_none() {
        return events.len();
    }
    let mut values: Vec<Option<Same>> = Vec::new();
    for event in events {
        let value = value(threshold, event.value);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values.len()
}

/// The windows in which there are too many, those joined that share an event.
fn episodes<'e, 'c>(threshold: &Threshold, events: &[&'e Dated<'c>]) -> Vec<Vec<&'e Dated<'c>>> {
    let mut episodes: Vec<Vec<&Dated<'_>>> = Vec::new();
    for first in events {
        let inside = |event: &&&Dated<'_>| (0..=length(threshold.within)).contains(&gap(first.time, event.time));
        let window: Vec<&Dated<'_>> = events.iter().filter(inside).copied().collect();
        let wanted = usize::try_from(threshold.count).unwrap_or(usize::MAX);
        if number(threshold, &window) < wanted {
            continue;
        }
        let has = |episode: &Vec<&Dated<'_>>, event: &Dated<'_>| episode.iter().any(|known| known.order == event.order);
        let (touched, mut apart): (Vec<_>, Vec<_>) =
            episodes.into_iter().partition(|episode| window.iter().any(|event| has(episode, event)));
        let mut joined = window;
        for event in touched.into_iter().flatten() {
            if !has(&joined, event) {
                joined.push(event);
            }
        }
        apart.push(joined);
        episodes = apart;
    }
    episodes
}
