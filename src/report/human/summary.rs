//! What could not be read, what to know of the policies, the counts that add up, and the verdict.

use std::io;
use std::time::Duration;

use crate::event::problem::{Problem, ProblemKind};
use crate::policy::Severity;
use crate::report::human::options::Detail;
use crate::report::human::page::{
    BAD, BOLD, DIM, GOOD, LINK, PLAIN, Page, WARN, count, grouped, severity_style, size, wrap,
};
use crate::report::reporter::RunReport;
use crate::text::sanitize::one_line;
use crate::violation::{RuleStatus, RuleSummary, Summary};

/// Problems and notes shown, unless all are asked for.
const LIST_LIMIT: usize = 20;

/// Writes what could not be read.
pub(super) fn problems(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    if summary.problems.is_empty() {
        return Ok(());
    }
    page.heading("problems", WARN, "")?;
    let limit = list_limit(page);
    for problem in summary.problems.iter().take(limit) {
        let text = format!("{}: {}", kind(problem), one_line(&problem.message));
        let place = match problem.at {
            Some(at) => format!("{}:{}:{}", one_line(&problem.file), at.line, at.column),
            None => one_line(&problem.file).into_owned(),
        };
        item(page, "!", &place, &text)?;
    }
    rest(page, summary.problems.len(), limit)
}

fn kind(problem: &Problem) -> String {
    let word = match problem.kind {
        ProblemKind::Unreadable => "unreadable",
        ProblemKind::Gzip => "damaged gzip",
        ProblemKind::TooLarge => "too large",
        ProblemKind::NotALog => "no log",
        ProblemKind::MalformedRecord => "malformed record",
        ProblemKind::NotAnEvent => "no event",
        ProblemKind::MalformedEnvelope => "malformed envelope",
    };
    match problem.record {
        None => word.to_owned(),
        Some(record) if problem.kind == ProblemKind::MalformedRecord => format!("{word} {record}"),
        Some(record) => format!("{word} in record {record}"),
    }
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
        files.skipped_by.iter().map(|(reason, count)| format!("{count} {}", one_line(reason))).collect();
    let skipped = if reasons.is_empty() { "skipped".to_owned() } else { format!("skipped ({})", reasons.join(", ")) };
    row(page, "files", files.found, &[(files.read, "read"), (files.skipped, &skipped), (files.failed, "failed")])?;
    let records = &summary.records;
    row(
        page,
        "records",
        records.found,
        &[
            (records.evaluated, "evaluated"),
            (records.duplicates, "duplicates"),
            (records.malformed, "malformed"),
            (records.insights, "insight events"),
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
            (of(RuleStatus::NotEvaluated), "not evaluated"),
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

/// The rules that have violations, waived ones included; all of them where asked for.
fn rules(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    let all = page.options.detail == Detail::Verbose;
    let mut shown: Vec<&RuleSummary> =
        summary.rules.iter().filter(|rule| all || rule.violations + rule.waived > 0).collect();
    shown.sort_by_key(|rule| (status_order(rule.status), std::cmp::Reverse(rule.severity), &rule.rule));
    if !shown.is_empty() {
        page.blank()?;
    }
    let width = shown.iter().map(|rule| rule.rule.0.chars().count()).max().unwrap_or_default();
    for rule in shown {
        let style = if rule.status == RuleStatus::Violated { severity_style(rule.severity) } else { DIM };
        let severity = page.paint(style, format!("{:<8}", rule.severity.word()));
        let outcome = page.paint(if rule.status == RuleStatus::Violated { PLAIN } else { DIM }, outcome(rule));
        page.line(format_args!("  {severity}  {:<width$}  {outcome}", one_line(&rule.rule.0)))?;
    }
    Ok(())
}

fn status_order(status: RuleStatus) -> u8 {
    match status {
        RuleStatus::Violated => 0,
        RuleStatus::NotEvaluated => 1,
        RuleStatus::Clean => 2,
        RuleStatus::NotObserved => 3,
    }
}

fn outcome(rule: &RuleSummary) -> String {
    let waived = if rule.waived > 0 { format!(", {} waived", grouped(rule.waived)) } else { String::new() };
    match rule.status {
        RuleStatus::Violated => format!("{} in {}{waived}", grouped(rule.violations), count(rule.population, "event")),
        RuleStatus::Clean => format!("clean in {}{waived}", count(rule.population, "event")),
        RuleStatus::NotObserved => "not observed".to_owned(),
        RuleStatus::NotEvaluated => "not evaluated".to_owned(),
    }
}

/// Writes the last line: whether the run fails, and why, or what stands against trusting that it does not.
pub(super) fn verdict(page: &mut Page<'_>, run: &RunReport<'_>) -> io::Result<()> {
    let summary = run.summary;
    let failing = run.failing();
    let open = open_questions(summary);
    let below = format!("{}, none at or above {}", count(summary.violations, "violation"), run.fail_on);
    let (word, style, mut text) = if failing > 0 {
        let severities: Vec<String> = Severity::ALL
            .into_iter()
            .rev()
            .filter_map(|severity| {
                let of = run.rules_failing().filter(|rule| rule.severity == severity);
                let violations: u64 = of.map(|rule| rule.violations).sum();
                (violations > 0).then(|| format!("{} {severity}", grouped(violations)))
            })
            .collect();
        ("failed", BAD, format!("{} ({})", count(failing, "violation"), severities.join(", ")))
    } else if !open.is_empty() {
        let text =
            if summary.violations > 0 { below } else { "no violation found, but not all was checked".to_owned() };
        ("incomplete", WARN, text)
    } else if summary.records.evaluated == 0 {
        ("nothing checked", WARN, "no event was found".to_owned())
    } else {
        let events = count(summary.records.evaluated, "event");
        let text = if summary.violations > 0 { below } else { format!("no violation in {events}") };
        ("passed", GOOD, text)
    };
    if summary.waived > 0 {
        text.push_str(&format!(", {} waived", grouped(summary.waived)));
    }
    let mut clauses = vec![text];
    clauses.extend((!open.is_empty()).then(|| open.join(", ")));
    clauses.extend(page.options.elapsed.map(|time| format!("{} in {}", size(summary.bytes), duration(time))));
    page.blank()?;
    let mut first = format!("{} ", page.paint(style, format_args!("{word}:")));
    let rest = " ".repeat(word.len() + 2);
    for line in wrap(clauses.iter().map(String::as_str), " · ", page.options.width.saturating_sub(rest.len())) {
        page.line(format_args!("{first}{line}"))?;
        first.clone_from(&rest);
    }
    Ok(())
}

/// What keeps a run from being sure that nothing else is wrong.
fn open_questions(summary: &Summary) -> Vec<String> {
    let mut open = Vec::new();
    if summary.interrupted {
        open.push("interrupted".to_owned());
    }
    if !summary.problems.is_empty() {
        open.push(count(summary.problems.len(), "problem"));
    }
    let skipped = summary.rules.iter().filter(|rule| rule.status == RuleStatus::NotEvaluated).count();
    if skipped > 0 {
        open.push(format!("{} not evaluated", count(skipped, "rule")));
    }
    open
}

fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.1} s", elapsed.as_secs_f64())
    }
}
