//! `-f junit`: JUnit XML, which build servers show as a list of tests.

use std::io::{self, Write};
use std::path::Path;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::event::Problem;
use crate::report::number::{count, grouped};
use crate::report::problem_text::{cause, kind};
use crate::report::reporter::{Reporter, RunReport};
use crate::report::selection::{FILE_LIMIT, RuleOutcome, by_rule, folded, place_text, problem_place};
use crate::report::timeline;
use crate::report::verdict::VerdictLine;
use crate::text::sanitize::one_line_cut;
use crate::violation::{RuleStatus, RuleSummary, Verdict, Violation};

/// Violations of a rule, and problems, that are written out; the rest is counted.
const LIST_LIMIT: usize = 200;
/// Events of a timeline that are written out.
const EVENTS: usize = 8;
/// Characters of a message or title.
const TEXT_LIMIT: usize = 1000;

/// Writes a test suite for each policy file with a test case for each rule, and a suite `input` for what could not be read.
///
/// A rule fails where its violations fail the run; below that severity, or all waived, it passes and says so in `system-out`.
/// One that met no event of its population is skipped. A pending rule, and a problem, is an error unless the run
/// passes all the same. What XML cannot hold, and what a terminal acts on, is written as `\u{…}`.
#[derive(Debug, Clone, Copy, Default)]
pub struct JunitReporter;

impl Reporter for JunitReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut suites: Vec<TestSuite> = Vec::new();
        for rule in by_rule(run) {
            let file = xml(rule.policy_file().unwrap_or("policy"), FILE_LIMIT);
            let case = rule_case(run, &rule, &file);
            match suites.iter_mut().find(|suite| suite.name.as_str() == file) {
                Some(suite) => {
                    suite.add_test_case(case);
                }
                None => {
                    let mut suite = TestSuite::new(file);
                    suite.add_test_case(case);
                    suites.push(suite);
                }
            }
        }
        suites.extend(input(run));
        let mut report = Report::new(env!("CARGO_PKG_NAME"));
        for mut suite in suites {
            suite.timestamp = run.now.to_string().parse().ok();
            report.add_test_suite(suite);
        }
        // Not straight to `out`, whose errors would lose their kind on the way.
        let text = report.to_string().map_err(io::Error::other)?;
        out.write_all(without_skipped(&report, &text).as_bytes())
    }
}

/// `text` of `report` as the Jenkins schema has it, which knows no `skipped` of the whole: quick-junit always writes it, and it
/// stands in the root's tag, the first.
pub(super) fn without_skipped(report: &Report, text: &str) -> String {
    text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1)
}

fn rule_case(run: &RunReport<'_>, rule: &RuleOutcome<'_>, file: &str) -> TestCase {
    let summary = rule.summary;
    let fails = summary.violations > 0 && summary.severity >= run.fail_on;
    let status = match summary.status {
        _ if fails => failure(rule),
        RuleStatus::Violated | RuleStatus::Clean => TestCaseStatus::success(),
        RuleStatus::NotObserved => skipped("not observed: no event of its population was seen"),
        RuleStatus::Learning => skipped(&format!("learning: {} first of their kind", count(summary.learning, "event"))),
        RuleStatus::Pending if run.verdict == Verdict::Passed => skipped(&pending(summary)),
        RuleStatus::Pending => error("pending", "pending", &pending(summary)),
    };
    let mut case = TestCase::new(xml(&format!("{}: {}", summary.rule, summary.title), TEXT_LIMIT), status);
    case.set_classname(Path::new(file).file_stem().unwrap_or_default().to_string_lossy());

    let mut said = Vec::new();
    if !fails && summary.violations > 0 {
        let heading = format!("{}, below {}", count(summary.violations, "violation"), run.fail_on);
        said.push(list(&heading, &rule.violations, summary.violations));
    }
    if summary.waived > 0 {
        said.push(list(&format!("{} waived", grouped(summary.waived)), &rule.waived, summary.waived));
    }
    if !said.is_empty() {
        case.set_system_out(said.join("\n"));
    }
    case
}

fn pending(summary: &RuleSummary) -> String {
    format!("of {} it is not known yet whether the rule is broken", count(summary.pending, "event"))
}

fn failure(rule: &RuleOutcome<'_>) -> TestCaseStatus {
    let summary = rule.summary;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let of = count(summary.population, "event");
    let heading = format!("{} ({}) in {of}", count(summary.violations, "violation"), summary.severity);
    let mut text = list("", &rule.violations, summary.violations);
    if let Some(remediation) = rule.card.and_then(|card| card.remediation.as_deref()) {
        text.push_str(&format!("\nwhat to do: {}", xml(&folded(remediation), TEXT_LIMIT)));
    }
    status.set_type(summary.severity.word()).set_message(heading).set_description(text);
    status
}

/// A heading, then a line for each violation; `all` of them are counted, wherever only some are held.
fn list(heading: &str, violations: &[&Violation], all: u64) -> String {
    let mut lines: Vec<String> = (!heading.is_empty()).then(|| heading.to_owned()).into_iter().collect();
    for violation in violations.iter().take(LIST_LIMIT) {
        let waiver = violation.waived.as_ref().map(|waived| format!(" (waived by {})", xml(&waived.name, TEXT_LIMIT)));
        let message = xml(&violation.message, TEXT_LIMIT);
        lines.push(format!("{} {message}{}", xml(&place_text(violation), usize::MAX), waiver.unwrap_or_default()));
        let timeline = violation.timeline.iter().flat_map(|timeline| timeline::lines(timeline, EVENTS));
        lines.extend(timeline.map(|line| format!("    {}", xml(&line, usize::MAX))));
    }
    let shown = u64::try_from(violations.len().min(LIST_LIMIT)).unwrap_or(u64::MAX);
    let rest = all.saturating_sub(shown);
    lines.extend((rest > 0).then(|| format!("… and {} more", grouped(rest))));
    lines.join("\n")
}

/// What keeps the run from being sure, as a suite of its own; `None` where nothing does.
fn input(run: &RunReport<'_>) -> Option<TestSuite> {
    let problems = &run.summary.problems;
    let mut suite = TestSuite::new("input");
    let mut add = |name: String, status: TestCaseStatus, said: Option<String>| {
        let mut case = TestCase::new(name, status);
        case.set_classname("input");
        if let Some(said) = said {
            case.set_system_out(said);
        }
        suite.add_test_case(case);
    };
    for problem in problems.iter().take(LIST_LIMIT) {
        let (status, said) = problem_outcome(run, problem);
        add(xml(&problem_place(problem), usize::MAX), status, said);
    }
    let rest = problems.len().saturating_sub(LIST_LIMIT);
    if rest > 0 {
        let name = format!("{} not listed", count(rest, "problem"));
        match run.verdict {
            Verdict::Passed => add(name, TestCaseStatus::success(), None),
            _ => add(name, error("problems", "not listed", "the JSON report lists all problems"), None),
        }
    }
    let pending = run.summary.rules.iter().any(|rule| rule.status == RuleStatus::Pending);
    let unsaid = run.verdict == Verdict::Incomplete && problems.is_empty() && !pending;
    if unsaid || run.verdict == Verdict::Interrupted {
        let line = VerdictLine::of(run);
        add("run".to_owned(), error(line.word, line.word, &line.to_string()), None);
    }
    (suite.tests > 0).then_some(suite)
}

fn problem_outcome(run: &RunReport<'_>, problem: &Problem) -> (TestCaseStatus, Option<String>) {
    let kind = kind(problem);
    let cause = xml(cause(problem), TEXT_LIMIT);
    match run.verdict {
        Verdict::Passed => (TestCaseStatus::success(), Some(format!("{kind} (allowed): {cause}"))),
        _ => (error("problem", &kind, &cause), None),
    }
}

pub(super) fn error(word: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(word).set_message(message).set_description(text);
    status
}

/// As text, not as an attribute: the older of the two Jenkins schemas knows no attributes here.
fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_description(why);
    status
}

/// `text` on one line, cut, with the two characters escaped that XML forbids and a terminal does not mind.
pub(super) fn xml(text: &str, limit: usize) -> String {
    one_line_cut(text, limit).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}
