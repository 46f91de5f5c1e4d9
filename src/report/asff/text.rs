//! Text that a field of the format takes: one line, not blank, and no longer than the field allows.

use std::borrow::Cow;

use crate::text::sanitize;

/// `text` on one line and of at most `limit_bytes` bytes, the last of them `…` where it was cut; `None` where it is blank.
///
/// Limits of the format count characters; counted in bytes it is never longer, whatever a reader takes a character to be.
/// Characters that a terminal acts on become `\u{…}`, since a line feed is not in what the fields' pattern (`.*\S.*`) allows.
pub(super) fn fit(text: &str, limit_bytes: usize) -> Option<Cow<'_, str>> {
    const MARK: char = '…';
    // What lies behind is cut off anyway: a long text is not gone through.
    let beginning = head(text, limit_bytes.saturating_add(1));
    let line = sanitize::one_line(beginning);
    if line.trim().is_empty() {
        return None;
    }
    if beginning.len() == text.len() && line.len() <= limit_bytes {
        return Some(line);
    }
    let mut cut = head(&line, limit_bytes.saturating_sub(MARK.len_utf8())).to_owned();
    cut.push(MARK);
    Some(Cow::Owned(cut))
}

/// As [`fit`] for what a policy says, whose line ends are a matter of how it was typed: white space in a row is one space.
pub(super) fn fit_prose(text: &str, limit_bytes: usize) -> Option<Cow<'static, str>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    fit(&words.join(" "), limit_bytes).map(|text| Cow::Owned(text.into_owned()))
}

/// The beginning of `text` of whole characters and at most `limit_bytes` bytes.
fn head(text: &str, limit_bytes: usize) -> &str {
    (0..=limit_bytes).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_and_shows() {
        assert_eq!(fit("plain", 5).unwrap(), "plain");
        assert_eq!(fit("plain text", 8).unwrap(), "plain…");
        assert_eq!(fit("a\nb\u{202e}", 64).unwrap(), "a\\nb\\u{202e}");
        assert_eq!(fit("ééééé", 8).unwrap(), "éé…");
        assert_eq!(fit(" \t\u{3000} ", 64).map(|text| text.into_owned()).as_deref(), Some(" \\t\u{3000} "));
        assert!(fit("", 8).is_none() && fit("  ", 8).is_none() && fit_prose(" \n ", 8).is_none());
        assert_eq!(fit_prose("one\n  two\n", 64).unwrap(), "one two");
    }

    proptest! {
        #[test]
        fn is_never_longer_and_never_blank(text in "[a \n\u{0}\u{202e}é😀]{0,60}", limit in 4_usize..40) {
            if let Some(fitted) = fit(&text, limit) {
                prop_assert!(fitted.len() <= limit && !fitted.trim().is_empty(), "{fitted:?}");
                prop_assert!(matches!(sanitize::one_line(&fitted), Cow::Borrowed(_)));
            } else {
                prop_assert!(text.chars().take(limit / 4).all(|character| character == ' '));
            }
        }
    }
}
