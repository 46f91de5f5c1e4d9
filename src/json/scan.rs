//! Strict scanning of JSON text: bytes in, the end of a value or the exact place of the first error out.
//!
//! Accepts what `serde_json` accepts when it builds a `Value` out of the same text, no more and no less: RFC 8259 grammar,
//! valid UTF-8, no lone surrogates, numbers inside the range of f64, at most [`DEPTH_LIMIT`] levels. So a record that passes here
//! is one that every evaluator can read. Nothing is allocated.

use crate::json::error::fail;
pub use crate::json::error::{JsonError, JsonErrorKind};
pub use crate::json::token::{StringSpan, string};
use crate::json::token::{literal, number};

/// Deepest nesting of arrays and objects in one value; the limit of `serde_json`.
pub const DEPTH_LIMIT: usize = 127;

/// First offset at or after `at` that is no JSON white space.
#[must_use]
#[inline]
pub fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// End of the value that begins at `at` (no white space before it).
///
/// # Errors
/// The first place where the text is no valid JSON value.
pub fn skip_value(text: &[u8], at: usize) -> Result<usize, JsonError> {
    value(text, at, 0)
}

/// As [`skip_value`] for a value that lies `depth` levels deep already.
///
/// # Errors
/// As [`skip_value`].
pub fn value(text: &[u8], at: usize, depth: usize) -> Result<usize, JsonError> {
    match text.get(at) {
        Some(b'"') => string(text, at).map(|string| string.end),
        Some(b'{') => object(text, at, depth),
        Some(b'[') => array(text, at, depth),
        Some(b'-' | b'0'..=b'9') => number(text, at),
        Some(b't') => literal(text, at, b"true"),
        Some(b'f') => literal(text, at, b"false"),
        Some(b'n') => literal(text, at, b"null"),
        Some(_) => fail(at, JsonErrorKind::Unexpected("a value")),
        None => fail(at, JsonErrorKind::UnexpectedEnd),
    }
}

fn object(text: &[u8], at: usize, depth: usize) -> Result<usize, JsonError> {
    let mut members = Members::open(text, at, depth)?;
    while let Some(member) = members.next_key()? {
        let end = value(text, member.value, depth + 1)?;
        members.close_value(end)?;
    }
    Ok(members.end())
}

fn array(text: &[u8], at: usize, depth: usize) -> Result<usize, JsonError> {
    let mut elements = Elements::open(text, at, depth)?;
    while let Some(start) = elements.next_start()? {
        let end = value(text, start, depth + 1)?;
        elements.close_value(end)?;
    }
    Ok(elements.end())
}

/// A key of an object and where its value begins.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The key's string.
    pub key: StringSpan,
    /// First byte of the value.
    pub value: usize,
}

/// Walks the members of one object: `next_key`, then the caller consumes the value and says where it ended.
#[derive(Debug)]
pub struct Members<'t> {
    text: &'t [u8],
    at: usize,
    state: State,
}

/// Walks the elements of one array, as [`Members`] does those of an object.
#[derive(Debug)]
pub struct Elements<'t> {
    text: &'t [u8],
    at: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    First,
    Next,
    Done,
}

impl<'t> Members<'t> {
    /// Enters the object whose `{` lies at `at`, `depth` levels deep.
    ///
    /// # Errors
    /// Where no object begins there, or it lies too deep.
    pub fn open(text: &'t [u8], at: usize, depth: usize) -> Result<Self, JsonError> {
        open(text, at, depth, b'{', "`{`")?;
        Ok(Self { text, at: skip_space(text, at + 1), state: State::First })
    }

    /// The next key, or `None` behind the last member.
    ///
    /// # Errors
    /// Where the text is no valid object.
    pub fn next_key(&mut self) -> Result<Option<Member>, JsonError> {
        match (self.state, self.text.get(self.at)) {
            (State::Done, _) => return Ok(None),
            (State::First, Some(b'}')) => {
                self.at += 1;
                self.state = State::Done;
                return Ok(None);
            }
            _ => {}
        }
        match self.text.get(self.at) {
            Some(b'"') => {}
            Some(_) if self.state == State::First => return fail(self.at, JsonErrorKind::Unexpected("a key or `}`")),
            Some(_) => return fail(self.at, JsonErrorKind::Unexpected("a key")),
            None => return fail(self.at, JsonErrorKind::UnexpectedEnd),
        }
        let key = string(self.text, self.at)?;
        let colon = skip_space(self.text, key.end);
        match self.text.get(colon) {
            Some(b':') => {}
            Some(_) => return fail(colon, JsonErrorKind::Unexpected("`:`")),
            None => return fail(colon, JsonErrorKind::UnexpectedEnd),
        }
        let value = skip_space(self.text, colon + 1);
        Ok(Some(Member { key, value }))
    }

    /// Says that the value of the last key ended at `end`.
    ///
    /// # Errors
    /// Where neither `,` nor `}` follows.
    pub fn close_value(&mut self, end: usize) -> Result<(), JsonError> {
        (self.at, self.state) = close(self.text, end, b'}', "`,` or `}`")?;
        Ok(())
    }

    /// Offset behind the object's `}`, once `next_key` has answered `None`.
    #[must_use]
    pub fn end(&self) -> usize {
        self.at
    }
}

impl<'t> Elements<'t> {
    /// Enters the array whose `[` lies at `at`, `depth` levels deep.
    ///
    /// # Errors
    /// Where no array begins there, or it lies too deep.
    pub fn open(text: &'t [u8], at: usize, depth: usize) -> Result<Self, JsonError> {
        open(text, at, depth, b'[', "`[`")?;
        Ok(Self { text, at: skip_space(text, at + 1), state: State::First })
    }

    /// Where the next element begins, or `None` behind the last.
    ///
    /// # Errors
    /// Where the text ends.
    pub fn next_start(&mut self) -> Result<Option<usize>, JsonError> {
        match (self.state, self.text.get(self.at)) {
            (State::Done, _) => Ok(None),
            (State::First, Some(b']')) => {
                self.at += 1;
                self.state = State::Done;
                Ok(None)
            }
            (_, Some(_)) => Ok(Some(self.at)),
            (_, None) => fail(self.at, JsonErrorKind::UnexpectedEnd),
        }
    }

    /// Says that the last element ended at `end`.
    ///
    /// # Errors
    /// Where neither `,` nor `]` follows.
    pub fn close_value(&mut self, end: usize) -> Result<(), JsonError> {
        (self.at, self.state) = close(self.text, end, b']', "`,` or `]`")?;
        Ok(())
    }

    /// Offset behind the array's `]`, once `next_start` has answered `None`.
    #[must_use]
    pub fn end(&self) -> usize {
        self.at
    }
}

fn open(text: &[u8], at: usize, depth: usize, bracket: u8, wanted: &'static str) -> Result<(), JsonError> {
    match text.get(at) {
        Some(byte) if *byte == bracket => {}
        Some(_) => return fail(at, JsonErrorKind::Unexpected(wanted)),
        None => return fail(at, JsonErrorKind::UnexpectedEnd),
    }
    if depth >= DEPTH_LIMIT { fail(at, JsonErrorKind::TooDeep) } else { Ok(()) }
}

fn close(text: &[u8], end: usize, bracket: u8, wanted: &'static str) -> Result<(usize, State), JsonError> {
    let at = skip_space(text, end);
    match text.get(at) {
        Some(b',') => Ok((skip_space(text, at + 1), State::Next)),
        Some(byte) if *byte == bracket => Ok((at + 1, State::Done)),
        Some(_) => fail(at, JsonErrorKind::Unexpected(wanted)),
        None => fail(at, JsonErrorKind::UnexpectedEnd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn accepts(text: &[u8]) -> bool {
        let start = skip_space(text, 0);
        skip_value(text, start).is_ok_and(|end| skip_space(text, end) == text.len())
    }

    fn serde_accepts(text: &[u8]) -> bool {
        serde_json::from_slice::<serde_json::Value>(text).is_ok()
    }

    #[test]
    fn agrees_with_serde_json_on_traps() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes();
        let mut cases: Vec<Vec<u8>> = [
            "",
            "{}",
            "[]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "[1,]",
            "[1 2]",
            "01",
            "-",
            "-0",
            "1.",
            "1.5e",
            "1e400",
            "-1e400",
            "1e-400",
            "1e308",
            "tru",
            "nul",
            "\"\\q\"",
            "\"\\ud800\"",
            "\"\\ud800\\udc00\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "\"\\u00e9\"",
            "\"\\u12\"",
            "\"\n\"",
            "\"\u{7f}\"",
            "\"a",
            "{\"a\":1}x",
            "{,}",
            "{\"a\":1 \"b\":2}",
            "{1:2}",
            "\u{feff}{}",
            " [ 1 , 2 ] ",
            "[1e5,1E+5,0.0]",
            "99999999999999999999999999",
            "\"\\\"\"",
            "\"\\",
            "{\"a\":{\"b\":[{}]}}",
            "+1",
            ".5",
            "\"\\/\"",
        ]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
        cases.push(b"\"\xff\"".to_vec());
        cases.push(b"{\"\xc3\":1}".to_vec());
        cases.push("9".repeat(400).into_bytes());
        cases.push("9".repeat(305).into_bytes());
        for levels in [126, 127, 128, 129] {
            cases.push(nested(levels));
        }
        for case in cases {
            assert_eq!(accepts(&case), serde_accepts(&case), "{}", String::from_utf8_lossy(&case));
        }
    }

    #[test]
    fn names_the_place() {
        let error = skip_value(b"{\"a\": [1, tru]}", 0).unwrap_err();
        assert_eq!(error, JsonError { offset: 10, kind: JsonErrorKind::Unexpected("a value") });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn agrees_with_serde_json_on_mutated_text(
            text in "[{}\\[\\],:\"a\\\\u0d8\\-.eE+1tfn ru\u{1}é]{0,24}",
        ) {
            prop_assert_eq!(accepts(text.as_bytes()), serde_accepts(text.as_bytes()));
        }
    }
}
