//! Runs the tests of all rules of a policy set, on all threads; the report is the same for any number of them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;
use regex::Regex;

use crate::engine::selftest::{Decided, Prepared, RuleRun, Trial, coverage, names_used, shares, try_define, try_rule};
use crate::policy::rule_test::{Expectation, RuleTest};
use crate::policy::{PolicyIndex, PolicySet, Rule};
use crate::text::{LineColumn, Lines, Source};
use crate::violation::{Least, Mutation, RuleTests, TestOutcome, TestReport, TestResult};

/// What is run and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub struct TestOptions<'o> {
    /// The day that tests without one of their own are run on.
    pub today: Date,
    /// Only tests whose `rule-id/test name` matches, and rules with such a test.
    pub only: Option<&'o Regex>,
    /// Whether each rule must have a test of a violation and one of an event that complies.
    pub required: Required,
    /// Whether coverage is measured.
    pub coverage: bool,
    /// Whether mutants are tried.
    pub mutants: bool,
    /// How much of both must be reached.
    pub least: Least,
}

/// Whether each rule must have tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// It need not.
    Nothing,
    /// One of each outcome.
    BothOutcomes,
}

/// Gives the bytes of a file that a test of a policy names, or why it cannot be read.
pub type PolicyFiles<'f> = &'f (dyn Fn(PolicyIndex, &str) -> Result<Vec<u8>, String> + Sync);

/// Runs the tests of `set`.
#[must_use]
pub fn run_tests(set: &PolicySet, options: TestOptions<'_>, files: PolicyFiles<'_>) -> TestReport {
    let wanted = |rule: &Rule, test: &RuleTest| {
        options.only.is_none_or(|only| only.is_match(&format!("{}/{}", rule.id.value, test.name.value)))
    };
    let rules: Vec<(PolicyIndex, &Rule)> = set
        .rules()
        .filter(|(_, rule)| options.only.is_none() || rule.tests.iter().any(|test| wanted(rule, test)))
        .collect();
    let tested: Vec<RuleTests> = rules
        .par_iter()
        .map(|(policy, rule)| rule_tests(set, *policy, rule, options, &|test| wanted(rule, test), files))
        .collect();
    let mut report = TestReport { rules: tested, coverage: None, mutation: None, least: options.least };
    if !options.coverage && !options.mutants {
        return report;
    }
    let prepared: Vec<Prepared<'_>> = rules
        .par_iter()
        .map(|(policy, rule)| {
            let file = |name: &str| files(*policy, name);
            Prepared::new(set, *policy, rule, options.today, &file, &|test| wanted(rule, test))
        })
        .collect();
    if options.coverage {
        let decided = prepared.par_iter().map(Decided::by).reduce(Decided::default, Decided::and);
        report.coverage = Some(coverage(set, &rules, options.today, &decided));
    }
    if options.mutants {
        report.mutation = Some(mutation(set, &prepared, &report.rules, options.today));
    }
    report
}

fn rule_tests(
    set: &PolicySet,
    policy: PolicyIndex,
    rule: &Rule,
    options: TestOptions<'_>,
    wanted: &dyn Fn(&RuleTest) -> bool,
    files: PolicyFiles<'_>,
) -> RuleTests {
    let source = set.policy(policy).map_or_else(|| Source::new("", ""), |policy| policy.source.clone());
    let mut lines = Lines::new(source.text.as_bytes());
    let at = lines.at(rule.id.span.start);
    let file = |name: &str| files(policy, name);
    let mut run = RuleRun::new(set, policy, rule);
    let mut result = |test: &RuleTest, at: LineColumn| {
        let (cases, outcome) = run.test(test, options.today, &file);
        TestResult { name: test.name.value.clone(), span: test.name.span, at, expect: test.expect, cases, outcome }
    };
    let tests = rule.tests.iter().filter(|test| wanted(test));
    let tests = tests.map(|test| result(test, lines.at(test.name.span.start))).collect();
    let lacks = |wanted: &Expectation| !rule.tests.iter().any(|test| test.expect == *wanted);
    let lacking = match options.required {
        Required::Nothing => Vec::new(),
        Required::BothOutcomes => [Expectation::Violation, Expectation::Ok].into_iter().filter(lacks).collect(),
    };
    RuleTests {
        rule: rule.id.value.clone(),
        title: rule.title.clone(),
        span: rule.id.span,
        at,
        tests,
        lacking,
        source: source.clone(),
    }
}

/// Tries the mutants of all rules whose tests pass, and of the definitions that those use.
fn mutation(set: &PolicySet, prepared: &[Prepared<'_>], tested: &[RuleTests], today: Date) -> Mutation {
    let passes = |tests: &RuleTests| tests.tests.iter().all(|test| test.outcome == TestOutcome::Passed);
    let skipped = tested.iter().filter(|tests| !passes(tests)).map(|tests| tests.rule.clone()).collect();
    let tried = prepared.iter().zip(tested).filter(|(_, tests)| passes(tests));
    let rules: Vec<&Prepared<'_>> = tried.map(|(prepared, _)| prepared).collect();
    let mut users: BTreeMap<(PolicyIndex, String), Vec<&Prepared<'_>>> = BTreeMap::new();
    for user in &rules {
        for name in names_used(set, user.policy, user.rule) {
            users.entry(name).or_default().push(user);
        }
    }
    let names = set.without_rules();
    let of_rules = rules.par_iter().map(|rule| try_rule(rule, &names, today));
    let of_defines = users.par_iter().filter_map(|((policy, name), users)| try_define(&names, *policy, name, users));
    let trials: Vec<Trial> = of_rules.chain(of_defines).collect();
    Mutation { shares: shares(set, trials), skipped }
}
