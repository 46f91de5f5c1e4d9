//! JSON values as YAML in braces and brackets, quoted where a plain text would be read as something else.

use serde_json::Value;

use crate::policy::node::YamlValue;
use crate::policy::scalar::resolve;

/// Words that other readers of YAML take for booleans.
const AMBIGUOUS: &[&str] = &["yes", "no", "on", "off", "y", "n"];

/// `value` on one line.
#[must_use]
pub fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let entries = members.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// `text` as a scalar that is read as the same text, in braces too.
#[must_use]
pub fn scalar(text: &str) -> String {
    let allowed = |character: char| character.is_ascii_alphanumeric() || " ._/@$-:".contains(character);
    let plain = text.chars().all(allowed)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '$')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && resolve(text) == YamlValue::String
        && !AMBIGUOUS.contains(&text.to_lowercase().as_str());
    if plain {
        return text.to_owned();
    }
    // JSON escapes are YAML's, but for what YAML does not print.
    let quoted = Value::from(text).to_string();
    quoted
        .chars()
        .map(|character| match character {
            '\u{20}'..='\u{7e}' => character.to_string(),
            // Letters are read as letters; what could hide or turn text (U+202E) is spelt out.
            letter if letter.is_alphanumeric() => letter.to_string(),
            other => format!("\\U{:08X}", u32::from(other)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn is_read_as_the_same() {
        for text in [
            "",
            "a b",
            "No",
            "null",
            "12",
            "1.5",
            "a: b",
            "a:",
            "arn:aws:iam::1:user/x",
            "x,y",
            "[x]",
            "#x",
            "a #b",
            "é\u{202e}\u{7f}\n\t\\\"",
            "{\"a\":1}",
            "-",
            "- a",
            "~",
            "%7B",
            "*",
            "&a",
            "!x",
            "?",
            "|",
            "2026-01-01",
        ] {
            let value = json!({text: [text, {"a": text}], "n": [1, -1.5, true, null]});
            let read: Value = serde_yaml::from_str(&flow(&value)).unwrap();
            assert_eq!(read, value, "{}", flow(&value));
        }
    }
}
