//! What differs between two policy sets over the same logs, for a person, a program, and a pull request.

use std::io::{self, Write};

use serde::Serialize;

use crate::policy::{RuleId, Severity};
use crate::report::number::{count, grouped};
use crate::report::safe_json;
use crate::report::timeline::{counted, events};
use crate::report::view::ViolationView;
use crate::text::sanitize::one_line_cut;
use crate::violation::difference::{Change, ChangedViolation, Difference, RuleDifference};
use crate::violation::{RuleStatus, RuleSummary, Summary, Timeline, Verdict, Violation};

/// Characters shown of a message, and of anything else that a log says.
const TEXT_LIMIT: usize = 200;

/// The most characters of a markdown report: what a comment on a pull request holds, with room to spare.
pub const MARKDOWN_LIMIT: usize = 60_000;

/// Characters kept for the words that close a markdown report.
const CLOSING: usize = 400;

/// Two policy sets over the same logs.
#[derive(Debug, Clone, Copy)]
pub struct DiffReport<'a> {
    /// What differs.
    pub difference: &'a Difference<'a>,
    /// What the policies before are called.
    pub before: &'a str,
    /// What the policies after are called.
    pub after: &'a str,
    /// The counts of the run with the policies after.
    pub summary: &'a Summary,
    /// The lowest severity that fails.
    pub fail_on: Severity,
    /// The outcome, as the exit code says it.
    pub verdict: Verdict,
    /// The version of this program.
    pub tool_version: &'a str,
    /// Violations listed of each rule and kind for people; 0 lists all.
    pub max_violations: usize,
}

impl DiffReport<'_> {
    /// `failed: 1 new violation at or above low · 2 new, 1 gone, 0 changed in 12 events`.
    #[must_use]
    pub fn verdict_line(&self) -> String {
        let word = match self.verdict {
            Verdict::Passed => "passed",
            Verdict::Violated => "failed",
            Verdict::Incomplete => "incomplete",
            Verdict::Interrupted => "interrupted",
        };
        let [new, gone, changed] = self.difference.counts();
        let failing = count(self.difference.failing(self.fail_on), "violation");
        let mut line = format!(
            "{word}: {failing} more at or above {} · {} new, {} gone, {} changed in {}",
            self.fail_on,
            grouped(new),
            grouped(gone),
            grouped(changed),
            count(self.summary.records.evaluated, "event"),
        );
        if !self.summary.problems.is_empty() {
            line.push_str(&format!(" · {}", count(self.summary.problems.len(), "problem")));
        }
        let rules = &self.summary.rules;
        for (status, word) in [(RuleStatus::Pending, "pending"), (RuleStatus::Learning, "learning")] {
            let open = rules.iter().filter(|rule| rule.status == status).count();
            if open > 0 {
                line.push_str(&format!(" · {} {word}", count(open, "rule")));
            }
        }
        line
    }

    fn limit(&self) -> usize {
        if self.max_violations == 0 { usize::MAX } else { self.max_violations }
    }

    /// Writes it for a person: `+` new, `-` gone, `~` changed.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn human(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "policies {} → {}", text(self.before), text(self.after))?;
        for rule in &self.difference.rules {
            writeln!(out, "\n{} {}", sign(rule), heading(rule))?;
            for part in parts(rule) {
                for line in part.lines.iter().take(self.limit()) {
                    writeln!(out, "  {} {}", part.sign, disarm(line))?;
                }
                if let Some(rest) = part.lines.len().checked_sub(self.limit()).filter(|rest| *rest > 0) {
                    writeln!(out, "  … and {} more {}", grouped(rest), part.word)?;
                }
            }
        }
        writeln!(out, "\n{} the same in these logs", count(self.difference.same_rules, "rule"))?;
        for problem in &self.summary.problems {
            writeln!(out, "! {}: {}", text(&problem.file), text(&problem.message))?;
        }
        writeln!(out, "{}", self.verdict_line())
    }

    /// Writes it for a pull request, in at most [`MARKDOWN_LIMIT`] characters; what is cut is said.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let title = format!("### Policies {} → {}\n\n{}\n", code(self.before), code(self.after), self.verdict_line());
        let mut page = title;
        let mut length = page.chars().count();
        let mut cut = 0;
        let mut add = |page: &mut String, block: &str| {
            let more = block.chars().count();
            if cut > 0 || length + more > MARKDOWN_LIMIT - CLOSING {
                cut += 1;
            } else {
                length += more;
                page.push_str(block);
            }
        };
        for rule in &self.difference.rules {
            add(&mut page, &format!("\n#### {} {}\n\n", sign_word(rule), code(&heading(rule))));
            for part in parts(rule) {
                for line in part.lines.iter().take(self.limit()) {
                    add(&mut page, &format!("- **{}** {}\n", part.word, code(line)));
                }
                if let Some(rest) = part.lines.len().checked_sub(self.limit()).filter(|rest| *rest > 0) {
                    add(&mut page, &format!("- … and {} more {}\n", grouped(rest), part.word));
                }
            }
        }
        for problem in &self.summary.problems {
            let words = format!("{}: {}", text(&problem.file), text(&problem.message));
            add(&mut page, &format!("\nproblem: {}\n", code(&words)));
        }
        if cut > 0 {
            page.push_str(&format!("\n**Cut here: {} left out.** The JSON report has all.\n", count(cut, "line")));
        }
        page.push_str(&format!("\n{} the same in these logs.\n", count(self.difference.same_rules, "rule")));
        out.write_all(page.as_bytes())
    }

    /// Writes it as one JSON document.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let [new, gone, changed] = self.difference.counts();
        let document = Document {
            version: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: self.tool_version },
            before: self.before,
            after: self.after,
            fail_on: self.fail_on,
            new,
            gone,
            changed,
            failing: self.difference.failing(self.fail_on),
            same_rules: self.difference.same_rules,
            rules: self.difference.rules.iter().map(RuleView::from).collect(),
            summary: self.summary,
        };
        safe_json::write_indented(out, &document)?;
        out.write_all(b"\n")
    }
}

/// One kind of difference in a rule's violations.
struct Part {
    sign: char,
    word: &'static str,
    lines: Vec<String>,
}

fn parts(rule: &RuleDifference<'_>) -> [Part; 3] {
    let lines = |violations: &[&Violation]| violations.iter().map(|violation| line(violation)).collect();
    [
        Part { sign: '+', word: "new", lines: lines(&rule.new) },
        Part { sign: '-', word: "gone", lines: lines(&rule.gone) },
        Part { sign: '~', word: "changed", lines: rule.changed.iter().map(changed).collect() },
    ]
}

fn text(text: &str) -> String {
    one_line_cut(text, TEXT_LIMIT).into_owned()
}

/// `text` without what a CI runner takes for a command.
fn disarm(text: &str) -> String {
    text.replace("##", "\\u{23}\\u{23}")
}

/// `text` as a code span, in which markdown, mentions and HTML mean nothing.
fn code(text: &str) -> String {
    let text = one_line_cut(text, 4 * TEXT_LIMIT);
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// `message · time · event id · file:line:column`.
fn line(violation: &Violation) -> String {
    let mut line = text(&violation.message);
    if let Some(waived) = &violation.waived {
        line.push_str(&format!(" (waived by {})", text(&waived.name)));
    }
    for fact in [&violation.event.time, &violation.event.id].into_iter().flatten() {
        line.push_str(&format!(" · {}", text(fact)));
    }
    if let Some(timeline) = &violation.timeline {
        line.push_str(&format!(" · {}", text(&episode(timeline))));
    }
    line.push_str(&format!(" · {}:{}:{}", text(&violation.file), violation.at.line, violation.at.column));
    line
}

/// `12 events in 4m10s`, or `1 event`.
fn episode(timeline: &Timeline) -> String {
    match counted(timeline) {
        Some(counted) => counted,
        None => count(events(timeline), "event"),
    }
}

fn changed(change: &ChangedViolation<'_>) -> String {
    let ChangedViolation { before, after, what } = change;
    let waiver = |violation: &Violation| match &violation.waived {
        Some(waived) => format!("waived by {}", text(&waived.name)),
        None => "not waived".to_owned(),
    };
    let changes: Vec<String> = what
        .iter()
        .map(|what| match what {
            Change::Severity => format!("severity {} → {}", before.severity, after.severity),
            Change::Message => format!("message was: {}", text(&before.message)),
            Change::Waived => match (waiver(before), waiver(after)) {
                (before, after) if before == after => format!("{after}, on other terms"),
                (before, after) => format!("{before} → {after}"),
            },
            Change::Events => format!("was: {}", before.timeline.as_deref().map(episode).unwrap_or_default()),
        })
        .collect();
    format!("{} · {}", changes.join(" · "), line(after))
}

fn sign(rule: &RuleDifference<'_>) -> char {
    match (rule.before, rule.after) {
        (None, _) => '+',
        (_, None) => '-',
        _ => '~',
    }
}

fn sign_word(rule: &RuleDifference<'_>) -> &'static str {
    match (rule.before, rule.after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}

/// `trail.changed (high): rule added, 3 violations in 5 events`.
fn heading(rule: &RuleDifference<'_>) -> String {
    let found = |side: &RuleSummary| {
        let waived = if side.waived > 0 { format!(", {} waived", grouped(side.waived)) } else { String::new() };
        format!("{} in {}{waived}", count(side.violations, "violation"), count(side.population, "event"))
    };
    match (rule.before, rule.after) {
        (Some(before), Some(after)) => {
            let severity = match (before.severity, after.severity) {
                (before, after) if before == after => after.to_string(),
                (before, after) => format!("{before} → {after}"),
            };
            let (was, is) = (found(before), found(after));
            let found = if was == is { is } else { format!("{was} → {is}") };
            format!("{} ({severity}): {found}", rule.rule)
        }
        (None, Some(after)) => format!("{} ({}): rule added, {}", rule.rule, after.severity, found(after)),
        (Some(before), None) => format!("{} ({}): rule removed, {}", rule.rule, before.severity, found(before)),
        (None, None) => rule.rule.to_string(),
    }
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool<'a>,
    before: &'a str,
    after: &'a str,
    fail_on: Severity,
    new: usize,
    gone: usize,
    changed: usize,
    failing: usize,
    same_rules: usize,
    rules: Vec<RuleView<'a>>,
    summary: &'a Summary,
}

#[derive(Debug, Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Debug, Serialize)]
struct RuleView<'a> {
    rule: &'a RuleId,
    change: &'static str,
    before: Option<&'a RuleSummary>,
    after: Option<&'a RuleSummary>,
    new: Vec<ViolationView<'a>>,
    gone: Vec<ViolationView<'a>>,
    changed: Vec<ChangedView<'a>>,
}

#[derive(Debug, Serialize)]
struct ChangedView<'a> {
    what: &'a [Change],
    before: ViolationView<'a>,
    after: ViolationView<'a>,
}

impl<'a> From<&'a RuleDifference<'a>> for RuleView<'a> {
    fn from(rule: &'a RuleDifference<'a>) -> Self {
        let views = |violations: &[&'a Violation]| violations.iter().map(|v| ViolationView::from(*v)).collect();
        Self {
            rule: &rule.rule,
            change: sign_word(rule),
            before: rule.before,
            after: rule.after,
            new: views(&rule.new),
            gone: views(&rule.gone),
            changed: rule
                .changed
                .iter()
                .map(|changed| ChangedView {
                    what: &changed.what,
                    before: changed.before.into(),
                    after: changed.after.into(),
                })
                .collect(),
        }
    }
}
