//! Where a diagnostic stands in its policy file, by line and column.

use crate::policy::error::PolicyError;
use crate::text::{LineColumn, Lines, Span};

/// First and last place of `span` in the file that `error` is about; the last is one column past its last character.
pub(super) fn range(error: &PolicyError, span: Span) -> (LineColumn, LineColumn) {
    let mut lines = Lines::new(error.source.text.as_bytes());
    (lines.at(span.start), lines.at(span.end))
}

/// The place of what `error` is mainly about; `None` where it is about the file as a whole.
pub(super) fn main(error: &PolicyError) -> Option<(LineColumn, LineColumn)> {
    error.labels.first().map(|label| range(error, label.span))
}
