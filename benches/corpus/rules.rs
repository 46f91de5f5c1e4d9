//! Sets of rules of any size: of nine, eight are about a few event names and one is about every event.

use std::io::{self, Write};

use trailgate::event::services::services;

const NAMES: [&str; 12] = [
    "PutMetricAlarm",
    "DeleteAlarms",
    "StopLogging",
    "DeleteTrail",
    "CreateAccessKey",
    "PutBucketPolicy",
    "AuthorizeSecurityGroupIngress",
    "CreateUser",
    "AttachUserPolicy",
    "DeleteDetector",
    "ScheduleKeyDeletion",
    "ModifySnapshotAttribute",
];

/// Names of events that only the rules know: nothing in the logs is called so, and no warning slows the start.
fn names() -> Vec<&'static str> {
    let all = services().flat_map(|service| service.actions().iter().map(|action| action.name.as_str()));
    let mut names: Vec<&str> = all.filter(|name| name.starts_with("Update") || name.starts_with("Create")).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !NAMES.contains(name));
    names
}

/// Writes a policy with `count` rules to `out`.
pub fn write(count: usize, mut out: impl Write) -> io::Result<()> {
    let names = names();
    writeln!(out, "version: 1\nrules:")?;
    for number in 0..count {
        writeln!(out, "  - id: bench.rule-{number}\n    title: Rule {number}\n    severity: medium")?;
        match number % 9 {
            8 => universal(&mut out, number / 9)?,
            kind => guarded(&mut out, number, kind, &names)?,
        }
        writeln!(out, "    message: \"{{$.eventName}} by {{$.userIdentity.arn}}\"")?;
    }
    out.flush()
}

/// A rule that the name of the event leads to. The first dozen are about events that occur.
fn guarded(out: &mut dyn Write, number: usize, kind: usize, names: &[&str]) -> io::Result<()> {
    let other = |number: usize| names.get(number % names.len().max(1)).copied().unwrap_or_default();
    let name = NAMES.get(number).copied().unwrap_or_else(|| other(number));
    let second = other(number * 7 + 3);
    writeln!(out, "    when:\n      $.eventName: [{name}, {second}]\n      $.errorCode: null")?;
    match kind {
        0..3 => writeln!(out, "    forbid:\n      $.userIdentity.type: Root"),
        3 => writeln!(out, "    forbid:\n      $.sourceIPAddress: {{not: {{cidr: 192.0.2.0/24}}}}"),
        4 => writeln!(out, "    forbid:\n      $.userIdentity.arn: {{ends_with: \":root\"}}"),
        5 => writeln!(out, "    forbid:\n      $.requestParameters.name: {{glob: \"*main*\"}}"),
        6 => writeln!(out, "    require:\n      $.userIdentity.sessionContext.attributes.mfaAuthenticated: \"true\""),
        _ => writeln!(out, "    forbid:\n      $.resources[*]:\n        .type: {{starts_with: \"AWS::IAM::\"}}"),
    }
}

/// A rule about every event.
fn universal(out: &mut dyn Write, number: usize) -> io::Result<()> {
    match number % 5 {
        0 => writeln!(
            out,
            "    forbid:\n      $.userIdentity.type: Root\n      $.userIdentity.invokedBy: null\n      $.eventType: {{not: AwsServiceEvent}}\n      $.awsRegion: region-{number}"
        ),
        1 => writeln!(
            out,
            "    forbid:\n      $.errorCode: {{glob: [\"*UnauthorizedOperation{number}\", \"AccessDenied{number}*\"]}}"
        ),
        2 => writeln!(out, "    forbid:\n      $.userIdentity.arn: {{regex: \":user/(admin|root)-{number}$\"}}"),
        3 => writeln!(out, "    forbid:\n      $.userAgent: {{contains: \"pacu-{number}\", ignore_case: true}}"),
        _ => {
            writeln!(out, "    forbid:\n      $.userIdentity.accountId: {{in: [\"{number:012}\", \"1{number:011}\"]}}")
        }
    }
}
