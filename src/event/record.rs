//! One record: its JSON text, and where each byte of that text came from in the file.

use std::borrow::Cow;

/// One record of a log, in the order of its file.
#[derive(Debug, Clone)]
pub struct Record<'t> {
    /// 0-based place among the records of its file, malformed ones counted.
    pub ordinal: usize,
    /// The record as JSON text: one valid value as `json::scan` defines it, an object for every known format.
    pub text: Cow<'t, str>,
    /// Where the bytes of `text` lie in the file.
    pub origin: Origin,
}

/// Maps offsets of a record's text to offsets of the decompressed file it was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The record lies in the file, byte for byte, from this offset on.
    Verbatim(usize),
    /// The record is (a part of) the value of a JSON string, such as `CloudTrailEvent` or `message`; its first byte is written at
    /// this offset, behind the string's quote.
    Escaped(usize),
    /// The record was put together out of a row: one piece for each part, in rising order of [`Piece::inner`].
    Pieces(Vec<Piece>),
}

/// A run of a record's text and where it lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// First byte of the run in the record's text; it ends where the next piece begins.
    pub inner: usize,
    /// Offset in the decompressed file of what stands there.
    pub outer: usize,
    /// How the file writes it.
    pub encoding: Encoding,
}

/// How a piece of a record stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Byte for byte.
    Verbatim,
    /// As the inside of a JSON string, escapes and all.
    Escaped,
    /// Not at all: it was put in while reading (a brace, a quote). Every byte of it answers with `outer`.
    Inserted,
}

impl Origin {
    /// Offset in the decompressed `file` of byte `inner` of the record's text.
    ///
    /// Costs a walk over the escaped text before that byte; ask it for violations only.
    #[must_use]
    pub fn offset(&self, inner: usize, file: &[u8]) -> usize {
        match self {
            Self::Verbatim(outer) => outer + inner,
            Self::Escaped(outer) => escaped_offset(file, *outer, inner),
            Self::Pieces(pieces) => pieces
                .get(pieces.partition_point(|piece| piece.inner <= inner).wrapping_sub(1))
                .map_or(0, |piece| piece.offset(inner - piece.inner, file)),
        }
    }
}

impl Piece {
    fn offset(&self, into: usize, file: &[u8]) -> usize {
        match self.encoding {
            Encoding::Verbatim => self.outer + into,
            Encoding::Inserted => self.outer,
            Encoding::Escaped => escaped_offset(file, self.outer, into),
        }
    }
}

/// Offset in `file` of the byte that is `into` bytes into the value of the string whose inside begins at `at`.
pub(super) fn escaped_offset(file: &[u8], mut at: usize, into: usize) -> usize {
    let mut decoded = 0;
    while decoded < into {
        let (read, written) = match (file.get(at), file.get(at + 1)) {
            (Some(b'\\'), Some(b'u')) => unicode_escape(file, at),
            (Some(b'\\'), _) => (2, 1),
            (Some(_), _) => (1, 1),
            (None, _) => return at,
        };
        if decoded + written > into {
            return at;
        }
        at += read;
        decoded += written;
    }
    at
}

/// Bytes read and bytes of UTF-8 written by the `\u` escape at `at`.
fn unicode_escape(file: &[u8], at: usize) -> (usize, usize) {
    let unit = file
        .get(at + 2..at + 6)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or_default();
    match unit {
        0..=0x7f => (6, 1),
        0x80..=0x7ff => (6, 2),
        0xd800..=0xdbff => (12, 4),
        _ => (6, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_through_escapes() {
        let file = r#"{"m":"{\"a\": \"\u00e9\ud83d\ude00é\", \"b\": 1}"}"#;
        let inside = file.find('{').unwrap() + 6;
        let text: String = serde_json::from_str::<serde_json::Value>(file).unwrap()["m"].as_str().unwrap().to_owned();
        let origin = Origin::Escaped(inside);
        let at = |inner: usize| origin.offset(inner, file.as_bytes());
        assert_eq!(at(0), inside);
        assert!(file[at(text.find("\"b\"").unwrap())..].starts_with("\\\"b"));
        assert!(file[at(text.find('é').unwrap())..].starts_with("\\u00e9"));
        assert!(file[at(text.find('😀').unwrap())..].starts_with("\\ud83d"));
        assert!(file[at(text.rfind('é').unwrap())..].starts_with('é'));
        assert_eq!(&file[at(text.len())..], "\"}");
    }

    #[test]
    fn maps_pieces() {
        let origin = Origin::Pieces(vec![
            Piece { inner: 0, outer: 10, encoding: Encoding::Inserted },
            Piece { inner: 5, outer: 40, encoding: Encoding::Verbatim },
        ]);
        assert_eq!(origin.offset(3, b""), 10);
        assert_eq!(origin.offset(5, b""), 40);
        assert_eq!(origin.offset(7, b""), 42);
    }
}
