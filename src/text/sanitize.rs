//! Makes text out of logs and policies safe to print: a log is written by whoever calls the audited service.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with every control character, bidirectional mark, zero-width character and line or paragraph separator shown as `\u{…}` in place of itself.
///
/// Line feed and tab are escaped too (`\n`, `\t`): what comes out is one line.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
    if text.as_bytes().iter().all(is_plain) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if is_unsafe(other) => {
                let _infallible = write!(out, "\\u{{{:x}}}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// As [`one_line`], cut to at most `limit` characters with `…` in place of the rest.
#[must_use]
pub fn one_line_cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => one_line(text),
        Some((end, _)) => {
            let mut out = one_line(text.get(..end).unwrap_or_default()).into_owned();
            out.push('…');
            Cow::Owned(out)
        }
    }
}

/// `text` with every character that [`one_line`] escapes, line ends and tabs left out, shown as another of the same length in bytes:
/// places in the text stay what they are.
#[must_use]
pub fn same_length(text: &str) -> Cow<'_, str> {
    let bad = |character: char| is_unsafe(character) && !matches!(character, '\n' | '\r' | '\t');
    if !text.chars().any(bad) {
        return Cow::Borrowed(text);
    }
    let shown = |character: char| match character.len_utf8() {
        _ if !bad(character) => character,
        1 => '?',
        2 => '¿',
        _ => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(shown).collect())
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_moves_the_cursor() {
        assert_eq!(one_line("a\u{1b}[31mb\u{202e}c\n"), "a\\u{1b}[31mb\\u{202e}c\\n");
        assert!(matches!(one_line("plain é"), Cow::Borrowed(_)));
        assert_eq!(same_length("a\u{1b}[31m\u{85}\u{202e}\r\n\t"), "a?[31m¿\u{fffd}\r\n\t");
        assert_eq!(one_line_cut("éabcdef", 3), "éab…");
    }
}
