//! `trailgate test`: a line for each rule, failed tests in full, what tests do not reach, the verdict.

use std::io::{self, Write};

use anstyle::Style;

use crate::report::human::failed_test;
use crate::report::human::options::{Detail, HumanOptions};
use crate::report::human::page::{BAD, DIM, GOOD, Page, WARN};
use crate::report::number::count;
use crate::text::sanitize::one_line;
use crate::violation::{Owner, Reached, RuleTests, Share, TestOutcome, TestReport, TestResult, Verdict};

/// Writes `report` for a person.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &TestReport, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    for rule in &report.rules {
        rule_line(&mut page, rule)?;
    }
    for rule in &report.rules {
        for test in &rule.tests {
            failed_test::write(&mut page, rule, test)?;
        }
    }
    if let Some(shares) = &report.coverage {
        let reached = Reached::of(shares);
        let heading =
            format!("{} of {} predicates and alternatives, {}", reached.reached, reached.total, reached.percent());
        reach(&mut page, "coverage", &heading, shares, reached)?;
    }
    if let Some(mutation) = &report.mutation {
        let reached = Reached::of(&mutation.shares);
        let heading = format!("{} of {} killed, {}", reached.reached, reached.total, reached.percent());
        reach(&mut page, "mutants", &heading, &mutation.shares, reached)?;
        for rule in &mutation.skipped {
            page.line(format_args!("  {rule}: not tried, as its tests do not all pass"))?;
        }
    }
    verdict(&mut page, report)
}

/// The word in front of a line: how a rule or test came out.
fn mark(outcome: Option<&TestOutcome>) -> (&'static str, Style) {
    match outcome {
        Some(TestOutcome::Passed) => ("PASS", GOOD),
        Some(TestOutcome::Failed(_) | TestOutcome::Broken(_) | TestOutcome::Disagreed(_)) => ("FAIL", BAD),
        None => ("NONE", WARN),
    }
}

fn is_failed(test: &TestResult) -> bool {
    test.outcome != TestOutcome::Passed
}

fn rule_line(page: &mut Page<'_>, rule: &RuleTests) -> io::Result<()> {
    let failed = rule.tests.iter().filter(|test| is_failed(test)).count();
    let bad = failed > 0 || !rule.lacking.is_empty();
    let (word, style) = match rule.tests.first() {
        _ if bad => ("FAIL", BAD),
        first => mark(first.map(|test| &test.outcome)),
    };
    let mut said = match (rule.tests.len(), failed) {
        (0, _) => "no tests".to_owned(),
        (all, 0) => count(all, "test"),
        (all, failed) => format!("{failed} of {} failed", count(all, "test")),
    };
    if !rule.lacking.is_empty() {
        let lacking: Vec<&str> = rule.lacking.iter().map(|expectation| expectation.keyword()).collect();
        said.push_str(&format!(", no test that expects {}", lacking.join(" or ")));
    }
    if bad || page.options.detail > Detail::Quiet {
        let word = page.paint(style, word);
        page.line(format_args!("{word}  {}  {}", rule.rule, page.paint(DIM, said)))?;
    }
    if page.options.detail == Detail::Verbose {
        for test in &rule.tests {
            let (word, style) = mark(Some(&test.outcome));
            let cases = if test.cases > 1 { format!(" ({} variants)", test.cases) } else { String::new() };
            let word = page.paint(style, word);
            page.line(format_args!("      {word}  {}{}", one_line(&test.name), page.paint(DIM, cases)))?;
        }
    }
    Ok(())
}

/// What tests do not reach, by owner.
fn reach(page: &mut Page<'_>, word: &str, heading: &str, shares: &[Share], reached: Reached) -> io::Result<()> {
    let style = if reached.reached == reached.total { GOOD } else { WARN };
    page.heading(word, style, heading)?;
    for share in shares.iter().filter(|share| !share.open.is_empty()) {
        let owner = match &share.owner {
            Owner::Rule(id) => id.to_string(),
            Owner::Define(name) => format!("definition `{name}`"),
            Owner::List(name) => format!("list `{name}`"),
        };
        let met = share.total.saturating_sub(share.open.len());
        page.line(format_args!("{owner}  {}", page.paint(DIM, format_args!("{met} of {}", share.total))))?;
        for open in &share.open {
            let place = format!("{}:{}:{}", one_line(&share.source.name), open.at.line, open.at.column);
            page.line(format_args!("  {place}  {}: {}", one_line(&open.what), page.paint(WARN, &open.why)))?;
        }
    }
    Ok(())
}

fn verdict(page: &mut Page<'_>, report: &TestReport) -> io::Result<()> {
    let counts = report.counts();
    let (word, style) = match report.verdict() {
        Verdict::Passed => ("passed", GOOD),
        Verdict::Incomplete => ("incomplete", WARN),
        Verdict::Violated | Verdict::Interrupted => ("failed", BAD),
    };
    let mut clauses = vec![format!("{} passed", count(counts.passed, "test"))];
    let untested = report.rules.iter().filter(|rule| rule.tests.is_empty()).count();
    let further = [
        (counts.failed, counts.failed.to_string(), "failed"),
        (counts.lacking, count(counts.lacking, "rule"), "without a test of each outcome"),
        (untested, count(untested, "rule"), "without tests"),
    ];
    clauses
        .extend(further.into_iter().filter(|(number, ..)| *number > 0).map(|(_, of, words)| format!("{of} {words}")));
    clauses.extend(report.short());
    clauses.push(count(report.rules.len(), "rule"));
    page.verdict(word, style, &clauses)
}
