//! Obligations over time, by the letter of `docs/dsl.md` §11: a rule and every delivered record of a log in, its [`Judgement`] out.
//!
//! Brute force over the model and parsed JSON: every window, every pair and every match is tried, nothing is remembered between
//! two questions. It shares no code with `engine::correlate` and `compile`, which must agree with it, and is never optimised.
//!
//! Where the text leaves a choice, the reading is taken by which doubt lets no rule pass: an event of which no time is known
//! satisfies nothing, and what clears a violation must lie strictly inside of its limits where the times of two events are equal.

mod cover;
mod event;
mod follow;
mod key;
mod message;
mod sequence;
mod threshold;
mod unseen;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::engine::reference::Scope;
use crate::engine::reference::window::event::{Dated, dated, reach, time_of};
use crate::engine::reference::window::key::Same;
use crate::engine::reference::window::threshold::is_counted;
use crate::policy::model::{Condition, RecordSource, Rule, RuleId};
use crate::policy::obligation::{Key, KeyPart, Obligation};
use crate::policy::{PolicyIndex, PolicySet, WaiverIndex};
use crate::violation::CoveredBy;

/// What a rule over time says of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// The violations, by their first events.
    pub violations: Vec<Broken>,
    /// Events that may still turn out to be a violation, or not: the log does not reach far enough.
    pub pending: u64,
    /// Events that only taught what is usual.
    pub learning: u64,
    /// Records that would matter to the rule and whose time cannot be read, each delivery for itself: places among the deliveries.
    pub undated: Vec<usize>,
}

/// A violation over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: RuleId,
    /// The key's parts with their names, as messages show them; behind them what was first seen, which messages leave out.
    pub key: Vec<(String, String)>,
    /// The events, in canonical order.
    pub events: Vec<Evident>,
    /// How many events, or different values.
    pub count: u64,
    /// From the first event to the last.
    pub span: SignedDuration,
    /// The filled-in message.
    pub message: String,
    /// Its identity over runs.
    pub fingerprint: String,
    /// What covers it.
    pub covered: Option<CoveredBy>,
    /// The first waiver that would cover it, were the rule waivable.
    pub refused: Option<WaiverIndex>,
}

/// An event of a violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evident {
    /// The step of a sequence, or what the event is to the rule.
    pub step: String,
    /// Its place among the deliveries.
    pub delivery: usize,
    /// Its time.
    pub time: Timestamp,
}

/// What earlier runs saw.
#[derive(Debug, Clone, Copy)]
pub struct Past<'p> {
    /// Since when the log is known.
    pub since: Timestamp,
    /// The events since.
    pub events: &'p [Value],
}

/// What `rule`, which stands in `policy`, says of the log of `deliveries`, which come in the order of inputs and records and are of
/// the kind that the policy is about; `None` for a rule that speaks of one event.
#[must_use]
pub fn judge(
    set: &PolicySet,
    policy: PolicyIndex,
    rule: &Rule,
    deliveries: &[&Value],
    past: Option<Past<'_>>,
    today: Date,
) -> Option<Judgement> {
    if !rule.obligation.is_windowed() {
        return None;
    }
    let source = set.policy(policy).map_or(&RecordSource::Cloudtrail, |policy| &policy.records);
    let events = dated(source, deliveries);
    let court = Court { set, policy, rule, today, reach: reach(&events), events, past };
    let mut judgement = match &rule.obligation {
        Obligation::Forbid(_) | Obligation::Require(_) => return None,
        Obligation::Threshold(threshold) => court.threshold(threshold),
        Obligation::FollowedBy(follow) => court.followed_by(follow),
        Obligation::PrecededBy(follow) => court.preceded_by(follow),
        Obligation::Sequence(sequence) => court.sequence(sequence),
        Obligation::FirstSeen(first) => court.first_seen(first),
    };
    let is_undated = |event: &Value| time_of(source, event).is_none() && court.concerns(event);
    judgement.undated =
        deliveries.iter().enumerate().filter(|(_, event)| is_undated(event)).map(|(place, _)| place).collect();
    Some(judgement)
}

/// Whether `event` is in the population of `rule`, which stands in `policy`: of a sequence, whether it can be a step.
#[must_use]
pub fn in_population(set: &PolicySet, policy: PolicyIndex, rule: &Rule, event: &Value, today: Date) -> bool {
    let scope = Scope { set, policy, event, element: None, today };
    let is_step = match &rule.obligation {
        Obligation::Sequence(sequence) => sequence.steps.iter().any(|step| scope.holds(&step.event)),
        _ => true,
    };
    scope.in_population(rule) && is_step
}

/// A rule and the log that it is held against.
struct Court<'c> {
    set: &'c PolicySet,
    policy: PolicyIndex,
    rule: &'c Rule,
    today: Date,
    /// Each event once, in canonical order.
    events: Vec<Dated<'c>>,
    /// The earliest and the latest time of all events.
    reach: Option<(Timestamp, Timestamp)>,
    past: Option<Past<'c>>,
}

/// What makes events belong together: for each part of a key its value, `None` where there is none.
type Group = Vec<Option<Same>>;

impl<'c> Court<'c> {
    fn scope<'e>(&'e self, event: &'e Value) -> Scope<'e> {
        Scope { set: self.set, policy: self.policy, event, element: None, today: self.today }
    }

    /// Whether the event is in the population and meets `condition`.
    fn meets_both(&self, event: &Value, condition: &Condition) -> bool {
        self.in_population(event) && self.meets(event, condition)
    }

    fn meets(&self, event: &Value, condition: &Condition) -> bool {
        self.scope(event).holds(condition)
    }

    fn in_population(&self, event: &Value) -> bool {
        self.scope(event).in_population(self.rule)
    }

    /// Whether it changes anything that this event happened.
    fn concerns(&self, event: &Value) -> bool {
        match &self.rule.obligation {
            Obligation::Forbid(_) | Obligation::Require(_) => false,
            Obligation::Threshold(threshold) => self.in_population(event) && is_counted(threshold, event),
            Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => {
                self.in_population(event)
                    || self.meets(event, &follow.event) && !lacks_part(&group(&follow.by.parts, event))
            }
            Obligation::Sequence(sequence) => sequence.steps.iter().any(|step| {
                self.meets_both(event, &step.event) && !(step.absent && lacks_part(&group(&sequence.by.parts, event)))
            }),
            Obligation::FirstSeen(_) => self.in_population(event),
        }
    }

    /// The events of the population, in canonical order.
    fn population(&self) -> Vec<&Dated<'c>> {
        self.events.iter().filter(|event| self.in_population(event.value)).collect()
    }

    /// The violation that `events` are, with what each is; `count` is what the message says.
    fn broken(&self, by: &Key, mut events: Vec<(&Dated<'c>, String)>, count: usize) -> Option<Broken> {
        events.sort_by_key(|(event, _)| event.order);
        let values: Vec<&Value> = events.iter().map(|(event, _)| event.value).collect();
        let ((first, _), (last, _)) = (events.first()?, events.last()?);
        let span = last.time.duration_since(first.time);
        let group = group(&by.parts, first.value);
        let key: Vec<(String, String)> =
            by.parts.iter().zip(&group).map(|(part, value)| (part.name.clone(), key::shown(value.as_ref()))).collect();
        let message = match &self.rule.message {
            None => self.rule.title.clone(),
            Some(template) => {
                let steps: Vec<_> = events.iter().map(|(event, step)| (event.value, step.as_str())).collect();
                self.filled(template, by, &key, &steps, count, span)
            }
        };
        let fingerprint = self.fingerprint_of(first.value, &group);
        let (covered, refused) = self.cover(&values, &fingerprint);
        let evident = |(event, step): &(&Dated<'_>, String)| Evident {
            step: step.clone(),
            delivery: event.delivery,
            time: event.time,
        };
        Some(Broken {
            rule: self.rule.id.value.clone(),
            key,
            events: events.iter().map(evident).collect(),
            count: u64::try_from(count).unwrap_or(u64::MAX),
            span,
            message,
            fingerprint,
            covered,
            refused,
        })
    }
}

/// The values of a key's parts in `event`.
fn group(parts: &[KeyPart], event: &Value) -> Group {
    parts.iter().map(|part| key::value(part, event)).collect()
}

fn lacks_part(group: &Group) -> bool {
    group.iter().any(Option::is_none)
}

/// The different groups among `events`, in some order.
fn groups<'e, 'c>(parts: &[KeyPart], events: &[&'e Dated<'c>]) -> Vec<(Group, Vec<&'e Dated<'c>>)> {
    let mut groups: Vec<(Group, Vec<&Dated<'_>>)> = Vec::new();
    for event in events {
        let of_event = group(parts, event.value);
        match groups.iter_mut().find(|(known, _)| *known == of_event) {
            Some((_, members)) => members.push(event),
            None => groups.push((of_event, vec![event])),
        }
    }
    groups
}

/// `duration` in nanoseconds.
fn length(duration: std::time::Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

/// How far `later` lies behind `earlier`, in nanoseconds; negative where it lies before.
fn gap(earlier: Timestamp, later: Timestamp) -> i128 {
    later.as_nanosecond() - earlier.as_nanosecond()
}

#[cfg(test)]
mod tests;
