//! `trailgate test -f junit`: JUnit XML, which build servers show as a list of tests.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::junit::{error, without_skipped, xml};
use crate::violation::{RuleTests, Share, TestOutcome, TestReport, TestResult};

/// Characters of a name or message.
const TEXT_LIMIT: usize = 1000;

/// Writes a test suite for each rule with a test case for each of its tests.
///
/// A rule that lacks a test which it must have, and coverage
/// or mutants below what is asked for, are failures.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Report::new(env!("CARGO_PKG_NAME"));
    for rule in &report.rules {
        document.add_test_suite(suite(rule));
    }
    let short = report.short();
    let measured: [(&str, Option<&[Share]>); 2] = [
        ("coverage", report.coverage.as_deref()),
        ("mutants", report.mutation.as_ref().map(|mutation| mutation.shares.as_slice())),
    ];
    for (word, shares) in measured {
        let Some(shares) = shares else { continue };
        let mut suite = TestSuite::new(word);
        let status = match short.iter().find(|text| text.starts_with(word)) {
            Some(text) => failure(text, &open(shares)),
            None => TestCaseStatus::success(),
        };
        suite.add_test_case(TestCase::new(word, status));
        document.add_test_suite(suite);
    }
    let text = document.to_string().map_err(io::Error::other)?;
    out.write_all(without_skipped(&document, &text).as_bytes())
}

fn suite(rule: &RuleTests) -> TestSuite {
    let mut suite = TestSuite::new(xml(&rule.rule.0, TEXT_LIMIT));
    for test in &rule.tests {
        let mut case = TestCase::new(xml(&test.name, TEXT_LIMIT), status(rule, test));
        case.set_classname(xml(&rule.rule.0, TEXT_LIMIT));
        suite.add_test_case(case);
    }
    for lacking in &rule.lacking {
        let words = format!("no test expects {}", lacking.keyword());
        let mut case =
            TestCase::new(format!("has a test of {}", lacking.keyword()), failure(&words, &place(rule, rule.at.line)));
        case.set_classname(xml(&rule.rule.0, TEXT_LIMIT));
        suite.add_test_case(case);
    }
    suite
}

fn place(rule: &RuleTests, line: usize) -> String {
    format!("{}:{line}", xml(&rule.source.name, TEXT_LIMIT))
}

fn status(rule: &RuleTests, test: &TestResult) -> TestCaseStatus {
    let at = place(rule, test.at.line);
    match &test.outcome {
        TestOutcome::Passed => TestCaseStatus::success(),
        TestOutcome::Disagreed(words) => error("disagreed", "the two evaluators disagree", &xml(words, TEXT_LIMIT)),
        TestOutcome::Broken(cause) => error("broken", "the test cannot be run", &xml(cause, TEXT_LIMIT)),
        TestOutcome::Failed(failures) => {
            let lines = failures.iter().map(|failure| {
                let with = failure.variant.as_ref().map(|(words, _)| format!(" with {words}")).unwrap_or_default();
                let decided = failure.decider.as_ref().map(|decider| {
                    let held = if decider.held { "holds" } else { "does not hold" };
                    let seen = decider.observed.as_ref().map(|seen| format!(" ({seen})")).unwrap_or_default();
                    format!("; {}:{}: {} {held}{seen}", decider.source.name, decider.at.line, decider.words)
                });
                xml(&format!("{at}{with}: {}{}", failure.reason, decided.unwrap_or_default()), 2 * TEXT_LIMIT)
            });
            let first = failures.first().map(|failure| failure.reason.as_str()).unwrap_or_default();
            failure(first, &lines.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn failure(message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(xml(message, TEXT_LIMIT)).set_description(text);
    status
}

fn open(shares: &[Share]) -> String {
    let lines = shares.iter().flat_map(|share| {
        share.open.iter().map(|open| {
            xml(&format!("{}:{}: {}: {}", share.source.name, open.at.line, open.what, open.why), TEXT_LIMIT)
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}
