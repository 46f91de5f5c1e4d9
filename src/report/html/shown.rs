//! Text as the page shows it: one line, without control and bidirectional characters, and cut where it is long. The templates
//! escape it once more, for HTML.

use std::borrow::Cow;

use crate::text::sanitize::{one_line, one_line_cut};

/// Characters of a message.
const MESSAGE_LIMIT: usize = 600;
/// Characters of a thing that an event says of itself, or that a policy gives a name.
const FACT_LIMIT: usize = 200;
/// Characters of a file's name.
const FILE_LIMIT: usize = 500;
/// Characters of a text that a policy's author wrote.
const PROSE_LIMIT: usize = 4_000;

/// A message.
pub(super) fn message(text: &str) -> Cow<'_, str> {
    one_line_cut(text, MESSAGE_LIMIT)
}

/// A fact of an event.
pub(super) fn fact(text: &str) -> Cow<'_, str> {
    one_line_cut(text, FACT_LIMIT)
}

/// A file's name.
pub(super) fn file(name: &str) -> Cow<'_, str> {
    one_line_cut(name, FILE_LIMIT)
}

/// A text of a policy, which may stand over several lines there.
pub(super) fn prose(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_line_cut(&text, PROSE_LIMIT).into_owned()
}

/// An address, where it may be a link: `https` and nothing that does not belong into one.
pub(in crate::report) fn link(reference: &str) -> Option<&str> {
    let scheme = reference.get(..8)?;
    let plain = reference.len() <= 2_000 && reference.bytes().all(|byte| byte.is_ascii_graphic());
    let clean = matches!(one_line(reference), Cow::Borrowed(_));
    (scheme.eq_ignore_ascii_case("https://") && plain && clean && reference.len() > 8).then_some(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_is_a_link() {
        assert_eq!(link("https://docs.example/a?b=c#d"), Some("https://docs.example/a?b=c#d"));
        for not in [
            "http://a.example",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a\u{202e}",
            "é",
            " https://a",
        ] {
            assert_eq!(link(not), None, "{not}");
        }
    }
}
