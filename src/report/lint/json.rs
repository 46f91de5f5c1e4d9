//! `lint -f json`: one document for scripts and editors.

use std::io::{self, Write};

use serde::Serialize;

use crate::policy::error::{Level, PolicyError};
use crate::report::lint::place::{main, range};
use crate::report::safe_json;
use crate::text::LineColumn;

#[derive(Serialize)]
struct Document<'a> {
    diagnostics: Vec<Diagnostic<'a>>,
    errors: usize,
    warnings: usize,
    advice: usize,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    code: &'static str,
    level: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    file: &'a str,
    at: Option<LineColumn>,
    end: Option<LineColumn>,
    labels: Vec<Label<'a>>,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Label<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    at: LineColumn,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

/// The word for `level`.
pub(super) const fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Advice | Level::Note => "advice",
    }
}

/// Writes `errors` as one JSON document; offsets are bytes of the policy file, lines and columns count from 1.
///
/// # Errors
/// What `out` cannot write.
pub fn json(errors: &[PolicyError], out: &mut dyn Write) -> io::Result<()> {
    let of = |level| errors.iter().filter(|error| error.level == level).count();
    let document = Document {
        diagnostics: errors.iter().map(diagnostic).collect(),
        errors: of(Level::Error),
        warnings: of(Level::Warning),
        advice: of(Level::Advice),
    };
    safe_json::write_indented(out, &document)?;
    out.write_all(b"\n")
}

fn diagnostic(error: &PolicyError) -> Diagnostic<'_> {
    let place = main(error);
    Diagnostic {
        code: error.code.as_str(),
        level: word(error.level),
        message: &error.message,
        help: error.help.as_deref(),
        file: &error.source.name,
        at: place.map(|(at, _)| at),
        end: place.map(|(_, end)| end),
        labels: error
            .labels
            .iter()
            .map(|label| Label {
                text: &label.text,
                start: label.span.start,
                end: label.span.end,
                at: range(error, label.span).0,
            })
            .collect(),
        fix: error.fix.as_ref().map(|fix| Fix {
            title: &fix.title,
            edits: fix
                .edits
                .iter()
                .map(|edit| Edit { start: edit.span.start, end: edit.span.end, text: &edit.text })
                .collect(),
        }),
    }
}
