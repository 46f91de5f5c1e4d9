//! Places in a text as the protocol counts them (lines and UTF-16 code units, both from 0), and as everything else here does (bytes).

use lsp_types::{Position, Range};

use crate::text::Span;

/// Finds places of one text.
#[derive(Debug, Clone)]
pub struct Positions<'t> {
    text: &'t str,
    /// First byte of each line.
    lines: Vec<usize>,
}

impl<'t> Positions<'t> {
    /// A finder for `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1));
        Self { text, lines: lines.collect() }
    }

    /// The place of byte `offset`; one past the end answers for the end, one inside a character for its begin.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or_default();
        let units = self.text.get(start..offset).unwrap_or_default().encode_utf16().count();
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), character: u32::try_from(units).unwrap_or(u32::MAX) }
    }

    /// The byte at `position`; one past the end of a line answers for its end, one inside a character for its begin.
    #[must_use]
    pub fn offset(&self, position: Position) -> usize {
        let Some(start) = usize::try_from(position.line).ok().and_then(|line| self.lines.get(line)).copied() else {
            return self.text.len();
        };
        let line = self.text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut units = 0;
        for (at, character) in line.char_indices() {
            units += character.len_utf16();
            if units > wanted {
                return start + at;
            }
        }
        start + line.len()
    }

    /// The range of `span`.
    #[must_use]
    pub fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_utf16_units() {
        let text = "a: é😀x\r\nb\n";
        let positions = Positions::new(text);
        let at = |needle: &str| positions.position(text.find(needle).unwrap());
        assert_eq!(at("x"), Position::new(0, 6));
        assert_eq!(at("b"), Position::new(1, 0));
        assert_eq!(positions.position(usize::MAX), Position::new(2, 0));
        assert_eq!(positions.offset(Position::new(0, 6)), text.find('x').unwrap());
        assert_eq!(positions.offset(Position::new(0, 5)), text.find('😀').unwrap());
        assert_eq!(positions.offset(Position::new(0, 99)), text.find('\r').unwrap());
        assert_eq!(positions.offset(Position::new(9, 0)), text.len());
    }

    proptest! {
        #[test]
        fn comes_back(text in "[a😀é\n]{0,20}") {
            let positions = Positions::new(&text);
            for (at, _) in text.char_indices() {
                assert_eq!(positions.offset(positions.position(at)), at);
            }
        }
    }
}
