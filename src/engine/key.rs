//! The values that facts are told apart by: a node in, its text as it is compared out.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Number, Value};

use crate::engine::node::Node;
use crate::policy::obligation::Normalize;

/// What stands in a key where the event has no value.
pub const NO_VALUE: &str = "null";

/// The JSON text by which the value of `node` is compared: equal texts are equal values. `None` where there is none, or null.
///
/// What is made of strings (`as`) is made of no other type. Numbers are written by worth, objects with their names sorted.
#[must_use]
pub fn canonical(node: Node<'_>, normalize: Normalize) -> Option<String> {
    if let Some(text) = node.string() {
        let text = match normalize {
            Normalize::AsIs => text.into_owned(),
            Normalize::Basename => text.rsplit('/').next().unwrap_or_default().to_owned(),
            Normalize::Lower => text.to_lowercase(),
            Normalize::IpPrefix(bits) => network(&text, bits).unwrap_or_else(|| text.into_owned()),
        };
        return Some(Value::String(text).to_string());
    }
    match by_worth(node.value()?.into_owned()) {
        Value::Null => None,
        value => Some(value.to_string()),
    }
}

/// The network of so many leading bits, at most all, that the address `text` lies in.
fn network(text: &str, bits: u8) -> Option<String> {
    let address = text.parse::<IpAddr>().ok()?.to_canonical();
    let most = if address.is_ipv4() { 32 } else { 128 };
    Some(IpNet::new(address, bits.min(most)).ok()?.trunc().to_string())
}

/// The same value with each number in one form: `1.0` and `1e0` as `1`.
fn by_worth(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(whole(&number).unwrap_or(number)),
        Value::Array(elements) => Value::Array(elements.into_iter().map(by_worth).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, by_worth(value))).collect())
        }
        other => other,
    }
}

/// A number with a point that is whole, as an integer.
fn whole(number: &Number) -> Option<Number> {
    let value = number.as_f64().filter(|value| number.is_f64() && value.fract() == 0.0)?;
    let text = format!("{value:.0}");
    let text = if text == "-0" { "0" } else { &text };
    text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, normalize: Normalize) -> Option<String> {
        canonical(Node::Text(text), normalize)
    }

    #[test]
    fn compares_by_type_and_value() {
        for (text, wanted) in [
            ("1", "1"),
            ("1.0", "1"),
            ("1e2", "100"),
            ("-0.0", "0"),
            ("1.5", "1.5"),
            ("9007199254740993", "9007199254740993"),
            ("\"1\"", "\"1\""),
            ("\"\\u0041\"", "\"A\""),
            ("true", "true"),
            ("{\"b\":[1.0],\"a\":null}", "{\"a\":null,\"b\":[1]}"),
        ] {
            assert_eq!(of(text, Normalize::AsIs).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(of("null", Normalize::AsIs), None);
        assert_eq!(canonical(Node::Missing, Normalize::AsIs), None);
    }

    #[test]
    fn makes_of_strings_what_is_wanted() {
        for (text, normalize, wanted) in [
            ("arn:aws:iam::1:role/a/B", Normalize::Basename, "\"B\""),
            ("plain", Normalize::Basename, "\"plain\""),
            ("a/", Normalize::Basename, "\"\""),
            ("ÄB", Normalize::Lower, "\"äb\""),
            ("192.0.2.77", Normalize::IpPrefix(24), "\"192.0.2.0/24\""),
            ("192.0.2.77", Normalize::IpPrefix(64), "\"192.0.2.77/32\""),
            ("::ffff:192.0.2.77", Normalize::IpPrefix(24), "\"192.0.2.0/24\""),
            ("2001:db8:1:2::3", Normalize::IpPrefix(64), "\"2001:db8:1:2::/64\""),
            ("cloudtrail.amazonaws.com", Normalize::IpPrefix(24), "\"cloudtrail.amazonaws.com\""),
        ] {
            assert_eq!(of(&format!("\"{text}\""), normalize).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(of("5", Normalize::Lower).as_deref(), Some("5"));
    }
}
