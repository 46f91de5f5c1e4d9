//! Strict scanning of JSON text: bytes in, the end of a value or the exact place of the first error out.
//!
//! Accepts what `serde_json` accepts when it builds a `Value` out of the same text, no more and no less: RFC 8259 grammar,
//! valid UTF-8, no lone surrogates, numbers inside the range of f64, at most [`DEPTH_LIMIT`] levels. So a record that passes here
//! is one that every evaluator can read. Nothing is allocated.

use std::fmt;

/// Deepest nesting of arrays and objects in one value; the limit of `serde_json`.
pub const DEPTH_LIMIT: usize = 127;

/// What is wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonErrorKind {
    /// The text ends inside a value.
    UnexpectedEnd,
    /// A byte that cannot stand there; what was wanted is named.
    Unexpected(&'static str),
    /// A raw control character inside a string.
    ControlCharacter,
    /// `\` followed by something that is no escape.
    BadEscape,
    /// `\uD800`–`\uDFFF` without its other half.
    LoneSurrogate,
    /// Bytes that are no UTF-8.
    InvalidUtf8,
    /// A number that no f64 can hold, such as `1e400`.
    NumberOutOfRange,
    /// Nested deeper than [`DEPTH_LIMIT`].
    TooDeep,
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnexpectedEnd => f.write_str("the text ends inside a value"),
            Self::Unexpected(wanted) => write!(f, "expected {wanted}"),
            Self::ControlCharacter => f.write_str("raw control character inside a string"),
            Self::BadEscape => f.write_str("invalid escape in a string"),
            Self::LoneSurrogate => f.write_str("lone surrogate in a string"),
            Self::InvalidUtf8 => f.write_str("invalid UTF-8"),
            Self::NumberOutOfRange => f.write_str("number out of range"),
            Self::TooDeep => write!(f, "nested deeper than {DEPTH_LIMIT} levels"),
        }
    }
}

/// The first error in a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JsonError {
    /// Byte offset of the error in the scanned text.
    pub offset: usize,
    /// What is wrong.
    pub kind: JsonErrorKind,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// First offset at or after `at` that is no JSON white space.
#[must_use]
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

/// A string in the text, quotes included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StringSpan {
    /// Offset of the opening quote.
    pub start: usize,
    /// Offset behind the closing quote.
    pub end: usize,
    /// Whether it holds a backslash, so that its value differs from its text.
    pub escaped: bool,
}

impl StringSpan {
    /// The bytes between the quotes, escapes as they are.
    #[must_use]
    pub fn raw<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start + 1..self.end.saturating_sub(1)).unwrap_or_default()
    }
}

/// The string whose opening quote lies at `at`.
///
/// # Errors
/// Where no string begins there or it is not valid.
pub fn string(text: &[u8], start: usize) -> Result<StringSpan, JsonError> {
    match text.get(start) {
        Some(b'"') => {}
        Some(_) => return fail(start, JsonErrorKind::Unexpected("a string")),
        None => return fail(start, JsonErrorKind::UnexpectedEnd),
    }
    let mut at = start + 1;
    let mut escaped = false;
    let mut ascii = true;
    loop {
        match text.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                escaped = true;
                at = escape(text, at)?;
            }
            Some(0..=0x1f) => return fail(at, JsonErrorKind::ControlCharacter),
            Some(byte) => {
                ascii &= byte.is_ascii();
                at += 1;
            }
            None => return fail(at, JsonErrorKind::UnexpectedEnd),
        }
    }
    if !ascii && let Some(Err(error)) = text.get(start..at).map(std::str::from_utf8) {
        return fail(start + error.valid_up_to(), JsonErrorKind::InvalidUtf8);
    }
    Ok(StringSpan { start, end: at + 1, escaped })
}

fn escape(text: &[u8], at: usize) -> Result<usize, JsonError> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match hex(text, at + 2)? {
            0xD800..=0xDBFF => {
                if text.get(at + 6..at + 8) != Some(b"\\u".as_slice()) {
                    return fail(at, JsonErrorKind::LoneSurrogate);
                }
                match hex(text, at + 8)? {
                    0xDC00..=0xDFFF => Ok(at + 12),
                    _ => fail(at, JsonErrorKind::LoneSurrogate),
                }
            }
            0xDC00..=0xDFFF => fail(at, JsonErrorKind::LoneSurrogate),
            _ => Ok(at + 6),
        },
        Some(_) => fail(at, JsonErrorKind::BadEscape),
        None => fail(at + 1, JsonErrorKind::UnexpectedEnd),
    }
}

fn hex(text: &[u8], at: usize) -> Result<u32, JsonError> {
    let mut code = 0;
    for place in at..at + 4 {
        let digit = match text.get(place) {
            Some(byte @ b'0'..=b'9') => byte - b'0',
            Some(byte @ b'a'..=b'f') => byte - b'a' + 10,
            Some(byte @ b'A'..=b'F') => byte - b'A' + 10,
            Some(_) => return fail(place, JsonErrorKind::BadEscape),
            None => return fail(place, JsonErrorKind::UnexpectedEnd),
        };
        code = code * 16 + u32::from(digit);
    }
    Ok(code)
}

fn number(text: &[u8], start: usize) -> Result<usize, JsonError> {
    let mut at = start;
    if text.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match text.get(at) {
        Some(b'0') => at + 1,
        Some(b'1'..=b'9') => digits(text, at),
        Some(_) => return fail(at, JsonErrorKind::Unexpected("a digit")),
        None => return fail(at, JsonErrorKind::UnexpectedEnd),
    };
    let integer_digits = at - start;
    if text.get(at) == Some(&b'.') {
        at = fraction_or_exponent(text, at + 1)?;
    }
    let mut exponent = false;
    if let Some(b'e' | b'E') = text.get(at) {
        exponent = true;
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at = fraction_or_exponent(text, at + 1 + sign)?;
    }
    // A number without exponent and with fewer digits than f64::MAX has cannot be out of range.
    if (exponent || integer_digits > 300) && !in_range(text.get(start..at).unwrap_or_default()) {
        return fail(start, JsonErrorKind::NumberOutOfRange);
    }
    Ok(at)
}

fn fraction_or_exponent(text: &[u8], at: usize) -> Result<usize, JsonError> {
    match text.get(at) {
        Some(b'0'..=b'9') => Ok(digits(text, at)),
        Some(_) => fail(at, JsonErrorKind::Unexpected("a digit")),
        None => fail(at, JsonErrorKind::UnexpectedEnd),
    }
}

fn digits(text: &[u8], mut at: usize) -> usize {
    while let Some(b'0'..=b'9') = text.get(at) {
        at += 1;
    }
    at
}

fn in_range(number: &[u8]) -> bool {
    std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok()).is_some_and(f64::is_finite)
}

fn literal(text: &[u8], at: usize, word: &'static [u8]) -> Result<usize, JsonError> {
    for (place, wanted) in word.iter().enumerate() {
        match text.get(at + place) {
            Some(byte) if byte == wanted => {}
            Some(_) => return fail(at, JsonErrorKind::Unexpected("a value")),
            None => return fail(at + place, JsonErrorKind::UnexpectedEnd),
        }
    }
    Ok(at + word.len())
}

fn fail<T>(offset: usize, kind: JsonErrorKind) -> Result<T, JsonError> {
    Err(JsonError { offset, kind })
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
