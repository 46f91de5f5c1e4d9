//! The text that records are read from: the file itself, or the value of a JSON string that stands in it. Either answers where in
//! the file a byte of it lies.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use crate::event::record::{Origin, escaped_offset};
use crate::json::scan::StringSpan;

/// A text to read from.
pub(super) enum Layer<'t, 's> {
    /// The file.
    File(&'t [u8]),
    /// The value of a string in `file`.
    Inside {
        /// The decoded value.
        text: &'s str,
        /// The file.
        file: &'t [u8],
        /// A place of `text`, and the offset in the file where it is written. Moves on with [`Layer::advance`], so that many
        /// records in one string cost one walk over it.
        cursor: Cell<(usize, usize)>,
    },
}

impl<'t: 's, 's> Layer<'t, 's> {
    /// The value `text` of the string `span` of `file`.
    pub fn inside(file: &'t [u8], span: StringSpan, text: &'s str) -> Self {
        Self::Inside { text, file, cursor: Cell::new((0, span.start + 1)) }
    }

    /// The bytes to read.
    pub fn bytes(&self) -> &'s [u8] {
        match self {
            Self::File(text) => text,
            Self::Inside { text, .. } => text.as_bytes(),
        }
    }

    /// Offset in the file of byte `at` of this text.
    pub fn offset(&self, at: usize) -> usize {
        match self {
            Self::File(_) => at,
            Self::Inside { file, cursor, .. } => {
                let (inner, outer) = cursor.get();
                escaped_offset(file, outer, at.saturating_sub(inner))
            }
        }
    }

    /// As [`Layer::offset`], and says that no place before `at` will be asked for any more.
    pub fn advance(&self, at: usize) -> usize {
        let outer = self.offset(at);
        if let Self::Inside { cursor, .. } = self
            && at >= cursor.get().0
        {
            cursor.set((at, outer));
        }
        outer
    }

    /// The text in `range` as a record's text and origin; `None` where it is no UTF-8.
    pub fn record(&self, range: Range<usize>) -> Option<(Cow<'t, str>, Origin)> {
        match self {
            Self::File(file) => {
                let text = std::str::from_utf8(file.get(range.clone())?).ok()?;
                Some((Cow::Borrowed(text), Origin::Verbatim(range.start)))
            }
            Self::Inside { text, .. } => {
                let text = text.get(range.clone())?.to_owned();
                Some((Cow::Owned(text), Origin::Escaped(self.advance(range.start))))
            }
        }
    }
}

/// The value of the string `span` of `text`, which `json::scan` has accepted.
pub(super) fn decode(text: &[u8], span: StringSpan) -> Option<Cow<'_, str>> {
    if span.escaped {
        serde_json::from_slice(text.get(span.start..span.end)?).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(span.raw(text)).ok().map(Cow::Borrowed)
    }
}
