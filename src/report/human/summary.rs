//! What could not be read, what to know of the policies, and the counts that add up.

use std::io;

use crate::report::human::options::Detail;
use crate::report::human::page::{BOLD, DIM, LINK, PLAIN, Page, WARN, severity_style};
use crate::report::number::{count, grouped};
use crate::report::problem_text::{cause, kind};
use crate::report::reporter::RunReport;
use crate::text::sanitize::{one_line, one_line_cut};
use crate::violation::{RuleStatus, RuleSummary, Summary};

/// Problems and notes shown, unless all are asked for.
const LIST_LIMIT: usize = 20;
/// Characters shown of a message of the baseline.
const MESSAGE_LIMIT: usize = 160;

/// Writes what could not be read.
pub(in crate::report) fn problems(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    if summary.problems.is_empty() {
        return Ok(());
    }
    page.heading("problems", WARN, "")?;
    let limit = list_limit(page);
    for problem in summary.problems.iter().take(limit) {
        let text = format!("{}: {}", kind(problem), one_line(cause(problem)));
        let place = match problem.at {
            Some(at) => format!("{}:{}:{}", one_line(&problem.file), at.line, at.column),
            None => one_line(&problem.file).into_owned(),
        };
        item(page, "!", &place, &text)?;
    }
    rest(page, summary.problems.len(), limit)
}

/// Writes which files were left out, where all is to be said.
pub(super) fn skipped(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    let files = &summary.files;
    if files.skipped_files.is_empty() || page.options.detail < Detail::Verbose {
        return Ok(());
    }
    page.heading("skipped", BOLD, "")?;
    for skipped in &files.skipped_files {
        item(page, "-", &one_line(&skipped.file), &reason(skipped.reason, 1))?;
    }
    match files.skipped.saturating_sub(files.skipped_files.len()) {
        0 => Ok(()),
        rest => page.line(page.paint(DIM, format!("  … and {} more", grouped(rest)))),
    }
}

/// `digest`, `2 digests`, `not JSON`: why so many files were skipped.
pub(in crate::report) fn reason(code: &str, files: usize) -> String {
    let noun = match code {
        "digest" => "digest",
        "insight" => "insight file",
        "control_message" => "control message",
        "not_json" => return "not JSON".to_owned(),
        other => return one_line(other).into_owned(),
    };
    plural(files, noun)
}

/// `noun`, with an `s` unless there is one.
fn plural(number: usize, noun: &str) -> String {
    if number == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// Writes what to know of the policies.
pub(super) fn notes(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    if summary.notes.is_empty() {
        return Ok(());
    }
    page.heading("notes", BOLD, "")?;
    let limit = list_limit(page);
    for note in summary.notes.iter().take(limit) {
        let rule = note.rule.as_ref().map(|rule| format!("{}: ", one_line(&rule.0))).unwrap_or_default();
        let text = format!("{rule}{}", one_line(&note.message));
        item(page, "•", &format!("{}:{}", one_line(&note.file), note.line), &text)?;
    }
    rest(page, summary.notes.len(), limit)
}

/// Writes which violations of the baseline were not found.
pub(super) fn gone(page: &mut Page<'_>, run: &RunReport<'_>) -> io::Result<()> {
    let gone = run.baseline.map(|baseline| baseline.gone.as_slice()).unwrap_or_default();
    if gone.is_empty() {
        return Ok(());
    }
    page.heading("gone", BOLD, "")?;
    page.line(format_args!("  {} of the baseline not found in this run", count(gone.len(), "violation")))?;
    let limit = list_limit(page);
    for known in gone.iter().take(limit) {
        let in_run = run.summary.rules.iter().any(|rule| rule.rule.0 == known.rule);
        let rule = if in_run { "" } else { " (the rule is not in this run)" };
        let mut text = one_line_cut(&known.message, MESSAGE_LIMIT).into_owned();
        for fact in [&known.event_time, &known.event_id].into_iter().flatten() {
            text.push_str(&format!(" · {}", one_line_cut(fact, MESSAGE_LIMIT)));
        }
        page.wrapped(format!("  - {}{rule}: ", one_line(&known.rule)), "    ", PLAIN, &text)?;
    }
    rest(page, gone.len(), limit)
}

fn list_limit(page: &Page<'_>) -> usize {
    if page.options.detail == Detail::Verbose { usize::MAX } else { LIST_LIMIT }
}

/// A place and, under it, what is said of it.
fn item(page: &mut Page<'_>, sign: &str, place: &str, text: &str) -> io::Result<()> {
    page.line(format_args!("  {sign} {}", page.paint(LINK, place)))?;
    page.wrapped("    ", "    ", PLAIN, text)
}

fn rest(page: &mut Page<'_>, all: usize, limit: usize) -> io::Result<()> {
    match all.checked_sub(limit) {
        None | Some(0) => Ok(()),
        Some(rest) => page.line(page.paint(DIM, format!("  … and {} more; --verbose shows all", grouped(rest)))),
    }
}

/// Writes the counts of the run and what became of the rules.
pub(super) fn summary(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    page.heading("summary", BOLD, "")?;
    let files = &summary.files;
    let reasons: Vec<String> =
        files.skipped_by.iter().map(|(code, files)| format!("{} {}", grouped(files), reason(code, *files))).collect();
    let skipped = if reasons.is_empty() { "skipped".to_owned() } else { format!("skipped ({})", reasons.join(", ")) };
    row(page, "files", files.found, &[(files.read, "read"), (files.skipped, &skipped), (files.failed, "failed")])?;
    let records = &summary.records;
    row(
        page,
        "records",
        records.found,
        &[
            (records.evaluated, "evaluated"),
            (records.duplicates, &plural(records.duplicates, "duplicate")),
            (records.malformed, "malformed"),
            (records.insights, &plural(records.insights, "insight event")),
        ],
    )?;
    let of = |status| summary.rules.iter().filter(|rule| rule.status == status).count();
    row(
        page,
        "rules",
        summary.rules.len(),
        &[
            (of(RuleStatus::Violated), "violated"),
            (of(RuleStatus::Clean), "clean"),
            (of(RuleStatus::NotObserved), "not observed"),
            (of(RuleStatus::Pending), "pending"),
            (of(RuleStatus::Learning), "learning"),
        ],
    )?;
    rules(page, summary)
}

/// `files    12 = 10 read + 1 skipped (1 digest) + 1 failed`, without the parts that are zero.
fn row(page: &mut Page<'_>, name: &str, all: usize, parts: &[(usize, &str)]) -> io::Result<()> {
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(count)))
        .collect();
    let sum = if parts.is_empty() { String::new() } else { format!(" = {}", parts.join(" + ")) };
    let first = format!("  {}", page.paint(DIM, format_args!("{name:<9}")));
    page.wrapped(first, "           ", PLAIN, &format!("{}{sum}", grouped(all)))
}

/// The rules that have violations, waived ones included, or open questions; all of them where asked for.
fn rules(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    let all = page.options.detail == Detail::Verbose;
    let mut shown: Vec<&RuleSummary> = summary.rules.iter().filter(|rule| all || needs_a_look(rule)).collect();
    shown.sort_by_key(|rule| (status_order(rule.status), std::cmp::Reverse(rule.severity), &rule.rule));
    if !shown.is_empty() {
        page.blank()?;
    }
    let width = shown.iter().map(|rule| rule.rule.0.chars().count()).max().unwrap_or_default();
    for rule in shown {
        let style = if rule.status == RuleStatus::Violated { severity_style(rule.severity) } else { DIM };
        let severity = page.paint(style, format!("{:<8}", rule.severity.word()));
        let style = match rule.status {
            RuleStatus::Violated => PLAIN,
            RuleStatus::Pending => WARN,
            RuleStatus::Learning | RuleStatus::Clean | RuleStatus::NotObserved => DIM,
        };
        let outcome = page.paint(style, outcome(rule));
        page.line(format_args!("  {severity}  {:<width$}  {outcome}", one_line(&rule.rule.0)))?;
    }
    Ok(())
}

const fn needs_a_look(rule: &RuleSummary) -> bool {
    rule.violations > 0 || rule.waived > 0 || rule.pending > 0 || rule.learning > 0
}

fn status_order(status: RuleStatus) -> u8 {
    match status {
        RuleStatus::Violated => 0,
        RuleStatus::Pending => 1,
        RuleStatus::Learning => 2,
        RuleStatus::Clean => 3,
        RuleStatus::NotObserved => 4,
    }
}

fn outcome(rule: &RuleSummary) -> String {
    let of = count(rule.population, "event");
    // What a status is made of stands in it; the rest follows.
    let (words, counted) = match rule.status {
        RuleStatus::Violated => (format!("{} in {of}", grouped(rule.violations)), ""),
        RuleStatus::Pending => (format!("{} of {of} pending", grouped(rule.pending)), "pending"),
        RuleStatus::Learning => (format!("learning from {} of {of}", grouped(rule.learning)), "learning"),
        RuleStatus::Clean => (format!("clean in {of}"), ""),
        RuleStatus::NotObserved => ("not observed".to_owned(), ""),
    };
    let others = [(rule.waived, "waived"), (rule.pending, "pending"), (rule.learning, "learning")];
    let others = others.into_iter().filter(|(number, word)| *number > 0 && *word != counted);
    others.fold(words, |words, (number, word)| format!("{words}, {} {word}", grouped(number)))
}
