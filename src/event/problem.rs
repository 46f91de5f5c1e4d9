//! What could not be read: data of the report, never an error that stops the scan.

use serde::Serialize;
use std::sync::Arc;

use crate::text::LineColumn;

/// What kind of trouble a [`Problem`] is. The name in `snake_case` is part of the JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The file could not be opened or read.
    Unreadable,
    /// The compressed stream ends early or is damaged; what came before the damage was read.
    Gzip,
    /// Decompressed, the file is larger than the ceiling; the records before it were read.
    TooLarge,
    /// The file holds no JSON log that is known here.
    NotALog,
    /// A record is no valid JSON, or no UTF-8; the other records of its file were read.
    MalformedRecord,
    /// A record is valid JSON but no event: no object, or an object without any field of an event.
    NotAnEvent,
    /// The text around the records is damaged.
    MalformedEnvelope,
    /// An event says no time that can be read, which a rule over time would need; other rules were asked all the same.
    NoTime,
}

impl ProblemKind {
    /// Whether such a problem stands for one record, which is counted as malformed.
    #[must_use]
    pub const fn is_of_a_record(self) -> bool {
        matches!(self, Self::MalformedRecord | Self::NotAnEvent)
    }
}

/// One thing that could not be read, with its place and cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of trouble.
    pub kind: ProblemKind,
    /// The file, as it was named.
    pub file: Arc<str>,
    /// 0-based ordinal of the record in its file, where it is about one.
    pub record: Option<usize>,
    /// Byte offset of the trouble in the decompressed text.
    pub offset: Option<usize>,
    /// Line and column of that offset.
    #[serde(flatten)]
    pub at: Option<LineColumn>,
    /// The cause, and where there is one the cure; one line, safe to print.
    pub message: String,
}
