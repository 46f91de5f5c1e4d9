//! The message of a violation over time, filled in with its key and events.

use std::rc::Rc;

use jiff::SignedDuration;

use crate::compile::window::{MessagePart, Which};
use crate::engine::message::NONE;
use crate::violation::Fact;

/// `parts` filled in; `events` are those of the violation with their roles, in canonical order, and at least one.
pub(super) fn message(
    parts: &[MessagePart],
    key: &[(String, String)],
    events: &[(Rc<Fact>, usize)],
    count: u64,
    span: SignedDuration,
) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            MessagePart::Text(text) => out.push_str(text),
            MessagePart::Count => out.push_str(&count.to_string()),
            MessagePart::Span => out.push_str(&format!("{span:#}")),
            MessagePart::Key(place) => out.push_str(key.get(*place).map_or(NONE, |(_, value)| value)),
            MessagePart::WholeKey => {
                let values: Vec<&str> = key.iter().map(|(_, value)| value.as_str()).collect();
                out.push_str(&values.join(", "));
            }
            MessagePart::Event(which, text) => {
                let event = match which {
                    Which::First => events.first(),
                    Which::Last => events.last(),
                    Which::Role(wanted) => events.iter().find(|(_, role)| role == wanted),
                };
                let text = event.and_then(|(fact, _)| fact.texts.get(*text)?.as_deref());
                out.push_str(text.unwrap_or(NONE));
            }
        }
    }
    out
}
