//! The part of a policy file that an error shows, and user text inside messages: both cut to a size that can be read, and without
//! characters that a terminal would act on.
//!
//! miette panics beyond column 65,535 and prints a long line whole, so a line that is too long is shown in a window.

use std::borrow::Cow;
use std::sync::OnceLock;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::text::sanitize::{one_line, same_length};
use crate::text::{Source, Span};

/// Longest line shown as it is, in bytes.
const LINE_LIMIT: usize = 600;
/// What is shown of a longer line on either side of the label, in bytes.
const WINDOW: usize = 60;
/// Longest label shown in a longer line, in bytes.
const LABEL_LIMIT: usize = 150;
/// Most lines that one label marks.
const LABEL_LINES: usize = 3;
/// Most characters of a text in backticks that a message repeats.
const WORD_LIMIT: usize = 120;
/// Most characters of a message between two backticks; beyond it the text is the user's after all.
const WORDS_LIMIT: usize = 400;

/// `message` in one line, with what stands in backticks cut where it is long.
pub fn brief(message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(place, part)| {
        let limit = if place % 2 == 1 { WORD_LIMIT } else { WORDS_LIMIT };
        match part.char_indices().nth(limit) {
            None => one_line(part),
            Some((end, _)) => Cow::Owned(format!("{}…", one_line(part.get(..end).unwrap_or_default()))),
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The text that an error shows, once it has been asked for; the file's own where that is safe to print.
#[derive(Debug, Clone, Default)]
pub struct Shown(OnceLock<Option<String>>);

impl Shown {
    /// The lines around `span`, as [`SourceCode::read_span`].
    pub fn read<'a>(
        &'a self,
        source: &'a Source,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.text(source);
        let name = one_line(&source.name).into_owned();
        let contents = text.read_span(span, before, after)?;
        let start = contents.span().offset();
        let column = text.get(..start).map_or(0, |before| before.chars().rev().take_while(|c| *c != '\n').count());
        let longest = contents.data().split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap_or_default();
        if longest <= LINE_LIMIT {
            return Ok(Box::new(MietteSpanContents::new_named(
                name,
                contents.data(),
                *contents.span(),
                contents.line(),
                column,
                contents.data().split_inclusive(|byte| *byte == b'\n').count(),
            )));
        }
        let start = window_start(text, span.offset());
        let line = text.as_bytes().iter().take(span.offset()).filter(|byte| **byte == b'\n').count();
        let line_start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let column = text.get(line_start..start).map_or(0, |before| before.chars().count());
        let end = window_end(text, (span.offset() + span.len()).min(span.offset() + LABEL_LIMIT));
        let data = text.get(start..end).unwrap_or_default().as_bytes();
        let shown = SourceSpan::from((start, data.len()));
        Ok(Box::new(MietteSpanContents::new_named(name, data, shown, line, column, 1)))
    }

    fn text<'a>(&'a self, source: &'a Source) -> &'a str {
        let safe = self.0.get_or_init(|| match same_length(&source.text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        });
        safe.as_deref().unwrap_or(&source.text)
    }
}

/// The part of a label's `span` that is underlined: of many lines the first, of a long line its start.
pub fn drawn(span: Span, text: &str) -> Span {
    let words = span.of(text);
    let line = words.lines().next().unwrap_or_default();
    let words = if words.lines().count() > LABEL_LINES { line } else { words };
    if words.len() <= LINE_LIMIT {
        return Span::new(span.start, span.start + words.len());
    }
    let end = (0..=LABEL_LIMIT).rev().find(|place| words.is_char_boundary(*place)).unwrap_or_default();
    Span::new(span.start, span.start + end)
}

fn window_start(text: &str, offset: usize) -> usize {
    let earliest = offset.saturating_sub(WINDOW);
    let line = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    (earliest.max(line)..=offset).find(|place| text.is_char_boundary(*place)).unwrap_or(offset)
}

/// End of the window around a label that ends at `offset`, which may cut a character.
fn window_end(text: &str, offset: usize) -> usize {
    let offset = (0..=offset).rev().find(|place| text.is_char_boundary(*place)).unwrap_or_default();
    let latest = (offset + WINDOW).min(text.len());
    let latest = (offset..=latest).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(offset);
    text.get(offset..latest).and_then(|after| after.find('\n')).map_or(latest, |newline| offset + newline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_what_the_user_wrote_and_nothing_else() {
        assert_eq!(brief("unknown word `x`"), "unknown word `x`");
        let long = brief(&format!("unknown word `{}`: wanted `y`", "é".repeat(200)));
        assert_eq!(long, format!("unknown word `{}…`: wanted `y`", "é".repeat(120)));
        assert_eq!(brief("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        assert!(brief(&"`".repeat(1000)).len() <= 1000);
    }
}
