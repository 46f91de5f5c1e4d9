//! The report, part by part.

use std::io::{self, Write};

use crate::policy::Severity;
use crate::report::markdown::controls;
use crate::report::markdown::page::{Page, Section};
use crate::report::markdown::text::{code, title};
use crate::report::number::{count, grouped};
use crate::report::problem_text::{cause, kind};
use crate::report::reporter::{Reporter, RunReport};
use crate::report::selection::{RuleOutcome, by_rule, place_text, problem_place, worst_first};
use crate::report::timeline;
use crate::report::verdict::VerdictLine;
use crate::text::sanitize::one_line_cut;
use crate::violation::{Known, Violation};

/// Violations that are shown.
const TOP: usize = 10;
/// Events of a timeline that are shown.
const EVENTS: usize = 5;
/// Rows of other tables and lists.
const RULES_LIMIT: usize = 60;
const GONE_LIMIT: usize = 50;
const LIST_LIMIT: usize = 20;
/// Controls that a rule's row names.
const CONTROLS_LIMIT: usize = 6;
/// Characters of a message, and of a name or place.
const MESSAGE_LIMIT: usize = 300;
const NAME_LIMIT: usize = 120;
const PLACE_LIMIT: usize = 400;

/// Writes a comment of at most 60,000 bytes; a longer one says that it was cut.
///
/// The only HTML in it is `<details>`, `<summary>` and `<br>`, of this program.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarkdownReporter;

impl Reporter for MarkdownReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let rules = by_rule(run);
        let line = VerdictLine::of(run);
        let mut page = Page::default();
        page.paragraph(&format!("## {}: {}", env!("CARGO_PKG_NAME"), line.word));
        page.paragraph(&line.clauses.join(" · "));
        violated(&mut page, run, &rules);
        if !run.controls.is_empty() {
            control_tables(&mut page, run);
        }
        worst(&mut page, run);
        changes(&mut page, run);
        problems_and_notes(&mut page, run);
        // Where nobody asked for them, they leave the room to the violations.
        if run.controls.is_empty() {
            control_tables(&mut page, run);
        }
        out.write_all(page.finish(&summary(run)).as_bytes())
    }
}

fn control_tables(page: &mut Page, run: &RunReport<'_>) {
    let tables = controls::sections(run);
    if let Some(basis) = controls::basis(run).filter(|_| !tables.is_empty()) {
        page.paragraph(&basis);
    }
    for section in tables {
        page.section(section);
    }
}

fn violated(page: &mut Page, run: &RunReport<'_>, rules: &[RuleOutcome<'_>]) {
    let mut violated: Vec<_> = rules.iter().filter(|rule| rule.summary.violations > 0).collect();
    violated.sort_by_key(|rule| std::cmp::Reverse(rule.summary.severity));
    if violated.is_empty() {
        return;
    }
    let head = "### Rules violated\n\n| Severity | Rule | Violations / population | Controls |\n|---|---|--:|---|\n";
    let rows = violated.iter().map(|rule| {
        let counts = rule.summary;
        let below = if counts.severity < run.fail_on { " (does not fail the run)" } else { "" };
        format!(
            "| {}{below} | {}<br>{} | {} / {} | {} |",
            severity(counts.severity),
            code(&counts.rule.0, NAME_LIMIT),
            title(&counts.title, NAME_LIMIT),
            grouped(counts.violations),
            grouped(counts.population),
            controls_of(rule),
        )
    });
    page.section(Section { head: head.to_owned(), rows: rows.collect(), limit: RULES_LIMIT, tail: "" });
}

fn controls_of(rule: &RuleOutcome<'_>) -> String {
    let Some(card) = rule.card else { return "—".to_owned() };
    let all: Vec<String> = card
        .controls
        .iter()
        .flat_map(|(framework, controls)| controls.iter().map(move |control| format!("{framework} {control}")))
        .collect();
    let mut shown: Vec<String> = all.iter().take(CONTROLS_LIMIT).map(|control| code(control, NAME_LIMIT)).collect();
    let rest = all.len() - shown.len();
    shown.extend((rest > 0).then(|| format!("{} more", grouped(rest))));
    if shown.is_empty() { "—".to_owned() } else { shown.join("<br>") }
}

fn worst(page: &mut Page, run: &RunReport<'_>) {
    let violations = worst_first(run, &Severity::ALL);
    if violations.is_empty() {
        return;
    }
    let shown = violations.len().min(TOP);
    let heading = match violations.len() - shown {
        0 => count(shown, "violation"),
        _ => format!("The first {shown} of {}, the most severe first", count(violations.len(), "violation")),
    };
    let head = format!("<details><summary>{heading}</summary>\n\n");
    let rows = violations.iter().take(TOP).map(|violation| row(run, violation)).collect();
    page.section(Section { head, rows, limit: TOP, tail: "\n</details>\n" });
}

fn row(run: &RunReport<'_>, violation: &Violation) -> String {
    let new = if run.baseline.is_some() && run.is_new(violation) { " (new)" } else { "" };
    if let Some(timeline) = &violation.timeline {
        return format!(
            "- {}{new} {}: {}<br>{}",
            severity(violation.severity),
            code(&violation.rule.0, NAME_LIMIT),
            code(&violation.message, MESSAGE_LIMIT),
            timeline::lines(timeline, EVENTS)
                .iter()
                .map(|line| code(line, PLACE_LIMIT))
                .collect::<Vec<_>>()
                .join("<br>"),
        );
    }
    let event = &violation.event;
    let mut facts = vec![code(&place_text(violation), PLACE_LIMIT)];
    facts.extend([&event.principal, &event.time].into_iter().flatten().map(|fact| code(fact, NAME_LIMIT)));
    format!(
        "- {}{new} {}: {}<br>{}",
        severity(violation.severity),
        code(&violation.rule.0, NAME_LIMIT),
        code(&violation.message, MESSAGE_LIMIT),
        facts.join(" · "),
    )
}

fn changes(page: &mut Page, run: &RunReport<'_>) {
    let Some(baseline) = run.baseline else { return };
    let gone = baseline.gone.len();
    page.paragraph("### Against the baseline");
    let counts =
        [(baseline.new, "new"), (baseline.old, "unchanged"), (u64::try_from(gone).unwrap_or(u64::MAX), "gone")];
    let counts: Vec<String> = counts.iter().map(|(number, word)| format!("{} {word}", grouped(number))).collect();
    page.paragraph(&counts.join(", "));
    if gone > 0 {
        let head = format!("<details><summary>{} gone</summary>\n\n", count(gone, "violation"));
        let rows = baseline.gone.iter().map(gone_row).collect();
        page.section(Section { head, rows, limit: GONE_LIMIT, tail: "\n</details>\n" });
    }
}

fn gone_row(known: &Known) -> String {
    let time = known.event_time.as_deref().map(|time| format!(" · {}", code(time, NAME_LIMIT)));
    let message = code(&known.message, MESSAGE_LIMIT);
    format!("- {}: {message}{}", code(&known.rule, NAME_LIMIT), time.unwrap_or_default())
}

fn problems_and_notes(page: &mut Page, run: &RunReport<'_>) {
    let problems: Vec<String> = run
        .summary
        .problems
        .iter()
        .map(|problem| {
            let place = code(&problem_place(problem), PLACE_LIMIT);
            format!("- {place} {}: {}", kind(problem), code(cause(problem), MESSAGE_LIMIT))
        })
        .collect();
    let notes: Vec<String> = run
        .summary
        .notes
        .iter()
        .map(|note| {
            let rule = note.rule.as_ref().map(|rule| format!("{}: ", code(&rule.0, NAME_LIMIT))).unwrap_or_default();
            let file = one_line_cut(&note.file, NAME_LIMIT);
            let place = code(&format!("{file}:{}", note.line), PLACE_LIMIT);
            format!("- {place} {rule}{}", code(&note.message, MESSAGE_LIMIT))
        })
        .collect();
    for (heading, rows) in [("Problems", problems), ("Notes", notes)] {
        if !rows.is_empty() {
            page.section(Section { head: format!("### {heading}\n\n"), rows, limit: LIST_LIMIT, tail: "" });
        }
    }
}

fn summary(run: &RunReport<'_>) -> String {
    let (files, records) = (&run.summary.files, &run.summary.records);
    let mut parts = vec![
        format!("{} read", count(files.read, "file")),
        format!("{} of {} evaluated", grouped(records.evaluated), count(records.found, "record")),
        count(run.summary.rules.len(), "rule"),
    ];
    let others = [(files.failed, "file", "failed"), (files.skipped, "file", "skipped")];
    let others = others.into_iter().chain([
        (records.duplicates, "record", "left out as duplicates"),
        (records.malformed, "record", "malformed"),
        (records.insights, "insight record", "left out"),
    ]);
    parts.extend(others.filter(|(n, ..)| *n > 0).map(|(n, noun, word)| format!("{} {word}", count(n, noun))));
    format!("{} · {} {}", parts.join(" · "), env!("CARGO_PKG_NAME"), one_line_cut(run.tool_version, NAME_LIMIT))
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "**critical**",
        Severity::High => "**high**",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}
