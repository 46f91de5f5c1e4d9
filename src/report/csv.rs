//! `-f csv`: comma-separated values, safe to open in a spreadsheet.

use std::io::{self, Write};

use csv::{ErrorKind, Terminator, Writer, WriterBuilder};

use crate::report::reporter::{Reporter, RunReport};
use crate::report::timeline::lines;
use crate::text::sanitize::one_line;
use crate::violation::{Evidence, Timeline, Violation};

/// Events in `timeline`: a spreadsheet's cell holds 32,767 characters.
const EVENTS: usize = 100;

/// The columns: the fields of a violation in NDJSON, in that order, what has parts in a column for each part.
pub const COLUMNS: [&str; 27] = [
    "rule",
    "title",
    "severity",
    "message",
    "file",
    "record",
    "offset",
    "line",
    "column",
    "event_id",
    "event_time",
    "event_name",
    "event_source",
    "account",
    "region",
    "principal",
    "source_ip",
    "evidence",
    "policy_file",
    "policy_line",
    "policy_column",
    "fingerprint",
    "waived_name",
    "waived_reason",
    "waived_owner",
    "waived_until",
    "timeline",
];

/// Writes a header and a row for each violation, waived ones included, as RFC 4180 has it: UTF-8, CR LF, quotes where needed.
///
/// `evidence` is `path=observed`, each observed value as JSON and a missing one as nothing, joined by `; `. What an
/// event does not say is an empty field; the four `waived_` ones are empty for a violation that counts. `timeline` is what was asked
/// and the events of a violation over time, joined by `; `: of more than 100 the first and last 50.
///
/// A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, and a log is written by whoever calls the
/// audited service: such a field gets a `'` before it, also where blanks stand first. Control characters and bidirectional marks
/// are written as in the human report: `\n`, `\t`, `\u{1b}`. A program that wants the text as it was reads NDJSON.
#[derive(Debug, Clone, Copy, Default)]
pub struct CsvReporter;

impl Reporter for CsvReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        writer.write_record(COLUMNS).map_err(as_io)?;
        for violation in run.violations {
            write_row(&mut writer, violation)?;
        }
        writer.flush()
    }
}

fn write_row(out: &mut Writer<&mut dyn Write>, violation: &Violation) -> io::Result<()> {
    let event = &violation.event;
    let said = |field: &Option<String>| safe(field.as_deref().unwrap_or_default());
    let waived = violation.waived.as_ref();
    let evidence: Vec<String> = violation.evidence.iter().map(evidence).collect();
    let policy = &violation.policy;
    out.write_record(&[
        safe(&violation.rule.0),
        safe(&violation.title),
        violation.severity.word().to_owned(),
        safe(&violation.message),
        safe(&violation.file),
        violation.record.to_string(),
        violation.offset.to_string(),
        violation.at.line.to_string(),
        violation.at.column.to_string(),
        said(&event.id),
        said(&event.time),
        said(&event.name),
        said(&event.source),
        said(&event.account),
        said(&event.region),
        said(&event.principal),
        said(&event.source_ip),
        safe(&evidence.join("; ")),
        safe(&policy.file),
        policy.at.line.to_string(),
        policy.at.column.to_string(),
        safe(&violation.fingerprint),
        waived.map(|waived| safe(&waived.name)).unwrap_or_default(),
        waived.map(|waived| safe(&waived.reason)).unwrap_or_default(),
        waived.and_then(|waived| waived.owner.as_deref()).map(safe).unwrap_or_default(),
        waived.map(|waived| waived.until.to_string()).unwrap_or_default(),
        violation.timeline.as_deref().map(timeline).unwrap_or_default(),
    ])
    .map_err(as_io)
}

/// The error of the writer as it was: a pipe that was closed is told from others.
fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("cannot write a row: {other:?}")),
    }
}

fn evidence(evidence: &Evidence) -> String {
    let observed = evidence.observed.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{}={observed}", evidence.path())
}

/// The events and what did not come, joined by `; `.
fn timeline(timeline: &Timeline) -> String {
    safe(&lines(timeline, EVENTS).join("; "))
}

/// `text` on one line, and no formula. The wide forms count too: some spreadsheets read them as the narrow ones.
fn safe(text: &str) -> String {
    let line = one_line(text);
    match line.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{line}"),
        // A tab or carriage return that began the field is an escape by now, which begins no formula.
        _ => line.into_owned(),
    }
}
