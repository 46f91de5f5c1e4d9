//! `-f github`: workflow commands, which GitHub Actions turns into annotations.

use std::io::{self, Write};

use crate::json::locate;
use crate::policy::Severity;
use crate::report::number::{count, grouped};
use crate::report::problem_text::{cause, kind};
use crate::report::reporter::{Reporter, RunReport};
use crate::report::selection::{deciding, folded, in_repository, place, worst_first};
use crate::report::timeline;
use crate::report::verdict::VerdictLine;
use crate::text::LineColumn;
use crate::text::sanitize::one_line_cut;
use crate::violation::Violation;

/// Annotations of one kind that GitHub shows of a step.
pub(in crate::report) const SHOWN: usize = 10;
/// Places among the warnings that problems have before violations take them.
const PROBLEMS_SURE: usize = 3;
/// Notices kept for what was left out and for the verdict.
const NOTICES_KEPT: usize = 2;
/// Events of a timeline that a message names.
const EVENTS: usize = 5;
/// Characters of a message or title.
const TEXT_LIMIT: usize = 1000;

/// Writes `::error`, `::warning` and `::notice` commands: critical and high violations, medium ones and problems, low and info ones.
///
/// GitHub shows ten of each kind, so no more are written: the most severe first, the rest counted in one notice. Waived violations
/// are left out. The last command is a notice with the verdict.
#[derive(Debug, Clone, Copy, Default)]
pub struct GithubReporter;

impl Reporter for GithubReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let problems = &run.summary.problems;
        let errors = worst_first(run, &[Severity::Critical, Severity::High]);
        let warnings = worst_first(run, &[Severity::Medium]);
        let notices = worst_first(run, &[Severity::Low, Severity::Info]);
        let warnings_shown = warnings.len().min(SHOWN - problems.len().min(PROBLEMS_SURE));
        let problems_shown = problems.len().min(SHOWN - warnings_shown);

        for violation in errors.iter().take(SHOWN) {
            annotate(out, "error", violation)?;
        }
        for violation in warnings.iter().take(warnings_shown) {
            annotate(out, "warning", violation)?;
        }
        for problem in problems.iter().take(problems_shown) {
            let title = format!("problem: {}", kind(problem));
            command(out, "warning", Some(&problem.file), problem.at, None, &title, &[cause(problem)])?;
        }
        for violation in notices.iter().take(SHOWN - NOTICES_KEPT) {
            annotate(out, "notice", violation)?;
        }

        let left_out = [
            ("at error level", errors.len().saturating_sub(SHOWN)),
            ("at warning level", warnings.len() - warnings_shown),
            ("at notice level", notices.len().saturating_sub(SHOWN - NOTICES_KEPT)),
        ];
        let mut rest: Vec<String> = left_out
            .iter()
            .filter(|(_, number)| *number > 0)
            .map(|(level, number)| format!("{} {level}", count(number, "violation")))
            .collect();
        let more_problems = problems.len() - problems_shown;
        rest.extend((more_problems > 0).then(|| count(more_problems, "problem")));
        if !rest.is_empty() {
            let message = format!("{}: GitHub shows {} annotations of a kind", rest.join(", "), grouped(SHOWN));
            command(out, "notice", None, None, None, "not shown", &[&message])?;
        }
        command(out, "notice", None, None, None, env!("CARGO_PKG_NAME"), &[&VerdictLine::of(run).to_string()])
    }
}

fn annotate(out: &mut dyn Write, level: &str, violation: &Violation) -> io::Result<()> {
    let title = format!("{}: {}", violation.severity, violation.title);
    let timeline: Vec<String> =
        violation.timeline.iter().flat_map(|timeline| timeline::lines(timeline, EVENTS)).collect();
    let mut lines = vec![violation.message.as_str()];
    lines.extend(timeline.iter().map(String::as_str));
    lines.push(&violation.rule.0);
    let remediation = violation.remediation.as_deref().map(folded);
    lines.extend(remediation.as_deref());
    let file = Some(violation.file.as_ref());
    command(out, level, file, Some(place(violation)), end_column(violation), &title, &lines)
}

/// The last column of the value that decided, where the record is at hand and the value on one line.
fn end_column(violation: &Violation) -> Option<usize> {
    let (evidence, at) = deciding(violation)?;
    let value = locate(&violation.record_text, &evidence.location)?.of(&violation.record_text);
    // A value inside JSON text has no length of its own in the log.
    (evidence.inner.is_none() && !value.contains('\n')).then(|| at.column + value.chars().count().saturating_sub(1))
}

/// Writes one command on one line. No text can end it or begin another: line ends and the command's own signs are escaped.
pub(in crate::report) fn command(
    out: &mut dyn Write,
    level: &str,
    file: Option<&str>,
    at: Option<LineColumn>,
    end_column: Option<usize>,
    title: &str,
    lines: &[&str],
) -> io::Result<()> {
    write!(out, "::{level} ")?;
    if let Some(file) = file {
        write!(out, "file={},", property(in_repository(file)))?;
    }
    if let Some(at) = at {
        write!(out, "line={},col={},", at.line, at.column)?;
    }
    if let Some(column) = end_column {
        write!(out, "endColumn={column},")?;
    }
    let message: Vec<String> = lines.iter().map(|line| data(line)).collect();
    writeln!(out, "title={}::{}", property(title), message.join("%0A"))
}

/// `text` as the runner reads it back in a message, without what a terminal acts on.
///
/// A command of the older form, `##[…]`, is looked for anywhere in a line that is no command of this form, as other runners do: it
/// is taken apart.
fn data(text: &str) -> String {
    one_line_cut(text, TEXT_LIMIT).replace("##[", "## [").replace("##vso[", "## vso[").replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
