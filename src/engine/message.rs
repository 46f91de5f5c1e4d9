//! A violation's message: the rule's template filled in with the event.

use serde_json::Value;

use crate::policy::model::{Template, TemplatePart};

/// What stands for a value that is missing.
pub(super) const NONE: &str = "(none)";

/// Longest object or array in a message, in characters.
const LIMIT: usize = 200;

/// `template` with the values of `event`. A missing value reads `(none)`; many are joined by `, `.
#[must_use]
pub fn render(template: &Template, event: &Value) -> String {
    let mut out = String::new();
    for part in &template.parts {
        match part {
            TemplatePart::Text(text) => out.push_str(text),
            TemplatePart::Name(name) => out.push_str(&format!("{{{}}}", name.value)),
            TemplatePart::Path(path) => {
                let nodes = path.path.select(event);
                if nodes.is_empty() {
                    out.push_str(NONE);
                }
                out.push_str(&shown(nodes.into_iter().map(|(_, value)| value)));
            }
        }
    }
    out
}

/// `values` as a message shows them, joined by `, `.
pub(super) fn shown<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let mut out = String::new();
    for (place, value) in values.enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        write(value, &mut out);
    }
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Object(_) | Value::Array(_) => {
            let text = value.to_string();
            match text.char_indices().nth(LIMIT) {
                None => out.push_str(&text),
                Some((end, _)) => {
                    out.push_str(text.get(..end).unwrap_or_default());
                    out.push('…');
                }
            }
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
