//! The inside of a JSON string, safe to print and cut to a length; what comes out is the inside of a JSON string again.

use std::borrow::Cow;
use std::fmt::Write;

use crate::text::sanitize;

/// `raw`, the inside of a JSON string, as about `limit` characters: a long one is its beginning, `…`, and its end.
///
/// Never cuts an escape in two. Looks at `limit` characters only, however long `raw` is.
#[must_use]
pub fn shorten(raw: &str, limit: usize) -> Cow<'_, str> {
    let Some(end) = head(raw, limit) else {
        return escape_unsafe(raw);
    };
    let (head, rest) = raw.split_at_checked(end).unwrap_or_default();
    let mut out = escape_unsafe(head).into_owned();
    out.push('…');
    out.push_str(&escape_unsafe(tail(rest, limit / 3)));
    Cow::Owned(out)
}

/// `text` with every control character, bidirectional override and line or paragraph separator as a JSON escape (`\u202e`).
///
/// For text that stands inside a JSON string: what comes out means the same and is safe to print.
#[must_use]
pub fn escape_unsafe(text: &str) -> Cow<'_, str> {
    if is_safe(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_safe(character.encode_utf8(&mut [0; 4])) {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _infallible = write!(out, "\\u{unit:04x}");
            }
        }
    }
    Cow::Owned(out)
}

fn is_safe(text: &str) -> bool {
    matches!(sanitize::one_line(text), Cow::Borrowed(_))
}

/// Where to cut `raw` so that two thirds of `limit` characters are kept; `None` where it need not be cut.
fn head(raw: &str, limit: usize) -> Option<usize> {
    if raw.len() <= limit && is_safe(raw) {
        return None;
    }
    let mut kept = 0;
    let mut width = 0;
    let mut rest = raw;
    while let Some((unit, columns)) = first_unit(rest) {
        width += columns;
        if width > limit {
            return Some(kept);
        }
        rest = rest.get(unit..).unwrap_or_default();
        if width <= limit - limit / 3 {
            kept = raw.len() - rest.len();
        }
    }
    None
}

/// Bytes of the first character or escape of `raw`, and how many characters it is shown as.
fn first_unit(raw: &str) -> Option<(usize, usize)> {
    let first = raw.chars().next()?;
    if first != '\\' {
        let len = first.len_utf8();
        let safe = raw.get(..len).is_some_and(is_safe);
        return Some((len, if safe { 1 } else { 6 }));
    }
    let unit = match raw.get(1..4) {
        Some(high) if high.eq_ignore_ascii_case("ud8") || high.eq_ignore_ascii_case("ud9") => 12,
        Some(high) if high.eq_ignore_ascii_case("uda") || high.eq_ignore_ascii_case("udb") => 12,
        _ if raw.as_bytes().get(1) == Some(&b'u') => 6,
        _ => 2,
    };
    Some((unit.min(raw.len()), unit))
}

/// The last characters of `raw`, at most `limit` bytes of it, beginning with a whole character or escape.
fn tail(raw: &str, limit: usize) -> &str {
    /// The longest escape, a surrogate pair: where none of so many bytes before a place is a backslash, no escape spans it.
    const ESCAPE: usize = 12;
    let bytes = raw.as_bytes();
    let mut at = raw.len().saturating_sub(limit).max(ESCAPE.min(raw.len()));
    while at < raw.len() {
        let before = bytes.get(at.saturating_sub(ESCAPE)..at).unwrap_or_default();
        match memchr::memrchr(b'\\', before) {
            Some(place) => at = at - before.len() + place + ESCAPE + 1,
            None if raw.is_char_boundary(at) => break,
            None => at += 1,
        }
    }
    raw.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_the_beginning_and_the_end() {
        assert_eq!(shorten("short", 24), "short");
        let long = "abcdefghij".repeat(10);
        assert_eq!(shorten(&long, 24), "abcdefghijabcdef…cdefghij");
        let escaped = "\\\"a".repeat(40);
        assert_eq!(shorten(&escaped, 24), format!("{}…", "\\\"a".repeat(5)));
        let mixed = format!("{}{}", "\\ud83d\\ude00".repeat(9), "é".repeat(60));
        assert_eq!(shorten(&mixed, 24), format!("\\ud83d\\ude00…{}", "é".repeat(4)));
    }

    #[test]
    fn escapes_what_a_terminal_acts_on() {
        assert_eq!(escape_unsafe("a\u{7f}\u{9b}\u{202e}\u{2028}é"), "a\\u007f\\u009b\\u202e\\u2028é");
        assert_eq!(shorten("\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}", 24), "\\u202e\\u202e…");
    }

    proptest! {
        #[test]
        fn is_the_inside_of_a_json_string(value in "[a\\\\\"\u{1}\n\u{202e}é😀]{0,80}", limit in 0_usize..60) {
            let json = serde_json::to_string(&value).unwrap();
            let inside = &json[1..json.len() - 1];
            let whole = shorten(inside, usize::MAX);
            prop_assert_eq!(&serde_json::from_str::<String>(&format!("\"{whole}\"")).unwrap(), &value);
            let cut: String = serde_json::from_str(&format!("\"{}\"", shorten(inside, limit))).unwrap();
            match cut.split_once('…') {
                None => prop_assert_eq!(cut, value),
                Some((head, tail)) => {
                    prop_assert!(value.starts_with(head) && value.ends_with(tail), "{cut}");
                }
            }
        }
    }
}
