//! What two JSON values have to do with each other: equality, order, networks, and JSON inside a string.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use percent_encoding::percent_decode_str;
use serde_json::{Number, Value};

/// What is done to strings before they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folding {
    /// Nothing.
    No,
    /// They are lower-cased.
    LowerCase,
}

impl Folding {
    pub(super) fn apply(self, text: &str) -> String {
        match self {
            Self::No => text.to_owned(),
            Self::LowerCase => text.to_lowercase(),
        }
    }
}

/// Whether `left` equals `right`, with numbers compared as numbers.
///
/// `folding` is about two strings; strings inside arrays and objects are compared as they are.
pub(super) fn equal(left: &Value, right: &Value, folding: Folding) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => folding.apply(left) == folding.apply(right),
        _ => deep_equal(left, right),
    }
}

fn deep_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => order(left, right) == Some(Ordering::Equal),
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| deep_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| deep_equal(left, right)))
        }
        _ => false,
    }
}

/// How many different values `nodes` hold.
pub(in crate::engine) fn distinct(nodes: &[&Value]) -> usize {
    let mut different: Vec<&Value> = Vec::new();
    for node in nodes {
        if !different.iter().any(|other| deep_equal(other, node)) {
            different.push(node);
        }
    }
    different.len()
}

/// The order of two numbers: exact between integers, that of f64 otherwise.
pub(super) fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// The IP address that `text` is; an IPv4-mapped IPv6 address is the IPv4 address.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// The network, or the single address, that `text` is.
pub(in crate::engine) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| IpNet::from(address)))
}

/// Whether `address`, which is no IPv4-mapped one, lies in `network`.
pub(super) fn contains(network: IpNet, address: IpAddr) -> bool {
    unmapped(network).contains(&address)
}

/// The IPv4 network, where `network` holds IPv4-mapped addresses only.
fn unmapped(network: IpNet) -> IpNet {
    let (IpAddr::V6(first), Some(length)) = (network.network(), network.prefix_len().checked_sub(96)) else {
        return network;
    };
    match first.to_ipv4_mapped().map(|first| Ipv4Net::new(first, length)) {
        Some(Ok(network)) => IpNet::V4(network),
        _ => network,
    }
}

/// The JSON that `node` is or holds: an object or array as it is, a string as its text says.
pub(in crate::engine) fn opened(node: &Value) -> Option<Cow<'_, Value>> {
    match node {
        Value::Object(_) | Value::Array(_) => Some(Cow::Borrowed(node)),
        Value::String(text) => json_text(text).map(Cow::Owned),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The JSON that `text` holds, as it is or percent-encoded.
pub(super) fn json_text(text: &str) -> Option<Value> {
    let parse = |text: &str| serde_json::from_str(text).ok();
    parse(text).or_else(|| parse(&percent_decode_str(text).decode_utf8().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_equal_whatever_their_notation() {
        for (left, right, equals) in [
            ("1", "1.0", true),
            ("1", "1e0", true),
            ("-0.0", "0", true),
            ("1", "\"1\"", false),
            ("9007199254740993", "9007199254740992", false),
            ("18446744073709551615", "18446744073709551615", true),
            ("18446744073709551615", "-1", false),
            ("18446744073709551615", "1.8446744073709552e19", true),
            ("[1, {\"a\": 2.0}]", "[1.0, {\"a\": 2}]", true),
            ("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", true),
            ("{\"a\": 1}", "{\"a\": 1, \"b\": null}", false),
            ("{\"a\": 1}", "{\"b\": 1}", false),
            ("[1, 2]", "[2, 1]", false),
            ("[1]", "[1, 1]", false),
            ("null", "null", true),
            ("null", "false", false),
            ("{\"a\": 1, \"a\": 2}", "{\"a\": 2}", true),
        ] {
            assert_eq!(equal(&parse(left), &parse(right), Folding::No), equals, "{left} {right}");
            assert_eq!(equal(&parse(right), &parse(left), Folding::No), equals, "{right} {left}");
        }
    }

    #[test]
    fn case_is_folded_in_strings() {
        assert!(equal(&json!("ROOT"), &json!("rooT"), Folding::LowerCase));
        assert!(equal(&json!("Ä"), &json!("ä"), Folding::LowerCase));
        assert!(!equal(&json!("ROOT"), &json!("rooT"), Folding::No));
        assert!(!equal(&json!("straße"), &json!("STRASSE"), Folding::LowerCase));
        assert!(!equal(&json!(["A"]), &json!(["a"]), Folding::LowerCase));
    }

    #[test]
    fn counts_different_values() {
        let values = [json!(1), json!(1.0), json!("1"), json!([1]), json!([1.0]), json!(null), json!(null)];
        assert_eq!(distinct(&values.iter().collect::<Vec<_>>()), 4);
        assert_eq!(distinct(&[]), 0);
    }

    #[test]
    fn orders_numbers() {
        let order =
            |left: &str, right: &str| order(parse(left).as_number().unwrap(), parse(right).as_number().unwrap());
        assert_eq!(order("9007199254740993", "9007199254740992"), Some(Ordering::Greater));
        assert_eq!(order("-1", "18446744073709551615"), Some(Ordering::Less));
        assert_eq!(order("1.5", "1"), Some(Ordering::Greater));
        assert_eq!(order("1e2", "100"), Some(Ordering::Equal));
    }

    #[test]
    fn finds_addresses_in_networks() {
        for (text, inside, wanted) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "11.1.2.3", false),
            ("::ffff:10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "10.1.2.3", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8::1", true),
        ] {
            let (network, address) = (network(text).unwrap(), address(inside).unwrap());
            assert_eq!(contains(network, address), wanted, "{inside} in {text}");
        }
        for text in ["10.0.0.0/33", "example.org", "", "10.0.0", " 10.0.0.1"] {
            assert_eq!(network(text), None, "{text}");
        }
    }

    #[test]
    fn reads_json_in_strings() {
        assert_eq!(json_text("{\"a\": 1}"), Some(json!({"a": 1})));
        assert_eq!(json_text("%7B%22a%22%3A%20%22%2525+%22%7D"), Some(json!({"a": "%25+"})));
        assert_eq!(json_text("\"%41\""), Some(json!("%41")));
        assert_eq!(json_text(" 5 "), Some(json!(5)));
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(json_text(&nested(127)).is_some());
        for text in ["", "{", "%ff", "%7B", "a", &nested(128)] {
            assert_eq!(json_text(text), None, "{text}");
        }
    }
}
