//! What a plain YAML scalar is: null, a boolean, a number, or a string.

use serde_json::Number;

use crate::policy::yaml::YamlValue;

/// What a plain scalar is, by the rules of `serde_yaml` 0.9 (YAML 1.2 core, without leading zeros and underscores).
pub fn resolve(text: &str) -> YamlValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return YamlValue::Null,
        "true" | "True" | "TRUE" => return YamlValue::Bool(true),
        "false" | "False" | "FALSE" => return YamlValue::Bool(false),
        _ => {}
    }
    number(text).map_or(YamlValue::String, YamlValue::Number)
}

fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let first = unsigned.bytes().next()?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            let magnitude = i64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))?;
            return Some(if text.starts_with('-') { (-magnitude).into() } else { magnitude.into() });
        }
    }
    let leading_zero = unsigned.starts_with('0') && unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if leading_zero || !unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte)) {
        return None;
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    if let Ok(integer) = text.parse::<u64>() {
        return Some(integer.into());
    }
    let float: f64 = text.parse().ok()?;
    Number::from_f64(float)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every plain scalar means what it means to `serde_yaml`.
    #[test]
    fn resolves_as_serde_yaml_does() {
        for text in [
            "~",
            "null",
            "Null",
            "NULL",
            "nULL",
            "true",
            "True",
            "TRUE",
            "tRue",
            "false",
            "False",
            "FALSE",
            "yes",
            "Yes",
            "No",
            "on",
            "off",
            "y",
            "n",
            "0",
            "1",
            "-1",
            "+1",
            "012345678901",
            "123456789012",
            "0755",
            "1_000",
            "0x1F",
            "0o17",
            "0b11",
            "-0x1F",
            "1.5",
            "-1.5",
            ".5",
            "1.",
            "1e3",
            "1E+3",
            "1e",
            "e1",
            "00",
            "0.0",
            "1.2.3",
            "2026-01-31",
            "12:30",
            "=",
            "--1",
            "18446744073709551615",
            "a b",
            "4.10",
            "1e400x",
        ] {
            let ours = match resolve(text) {
                YamlValue::Null => serde_json::Value::Null,
                YamlValue::Bool(value) => value.into(),
                YamlValue::Number(number) => number.into(),
                YamlValue::String => text.into(),
            };
            let theirs: serde_json::Value = serde_yaml::from_str(text).unwrap_or_else(|_| text.into());
            assert_eq!(ours, theirs, "{text}");
        }
    }
}
