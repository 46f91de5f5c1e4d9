//! One violation as a diagnostic: its message and identity, and an excerpt of the record with the deciding values underlined. One
//! over time has its timeline instead.
//!
//! miette draws the excerpt, never the record: a log is one line of megabytes, which miette would print whole, and it panics at
//! labels beyond column 65,535. It is told the true place of the first deciding value for the header.

use std::fmt;
use std::io;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::json::{ExcerptOptions, excerpt};
use crate::policy::Severity;
use crate::report::human::label;
use crate::report::human::options::Color;
use crate::report::human::page::{BOLD, DIM, PLAIN, Page, wrap};
use crate::report::human::timeline;
use crate::report::number::grouped;
use crate::report::timeline as timeline_words;
use crate::text::sanitize::{one_line, one_line_cut};
use crate::text::{LineColumn, Span};
use crate::violation::{Evidence, Standing, Violation};

/// Evidence and context that an excerpt shows.
const EVIDENCE_LIMIT: usize = 8;
const CONTEXT_LIMIT: usize = 12;
/// Characters of a message, and of each thing an event says of itself.
const MESSAGE_LIMIT: usize = 600;
const FACT_LIMIT: usize = 160;
/// Columns left of an excerpt's text.
const MARGIN: usize = 6;
/// A label is not squeezed into fewer columns.
const LEAST_LABEL: usize = 28;

/// Writes the diagnostic of `violation`.
pub(in crate::report) fn write(page: &mut Page<'_>, violation: &Violation) -> io::Result<()> {
    if let Some(timeline) = &violation.timeline {
        let heading = Heading { message: message(page, violation) };
        let drawing = draw(page, violation.severity, &heading)?;
        write_drawing(page, &drawing, 0)?;
        return timeline::write(page, timeline, violation.severity);
    }
    let telling = telling(&violation.evidence);
    let shown = telling.get(..EVIDENCE_LIMIT).unwrap_or(&telling);
    let marks: Vec<_> = shown.iter().map(|evidence| &evidence.location).collect();
    let keep: Vec<_> = violation.context.iter().take(CONTEXT_LIMIT).collect();
    let width = page.options.width.saturating_sub(MARGIN);
    let excerpt = excerpt(&violation.record_text, &marks, &keep, ExcerptOptions { width, ..ExcerptOptions::default() });
    let (labels, notes) = label::labels(shown, &excerpt);

    let lines = excerpt.text.lines().count();
    let diagnostic = Shown {
        message: message(page, violation),
        labels: labels.iter().map(|(span, text)| labeled(*span, text, &excerpt.text, width)).collect(),
        source: Source {
            name: one_line(&violation.file).into_owned(),
            at: place(violation).0,
            lines,
            text: excerpt.text,
        },
    };
    let drawing = draw(page, violation.severity, &diagnostic)?;
    write_drawing(page, &drawing, lines)?;

    for note in &notes {
        let first = format!("    {} ", page.paint(BOLD, "note:"));
        page.wrapped(first, "          ", PLAIN, note)?;
    }
    if let Some(rest) = telling.len().checked_sub(EVIDENCE_LIMIT).filter(|rest| *rest > 0) {
        page.line(format_args!("    {} {} more values decided", page.paint(BOLD, "note:"), grouped(rest)))?;
    }
    Ok(())
}

fn draw(page: &Page<'_>, severity: Severity, diagnostic: &dyn Diagnostic) -> io::Result<String> {
    let mut drawing = String::new();
    GraphicalReportHandler::new_themed(theme(page.options.color, severity))
        .with_width(page.options.width)
        .with_wrap_lines(false)
        .with_links(false)
        .without_syntax_highlighting()
        .render_report(&mut drawing, diagnostic)
        .map_err(io::Error::other)?;
    Ok(drawing)
}

/// The evidence worth showing: that an exclusion did not apply is told only where there is nothing else.
pub(in crate::report) fn telling(evidence: &[Evidence]) -> Vec<&Evidence> {
    let direct: Vec<&Evidence> = evidence.iter().filter(|evidence| evidence.standing == Standing::Direct).collect();
    if direct.is_empty() { evidence.iter().collect() } else { direct }
}

/// The message and what identifies the event, line by line.
fn message(page: &Page<'_>, violation: &Violation) -> String {
    let room = page.options.width.saturating_sub(4);
    let message = one_line_cut(&violation.message, MESSAGE_LIMIT);
    let mut lines: Vec<String> =
        wrap(message.split(' '), " ", room).iter().map(|line| page.paint(BOLD, line).to_string()).collect();

    let facts = match &violation.timeline {
        Some(timeline) => timeline_words::heading(timeline),
        None => facts(violation),
    };
    lines.extend(
        wrap(facts.iter().map(String::as_str), " · ", room).iter().map(|line| page.paint(DIM, line).to_string()),
    );
    lines.join("\n")
}

/// What the event says of itself, and where its record is.
fn facts(violation: &Violation) -> Vec<String> {
    let event = &violation.event;
    let mut facts: Vec<String> = [&event.time, &event.region, &event.principal, &event.source_ip]
        .into_iter()
        .flatten()
        .map(|fact| one_line_cut(fact, FACT_LIMIT).into_owned())
        .collect();
    facts.extend(event.id.as_ref().map(|id| format!("event {}", one_line_cut(id, FACT_LIMIT))));
    facts.push(format!("record {}, byte {}", violation.record, place(violation).1));
    facts
}

/// Where the first deciding value stands in the log, else the record: line, column and byte.
pub(in crate::report) fn place(violation: &Violation) -> (LineColumn, usize) {
    violation
        .evidence
        .iter()
        .find_map(|evidence| evidence.at.zip(evidence.offset))
        .unwrap_or((violation.at, violation.offset))
}

/// A label, wrapped into the room that is right of where miette hangs it: the middle of its span.
fn labeled(span: Span, text: &str, excerpt: &str, width: usize) -> LabeledSpan {
    let before = excerpt.get(..span.start).unwrap_or_default();
    let line = before.rfind('\n').and_then(|feed| before.get(feed + 1..)).unwrap_or(before);
    let column = line.chars().count() + span.of(excerpt).chars().count() / 2;
    let room = width.saturating_sub(column + 4).max(LEAST_LABEL);
    let text = Some(wrap(text.split(' '), " ", room).join("\n")).filter(|text| !text.is_empty());
    LabeledSpan::new_with_span(text, SourceSpan::new(span.start.into(), span.len()))
}

/// Writes what miette drew, with the excerpt's own line numbers taken out: they are not those of the log.
fn write_drawing(page: &mut Page<'_>, drawing: &str, lines: usize) -> io::Result<()> {
    let gutter = lines.to_string().len() + 2;
    let mut in_excerpt = false;
    for line in drawing.lines() {
        in_excerpt |= line.trim_start().starts_with('╭');
        let Some((_, line)) = line.split_at_checked(gutter).filter(|_| in_excerpt) else {
            page.line(line.trim_end())?;
            continue;
        };
        let frame = line.find(|drawn| !"╭╰─│·".contains(drawn)).unwrap_or(line.len());
        let (frame, text) = line.split_at_checked(frame).unwrap_or_default();
        let style = if text.trim_start().starts_with('…') { DIM } else { PLAIN };
        page.line(format_args!("    {}{}", page.paint(DIM, frame), page.paint(style, text.trim_end())))?;
    }
    Ok(())
}

fn theme(color: Color, severity: Severity) -> GraphicalTheme {
    let mut styles = ThemeStyles::none();
    if color == Color::Ansi {
        let ansi = ThemeStyles::ansi();
        let mark = match severity {
            Severity::Critical | Severity::High => ansi.error.bold(),
            Severity::Medium => ansi.warning.bold(),
            Severity::Low | Severity::Info => ansi.advice.bold(),
        };
        // Invariant: `linum` stays plain, so that `write_drawing` can take the numbers out.
        styles = ThemeStyles { error: mark, link: ansi.advice, highlights: vec![mark], ..styles };
    }
    GraphicalTheme { characters: ThemeCharacters::unicode(), styles }
}

/// What miette draws of a violation over time: its timeline stands in no one record.
#[derive(Debug)]
struct Heading {
    message: String,
}

impl fmt::Display for Heading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Heading {}

impl Diagnostic for Heading {}

/// What miette draws.
#[derive(Debug)]
struct Shown {
    message: String,
    labels: Vec<LabeledSpan>,
    source: Source,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// An excerpt that answers for its record.
#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    lines: usize,
    /// The place in the log that the header names.
    at: LineColumn,
}

impl SourceCode for Source {
    /// miette asks without context lines for the place to put into the header, and with them for the text to show: the first
    /// answer names the place in the log, the second is the whole excerpt.
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (line, column) = match lines_before {
            0 => (self.at.line.saturating_sub(1), self.at.column.saturating_sub(1)),
            _ => (0, 0),
        };
        let whole = SourceSpan::new(0.into(), self.text.len());
        let text = self.text.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), text, whole, line, column, self.lines)))
    }
}
