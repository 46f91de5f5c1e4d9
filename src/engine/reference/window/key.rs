//! Values that events are grouped by, and when two are the same.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Number, Value};

use crate::engine::reference::value;
use crate::policy::obligation::{KeyPart, Normalize};

/// A value in a form that is equal where, and only where, the value is the same: by type and worth, however it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Same {
    Null,
    Bool(bool),
    /// A whole number, exactly.
    Whole(i128),
    /// Any other number, as its shortest text.
    Broken(String),
    Text(String),
    Array(Vec<Same>),
    Object(BTreeMap<String, Same>),
}

impl Same {
    /// The form of `value`; `None` for null, which is no value.
    pub(super) fn of(value: &Value) -> Option<Self> {
        if value.is_null() { None } else { Some(Self::inner(value)) }
    }

    fn inner(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::number(number),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(elements) => Self::Array(elements.iter().map(Self::inner).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), Self::inner(value))).collect())
            }
        }
    }

    fn number(number: &Number) -> Self {
        if let Ok(whole) = number.to_string().parse() {
            return Self::Whole(whole);
        }
        match number.as_f64() {
            // Written without an exponent and a fraction, a whole f64 is the integer that it is.
            Some(float) if float.fract() == 0.0 => match format!("{float:.0}").parse() {
                Ok(whole) => Self::Whole(whole),
                Err(_) => Self::Broken(float.to_string()),
            },
            Some(float) => Self::Broken(float.to_string()),
            None => Self::Broken(number.to_string()),
        }
    }
}

/// The value of `part` in `event`; `None` where it is missing or null.
pub(super) fn value(part: &KeyPart, event: &Value) -> Option<Same> {
    let nodes = part.path.select_reference(event);
    let (_, node) = nodes.first()?;
    match node {
        Value::String(text) => Some(Same::Text(normalized(part.normalize, text))),
        node => Same::of(node),
    }
}

fn normalized(normalize: Normalize, text: &str) -> String {
    match normalize {
        Normalize::AsIs => text.to_owned(),
        Normalize::Basename => text.rsplit('/').next().unwrap_or_default().to_owned(),
        Normalize::Lower => text.to_lowercase(),
        Normalize::IpPrefix(bits) => match value::address(text).and_then(|address| network(address, bits)) {
            Some(network) => network.to_string(),
            None => text.to_owned(),
        },
    }
}

/// The network of the leading `bits` of `address`; of all of its bits where it has fewer.
fn network(address: IpAddr, bits: u8) -> Option<IpNet> {
    let all = IpNet::from(address).max_prefix_len();
    Some(IpNet::new(address, bits.min(all)).ok()?.trunc())
}

/// A part of a key as messages show it.
pub(super) fn shown(value: Option<&Same>) -> String {
    match value {
        None => "(none)".to_owned(),
        Some(Same::Text(text)) => text.clone(),
        Some(other) => json(other),
    }
}

/// Compact JSON with keys in order.
pub(super) fn json(value: &Same) -> String {
    match value {
        Same::Null => "null".to_owned(),
        Same::Bool(value) => value.to_string(),
        Same::Whole(number) => number.to_string(),
        Same::Broken(number) => number.clone(),
        Same::Text(text) => Value::from(text.as_str()).to_string(),
        Same::Array(elements) => format!("[{}]", elements.iter().map(json).collect::<Vec<_>>().join(",")),
        Same::Object(members) => {
            let member = |(name, value): (&String, &Same)| format!("{}:{}", Value::from(name.as_str()), json(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_by_type_and_worth() {
        for (left, right, same) in [
            ("1", "1.0", true),
            ("1", "\"1\"", false),
            ("-0", "0", true),
            ("-0.0", "0", true),
            ("1e2", "100", true),
            ("9007199254740993", "9007199254740992", false),
            ("18446744073709551616", "1.8446744073709552e19", true),
            ("0.5", "5e-1", true),
            ("1e300", "1e301", false),
            ("true", "\"true\"", false),
            ("{\"a\":1,\"b\":[null]}", "{\"b\":[null],\"a\":1.0}", true),
            ("{\"a\":null}", "{}", false),
        ] {
            let form = |text| Same::of(&serde_json::from_str(text).unwrap());
            assert_eq!(form(left) == form(right), same, "{left} {right}");
        }
        assert_eq!(Same::of(&Value::Null), None);
    }

    #[test]
    fn strings_take_their_forms() {
        for (normalize, text, wanted) in [
            (Normalize::Basename, "arn:x/a/b", "b"),
            (Normalize::Basename, "a/", ""),
            (Normalize::Basename, "a", "a"),
            (Normalize::Lower, "ÄB", "äb"),
            (Normalize::IpPrefix(24), "10.0.0.7", "10.0.0.0/24"),
            (Normalize::IpPrefix(24), "::ffff:10.0.0.7", "10.0.0.0/24"),
            (Normalize::IpPrefix(64), "10.0.0.7", "10.0.0.7/32"),
            (Normalize::IpPrefix(32), "2001:db8:1::7", "2001:db8::/32"),
            (Normalize::IpPrefix(24), "iam.amazonaws.com", "iam.amazonaws.com"),
        ] {
            assert_eq!(normalized(normalize, text), wanted, "{text}");
        }
    }
}
