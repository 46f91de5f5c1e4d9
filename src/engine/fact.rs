//! One event becomes what it is to a rule over time: a fact, or nothing. Part of the scan.

use std::sync::Arc;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_128;

use crate::compile::matcher::Place;
use crate::compile::program::{OverTime, Part};
use crate::compile::window::{KeySource, Keyless, Scope, TextSource, WindowCheck, WindowKind};
use crate::engine::evaluate::Event;
use crate::engine::identity;
use crate::engine::key::{NO_VALUE, canonical};
use crate::engine::message::shown;
use crate::engine::node::Node;
use crate::json::{SlotId, Slots};
use crate::text::LineColumn;
use crate::violation::{EventIdentity, Fact, Roles, RuleIndex};

/// What an event can be to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// Its roles, whatever the event's key.
    pub roles: Roles,
    /// Whether the rule is about it.
    pub in_population: bool,
}

/// Whether a record, its eager slots filled, corrects an earlier delivery of its event.
/// Source: CloudTrail user guide, `addendum.reason`.
pub(super) fn is_update(text: &str, slots: &Slots, over_time: &OverTime) -> bool {
    slots.span(over_time.reason).is_some_and(|span| span.of(text) == "\"UPDATED_DATA\"")
}

/// Asks `event` what it can be to the rule of `window`; `holds` answers whether it is in the population of a rule that is no sequence.
pub(super) fn ask(window: &WindowCheck, event: &Event<'_>, holds: &mut dyn FnMut(&Event<'_>) -> bool) -> Asked {
    let in_scope =
        if window.is_sequence() { window.when.as_ref().is_none_or(|when| event.meets(when)) } else { holds(event) };
    let mut roles = Roles::default();
    for (place, role) in window.roles.iter().enumerate() {
        let scoped = in_scope || role.scope == Scope::Everything;
        if scoped && role.event.as_ref().is_none_or(|condition| event.meets(condition)) {
            roles.add(place);
        }
    }
    let in_population = if window.is_sequence() { !roles.is_empty() } else { in_scope };
    Asked { roles, in_population }
}

/// Where a record lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordPlace<'r> {
    pub file: &'r Arc<str>,
    pub record: usize,
    pub offset: usize,
    pub at: LineColumn,
}

/// An event, and who it is.
#[derive(Debug)]
pub(super) struct Source<'e> {
    pub part: &'e Part,
    pub over_time: &'e OverTime,
    pub event: &'e Event<'e>,
    /// Of its delivery.
    pub identity: Option<u128>,
    pub updated: bool,
}

/// The values of `window` that are told apart for `roles`; `None` where the event is nothing to the rule.
pub(super) fn key(window: &WindowCheck, event: &Event<'_>, roles: Roles) -> Option<Keyed> {
    let mut complete = true;
    let mut text = String::from("[");
    for (place, part) in window.key.iter().enumerate() {
        let value = value_of(part, event);
        complete &= value.is_some() || place >= window.by;
        if place > 0 {
            text.push(',');
        }
        text.push_str(value.as_deref().unwrap_or(NO_VALUE));
    }
    text.push(']');
    let mut kept = Roles::default();
    for (place, role) in window.roles.iter().enumerate() {
        if roles.has(place) && (complete || role.keyless == Keyless::Grouped) {
            kept.add(place);
        }
    }
    let value = match &window.distinct {
        None => None,
        Some(part) => Some(value_of(part, event)?.into()),
    };
    (!kept.is_empty()).then(|| Keyed { key: text.into(), roles: kept, value })
}

/// Hash of the rule at `rule` and the texts of its values in `event`: equal only where the key is, save for a chance of one in 2^128.
/// `None` where the rule is not `first_seen`, or has a path that can lead to several nodes. `room` is overwritten.
pub(super) fn combination(
    rule: RuleIndex,
    window: &WindowCheck,
    event: &Event<'_>,
    room: &mut Vec<u8>,
) -> Option<u128> {
    if window.kind != WindowKind::FirstSeen {
        return None;
    }
    room.clear();
    room.extend_from_slice(&rule.0.to_le_bytes());
    for part in &window.key {
        let Place::Slot { slot, .. } = &part.place else { return None };
        if let Some(span) = event.span(*slot) {
            room.extend_from_slice(span.of(event.text()).as_bytes());
        }
        // Never occurs in UTF-8, so that values cannot run into each other.
        room.push(0xff);
    }
    Some(xxh3_128(room))
}

/// What a fact is told apart by.
#[derive(Debug, Clone)]
pub(super) struct Keyed {
    key: Box<str>,
    roles: Roles,
    value: Option<Box<str>>,
}

/// The fact that the event of `source` is to the rule at `rule`.
pub(super) fn fact(
    rule: RuleIndex,
    window: &WindowCheck,
    keyed: Keyed,
    time: Timestamp,
    place: RecordPlace<'_>,
    source: &Source<'_>,
) -> Fact {
    let event = source.event;
    let exceptions = window.exceptions.iter().filter(|(_, exception)| event.meets(&exception.condition));
    let waivers =
        window.waivers.iter().filter(|index| source.part.waivers.get(*index).is_some_and(|asked| event.meets(asked)));
    Fact {
        rule,
        key: keyed.key,
        time,
        id: source.identity.unwrap_or_else(|| xxh3_128(event.value().to_string().as_bytes())),
        updated: source.updated,
        bare: false,
        roles: keyed.roles,
        value: keyed.value,
        texts: window.texts.iter().map(|text| text_at(text, event)).collect(),
        exceptions: exceptions.map(|(place, _)| *place).collect(),
        waivers: waivers.copied().collect(),
        event: described(source),
        file: Arc::clone(place.file),
        record: place.record,
        offset: place.offset,
        at: place.at,
    }
}

fn value_of(part: &KeySource, event: &Event<'_>) -> Option<String> {
    canonical(event.single(&part.place, None), part.normalize)
}

fn text_at(source: &TextSource, event: &Event<'_>) -> Option<Box<str>> {
    let nodes = event.many(&source.place, None);
    let values: Vec<_> = nodes.into_iter().filter_map(|(_, node)| node.value()).collect();
    (!values.is_empty()).then(|| shown(values.iter().map(AsRef::as_ref)).into())
}

fn described(source: &Source<'_>) -> EventIdentity {
    let slots = &source.over_time.described;
    let first = |places: &[SlotId]| {
        places.iter().find_map(|slot| {
            let span = source.event.span(*slot)?;
            identity::plain_node(Node::Text(span.of(source.event.text())))
        })
    };
    EventIdentity {
        id: first(&slots.id),
        time: first(&slots.time),
        name: first(&slots.name),
        source: first(&slots.source),
        account: first(&slots.account),
        region: first(&slots.region),
        principal: first(&slots.principal),
        source_ip: first(&slots.source_ip),
    }
}
