//! A failed rule test as a diagnostic: the rule, the test and the predicate that decided otherwise, each underlined in the policy.

use std::fmt;
use std::io;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
};

use crate::policy::error::{Code, PolicyError};
use crate::report::human::options::Color;
use crate::report::human::page::{PLAIN, Page};
use crate::report::number::count;
use crate::text::sanitize::one_line_cut;
use crate::violation::{RuleTests, TestFailure, TestOutcome, TestResult};

/// Further variants of one test that are listed; the rest is counted.
const MOST_LISTED: usize = 10;
/// Characters of such a line.
const TEXT_LIMIT: usize = 500;
/// Bytes before or behind a word, in its line, beyond which that part of the line is not shown.
const LONG: usize = 200;

/// Writes all that is to be said of a test that did not pass; nothing of one that did or was not evaluated.
pub(super) fn write(page: &mut Page<'_>, rule: &RuleTests, test: &TestResult) -> io::Result<()> {
    match &test.outcome {
        TestOutcome::Passed => Ok(()),
        TestOutcome::Failed(failures) => {
            let Some((first, others)) = failures.split_first() else { return Ok(()) };
            draw(page, &failed(rule, test, first))?;
            for other in others.iter().take(MOST_LISTED) {
                let variant = other.variant.as_ref().map_or("", |(words, _)| words);
                let text = format!("also with {variant}: {}", other.reason);
                page.wrapped("  ", "  ", PLAIN, &one_line_cut(&text, TEXT_LIMIT))?;
            }
            match others.len().saturating_sub(MOST_LISTED) {
                0 => Ok(()),
                rest => page.line(format_args!("  and with {rest} more of {}", count(test.cases, "variant"))),
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
        .with_context_lines(1);
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
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Diagnostic::labels(&self.error)
    }
}

/// The policy, in whole lines and nothing around them: miette by itself shows whole lines with their neighbours, or the underlined
/// words alone. It asks without context for the place in the header, and with it for the text.
impl SourceCode for FailedTest {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if before == 0 && after == 0 {
            return self.error.read_span(span, before, after);
        }
        let text = &*self.error.source.text;
        let (start, end) = (span.offset(), span.offset() + span.len());
        let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let rest = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |length| end + length);
        let start = if start - line > LONG { start } else { line };
        let end = if rest.saturating_sub(end) > LONG { end } else { rest };
        self.error.read_span(&SourceSpan::from((start, end.saturating_sub(start))), 0, 0)
    }
}
