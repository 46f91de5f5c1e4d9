//! Lines on a page of a certain width: headings, wrapped text, styles, and numbers as people read them.

use std::fmt::{self, Display};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::policy::Severity;
use crate::report::human::options::{Color, HumanOptions};

/// Narrower terminals are written to as if they had so many columns.
const LEAST_WIDTH: usize = 40;

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const LINK: Style = AnsiColor::Cyan.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();

/// The style of a severity's word and of what it marks.
pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => WARN,
        Severity::Low | Severity::Info => AnsiColor::Cyan.on_default().bold(),
    }
}

/// Where the report is written.
pub(super) struct Page<'o> {
    out: &'o mut dyn Write,
    pub(super) options: HumanOptions,
    begun: bool,
}

impl<'o> Page<'o> {
    pub(super) fn new(out: &'o mut dyn Write, options: HumanOptions) -> Self {
        let options = HumanOptions { width: options.width.max(LEAST_WIDTH), ..options };
        Self { out, options, begun: false }
    }

    /// Writes one line. What a CI runner would take for a command to it is written with escapes.
    pub(super) fn line(&mut self, text: impl Display) -> io::Result<()> {
        self.begun = true;
        writeln!(self.out, "{}", disarm(text.to_string()))
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A heading across the page: `── word ── text ─────`, set off from what came before.
    pub(super) fn heading(&mut self, word: &str, style: Style, text: &str) -> io::Result<()> {
        if self.begun {
            self.blank()?;
        }
        let mut used = 4 + word.chars().count();
        let mut line = format!("{} {}", self.paint(DIM, "──"), self.paint(style, word));
        if !text.is_empty() {
            used += 4 + text.chars().count();
            line.push_str(&format!(" {} {}", self.paint(DIM, "──"), self.paint(BOLD, text)));
        }
        let rest = "─".repeat(self.options.width.saturating_sub(used).max(2));
        let rest = self.paint(DIM, rest);
        self.line(format_args!("{line} {rest}"))
    }

    /// `text`, wrapped at spaces; the first line begins with `first`, the others with `rest`, which have the same width.
    pub(super) fn wrapped(&mut self, first: impl Display, rest: &str, style: Style, text: &str) -> io::Result<()> {
        let room = self.options.width.saturating_sub(rest.chars().count());
        let mut lines = wrap(text.split(' '), " ", room).into_iter();
        let head = lines.next().unwrap_or_default();
        self.line(format_args!("{first}{}", self.paint(style, head)))?;
        for line in lines {
            self.line(format_args!("{rest}{}", self.paint(style, line)))?;
        }
        Ok(())
    }

    pub(super) fn paint<T: Display>(&self, style: Style, text: T) -> Painted<T> {
        let style = if self.options.color == Color::Ansi { style } else { PLAIN };
        Painted { style, text }
    }
}

/// `line` without the marks of commands to a CI runner: `::` as its first word (GitHub), `##` anywhere (`##vso[`, `##[`,
/// `##teamcity[`: Azure, GitHub, TeamCity). Whoever calls the audited service chooses what a log says.
fn disarm(line: String) -> String {
    let line = if line.contains("##") { line.replace("##", "\\u{23}\\u{23}") } else { line };
    if line.trim_start().starts_with("::") { line.replacen("::", "\\u{3a}:", 1) } else { line }
}

/// Text in a style.
pub(super) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.style, self.text, self.style)
    }
}

/// `items` on lines of at most `room` characters, with `separator` between those of a line. An item is never broken.
pub(super) fn wrap<'t>(items: impl IntoIterator<Item = &'t str>, separator: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for item in items {
        let len = item.chars().count();
        match lines.last_mut() {
            Some(line) if width + separator.chars().count() + len <= room => {
                line.push_str(separator);
                line.push_str(item);
                width += separator.chars().count() + len;
            }
            _ => {
                lines.push(item.to_owned());
                width = len;
            }
        }
    }
    lines
}

/// `text` with every run of white space as one space: for texts that policies write over several lines.
pub(super) fn unwrap_lines(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `1 event`, `2,931 events`.
pub(super) fn count(number: impl Display, noun: &str) -> String {
    let number = grouped(number);
    if number == "1" { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `2931` as `2,931`.
pub(super) fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes in decimal units: `8.4 MB`.
pub(super) fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    format!("{}.{} {name}", grouped(bytes / unit), bytes % unit * 10 / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(2_929_029), "2,929,029");
        assert_eq!([count(1, "event"), count(0, "event")], ["1 event", "0 events"]);
        assert_eq!([size(999), size(8_439_000), size(1_250_000_000_000)], ["999 B", "8.4 MB", "1,250.0 GB"]);
    }

    #[test]
    fn wraps_between_words_only() {
        assert_eq!(wrap("a bb ccc dddddddd e".split(' '), " ", 6), ["a bb", "ccc", "dddddddd", "e"]);
    }

    #[test]
    fn no_line_is_a_command_to_a_runner() {
        let mut out = Vec::new();
        let mut page = Page::new(&mut out, HumanOptions::default());
        for line in ["  ::error::x", "a ::b", "a ###vso[task.complete]"] {
            page.line(line).unwrap();
        }
        let wanted = "  \\u{3a}:error::x\na ::b\na \\u{23}\\u{23}#vso[task.complete]\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
