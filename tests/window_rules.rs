//! Obligations over time from where a user sits: rules and logs in, what `trailgate` says out.
//!
//! `fixtures/policies/over-time` holds the edge cases of each obligation as rule tests, run here under both evaluators. What takes
//! several files, runs or a state stands in `files`, published correlations expressed as rules in `sigma`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what is not as expected fails the test"
)]

#[path = "window_rules/files.rs"]
mod files;
#[path = "window_rules/log.rs"]
mod log;
#[path = "window_rules/sigma.rs"]
mod sigma;

use std::collections::BTreeMap;

use trailgate::audit::rule_tests::{Required, TestOptions, run_tests};
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::{Least, TestOutcome};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/policies/over-time");

/// The least number of edge cases of each obligation.
const CASES: usize = 12;

#[test]
fn every_edge_case_of_each_obligation_is_as_its_table_says() {
    let sources = std::fs::read_dir(FOLDER).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        Source::new(path.file_name().unwrap().to_string_lossy(), std::fs::read_to_string(&path).unwrap())
    });
    let policies: Result<Vec<_>, _> =
        sources.map(|source| parse(&source, &|_| Err("no list files".to_owned()))).collect();
    let set = PolicySet::new(policies.map_err(|errors| errors.to_string()).unwrap());
    let set = set.map_err(|errors| errors.to_string()).unwrap();
    let options = TestOptions {
        today: "2026-06-30".parse().unwrap(),
        only: None,
        required: Required::BothOutcomes,
        coverage: false,
        mutants: false,
        least: Least::default(),
    };
    let report = run_tests(&set, options, &|_, _| Err("no files".to_owned()));
    let failed: Vec<String> = report
        .rules
        .iter()
        .flat_map(|rule| rule.tests.iter().map(move |test| (rule, test)))
        .filter(|(_, test)| test.outcome != TestOutcome::Passed)
        .map(|(rule, test)| format!("{}: {}: {:?}", rule.rule, test.name, test.outcome))
        .collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, rule) in set.rules() {
        *cases.entry(rule.obligation.keyword()).or_default() += rule.tests.len();
    }
    let keywords = ["first_seen", "require_followed_by", "require_preceded_by", "sequence", "threshold"];
    assert_eq!(cases.keys().copied().collect::<Vec<_>>(), keywords);
    assert!(cases.values().all(|cases| *cases >= CASES), "{cases:?}");
}
