//! A page that stays within what GitHub takes for a comment, and says so where something had to go.

use crate::report::number::grouped;

/// Bytes of a page. GitHub takes 65,536 characters; a character is at least a byte.
const LIMIT: usize = 60_000;
/// Bytes that the rows of one section may take, so that a long one leaves room for the others.
const SECTION_LIMIT: usize = LIMIT / 3;
/// Bytes kept for the summary, and for saying that something was left out.
const KEPT: usize = 1_500;

/// What was written so far.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    cut: bool,
}

/// A part of a page: rows between a head and a tail. Only rows are left out, and all three where nothing fits.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Before the rows; ends with a line feed.
    pub(super) head: String,
    /// Each without a line feed.
    pub(super) rows: Vec<String>,
    /// The most rows to show.
    pub(super) limit: usize,
    /// After the rows.
    pub(super) tail: &'static str,
}

impl Page {
    /// Writes the paragraph `text`.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.section(Section { head: format!("{text}\n"), ..Section::default() });
    }

    /// Writes as much of `section` as there is room for, and a blank line.
    pub(super) fn section(&mut self, section: Section) {
        let frame = section.head.len() + section.tail.len() + 80;
        let mut room = (LIMIT - KEPT).saturating_sub(self.text.len());
        if room < frame {
            self.cut = true;
            return;
        }
        room = (room - frame).min(SECTION_LIMIT);
        self.text.push_str(&section.head);
        let mut shown = 0;
        for row in section.rows.iter().take(section.limit) {
            if row.len() >= room {
                self.cut = true;
                break;
            }
            room -= row.len() + 1;
            self.text.push_str(row);
            self.text.push('\n');
            shown += 1;
        }
        let rest = section.rows.len() - shown;
        if rest > 0 {
            self.text.push_str(&format!("\n… and {} more\n", grouped(rest)));
        }
        self.text.push_str(section.tail);
        self.text.push('\n');
    }

    /// The page with `last` at its end, which always has room.
    pub(super) fn finish(mut self, last: &str) -> String {
        if self.cut {
            self.text
                .push_str("**This report was cut**: GitHub takes no longer comment. The JSON report holds all.\n\n");
        }
        self.text.push_str(last);
        self.text.push('\n');
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_never_outgrows_its_limit_and_says_what_it_left_out() {
        let mut page = Page::default();
        for _ in 0..20 {
            let rows = (0..1000).map(|row| format!("- row {row}")).collect();
            page.section(Section { head: "head\n".to_owned(), rows, limit: 500, tail: "tail\n" });
        }
        page.paragraph(&"x".repeat(2000));
        let text = page.finish("the end");
        assert!(text.len() <= LIMIT, "{}", text.len());
        assert!(text.contains("- row 499\n\n… and 500 more\ntail\n"));
        assert!(text.contains("was cut") && text.ends_with("the end\n"));
    }
}
