//! Who an event is: what it says of itself, what makes two deliveries the same event, and a violation's fingerprint.

use std::num::NonZero;

use serde_json::Value;
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_128;

use crate::compile::program::{EventFields, IdentitySlots};
use crate::engine::node::Node;
use crate::event::RecordFormat;
use crate::json::{Path, Slots};
use crate::policy::RuleId;
use crate::violation::EventIdentity;

/// What makes two deliveries the same event: 128 bits of its id and of the fields that must be equal too. `None` without an id.
/// `room` is overwritten.
#[must_use]
pub fn delivery(record: &str, slots: &Slots, identity: &IdentitySlots, room: &mut Vec<u8>) -> Option<NonZero<u128>> {
    let id = slots.string(identity.id?, record).filter(|id| !id.is_empty())?;
    // A short text is hashed several times as fast at once as piece by piece.
    room.clear();
    room.extend_from_slice(id.as_bytes());
    for slot in &identity.with {
        // 0xff never occurs in UTF-8, so that fields cannot run into each other.
        room.push(0xff);
        if let Some(value) = slots.string(*slot, record) {
            room.extend_from_slice(value.as_bytes());
        }
    }
    // A hash of 0 is as good as one of 1.
    Some(NonZero::new(xxh3_128(room)).unwrap_or(NonZero::<u128>::MIN))
}

/// What `event` says of itself.
#[must_use]
pub fn describe(event: &Value, format: &RecordFormat, fields: &EventFields) -> EventIdentity {
    if let RecordFormat::Json { .. } = format {
        let at = |path: &Option<Path>| {
            path.as_ref().and_then(|path| path.select(event).first().and_then(|(_, value)| plain(value)))
        };
        return EventIdentity { id: at(&fields.id), time: at(&fields.time), ..EventIdentity::default() };
    }
    let field = |name: &str| event.get(name).and_then(plain);
    let who = event.get("userIdentity");
    let of_who = |name: &str| who.and_then(|who| who.get(name)).and_then(plain);
    EventIdentity {
        id: field("eventID"),
        time: field("eventTime"),
        name: field("eventName"),
        source: field("eventSource"),
        account: field("recipientAccountId").or_else(|| of_who("accountId")),
        region: field("awsRegion"),
        principal: ["arn", "userName", "principalId", "invokedBy", "type"].into_iter().find_map(of_who),
        source_ip: field("sourceIPAddress"),
    }
}

/// The string or number that `node` is, as text; `None` for anything else and for an empty string.
pub(super) fn plain_node(node: Node<'_>) -> Option<String> {
    match node.string() {
        Some(text) => (!text.is_empty()).then(|| text.into_owned()),
        None => node.number().map(|number| number.to_string()),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Identity of a violation over runs: 128 bits of SHA-256 of the rule's id and the event's identity, as 32 hexadecimal digits.
///
/// The event's identity is its id with its time, source and name; without an id it is the whole record, keys sorted, so that
/// white space and the order of keys do not matter. Never of a file name or a place.
#[must_use]
pub fn fingerprint(rule: &RuleId, event: &Value, identity: &EventIdentity) -> String {
    let mut hash = Sha256::new();
    hash.update(rule.0.as_bytes());
    match &identity.id {
        Some(id) => {
            for part in [Some(id), identity.time.as_ref(), identity.source.as_ref(), identity.name.as_ref()] {
                hash.update([0xff]);
                hash.update(part.map_or("", String::as_str).as_bytes());
            }
        }
        None => {
            hash.update([0xfe]);
            hash.update(event.to_string().as_bytes());
        }
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
