//! Strict scanning of the leaves of JSON text: strings, numbers, literals.

use wide::u8x16;

use crate::json::error::{JsonError, JsonErrorKind, fail};

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
        at = skip_plain(text, at);
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

/// A bit for each of the `bytes` that ends a plain run of a string: a quote, a backslash, a control character.
#[inline]
pub(super) fn special(bytes: [u8; 16]) -> u32 {
    let bytes = u8x16::new(bytes);
    // Flipping one bit brings the quote, 0x22, next to the control characters, and moves what lies between away.
    let flipped = bytes ^ u8x16::splat(0x02);
    (flipped.min(u8x16::splat(0x20)).simd_eq(flipped) | bytes.simd_eq(u8x16::splat(b'\\'))).to_bitmask()
}

/// As [`special`], of 64 bytes.
#[inline]
pub(super) fn special_of_64(bytes: &[u8; 64]) -> u64 {
    let (parts, _) = bytes.as_chunks();
    let [first, second, third, fourth] = parts else { return 0 };
    let low = special(*first) | special(*second) << 16;
    let high = special(*third) | special(*fourth) << 16;
    u64::from(low) | u64::from(high) << 32
}

/// First offset at or after `at` whose byte may be something else than plain ASCII of a string; looks at sixteen bytes at a time.
fn skip_plain(text: &[u8], mut at: usize) -> usize {
    while let Some(bytes) = text.get(at..at + 16).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
        // The mask of the bytes themselves has a bit for each that is not ASCII.
        let special = special(bytes) | u8x16::new(bytes).to_bitmask();
        if special == 0 {
            at += 16;
        } else {
            // At most 15.
            return at + usize::try_from(special.trailing_zeros()).unwrap_or_default();
        }
    }
    at
}

pub(super) fn escape(text: &[u8], at: usize) -> Result<usize, JsonError> {
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

pub(super) fn number(text: &[u8], start: usize) -> Result<usize, JsonError> {
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

pub(super) fn literal(text: &[u8], at: usize, word: &'static [u8]) -> Result<usize, JsonError> {
    for (place, wanted) in word.iter().enumerate() {
        match text.get(at + place) {
            Some(byte) if byte == wanted => {}
            Some(_) => return fail(at, JsonErrorKind::Unexpected("a value")),
            None => return fail(at + place, JsonErrorKind::UnexpectedEnd),
        }
    }
    Ok(at + word.len())
}
