//! Which rules an event may concern: the values of its indexed fields in, places of rules out.

use crate::compile::index::Index;
use crate::engine::node::Node;
use crate::json::Slots;
use crate::policy::operator::JsonType;

/// How the candidates were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// They are the rules that any event may concern.
    Universal,
    /// The index led to some of them.
    Led,
}

/// Fills `candidates` with the rules of `index` that may concern the event, in rising order; `slots` hold its indexed fields.
pub fn find(index: &Index, text: &str, slots: &Slots, candidates: &mut Vec<usize>) -> Found {
    candidates.clear();
    for field in index.fields() {
        let Some(span) = slots.span(field.slot) else { continue };
        let Some(value) = Node::Text(span.of(text)).string() else { continue };
        if let Some(rules) = field.values.get(value.as_ref()) {
            candidates.extend_from_slice(rules);
        }
    }
    for field in index.texts() {
        let Some(span) = slots.span(field.slot) else { continue };
        let node = Node::Text(span.of(text));
        let Some(value) = node.string() else {
            if node.kind() == Some(JsonType::Array) {
                candidates.extend_from_slice(&field.arrays);
            }
            continue;
        };
        if !field.not_ascii.is_empty() && !value.is_ascii() {
            candidates.extend_from_slice(&field.not_ascii);
        }
        if field.set.is_match(&value) {
            let led = field.set.matches(&value).into_iter().filter_map(|place| field.rules.get(place));
            led.for_each(|rules| candidates.extend_from_slice(rules));
        }
    }
    let found = if candidates.is_empty() { Found::Universal } else { Found::Led };
    if found == Found::Led || !index.universal().is_empty() {
        candidates.extend_from_slice(index.universal());
        candidates.sort_unstable();
        candidates.dedup();
    }
    found
}
