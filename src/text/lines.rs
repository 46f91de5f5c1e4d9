//! Line and column of byte offsets, for violations only: nothing here runs for a log that breaks no rule.

/// A place as people count it: both from 1; columns in characters (Unicode scalar values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl LineColumn {
    /// The first place of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// This place of a piece of text, counted from the beginning of the text in which the piece begins at `start`.
    #[must_use]
    pub fn behind(self, start: Self) -> Self {
        let column = if self.line == 1 { self.column + start.column - 1 } else { self.column };
        Self { line: self.line + start.line - 1, column }
    }
}

/// Answers line and column for offsets of one text, counting on from the last answer.
///
/// Offsets asked in rising order cost one pass over the text in all, however long its lines are. A falling one starts again
/// from the last mark (see [`Lines::mark`]) or from the start.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t [u8],
    cursor: Cursor,
    mark: Cursor,
    /// Whether a byte order mark may begin the text.
    begins: bool,
}

#[derive(Debug, Clone, Copy)]
struct Cursor {
    offset: usize,
    at: LineColumn,
}

/// Bytes that are looked at more than once while they are near.
const NEAR: usize = 16 << 10;

const START: Cursor = Cursor { offset: 0, at: LineColumn::START };

impl<'t> Lines<'t> {
    /// Line and column finder for `text`. A UTF-8 byte order mark at its start takes no column.
    #[must_use]
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, cursor: START, mark: START, begins: true }
    }

    /// For a `text` that continues another: a byte order mark at its start is a character like any other.
    #[must_use]
    pub fn continued(text: &'t [u8]) -> Self {
        Self { begins: false, ..Self::new(text) }
    }

    /// Line and column of `offset`; an offset past the end answers for the end.
    pub fn at(&mut self, offset: usize) -> LineColumn {
        let offset = offset.min(self.text.len());
        if offset < self.cursor.offset {
            self.cursor = if offset < self.mark.offset { START } else { self.mark };
        }
        let between = self.text.get(self.cursor.offset..offset).unwrap_or_default();
        let mut at = self.cursor.at;
        for stretch in between.chunks(NEAR) {
            let mut tail = stretch;
            if let Some(last) = memchr::memrchr(b'\n', stretch) {
                at.line += bytecount::count(stretch, b'\n');
                at.column = 1;
                tail = stretch.get(last + 1..).unwrap_or_default();
            }
            at.column += bytecount::num_chars(tail);
        }
        if self.begins && self.cursor.offset == 0 && at.line == 1 && between.starts_with(b"\xEF\xBB\xBF") {
            at.column -= 1;
        }
        self.cursor = Cursor { offset, at };
        at
    }

    /// As [`Lines::at`], and keeps the place: later offsets from here on are counted from it. Set it at a record's start.
    pub fn mark(&mut self, offset: usize) -> LineColumn {
        let at = self.at(offset);
        self.mark = self.cursor;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let text = "{\n \"é\": 1,\r\n \"b\": 2}";
        let mut lines = Lines::new(text.as_bytes());
        let of = |needle: &str| text.find(needle).unwrap();
        assert_eq!(lines.mark(of("\"é\"")), LineColumn { line: 2, column: 2 });
        assert_eq!(lines.at(of("2}")), LineColumn { line: 3, column: 7 });
        assert_eq!(lines.at(of("1,")), LineColumn { line: 2, column: 7 });
        assert_eq!(lines.at(0), LineColumn { line: 1, column: 1 });
        assert_eq!(lines.at(9999), LineColumn { line: 3, column: 9 });
    }

    #[test]
    fn long_texts_are_counted_in_stretches() {
        for (line, lines) in
            [("é".repeat(NEAR), 1), (format!("{}\n", "é".repeat(NEAR - 7)), 3), ("a\n".to_owned(), 3 * NEAR)]
        {
            let text = line.repeat(lines);
            let mut all = Lines::new(text.as_bytes());
            for offset in [0, NEAR / 2, NEAR, 2 * NEAR, text.len() - 2, text.len()] {
                let before = &text.as_bytes()[..offset];
                let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let wanted = LineColumn {
                    line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
                    column: 1 + before[begin..].iter().filter(|byte| (**byte & 0xC0) != 0x80).count(),
                };
                assert_eq!(all.at(offset), wanted, "{offset}");
                assert_eq!(Lines::new(text.as_bytes()).at(offset), wanted, "{offset}");
            }
        }
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let mut lines = Lines::new("\u{feff}{}".as_bytes());
        assert_eq!(lines.at(3), LineColumn { line: 1, column: 1 });
    }
}
