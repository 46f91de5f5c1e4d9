//! Deliveries become events: each event once, with its time and its place in the canonical order.

use jiff::Timestamp;
use serde_json::Value;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::policy::model::RecordSource;
use crate::text::time;

/// An event whose time is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated<'c> {
    /// Place of the delivery that counts.
    pub(super) delivery: usize,
    pub(super) value: &'c Value,
    pub(super) time: Timestamp,
    /// The canonical order: time, then identity, or without one a hash of the record, its names sorted; the place settles it
    /// between two records that say the same.
    pub(super) order: (Timestamp, u128, usize),
}

/// The events of `deliveries` in canonical order.
pub(super) fn dated<'c>(source: &RecordSource, deliveries: &[&'c Value]) -> Vec<Dated<'c>> {
    let identities: Vec<Option<u128>> = deliveries.iter().map(|delivery| identity(source, delivery)).collect();
    let mut events = Vec::new();
    for (place, delivery) in deliveries.iter().enumerate() {
        let identity = identities.get(place).copied().flatten();
        if identity.is_some() && counting(deliveries, &identities, identity) != Some(place) {
            continue;
        }
        if let Some(time) = time_of(source, delivery) {
            let identity = identity.unwrap_or_else(|| xxh3_128(delivery.to_string().as_bytes()));
            events.push(Dated { delivery: place, value: delivery, time, order: (time, identity, place) });
        }
    }
    events.sort_by_key(|event| event.order);
    events
}

/// The earliest and the latest time of `events`.
pub(super) fn reach(events: &[Dated<'_>]) -> Option<(Timestamp, Timestamp)> {
    let times = || events.iter().map(|event| event.time);
    Some((times().min()?, times().max()?))
}

/// Which of the deliveries of this identity counts: the first that brings an event up to date, else the first.
fn counting(deliveries: &[&Value], identities: &[Option<u128>], identity: Option<u128>) -> Option<usize> {
    let same = || (0..deliveries.len()).filter(|place| identities.get(*place) == Some(&identity));
    let updates = |place: &usize| {
        let reason = deliveries.get(*place).and_then(|delivery| delivery.get("addendum")?.get("reason"));
        reason.and_then(Value::as_str) == Some("UPDATED_DATA")
    };
    same().find(updates).or_else(|| same().next())
}

/// What makes two deliveries the same event: the id, and fields that must be equal too.
fn identity(source: &RecordSource, event: &Value) -> Option<u128> {
    let (id, with) = match source {
        RecordSource::Cloudtrail => {
            let with = ["eventTime", "eventSource", "eventName", "recipientAccountId"];
            (event.get("eventID"), with.map(|field| event.get(field)).to_vec())
        }
        RecordSource::Json { time, id, .. } => {
            let at = |path: &crate::json::Path| path.select_reference(event).first().map(|(_, node)| *node);
            (id.as_ref().and_then(at), time.iter().map(at).collect())
        }
    };
    let id = id.and_then(Value::as_str).filter(|id| !id.is_empty())?;
    let mut hash = Xxh3::new();
    hash.update(id.as_bytes());
    for field in with {
        hash.update(&[0xff]);
        hash.update(field.and_then(Value::as_str).unwrap_or_default().as_bytes());
    }
    Some(hash.digest128())
}

/// The time that `event` says, where that can be read.
pub(super) fn time_of(source: &RecordSource, event: &Value) -> Option<Timestamp> {
    let text = match source {
        RecordSource::Cloudtrail => event.get("eventTime")?.as_str()?,
        RecordSource::Json { time, .. } => {
            time.as_ref()?.select_reference(event).first().and_then(|(_, node)| node.as_str())?
        }
    };
    time::parse(text)
}
