//! Lines on a page of a certain width: headings, wrapped text, styles.

use std::fmt::{self, Display};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::policy::Severity;
use crate::report::human::options::{Color, HumanOptions};

/// Narrower terminals are written to as if they had so many columns.
const LEAST_WIDTH: usize = 40;

pub(in crate::report) const PLAIN: Style = Style::new();
pub(in crate::report) const BOLD: Style = Style::new().bold();
pub(in crate::report) const DIM: Style = Style::new().dimmed();
pub(in crate::report) const LINK: Style = AnsiColor::Cyan.on_default();
pub(in crate::report) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(in crate::report) const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub(in crate::report) const GOOD: Style = AnsiColor::Green.on_default().bold();

/// The style of a severity's word and of what it marks.
pub(in crate::report) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => WARN,
        Severity::Low | Severity::Info => AnsiColor::Cyan.on_default().bold(),
    }
}

/// Where the report is written.
pub(in crate::report) struct Page<'o> {
    out: &'o mut dyn Write,
    pub(in crate::report) options: HumanOptions,
    begun: bool,
}

impl<'o> Page<'o> {
    pub(in crate::report) fn new(out: &'o mut dyn Write, options: HumanOptions) -> Self {
        let options = HumanOptions { width: options.width.max(LEAST_WIDTH), ..options };
        Self { out, options, begun: false }
    }

    /// Writes one line. What a CI runner would take for a command to it is written with escapes.
    pub(in crate::report) fn line(&mut self, text: impl Display) -> io::Result<()> {
        self.begun = true;
        writeln!(self.out, "{}", disarm(text.to_string()))
    }

    pub(in crate::report) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A blank line, unless nothing was written before it.
    pub(in crate::report) fn separate(&mut self) -> io::Result<()> {
        if self.begun { self.blank() } else { Ok(()) }
    }

    /// A heading across the page: `── word ── text ─────`, set off from what came before.
    pub(in crate::report) fn heading(&mut self, word: &str, style: Style, text: &str) -> io::Result<()> {
        self.separate()?;
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

    /// The last line, set off: `passed: clause · clause`, wrapped between clauses.
    pub(in crate::report) fn verdict(&mut self, word: &str, style: Style, clauses: &[String]) -> io::Result<()> {
        self.separate()?;
        let mut first = format!("{} ", self.paint(style, format_args!("{word}:")));
        let rest = " ".repeat(word.len() + 2);
        for line in wrap(clauses.iter().map(String::as_str), " · ", self.options.width.saturating_sub(rest.len())) {
            self.line(format_args!("{first}{line}"))?;
            first.clone_from(&rest);
        }
        Ok(())
    }

    /// `text`, wrapped at spaces; the first line begins with `first`, the others with `rest`, which have the same width.
    pub(in crate::report) fn wrapped(
        &mut self,
        first: impl Display,
        rest: &str,
        style: Style,
        text: &str,
    ) -> io::Result<()> {
        let room = self.options.width.saturating_sub(rest.chars().count());
        let mut lines = wrap(text.split(' '), " ", room).into_iter();
        let head = lines.next().unwrap_or_default();
        self.line(format_args!("{first}{}", self.paint(style, head)))?;
        for line in lines {
            self.line(format_args!("{rest}{}", self.paint(style, line)))?;
        }
        Ok(())
    }

    pub(in crate::report) fn paint<T: Display>(&self, style: Style, text: T) -> Painted<T> {
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
pub(in crate::report) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.style, self.text, self.style)
    }
}

/// `items` on lines of at most `room` characters, with `separator` between those of a line. An item is never broken.
pub(in crate::report) fn wrap<'t>(
    items: impl IntoIterator<Item = &'t str>,
    separator: &str,
    room: usize,
) -> Vec<String> {
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
pub(in crate::report) fn unwrap_lines(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

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
