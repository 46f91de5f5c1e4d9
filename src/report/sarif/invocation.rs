//! How the run itself went, as SARIF tells it: problems, notes and what the document leaves out, as notifications.

use serde_json::Value;
use serde_sarif::sarif::{Invocation, Location, Notification, ReportingDescriptorReference};

use crate::event::Problem;
use crate::policy::RuleId;
use crate::report::number::{count, grouped};
use crate::report::reporter::RunReport;
use crate::report::sarif::place::{file_location, text};
use crate::report::sarif::results::RESULTS;
use crate::report::sarif::words::{first_line, number, word};
use crate::text::LineColumn;
use crate::violation::Verdict;
use crate::violation::summary::Note;

/// Problems told of in full, and notes.
const LISTED: usize = 100;
/// Characters of a message.
const MESSAGE: usize = 2000;

/// The invocation of `run`, whose document has `shown` results.
pub(super) fn invocation(run: &RunReport<'_>, shown: usize) -> Invocation {
    let summary = run.summary;
    let unsure = matches!(run.verdict, Verdict::Incomplete | Verdict::Interrupted) || summary.interrupted;
    let mut execution: Vec<Notification> = summary.problems.iter().take(LISTED).map(problem).collect();
    let more = summary.problems.len().saturating_sub(LISTED);
    if more > 0 {
        let text = format!("{} of {} are not listed here", grouped(more), count(summary.problems.len(), "problem"));
        execution.push(notification("error", "problems-cut", &text));
    }
    if summary.interrupted {
        execution.push(notification("error", "interrupted", "the run was ended before all files were read"));
    }
    let cut = run.violations.len().saturating_sub(shown);
    if cut > 0 {
        let all = count(run.violations.len(), "violation");
        let text = format!(
            "{} of {all} are not listed here: a document holds {}, waived and less severe ones are left out first",
            grouped(cut),
            grouped(RESULTS)
        );
        execution.push(notification("warning", "results-cut", &text));
    }
    let mut configuration: Vec<Notification> = summary.notes.iter().take(LISTED).map(|item| note(run, item)).collect();
    let more = summary.notes.len().saturating_sub(LISTED);
    if more > 0 {
        let text = format!("{} of {} are not listed here", grouped(more), count(summary.notes.len(), "note"));
        configuration.push(notification("note", "notes-cut", &text));
    }
    if let Some(gone) = run.baseline.map(|baseline| baseline.gone.len()).filter(|gone| *gone > 0) {
        let text = format!("{} of the baseline did not occur in this run", count(gone, "violation"));
        configuration.push(notification("note", "baseline-gone", &text));
    }
    let mut invocation = Invocation::builder().execution_successful(!unsure).build();
    invocation.exit_code = Some(i64::from(run.verdict.exit_code()));
    invocation.tool_execution_notifications = Some(execution);
    invocation.tool_configuration_notifications = Some(configuration);
    invocation
}

fn notification(level: &str, id: &str, message: &str) -> Notification {
    let mut notification = Notification::builder().message(text(&first_line(&[message, id], MESSAGE))).build();
    notification.level = Some(word(level));
    notification.descriptor =
        Some(ReportingDescriptorReference { id: Some(id.to_owned()), ..ReportingDescriptorReference::default() });
    notification
}

fn problem(problem: &Problem) -> Notification {
    let kind = serde_json::to_value(problem.kind).unwrap_or(Value::Null);
    let mut notification = notification("error", kind.as_str().unwrap_or("problem"), &problem.message);
    notification.locations = Some(vec![file_location(&problem.file, problem.at, problem.offset)]);
    notification
}

fn note(run: &RunReport<'_>, note: &Note) -> Notification {
    let mut notification = notification("note", note.code, &note.message);
    if !note.file.is_empty() {
        notification.locations = Some(vec![policy_location(note)]);
    }
    notification.associated_rule = note.rule.as_ref().map(|rule| reference(run, rule));
    notification
}

fn policy_location(note: &Note) -> Location {
    let at = LineColumn { line: note.line, column: 1 };
    file_location(&note.file, (note.line > 0).then_some(at), None)
}

fn reference(run: &RunReport<'_>, rule: &RuleId) -> ReportingDescriptorReference {
    ReportingDescriptorReference {
        id: Some(first_line(&[&rule.0], 255)),
        index: run.rules.iter().position(|card| card.rule == *rule).map(number),
        ..ReportingDescriptorReference::default()
    }
}
