//! What the bundled policies say of published attacks: every technique of Stratus Red Team is named by a rule about its own action,
//! and rules of high severity stay quiet over an hour of an account's life.
//!
//! The logs lie beside the checkout and not in it; where they are absent the tests say so on standard error and pass.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use trailgate::audit::{Keep, Limit, Outcome, RunOptions, run, walk};
use trailgate::compile::{Program, compile};
use trailgate::policy::bundled::bundled;
use trailgate::policy::{PolicySet, Severity, parse};

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/logs");

/// The technique, which is the name of its log file, and the rule about its action.
const TECHNIQUES: [(&str, &str); 35] = [
    ("aws.credential-access.ec2-get-password-data", "ec2.password-data-read"),
    // Session credentials are taken by a command; their use elsewhere is two events.
    ("aws.credential-access.ec2-steal-instance-credentials", "ssm.command-sent"),
    ("aws.credential-access.secretsmanager-batch-retrieve-secrets", "secretsmanager.secrets-read-in-bulk"),
    ("aws.credential-access.secretsmanager-retrieve-secrets", "secretsmanager.secret-read-by-user"),
    ("aws.credential-access.ssm-retrieve-securestring-parameters", "ssm.parameters-decrypted-by-user"),
    ("aws.defense-evasion.cloudtrail-delete", "cloudtrail.trail-deleted"),
    ("aws.defense-evasion.cloudtrail-event-selectors", "cloudtrail.management-events-excluded"),
    ("aws.defense-evasion.cloudtrail-stop", "cloudtrail.logging-stopped"),
    ("aws.defense-evasion.dns-delete-logs", "route53.query-log-deleted"),
    ("aws.defense-evasion.organizations-leave", "cis.organizations-changed"),
    ("aws.defense-evasion.vpc-remove-flow-logs", "vpc.flow-logs-deleted"),
    ("aws.discovery.ec2-download-user-data", "ec2.user-data-read"),
    ("aws.execution.ec2-launch-unusual-instances", "ec2.unusual-instance-launched"),
    ("aws.execution.ec2-user-data", "ec2.user-data-changed"),
    ("aws.execution.ssm-send-command", "ssm.command-sent"),
    ("aws.execution.ssm-start-session", "ssm.session-started"),
    ("aws.exfiltration.ec2-security-group-open-port-22-ingress", "vpc.security-group-opens-admin-port"),
    ("aws.exfiltration.ec2-share-ami", "ec2.image-shared"),
    ("aws.exfiltration.ec2-share-ebs-snapshot", "ec2.snapshot-shared"),
    ("aws.exfiltration.rds-share-snapshot", "rds.snapshot-shared"),
    ("aws.impact.bedrock-invoke-model", "bedrock.model-access-granted"),
    ("aws.initial-access.console-login-without-mfa", "iam.console-login-without-mfa"),
    ("aws.lateral-movement.ec2-instance-connect", "ec2.ssh-key-pushed"),
    ("aws.lateral-movement.ec2-serial-console-send-ssh-public-key", "ec2.serial-console-key-pushed"),
    ("aws.persistence.iam-backdoor-role", "credentials.role-trusts-other-account"),
    ("aws.persistence.iam-backdoor-user", "iam.access-key-created-for-other-user"),
    ("aws.persistence.iam-create-admin-user", "iam.admin-policy-attached"),
    ("aws.persistence.iam-create-backdoor-role", "credentials.role-trusts-other-account"),
    ("aws.persistence.iam-create-user-login-profile", "credentials.password-set-for-other-user"),
    ("aws.persistence.lambda-backdoor-function", "lambda.function-open-to-everyone"),
    ("aws.persistence.lambda-layer-extension", "lambda.layer-attached"),
    ("aws.persistence.lambda-overwrite-code", "lambda.function-code-overwritten"),
    ("aws.persistence.rolesanywhere-create-trust-anchor", "rolesanywhere.trust-anchor-created"),
    ("aws.persistence.sts-federation-token", "credentials.federation-token-issued"),
    ("aws.privilege-escalation.iam-update-user-login-profile", "credentials.password-set-for-other-user"),
];

#[test]
fn every_technique_is_named_by_the_rule_about_its_action() {
    let logs = format!("{LOGS}/stratus-red-team");
    if !Path::new(&logs).is_dir() {
        eprintln!("SKIPPED: the logs of Stratus Red Team are not at {logs}");
        return;
    }
    let program = bundled_program();
    let mut missing = Vec::new();
    for (technique, rule) in TECHNIQUES {
        let outcome = check(&program, &format!("{logs}/{technique}.json"));
        let of_rule = counted(&outcome, Severity::Medium);
        println!("{technique}: {rule} {}", of_rule.get(rule).unwrap_or(&0));
        if !of_rule.contains_key(rule) {
            missing.push(format!("{technique}: no {rule} among {of_rule:?}"));
        }
    }
    let files = std::fs::read_dir(&logs).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(files.filter(|file| file.extension().is_some_and(|end| end == "json")).count(), TECHNIQUES.len());
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn rules_of_high_severity_stay_quiet() {
    let logs = format!("{LOGS}/invictus-ir");
    if !Path::new(&logs).is_dir() {
        eprintln!("SKIPPED: the logs of Invictus are not at {logs}");
        return;
    }
    let outcome = check(&bundled_program(), &logs);
    let events = outcome.summary.records.found;
    assert_eq!(events, 2900);
    let mut loudest: Vec<_> = counted(&outcome, Severity::High).into_iter().collect();
    loudest.sort_by_key(|(rule, violations)| (std::cmp::Reverse(*violations), rule.clone()));
    for (rule, violations) in loudest.iter().take(10) {
        println!("{violations:>5}  {rule}");
    }
    assert!(loudest.len() >= 10, "only {loudest:?}");
    // 2 % of 2,900.
    let loud: Vec<_> = loudest.iter().filter(|(_, violations)| violations * 50 > events).collect();
    assert!(loud.is_empty(), "more than 2 % of {events} events: {loud:?}");
}

fn bundled_program() -> Program {
    let no_lists = |_: &str| Err("no list files".to_owned());
    let policies = bundled().iter().map(|source| parse(source, &no_lists).unwrap()).collect();
    compile(&PolicySet::new(policies).unwrap(), "2026-03-14".parse().unwrap())
}

fn check(program: &Program, path: &str) -> Outcome {
    let options = RunOptions {
        threads: 2,
        limit_bytes: 1 << 30,
        facts_bytes: 1 << 28,
        keep: Keep { violations: Limit::All, records: Limit::All },
    };
    run(program, &walk::inputs(&[path.to_owned()]), options, &AtomicBool::new(false), &mut ()).unwrap()
}

/// The violations of each rule that is at least of `severity`.
fn counted(outcome: &Outcome, severity: Severity) -> BTreeMap<String, usize> {
    let mut of_rule = BTreeMap::new();
    for violation in outcome.violations.iter().filter(|violation| violation.severity >= severity) {
        *of_rule.entry(violation.rule.0.to_string()).or_insert(0) += 1;
    }
    of_rule
}
