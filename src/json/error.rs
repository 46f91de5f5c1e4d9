//! What can be wrong with JSON text, and where.

use std::fmt;

use crate::json::scan::DEPTH_LIMIT;

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

/// The error `kind` at `offset`.
pub(super) fn fail<T>(offset: usize, kind: JsonErrorKind) -> Result<T, JsonError> {
    Err(JsonError { offset, kind })
}
