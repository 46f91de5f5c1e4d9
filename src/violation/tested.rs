//! What came of running the tests of rules: a result for each test, and what the tests leave open. Made by `engine::selftest`
//! and `audit`, shown by `report`.

use crate::policy::RuleId;
use crate::policy::rule_test::Expectation;
use crate::text::{LineColumn, Source, Span};
use crate::violation::Verdict;

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// As expected.
    Passed,
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
    /// What decided otherwise, where one predicate did.
    pub decider: Option<Decider>,
}

/// The predicate that decided a failed test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// The policy file it stands in: a definition may be in another than the rule.
    pub source: Source,
    /// Where it stands.
    pub span: Span,
    /// Line and column of that.
    pub at: LineColumn,
    /// What it asks, in words.
    pub words: String,
    /// Whether it held.
    pub held: bool,
    /// What it looked at, and what stood there: ``$.eventName` is "StopLogging"``. `None` where it looked at several places.
    pub observed: Option<String>,
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

/// Who has a part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A rule.
    Rule(RuleId),
    /// A definition, whose tests are those of all rules that use it.
    Define(String),
    /// A list, likewise.
    List(String),
}

/// How much of what an owner has is reached by tests: parts of conditions, or mutants.
#[derive(Debug, Clone)]
pub struct Share {
    /// Whose it is.
    pub owner: Owner,
    /// The policy file.
    pub source: Source,
    /// Where the owner's id or name stands.
    pub at: LineColumn,
    /// How much there is.
    pub total: usize,
    /// What tests do not reach, in the order of the file.
    pub open: Vec<Open>,
}

/// Something that no test reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Where it stands.
    pub span: Span,
    /// Line and column of that.
    pub at: LineColumn,
    /// What it is: a predicate or alternative in words, or what was changed.
    pub what: String,
    /// What is wanting: `never held`.
    pub why: String,
}

/// How much of all there is has been reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// How much there is.
    pub total: usize,
    /// How much of it is reached.
    pub reached: usize,
}

impl Reached {
    /// That of all `shares`.
    #[must_use]
    pub fn of(shares: &[Share]) -> Self {
        let total = shares.iter().map(|share| share.total).sum();
        let open: usize = shares.iter().map(|share| share.open.len()).sum();
        Self { total, reached: total.saturating_sub(open) }
    }

    /// In tenths of a percent, rounded down, so that 100 % is all; of nothing, all is reached.
    #[must_use]
    pub const fn permille(self) -> usize {
        match (self.reached * 1000).checked_div(self.total) {
            Some(tenths) => tenths,
            None => 1000,
        }
    }

    /// As people read it: `93.1 %`, `100 %`.
    #[must_use]
    pub fn percent(self) -> String {
        match (self.permille() / 10, self.permille() % 10) {
            (whole, 0) => format!("{whole} %"),
            (whole, tenths) => format!("{whole}.{tenths} %"),
        }
    }
}

/// How many tests came out how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TestCounts {
    /// As expected.
    pub passed: usize,
    /// Not as expected, broken, or the evaluators disagree.
    pub failed: usize,
    /// Rules that lack a test which each rule must have.
    pub lacking: usize,
}

impl TestReport {
    /// How many tests came out how.
    #[must_use]
    pub fn counts(&self) -> TestCounts {
        let mut counts = TestCounts::default();
        for rule in &self.rules {
            counts.lacking += usize::from(!rule.lacking.is_empty());
            for test in &rule.tests {
                match test.outcome {
                    TestOutcome::Passed => counts.passed += 1,
                    TestOutcome::Failed(_) | TestOutcome::Disagreed(_) | TestOutcome::Broken(_) => counts.failed += 1,
                }
            }
        }
        counts
    }

    /// What is short of what was asked for, in words: `coverage 93.1 %, below 95 %`.
    #[must_use]
    pub fn short(&self) -> Vec<String> {
        let reached = |shares: &[Share]| Reached::of(shares);
        let of = |word: &str, reached: Option<Reached>, least: Option<u8>| {
            let (reached, least) = (reached?, least?);
            let is_short = reached.permille() < usize::from(least) * 10;
            is_short.then(|| format!("{word} {}, below {least} %", reached.percent()))
        };
        let coverage = of("coverage", self.coverage.as_deref().map(reached), self.least.coverage);
        let killed = self.mutation.as_ref().map(|mutation| reached(&mutation.shares));
        coverage.into_iter().chain(of("mutants killed", killed, self.least.mutants)).collect()
    }

    /// Failed, else incomplete where nothing ran, else passed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let counts = self.counts();
        if counts.failed > 0 || counts.lacking > 0 || !self.short().is_empty() {
            Verdict::Violated
        } else if counts.passed == 0 {
            Verdict::Incomplete
        } else {
            Verdict::Passed
        }
    }
}

/// The least percentages that pass; `None` asks for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Least {
    /// Of the predicates and alternatives.
    pub coverage: Option<u8>,
    /// Of the mutants.
    pub mutants: Option<u8>,
}

/// What came of running the tests of a policy set.
#[derive(Debug, Clone, Default)]
pub struct TestReport {
    /// The rules, in the order of the policies.
    pub rules: Vec<RuleTests>,
    /// What of the conditions tests decide; `None` where it was not asked for.
    pub coverage: Option<Vec<Share>>,
    /// Which mutants tests kill.
    pub mutation: Option<Mutation>,
    /// How much of both must be reached.
    pub least: Least,
}

/// Which mutants tests kill.
#[derive(Debug, Clone, Default)]
pub struct Mutation {
    /// By owner.
    pub shares: Vec<Share>,
    /// Rules without mutants, as one of their tests does not pass.
    pub skipped: Vec<RuleId>,
}
