//! The tests beside every shipped rule, under both evaluators, and what every shipped rule must have.

#![allow(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

use jiff::civil::Date;
use trailgate::engine::selftest::RuleRun;
use trailgate::policy::bundled::bundled;
use trailgate::policy::rule_test::Expectation;
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::TestOutcome;

fn set(sources: &[Source]) -> PolicySet {
    let policies = sources.iter().map(|source| parse(source, &|_| Err("no list files".to_owned())));
    let policies: Result<Vec<_>, _> = policies.collect();
    PolicySet::new(policies.map_err(|errors| errors.to_string()).unwrap()).map_err(|errors| errors.to_string()).unwrap()
}

fn failures(set: &PolicySet, folder: &str) -> (usize, Vec<String>) {
    let today: Date = "2026-06-30".parse().unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = |name: &str| std::fs::read(folder.join(name)).map_err(|error| error.to_string());
    let mut ran = 0;
    let mut failures = Vec::new();
    for (policy, rule) in set.rules() {
        let mut run = RuleRun::new(set, policy, rule);
        for test in &rule.tests {
            ran += 1;
            let (_, outcome) = run.test(test, today, &files);
            if outcome != TestOutcome::Passed {
                failures.push(format!("{}: {}: {outcome:?}", rule.id.value, test.name.value));
            }
        }
    }
    (ran, failures)
}

#[test]
fn every_test_of_every_bundled_rule_passes() {
    let (ran, failures) = failures(&set(&bundled()), "policies");
    assert!(ran >= 60, "only {ran} tests ran");
    assert!(failures.is_empty(), "{} of {ran} failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn tests_of_rules_about_another_log_run_on_its_files() {
    let text = std::fs::read_to_string("fixtures/other-audit/policy.yaml").unwrap();
    let (ran, failures) = failures(&set(&[Source::new("policy.yaml", text)]), "fixtures/other-audit");
    assert!(ran >= 2, "only {ran} tests ran");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_bundled_rule_is_complete() {
    for (_, rule) in set(&bundled()).rules() {
        let id = &rule.id.value;
        let expects = |wanted| rule.tests.iter().any(|test| test.expect == wanted);
        assert!(expects(Expectation::Violation), "{id} has no test of a violation");
        assert!(expects(Expectation::Ok), "{id} has no test of an event that complies");
        assert!(rule.rationale.is_some(), "{id} has no rationale");
        assert!(rule.remediation.is_some(), "{id} has no remediation");
        assert!(rule.message.is_some(), "{id} has no message");
        assert!(!rule.references.is_empty(), "{id} has no reference");
    }
}

/// Editors find the schema by the first line.
#[test]
fn every_bundled_file_names_its_schema() {
    for source in bundled() {
        let first = source.text.lines().next();
        assert_eq!(
            first,
            Some("# yaml-language-server: $schema=../docs/schema/policy.schema.json"),
            "{}: begin the file with this line",
            source.name
        );
    }
}
