//! What came of running the tests of rules: a result for each test, and what the tests leave open. Made by `engine::selftest`
//! and `audit`, shown by `report`.

use crate::policy::RuleId;
use crate::policy::rule_test::Expectation;
use crate::text::{LineColumn, Source, Span};

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// As expected.
    Passed,
    /// The rule speaks of several events, which is not evaluated.
    NotEvaluated,
    /// Not as expected, on these of its events. Never empty.
    Failed(Vec<TestFailure>),
    /// The fast evaluator and the reference do not agree: a fault of trailgate; in words.
    Disagreed(String),
    /// The test's file cannot be read, or has no such record; in words.
    Broken(String),
}

/// Why a test failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFailure {
    /// Which of the test's variants it was, and where it stands; `None` in a test without `each`.
    pub variant: Option<(String, Span)>,
    /// What was expected and what was found.
    pub reason: String,
}

/// A test that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// The test's name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Line and column of that.
    pub at: LineColumn,
    /// What was expected.
    pub expect: Expectation,
    /// On how many cases it ran: one, or one for each variant of its event.
    pub cases: usize,
    /// What came of it.
    pub outcome: TestOutcome,
}

/// The tests of a rule.
#[derive(Debug, Clone)]
pub struct RuleTests {
    /// The rule.
    pub rule: RuleId,
    /// Its title.
    pub title: String,
    /// The policy file.
    pub source: Source,
    /// Where its id stands.
    pub span: Span,
    /// Line and column of that.
    pub at: LineColumn,
    /// Its tests that ran, in the order of the file.
    pub tests: Vec<TestResult>,
    /// Outcomes that each rule must have a test of, and this one has not; empty where none is required.
    pub lacking: Vec<Expectation>,
}
