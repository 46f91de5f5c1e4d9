//! Templates (`docs/dsl.md` §8): a message is always something, a value is nothing where a part of it is missing.

use serde_json::Value;

use super::Scope;
use crate::policy::model::{Template, TemplatePart};

/// Longest array or object in a message, in characters.
const CUT: usize = 200;

impl Scope<'_> {
    /// The filled-in message.
    pub(super) fn message(self, template: &Template) -> String {
        let mut text = String::new();
        for part in &template.parts {
            match part {
                TemplatePart::Text(part) => text.push_str(part),
                TemplatePart::Path(path) => text.push_str(&shown(&self.nodes(path))),
                // Only messages of obligations over time hold names, and those are not evaluated.
                TemplatePart::Name(_) => {}
            }
        }
        text
    }

    /// The string to compare with, or `None` where the value of a path is missing.
    pub(in crate::engine) fn value(self, template: &Template) -> Option<String> {
        let mut text = String::new();
        for part in &template.parts {
            match part {
                TemplatePart::Text(part) => text.push_str(part),
                TemplatePart::Path(path) => match self.node(path)? {
                    Value::String(part) => text.push_str(part),
                    part => text.push_str(&part.to_string()),
                },
                TemplatePart::Name(_) => return None,
            }
        }
        Some(text)
    }
}

pub(super) fn shown(nodes: &[&Value]) -> String {
    if nodes.is_empty() {
        return "(none)".to_owned();
    }
    nodes.iter().map(|node| shown_node(node)).collect::<Vec<_>>().join(", ")
}

fn shown_node(node: &Value) -> String {
    match node {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => node.to_string(),
        Value::Array(_) | Value::Object(_) => cut(&node.to_string()),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= CUT {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(CUT).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_nodes() {
        assert_eq!(shown(&[]), "(none)");
        assert_eq!(shown(&[&json!("a\"b"), &json!(1.0), &json!(null), &json!({"b": [1, 2], "a": "x"})]), {
            "a\"b, 1.0, null, {\"a\":\"x\",\"b\":[1,2]}"
        });
    }

    #[test]
    fn cuts_at_characters() {
        let exact = "é".repeat(196);
        assert_eq!(shown_node(&json!([exact])), format!("[\"{exact}\"]"));
        let long = "é".repeat(197);
        assert_eq!(shown_node(&json!([long])), format!("[\"{long}\"…"));
        assert_eq!(shown_node(&json!("x".repeat(300))), "x".repeat(300));
    }
}
