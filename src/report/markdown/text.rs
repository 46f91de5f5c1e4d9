//! Text of logs and policies in Markdown: what it holds is shown and does nothing.

use crate::text::sanitize::{one_line, one_line_cut};

/// GitHub's reader gives up on a fence of more than 80 backticks; far below that a run of them is written as escapes.
const LONGEST_RUN: usize = 3;
/// A word of so many hexadecimal digits may be taken for a commit.
const SHORTEST_COMMIT: usize = 7;

/// `text` as a code span on one line, at most `limit` characters of it: no tag, link, image, mention, reference or emphasis in it
/// works. Empty text is a dash.
///
/// A `|` is shown as `¦`, since a code span does not keep it from ending a table's cell.
pub(in crate::report) fn code(text: &str, limit: usize) -> String {
    let mut line = one_line_cut(text, limit).replace('|', "¦");
    let run = longest_run(&line);
    if run > LONGEST_RUN {
        line = line.replace('`', "\\u{60}");
    }
    if line.trim().is_empty() {
        return "—".to_owned();
    }
    let fence = "`".repeat(if run > LONGEST_RUN { 1 } else { run + 1 });
    // The reader takes one blank off both ends, where both have one.
    let pad = if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A title of a policy: as it is where it holds only plain words, else as a code span.
pub(super) fn title(text: &str, limit: usize) -> String {
    let calm = |character: char| character.is_alphanumeric() || matches!(character, ' ' | ',' | '\'' | '(' | ')');
    let commit = |word: &str| word.len() >= SHORTEST_COMMIT && word.chars().all(|digit| digit.is_ascii_hexdigit());
    let mut words = text.split(|character: char| !character.is_alphanumeric());
    let plain = text.chars().all(calm) && !words.any(commit) && !text.trim().is_empty();
    if plain && text.chars().nth(limit).is_none() { one_line(text).into_owned() } else { code(text, limit) }
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_anything() {
        assert_eq!(code("a", 9), "`a`");
        assert_eq!(code("`a``b", 9), "``` `a``b ```");
        assert_eq!(code("````", 9), "`\\u{60}\\u{60}\\u{60}\\u{60}`");
        assert_eq!(code("a|b\nc", 9), "`a¦b\\nc`");
        assert_eq!([code("", 9), code(" ", 9)], ["—", "—"]);
        assert_eq!(code("abcdef", 3), "`abc…`");
    }

    #[test]
    fn a_title_of_plain_words_stays_text() {
        assert_eq!(title("Root's keys used (CLI, console)", 99), "Root's keys used (CLI, console)");
        for title_text in ["@a", "see #1", "www.a.b", "GH-12", "is deadbeef", "*a*", "", "a_b_", "<b>"] {
            assert!(title(title_text, 99).starts_with(['`', '—']), "{title_text}");
        }
    }
}
