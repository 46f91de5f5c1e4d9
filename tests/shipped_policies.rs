//! The tests beside every shipped rule, under both evaluators, and what every shipped rule must have.

#![allow(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

use trailgate::audit::rule_tests::{Required, TestOptions, run_tests};
use trailgate::engine::selftest::cases;
use trailgate::policy::bundled::bundled;
use trailgate::policy::rule_test::Expectation;
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::{Least, Open, Reached, Share, TestOutcome, TestReport};

fn set(sources: &[Source]) -> PolicySet {
    let policies = sources.iter().map(|source| parse(source, &|_| Err("no list files".to_owned())));
    let policies: Result<Vec<_>, _> = policies.collect();
    PolicySet::new(policies.map_err(|errors| errors.to_string()).unwrap()).map_err(|errors| errors.to_string()).unwrap()
}

/// What comes of all tests of `set`, whose files are in `folder`.
fn tested(set: &PolicySet, folder: &str, reach: Reach) -> TestReport {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let options = TestOptions {
        today: "2026-06-30".parse().unwrap(),
        only: None,
        required: if reach == Reach::Measured { Required::BothOutcomes } else { Required::Nothing },
        coverage: reach == Reach::Measured,
        mutants: reach == Reach::Measured,
        least: Least::default(),
    };
    run_tests(set, options, &|_, name| std::fs::read(folder.join(name)).map_err(|error| error.to_string()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Measured,
    Left,
}

fn passes(report: &TestReport) {
    let failures: Vec<String> = report
        .rules
        .iter()
        .flat_map(|rule| rule.tests.iter().map(move |test| (rule, test)))
        .filter(|(_, test)| test.outcome != TestOutcome::Passed)
        .map(|(rule, test)| format!("{}: {}: {:?}", rule.rule, test.name, test.outcome))
        .collect();
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
    for rule in &report.rules {
        assert!(rule.lacking.is_empty(), "{} has no test that expects {:?}", rule.rule, rule.lacking);
    }
}

/// What no test reaches, a line each.
fn open(shares: &[Share]) -> String {
    let lines = shares.iter().flat_map(|share| {
        let place = |open: &Open| format!("{}:{} {}: {}", share.source.name, open.at.line, open.what, open.why);
        share.open.iter().map(place).collect::<Vec<_>>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// All pass; and they decide every predicate, value and branch, and notice nearly every change of a rule.
#[test]
fn every_test_of_every_bundled_rule_passes_and_they_are_good_ones() {
    let report = tested(&set(&bundled()), "policies", Reach::Measured);
    assert!(report.counts().passed >= 1000, "{:?}", report.counts());
    passes(&report);
    let coverage = report.coverage.unwrap();
    let covered = Reached::of(&coverage);
    assert!(covered.permille() >= COVERED, "{} covered:\n{}", covered.percent(), open(&coverage));
    let mutation = report.mutation.unwrap();
    let killed = Reached::of(&mutation.shares);
    assert!(killed.permille() >= KILLED, "{} of mutants killed:\n{}", killed.percent(), open(&mutation.shares));
    assert!(mutation.skipped.is_empty(), "{:?}", mutation.skipped);
}

/// The least coverage of the bundled rules, and the least of their mutants that are killed, in tenths of a percent.
const COVERED: usize = 1000;
const KILLED: usize = 990;

#[test]
fn tests_of_rules_about_another_log_run_on_its_files() {
    let text = std::fs::read_to_string("fixtures/other-audit/policy.yaml").unwrap();
    let report = tested(&set(&[Source::new("policy.yaml", text)]), "fixtures/other-audit", Reach::Left);
    assert!(report.counts().passed >= 2, "{:?}", report.counts());
    passes(&report);
}

#[test]
fn every_bundled_rule_is_complete() {
    for (_, rule) in set(&bundled()).rules() {
        let id = &rule.id.value;
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

/// The actions that change something, by service: those that the user guides list as recorded, and beyond them those of the API.
const ACTIONS: &[(&str, &[&str])] = &[
    (
        "monitoring.amazonaws.com",
        &[
            "AssociateDatasetKmsKey",
            "CreateResourceMetricsConfiguration",
            "DeleteAlarmActions",
            "DeleteAlarmMuteRule",
            "DeleteAlarms",
            "DeleteAnomalyDetector",
            "DeleteDashboards",
            "DeleteInsightRules",
            "DeleteMetricStream",
            "DeleteResourceMetricsConfiguration",
            "DisableAlarmActions",
            "DisableInsightRules",
            "DisassociateDatasetKmsKey",
            "EnableAlarmActions",
            "EnableInsightRules",
            "PutAlarmMuteRule",
            "PutAnomalyDetector",
            "PutCompositeAlarm",
            "PutDashboard",
            "PutInsightRule",
            "PutLogAlarm",
            "PutManagedInsightRules",
            "PutMetricAlarm",
            "PutMetricData",
            "PutMetricStream",
            "SetAlarmState",
            "StartMetricStreams",
            "StartOTelEnrichment",
            "StopMetricStreams",
            "StopOTelEnrichment",
            "TagResource",
            "UntagResource",
            "UpdateOTelEnrichment",
            "UpdateResourceMetricsConfiguration",
        ],
    ),
    (
        "events.amazonaws.com",
        &[
            "ActivateEventSource",
            "CancelReplay",
            "CreateApiDestination",
            "CreateArchive",
            "CreateConnection",
            "CreateEndpoint",
            "CreateEventBus",
            "CreatePartnerEventSource",
            "DeactivateEventSource",
            "DeauthorizeConnection",
            "DeleteApiDestination",
            "DeleteArchive",
            "DeleteConnection",
            "DeleteEndpoint",
            "DeleteEventBus",
            "DeletePartnerEventSource",
            "DeleteRule",
            "DisableRule",
            "EnableRule",
            "PutEvents",
            "PutPartnerEvents",
            "PutPermission",
            "PutRule",
            "PutTargets",
            "RemovePermission",
            "RemoveTargets",
            "StartReplay",
            "TagResource",
            "UntagResource",
            "UpdateApiDestination",
            "UpdateArchive",
            "UpdateConnection",
            "UpdateEndpoint",
            "UpdateEventBus",
        ],
    ),
    (
        "logs.amazonaws.com",
        &[
            "AssociateKmsKey",
            "CancelExportTask",
            "CreateDelivery",
            "CreateExportTask",
            "CreateLogAnomalyDetector",
            "CreateLogGroup",
            "CreateLogStream",
            "DeleteAccountPolicy",
            "DeleteDataProtectionPolicy",
            "DeleteDelivery",
            "DeleteDeliveryDestination",
            "DeleteDeliveryDestinationPolicy",
            "DeleteDeliverySource",
            "DeleteDestination",
            "DeleteIndexPolicy",
            "DeleteIntegration",
            "DeleteLogAnomalyDetector",
            "DeleteLogGroup",
            "DeleteLogStream",
            "DeleteMetricFilter",
            "DeleteQueryDefinition",
            "DeleteResourcePolicy",
            "DeleteRetentionPolicy",
            "DeleteSubscriptionFilter",
            "DeleteTransformer",
            "DisassociateKmsKey",
            "PutAccountPolicy",
            "PutBearerTokenAuthentication",
            "PutDataProtectionPolicy",
            "PutDeliveryDestination",
            "PutDeliveryDestinationPolicy",
            "PutDeliverySource",
            "PutDestination",
            "PutDestinationPolicy",
            "PutIndexPolicy",
            "PutIntegration",
            "PutLogGroupDeletionProtection",
            "PutMetricFilter",
            "PutQueryDefinition",
            "PutResourcePolicy",
            "PutRetentionPolicy",
            "PutStorageTierPolicy",
            "PutSubscriptionFilter",
            "PutTransformer",
            "TagResource",
            "UntagResource",
            "UpdateAnomaly",
            "UpdateDeliveryConfiguration",
            "UpdateLogAnomalyDetector",
        ],
    ),
];

#[test]
fn every_monitoring_action_has_a_rule_or_a_reason() {
    let set = set(&bundled());
    let mut violated = std::collections::BTreeSet::new();
    for (policy, rule) in set.rules() {
        for test in rule.tests.iter().filter(|test| test.expect == Expectation::Violation) {
            for case in cases(&set, policy, test, &|_| Err("no files".to_owned())).unwrap() {
                for event in case.events {
                    let text =
                        |name: &str| event.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
                    violated.insert((rule.id.value.to_string(), text("eventSource"), text("eventName")));
                }
            }
        }
    }
    let page = std::fs::read_to_string("docs/coverage.md").unwrap();
    for (source, actions) in ACTIONS {
        let section = page.split("\n## ").find(|section| section.contains(&format!("(`{source}`)"))).unwrap();
        let rows: Vec<(&str, &str)> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "))
            .collect();
        assert_eq!(rows.iter().map(|(action, _)| *action).collect::<Vec<_>>(), *actions, "{source}");
        for (action, said) in rows {
            let named: Vec<&str> =
                said.split(", ").filter_map(|part| part.strip_prefix('`')?.strip_suffix('`')).collect();
            assert!(!said.trim().is_empty(), "{source} {action} has neither rule nor reason");
            for rule in named {
                let row = (rule.to_owned(), (*source).to_owned(), action.to_owned());
                assert!(violated.contains(&row), "no test of {rule} is a violation by {action}");
            }
        }
    }
}
