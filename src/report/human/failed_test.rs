//! A failed rule test as a diagnostic: the rule, the test and the predicate that decided otherwise, each underlined in the policy.

use std::fmt;
use std::io;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use crate::policy::error::{Code, PolicyError};
use crate::report::human::options::Color;
use crate::report::human::page::Page;
use crate::violation::{RuleTests, TestFailure, TestOutcome, TestResult};

/// Variants of one test that are shown; the rest is counted.
const MOST_SHOWN: usize = 3;

/// Writes all that is to be said of a test that did not pass; nothing of one that did or was not evaluated.
pub(super) fn write(page: &mut Page<'_>, rule: &RuleTests, test: &TestResult) -> io::Result<()> {
    match &test.outcome {
        TestOutcome::Passed | TestOutcome::NotEvaluated => Ok(()),
        TestOutcome::Failed(failures) => {
            for failure in failures.iter().take(MOST_SHOWN) {
                draw(page, &failed(rule, test, failure))?;
            }
            match failures.len().saturating_sub(MOST_SHOWN) {
                0 => Ok(()),
                rest => page.line(format_args!("  … and {rest} more of the {} variants of this test", test.cases)),
            }
        }
        TestOutcome::Disagreed(words) => {
            let message = format!("{}: `{}`: the two evaluators disagree", rule.rule, test.name);
            let error = PolicyError::new(Code::Unreadable, &rule.source, message)
                .label(test.span, words.as_str())
                .help("this is a fault of trailgate, not of the rule: please report it with the rule and this test");
            draw(page, &FailedTest { code: "test::disagreed", error })
        }
        TestOutcome::Broken(cause) => {
            let message = format!("{}: `{}` cannot be run: {cause}", rule.rule, test.name);
            let error = PolicyError::new(Code::Unreadable, &rule.source, message).label(test.span, "runs on this file");
            draw(page, &FailedTest { code: "test::broken", error })
        }
    }
}

fn failed(rule: &RuleTests, test: &TestResult, failure: &TestFailure) -> FailedTest {
    let with = failure.variant.as_ref().map(|(words, _)| format!(" with {words}")).unwrap_or_default();
    let message = format!("{}: `{}`{with}: {}", rule.rule, test.name, failure.reason);
    let mut error = PolicyError::new(Code::Unreadable, &rule.source, message)
        .label(test.span, format!("expects {}", test.expect.words()))
        .label(rule.span, "the rule");
    if let Some((_, span)) = &failure.variant {
        error = error.label(*span, "this variant");
    }
    if let Some(decider) = &failure.decider {
        let seen = decider.observed.as_ref().map(|observed| format!("{observed}: ")).unwrap_or_default();
        let held = if decider.held { "holds" } else { "does not hold" };
        if decider.source == rule.source {
            error = error.label(decider.span, format!("{seen}this {held}"));
        } else {
            let place = format!("{}:{}:{}", decider.source.name, decider.at.line, decider.at.column);
            error = error.help(format!("{seen}{} ({place}) {held}", decider.words));
        }
    }
    FailedTest { code: "test::failed", error }
}

fn draw(page: &mut Page<'_>, test: &FailedTest) -> io::Result<()> {
    let theme = match page.options.color {
        Color::Ansi => GraphicalTheme::unicode(),
        Color::Plain => GraphicalTheme::unicode_nocolor(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(page.options.width)
        .with_links(false)
        .with_context_lines(0);
    let mut drawing = String::new();
    handler.render_report(&mut drawing, test).map_err(io::Error::other)?;
    page.separate()?;
    for line in drawing.trim_matches('\n').lines() {
        page.line(line.trim_end())?;
    }
    Ok(())
}

/// Draws the policy as an error in it does, under a name of its own.
#[derive(Debug)]
struct FailedTest {
    code: &'static str,
    error: PolicyError,
}

impl fmt::Display for FailedTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for FailedTest {}

impl Diagnostic for FailedTest {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Diagnostic::help(&self.error)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Diagnostic::source_code(&self.error)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Diagnostic::labels(&self.error)
    }
}
