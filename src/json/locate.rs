//! Finds the text of one node: a record's JSON text and a normalized path in, a byte range out.
//!
//! Stands behind evaluation: positions are computed for violations only.

use crate::json::location::{Location, Step};
use crate::json::scan::{self, Elements, Members, StringSpan};
use crate::text::Span;

/// Byte range of `at` inside `record`, or `None` when the record has no such node.
///
/// The range includes a string's quotes. With duplicate keys the last one counts, at every level; a key written with
/// escapes is compared by its value. Walks `record` once per step of `at`, without allocating: call it for violations, never
/// for every event. Source: RFC 9535 §2.7 (normalized paths).
#[must_use]
pub fn locate(record: &str, at: &Location) -> Option<Span> {
    let text = record.as_bytes();
    let mut start = scan::skip_space(text, 0);
    for (depth, step) in at.0.iter().enumerate() {
        start = match step {
            Step::Name(name) => member(text, start, depth, name)?,
            Step::Index(index) => element(text, start, depth, *index)?,
        };
    }
    let end = scan::value(text, start, at.0.len()).ok()?;
    Some(Span::new(start, end))
}

fn member(text: &[u8], at: usize, depth: usize, name: &str) -> Option<usize> {
    let mut members = Members::open(text, at, depth).ok()?;
    let mut found = None;
    while let Some(member) = members.next_key().ok()? {
        if key_is(text, member.key, name) {
            found = Some(member.value);
        }
        let end = scan::value(text, member.value, depth + 1).ok()?;
        members.close_value(end).ok()?;
    }
    found
}

fn element(text: &[u8], at: usize, depth: usize, wanted: usize) -> Option<usize> {
    let mut elements = Elements::open(text, at, depth).ok()?;
    let mut index = 0;
    while let Some(start) = elements.next_start().ok()? {
        if index == wanted {
            return Some(start);
        }
        index += 1;
        let end = scan::value(text, start, depth + 1).ok()?;
        elements.close_value(end).ok()?;
    }
    None
}

/// Whether the value of `key` is `name`.
pub(super) fn key_is(text: &[u8], key: StringSpan, name: &str) -> bool {
    let raw = key.raw(text);
    if key.escaped { unescaped(raw).eq(name.chars()) } else { raw == name.as_bytes() }
}

/// Whether two keys have the same value.
pub(super) fn same_key(text: &[u8], one: StringSpan, other: StringSpan) -> bool {
    if one.escaped || other.escaped {
        unescaped(one.raw(text)).eq(unescaped(other.raw(text)))
    } else {
        one.raw(text) == other.raw(text)
    }
}

/// The characters that the inside of a valid JSON string stands for.
fn unescaped(raw: &[u8]) -> Unescaped<'_> {
    Unescaped { rest: std::str::from_utf8(raw).unwrap_or_default() }
}

struct Unescaped<'t> {
    rest: &'t str,
}

impl Iterator for Unescaped<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let first = characters.next()?;
        if first != '\\' {
            self.rest = characters.as_str();
            return Some(first);
        }
        let escape = characters.next()?;
        self.rest = characters.as_str();
        match escape {
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => {
                let high = self.unit()?;
                if !(0xD800..0xDC00).contains(&high) {
                    return char::from_u32(high);
                }
                self.rest = self.rest.strip_prefix("\\u")?;
                let low = self.unit()?;
                char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + low.checked_sub(0xDC00)?)
            }
            other => Some(other),
        }
    }
}

impl Unescaped<'_> {
    /// The four hexadecimal digits that come next.
    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn name(name: &str) -> Step {
        Step::Name(name.to_owned())
    }

    fn text_at<'r>(record: &'r str, steps: &[Step]) -> Option<&'r str> {
        locate(record, &Location(steps.to_vec())).map(|span| span.of(record))
    }

    #[test]
    fn finds_nodes() {
        let record = r#" {"a": {"b": [10, "x\"y", {"c": null}]}, "é": true} "#;
        assert_eq!(text_at(record, &[]), Some(record.trim()));
        assert_eq!(text_at(record, &[name("a"), name("b"), Step::Index(1)]), Some(r#""x\"y""#));
        assert_eq!(text_at(record, &[name("a"), name("b"), Step::Index(2), name("c")]), Some("null"));
        assert_eq!(text_at(record, &[name("é")]), Some("true"));
        for missing in [
            vec![name("b")],
            vec![Step::Index(0)],
            vec![name("a"), name("b"), Step::Index(3)],
            vec![name("é"), name("x")],
            vec![name("a"), name("b"), name("0")],
        ] {
            assert_eq!(text_at(record, &missing), None);
        }
    }

    #[test]
    fn the_last_of_duplicate_keys_counts_at_every_level() {
        let record = r#"{"a":{"b":1,"b":2},"a":{"b":3,"b":4},"a":{"c":5,"\u0062":6}}"#;
        assert_eq!(text_at(record, &[name("a"), name("b")]), Some("6"));
        assert_eq!(text_at(r#"{"a":{"b":1},"a":7}"#, &[name("a"), name("b")]), None);
    }

    #[test]
    fn keys_match_by_value() {
        let record = r#"{"event\u004eame":1,"\ud83d\ude00":2,"\"\\\/\b\f\n\r\t\u00e9":3}"#;
        assert_eq!(text_at(record, &[name("eventName")]), Some("1"));
        assert_eq!(text_at(record, &[name("😀")]), Some("2"));
        assert_eq!(text_at(record, &[name("\"\\/\u{8}\u{c}\n\r\té")]), Some("3"));
        assert_eq!(text_at(record, &[name("event\\u004eame")]), None);
    }

    #[test]
    fn text_that_is_no_json_has_no_nodes() {
        for text in ["", "{", "{\"a\":", "[1,]", "{\"a\":tru}", "x"] {
            assert_eq!(text_at(text, &[name("a")]), None, "{text}");
        }
    }

    /// JSON text with spaces, escaped keys and duplicate keys, and steps that may or may not lead somewhere.
    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just(" true".to_owned()),
            Just("-1.5e3 ".to_owned()),
            "[ab\\u{2028}\\u{7f}é]{0,4}".prop_map(|text| format!("\"{text}\"")),
            Just(r#""\u0061\n\ud83d\ude00""#.to_owned()),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let key =
                prop_oneof![Just("a"), Just("\\u0061"), Just("b"), Just("\\ud83d\\ude00"), Just("😀"), Just("c\\n")];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[ {}]", items.join(" ,"))),
                prop::collection::vec((key, inner), 0..5).prop_map(|members| {
                    let members: Vec<_> =
                        members.into_iter().map(|(key, value)| format!("\"{key}\" : {value}")).collect();
                    format!("{{{}}}", members.join(", "))
                }),
            ]
        })
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            prop::sample::select(vec!["a", "b", "😀", "c\n"]).prop_map(name),
            (0_usize..4).prop_map(Step::Index)
        ];
        prop::collection::vec(step, 0..5)
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in json(), steps in steps()) {
            let value: Value = serde_json::from_str(&text).unwrap();
            let wanted = steps.iter().try_fold(&value, |node, step| match step {
                Step::Name(name) => node.as_object()?.get(name),
                Step::Index(index) => node.as_array()?.get(*index),
            });
            let found = text_at(&text, &steps).map(|text| serde_json::from_str::<Value>(text).unwrap());
            prop_assert_eq!(found.as_ref(), wanted);
        }
    }
}
