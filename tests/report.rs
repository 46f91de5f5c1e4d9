//! Reports of made-up runs, format by format. Styles are shown as `␛[…m` in the snapshots.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use trailgate::audit::gate::{Pending, Problems, Upkeep};
use trailgate::audit::{Gate, verdict};
use trailgate::event::Problem;
use trailgate::event::problem::ProblemKind;
use trailgate::json::{Location, Step, locate};
use trailgate::policy::{RuleId, Severity};
use trailgate::report::{
    Color, Detail, HumanOptions, HumanReporter, JsonReporter, NdjsonReporter, Reporter, RunReport, VerdictLine,
};
use trailgate::text::{LineColumn, Lines};
use trailgate::violation::summary::{FileCounts, Note, RecordCounts, SkippedFile};
use trailgate::violation::violation::EventIdentity;
use trailgate::violation::{
    Evidence, Extent, PolicyPlace, RuleStatus, RuleSummary, Standing, Summary, Violation, Waived,
};

const RECORD: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"Root","principalId":"123456789012","arn":"arn:aws:iam::123456789012:root","accountId":"123456789012","accessKeyId":"","sessionContext":{"sessionIssuer":{},"attributes":{"mfaAuthenticated":"false"}}},"eventTime":"2026-01-31T10:15:00Z","eventSource":"monitoring.amazonaws.com","eventName":"PutMetricAlarm","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.10","userAgent":"console.amazonaws.com","requestParameters":{"alarmName":"CPU","evaluationPeriods":1,"threshold":80},"responseElements":null,"eventID":"5f1f2b3e-8a3e-4c55-9a86-54b05f1d8ac1","recipientAccountId":"123456789012"}"#;
const LOGIN: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/alice","userName":"alice"},"eventTime":"2026-01-31T11:02:09Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"LoginTo":"https://console.aws.amazon.com/","MobileVersion":"No","MFAUsed":"No"},"eventID":"0b6f8a2e-53b8-4a6f-b6a4-0e7d7b0f1c11"}"#;
const INGRESS: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::123456789012:assumed-role/deploy/i-0123456789abcdef0"},"eventTime":"2026-01-31T12:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress","awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.9","requestParameters":{"groupId":"sg-0123","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]}},{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"},{"cidrIp":"0.0.0.0/0","description":"temporary"}]},"ipv6Ranges":{},"prefixListIds":{}}]}},"eventID":"7c0b"}"#;

fn at(steps: &[&str]) -> Location {
    let step = |step: &&str| match step.parse() {
        Ok(index) => Step::Index(index),
        Err(_) => Step::Name((*step).to_owned()),
    };
    Location(steps.iter().map(step).collect())
}

/// A violation by the record that stands in `file` at `offset`, made as the engine makes it.
fn violation(
    rule: &Rule,
    file: &str,
    log: &str,
    offset: usize,
    record: &str,
    evidence: &[(&[&str], &str)],
) -> Violation {
    let mut lines = Lines::new(log.as_bytes());
    let value: serde_json::Value = serde_json::from_str(record).unwrap();
    let text = |pointer: &str| value.pointer(pointer).and_then(|value| value.as_str()).map(str::to_owned);
    let start = lines.mark(offset);
    let evidence = evidence
        .iter()
        .map(|(steps, expected)| {
            let location = at(steps);
            let span = locate(record, &location);
            Evidence {
                observed: span.map(|span| serde_json::from_str(span.of(record)).unwrap()),
                offset: span.map(|span| offset + span.start),
                at: span.map(|span| lines.at(offset + span.start)),
                location,
                inner: None,
                expected: (*expected).to_owned(),
                standing: Standing::Direct,
            }
        })
        .collect();
    Violation {
        rule: RuleId(rule.id.to_owned()),
        title: rule.title.into(),
        severity: rule.severity,
        message: rule.message.to_owned(),
        file: file.into(),
        record: log[..offset].matches("eventVersion").count(),
        offset,
        at: start,
        event: EventIdentity {
            id: text("/eventID"),
            time: text("/eventTime"),
            name: text("/eventName"),
            source: text("/eventSource"),
            account: text("/recipientAccountId"),
            region: text("/awsRegion"),
            principal: text("/userIdentity/arn"),
            source_ip: text("/sourceIPAddress"),
        },
        evidence,
        context: vec![at(&["eventSource"]), at(&["eventName"]), at(&["errorCode"])],
        policy: PolicyPlace { file: "policies/cloudtrail.yaml".into(), at: LineColumn { line: rule.line, column: 9 } },
        remediation: rule.remediation.map(Arc::from),
        controls: Arc::new(
            rule.controls.iter().map(|(name, id)| ((*name).to_owned(), vec![(*id).to_owned()])).collect(),
        ),
        fingerprint: "1f6b7c".to_owned(),
        waived: None,
        record_text: record.into(),
        timeline: None,
    }
}

struct Rule {
    id: &'static str,
    title: &'static str,
    severity: Severity,
    message: &'static str,
    line: usize,
    remediation: Option<&'static str>,
    controls: &'static [(&'static str, &'static str)],
}

const ROOT: Rule = Rule {
    id: "cloudwatch.alarm-changed-by-root",
    title: "CloudWatch alarm changed with root credentials",
    severity: Severity::Critical,
    message: "root called PutMetricAlarm on CPU from 192.0.2.10",
    line: 12,
    remediation: Some("Change alarms through a role; then rotate the root credentials and find out\n  who used them."),
    controls: &[("cis-aws-5.0", "4.3"), ("nist-800-53-r5", "AC-6(9)")],
};

const MFA: Rule = Rule {
    id: "iam.console-login-without-mfa",
    title: "Console login without MFA",
    severity: Severity::High,
    message: "alice logged in without MFA",
    line: 40,
    remediation: Some("Enforce MFA for the user."),
    controls: &[],
};

const OPEN: Rule = Rule {
    id: "ec2.ssh-open-to-the-world",
    title: "Security group opens SSH to the world",
    severity: Severity::Medium,
    message: "arn:aws:sts::123456789012:assumed-role/deploy/i-0123456789abcdef0 opened port 22 of sg-0123 to 0.0.0.0/0",
    line: 77,
    remediation: None,
    controls: &[],
};

const LOG: &str = "logs/AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/31/123456789012_CloudTrail_us-east-1_20260131T1020Z_aBcD.json.gz";

fn root_violation() -> Violation {
    let log = format!("{{\"Records\":[{LOGIN},{RECORD}]}}");
    let offset = log.find(RECORD).unwrap();
    let evidence: [(&[&str], &str); 2] =
        [(&["userIdentity", "type"], "not `Root`"), (&["userIdentity", "invokedBy"], "present")];
    violation(&ROOT, LOG, &log, offset, RECORD, &evidence)
}

fn summary_of(violations: &[Violation], rules: &[(&Rule, u64, RuleStatus)]) -> Summary {
    let count = |rule: &Rule, waived: bool| {
        let of_rule = violations.iter().filter(|v| v.rule.0 == rule.id && v.waived.is_some() == waived);
        u64::try_from(of_rule.count()).unwrap()
    };
    Summary {
        extent: Extent::default(),
        files: FileCounts {
            found: 12,
            read: 11,
            skipped: 1,
            failed: 0,
            skipped_by: BTreeMap::from([("digest".to_owned(), 1)]),
            skipped_files: vec![SkippedFile { file: "logs/digest.json".to_owned(), reason: "digest" }],
        },
        records: RecordCounts { found: 2931, evaluated: 2921, duplicates: 10, malformed: 0, insights: 0 },
        bytes: 8_439_201,
        violations: violations.iter().filter(|violation| violation.waived.is_none()).count(),
        waived: violations.iter().filter(|violation| violation.waived.is_some()).count(),
        rules: rules
            .iter()
            .map(|(rule, population, status)| RuleSummary {
                extent: Extent::default(),
                rule: RuleId(rule.id.to_owned()),
                title: rule.title.to_owned(),
                severity: rule.severity,
                population: *population,
                violations: count(rule, false),
                waived: count(rule, true),
                pending: u64::from(*status == RuleStatus::Pending) * 2,
                learning: 0,
                status: *status,
            })
            .collect(),
        problems: Vec::new(),
        notes: Vec::new(),
        interrupted: false,
    }
}

/// Two rules with many violations, one of them waived, problems and notes.
fn full_run() -> (Vec<Violation>, Summary) {
    let log = format!("{{\"Records\":[\n{LOGIN},\n{INGRESS}]}}");
    let login: (&[&str], &str) = (&["additionalEventData", "MFAUsed"], "`Yes` in any case");
    let mfa = violation(&MFA, "logs/b.json", &log, log.find(LOGIN).unwrap(), LOGIN, &[login]);
    let items = ["requestParameters", "ipPermissions", "items", "1"];
    let evidence: [(&[&str], &str); 3] = [
        (&[items[0], items[1], items[2], items[3], "fromPort"], "not at most 22"),
        (&[items[0], items[1], items[2], items[3], "toPort"], "not at least 22"),
        (&[items[0], items[1], items[2], items[3], "ipRanges", "items", "1", "cidrIp"], "not `0.0.0.0/0`"),
    ];
    let open = violation(&OPEN, "logs/b.json", &log, log.find(INGRESS).unwrap(), INGRESS, &evidence);
    let mut waived = root_violation();
    waived.waived = Some(Waived {
        name: "pipeline".to_owned(),
        reason: "the deployment pipeline\n owns these alarms".to_owned(),
        owner: Some("platform-team".to_owned()),
        until: "2027-01-31".parse().unwrap(),
        ticket: None,
    });
    let mut violations = vec![mfa; 2];
    violations.extend(vec![open]);
    violations.extend(vec![root_violation(); 5]);
    violations.push(waived);
    let unseen = Rule { id: "kms.key-deletion-scheduled", title: "KMS key deletion scheduled", ..MFA };
    let clean = Rule { id: "s3.bucket-made-public", title: "S3 bucket made public", ..MFA };
    let late = Rule { id: "iam.failed-login-burst", title: "Burst of failed logins", severity: Severity::Low, ..MFA };
    let mut summary = summary_of(
        &violations,
        &[
            (&ROOT, 1214, RuleStatus::Violated),
            (&MFA, 8, RuleStatus::Violated),
            (&OPEN, 3, RuleStatus::Violated),
            (&clean, 14, RuleStatus::Clean),
            (&unseen, 0, RuleStatus::NotObserved),
            (&late, 5, RuleStatus::Pending),
        ],
    );
    summary.files.failed = 1;
    summary.files.found = 13;
    summary.records.malformed = 1;
    summary.records.found = 2932;
    summary.problems = vec![
        Problem {
            kind: ProblemKind::Unreadable,
            file: "logs/c.json".into(),
            record: None,
            offset: None,
            at: None,
            message: "permission denied (os error 13)".to_owned(),
        },
        Problem {
            kind: ProblemKind::MalformedRecord,
            file: "logs/d.json.gz".into(),
            record: Some(4),
            offset: Some(5511),
            at: Some(LineColumn { line: 1, column: 5512 }),
            message: "expected `,` or `}`, found `x`".to_owned(),
        },
    ];
    summary.notes = vec![Note {
        code: "history_forgotten",
        rule: Some(RuleId("iam.failed-login-burst".to_owned())),
        message: "the rule changed since the state was kept: what it had seen is forgotten, and it learns anew"
            .to_owned(),
        file: "policies/cloudtrail.yaml".to_owned(),
        line: 91,
    }];
    (violations, summary)
}

fn run_of<'a>(violations: &'a [Violation], summary: &'a Summary, fail_on: Severity) -> RunReport<'a> {
    let verdict =
        verdict(Gate { fail_on, problems: Problems::Count, pending: Pending::Counts, upkeep: Upkeep::Noted }, summary);
    RunReport {
        violations,
        summary,
        fail_on,
        verdict,
        tool_version: "0.1.0",
        rules: &[],
        now: Timestamp::UNIX_EPOCH,
        baseline: None,
        controls: &[],
    }
}

fn report(reporter: &dyn Reporter, violations: &[Violation], summary: &Summary) -> String {
    let run = run_of(violations, summary, Severity::Low);
    let mut out = Vec::new();
    reporter.report(&run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn human(options: HumanOptions, violations: &[Violation], summary: &Summary) -> String {
    report(&HumanReporter::new(options), violations, summary)
}

const NARROW: HumanOptions =
    HumanOptions { width: 80, color: Color::Plain, max_violations: 3, detail: Detail::Normal, elapsed: None };

fn visible(text: &str) -> String {
    text.replace('\u{1b}', "␛")
}

#[test]
fn human_full_run() {
    let (violations, summary) = full_run();
    let options = HumanOptions { elapsed: Some(Duration::from_millis(1234)), ..NARROW };
    let plain = human(options, &violations, &summary);
    println!("{plain}");
    println!("{}", human(HumanOptions { color: Color::Ansi, ..options }, &violations, &summary));
    insta::assert_snapshot!(plain);
    let wide = HumanOptions { width: 120, max_violations: 1, detail: Detail::Verbose, ..options };
    insta::assert_snapshot!("human_wide_and_verbose", human(wide, &violations, &summary));
}

#[test]
fn human_in_colour() {
    let (violations, mut summary) = full_run();
    summary.problems.clear();
    let options = HumanOptions { color: Color::Ansi, max_violations: 1, ..NARROW };
    insta::assert_snapshot!(visible(&human(options, &violations, &summary)));
}

#[test]
fn human_without_violations() {
    let clean = summary_of(&[], &[(&ROOT, 1214, RuleStatus::Clean), (&MFA, 0, RuleStatus::NotObserved)]);
    let passed = human(NARROW, &[], &clean);
    let mut late = clean.clone();
    (late.rules[1].status, late.rules[1].pending) = (RuleStatus::Pending, 2);
    let incomplete = human(NARROW, &[], &late);
    let nothing = human(NARROW, &[], &Summary::default());
    let quiet = human(HumanOptions { detail: Detail::Quiet, ..NARROW }, &[], &clean);
    assert_eq!(quiet, "");
    insta::assert_snapshot!([passed, incomplete, nothing].join("\n######\n\n"));
}

#[test]
fn the_verdict_line_says_what_the_exit_code_says() {
    let (violations, mut summary) = full_run();
    let line = |violations: &[Violation], summary: &Summary, fail_on, problems| {
        let verdict = verdict(Gate { fail_on, problems, pending: Pending::Counts, upkeep: Upkeep::Noted }, summary);
        let run = RunReport {
            violations,
            summary,
            fail_on,
            verdict,
            tool_version: "0",
            rules: &[],
            now: Timestamp::UNIX_EPOCH,
            baseline: None,
            controls: &[],
        };
        format!("{} {}", verdict.exit_code(), VerdictLine::of(&run))
    };
    let mut lines = vec![line(&violations, &summary, Severity::High, Problems::Count)];
    summary.interrupted = true;
    lines.push(line(&violations, &summary, Severity::Low, Problems::Count));
    let mut clean = summary_of(&[], &[(&ROOT, 1214, RuleStatus::Clean)]);
    clean.problems = summary.problems.clone();
    lines.push(line(&[], &clean, Severity::Low, Problems::Count));
    lines.push(line(&[], &clean, Severity::Low, Problems::Allowed));
    clean.records = RecordCounts::default();
    lines.push(line(&[], &clean, Severity::Low, Problems::Count));
    lines.push(line(&[], &clean, Severity::Low, Problems::Allowed));
    let expected = [
        "1 failed: 7 violations (5 critical, 2 high), 1 below high, 1 waived · 2 problems, 2 events pending",
        "130 interrupted: 8 violations (5 critical, 2 high, 1 medium), 1 waived · 2 problems, 2 events pending",
        "3 incomplete: no violation found, but not all was checked · 2 problems",
        "0 passed: no violation in 2,921 events · 2 problems (allowed)",
        "3 incomplete: no event was checked · 2 problems",
        "0 nothing checked: no event was found · 2 problems (allowed)",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn human_below_the_threshold() {
    let mut waived = root_violation();
    waived.waived = Some(Waived {
        name: "drill".to_owned(),
        reason: "quarterly drill".to_owned(),
        owner: None,
        until: "2026-02-28".parse().unwrap(),
        ticket: None,
    });
    let (all, _) = full_run();
    let violations = [all[2].clone(), waived];
    let summary = summary_of(&violations, &[(&OPEN, 3, RuleStatus::Violated), (&ROOT, 2, RuleStatus::Clean)]);
    let run = run_of(&violations, &summary, Severity::High);
    assert_eq!(run.failing(), 0);
    let mut out = Vec::new();
    HumanReporter::new(HumanOptions { width: 100, ..NARROW }).report(&run, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn human_shows_what_is_missing_and_what_lies_inside() {
    let login = RECORD
        .replace("\"userAgent\"", "\"doc\":\"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\"}]}\",\"userAgent\"");
    let log = format!("[{login}]");
    let nothing: (&[&str], &str) = (&["additionalEventData", "MFAUsed"], "`Yes`");
    let missing = violation(&MFA, "a.json", &log, 1, &login, &[nothing]);
    let within: (&[&str], &str) = (&["requestParameters", "tags", "3"], "`Yes`");
    let element = violation(&MFA, "a.json", &log, 1, &login, &[within]);
    let mut inner = violation(&MFA, "a.json", &log, 1, &login, &[(&["doc"], "not `Allow`")]);
    inner.evidence[0].inner = Some(at(&["Statement", "0", "Effect"]));
    inner.evidence[0].observed = Some("Allow".into());
    let subtree: (&[&str], &str) = (&["userIdentity"], "forbidden: has more than 3 members");
    let twice: (&[&str], &str) = (&["requestParameters", "alarmName"], "forbidden: starts with `C`");
    let again: (&[&str], &str) = (
        &["requestParameters", "alarmName"],
        "not one of `CPU`, `memory`, `disk`, `network`, `latency`, `errors`, `throttles`",
    );
    let subtree = violation(&MFA, "a.json", &log, 1, &login, &[subtree, twice, again, twice]);
    let many: Vec<(&[&str], &str)> = vec![(&["eventName"], "x"), (&["awsRegion"], "y"), (&["eventTime"], "z")];
    let many: Vec<_> = many.into_iter().cycle().take(11).collect();
    let many = violation(&MFA, "a.json", &log, 1, &login, &many);
    let violations = [missing, element, inner, subtree, many];
    let summary = summary_of(&violations, &[(&MFA, 5, RuleStatus::Violated)]);
    let options = HumanOptions { max_violations: 0, detail: Detail::Quiet, ..NARROW };
    insta::assert_snapshot!(human(options, &violations, &summary));
}

#[test]
fn human_of_a_megabyte_line() {
    let filler = format!("{{\"eventVersion\":\"1.08\",\"fill\":\"{}\"}},", "x".repeat(400));
    let log = format!("{{\"Records\":[{}{RECORD}]}}", filler.repeat(14_000));
    assert!(log.len() > 6_000_000);
    let evidence: (&[&str], &str) = (&["userIdentity", "type"], "not `Root`");
    let far = violation(&ROOT, "logs/far.json", &log, log.find(RECORD).unwrap(), RECORD, &[evidence]);
    // One record of 6 MB whose deciding value, long and multi-byte, stands beyond column 70,000.
    let name = "é".repeat(50_000);
    let fill = (0..250_000).map(|n| format!("\"tag{n}\":\"value {n}\"")).collect::<Vec<_>>().join(",");
    let big = RECORD.replace(
        "\"requestParameters\":{",
        &format!(
            "\"fill\":{{{fill}}},\"name\":\"{name}\",\"requestParameters\":{{\"tags\":[{}\"end\"],",
            "1,".repeat(70_000)
        ),
    );
    assert!(big.len() > 6_000_000, "{}", big.len());
    let evidence: [(&[&str], &str); 4] = [
        (&["requestParameters", "alarmName"], "not `CPU`"),
        (&["name"], "not longer than 100"),
        (&["requestParameters", "tags", "70000"], "not `end`"),
        (&["fill", "tag249999"], "forbidden: exists"),
    ];
    let wide = violation(&ROOT, "logs/wide.json", &big, 0, &big, &evidence);
    let violations = [far, wide];
    let summary = summary_of(&violations, &[(&ROOT, 2, RuleStatus::Violated)]);
    let text = human(NARROW, &violations, &summary);
    assert!(text.len() < 8_000, "{}", text.len());
    insta::assert_snapshot!(text);
}

/// A run in which everything that a log or a file name can say is hostile to the terminal, or to a CI runner.
fn hostile_run() -> (Vec<Violation>, Summary) {
    const HOSTILE: &str = "::error::x \u{1b}[31mred\u{1b}[0m \u{202e}desrever\u{2066} \u{9b}2J\u{7f}\u{0}\r\n::warning::y\u{2028}::z ##vso[task.complete]";
    let record = serde_json::to_string(&serde_json::json!({
        "eventVersion": "1", "eventName": HOSTILE, "awsRegion": HOSTILE, "eventID": HOSTILE, "eventTime": HOSTILE,
        "sourceIPAddress": HOSTILE, "userIdentity": {"arn": HOSTILE}, HOSTILE: {HOSTILE: [HOSTILE]},
    }))
    .unwrap();
    let evidence: [(&[&str], &str); 3] =
        [(&[HOSTILE, HOSTILE, "0"], HOSTILE), (&["eventName"], HOSTILE), (&["userIdentity", HOSTILE], HOSTILE)];
    let rule = Rule { title: HOSTILE, message: HOSTILE, remediation: Some(HOSTILE), ..MFA };
    let mut plain = violation(&rule, HOSTILE, &record, 0, &record, &evidence);
    plain.policy.file = HOSTILE.into();
    let mut waived = plain.clone();
    waived.waived = Some(Waived {
        name: HOSTILE.to_owned(),
        reason: HOSTILE.to_owned(),
        owner: Some(HOSTILE.to_owned()),
        until: "2027-01-31".parse().unwrap(),
        ticket: None,
    });
    let mut missing = plain.clone();
    missing.evidence.drain(..2);
    missing.evidence[0].expected.clear();
    let violations = vec![plain, waived, missing];
    let mut summary = summary_of(&violations, &[(&rule, 1, RuleStatus::Violated)]);
    summary.files.skipped_by.insert(HOSTILE.to_owned(), 1);
    summary.problems.push(Problem {
        kind: ProblemKind::NotAnEvent,
        file: HOSTILE.into(),
        record: Some(1),
        offset: Some(1),
        at: Some(LineColumn { line: 1, column: 2 }),
        message: HOSTILE.to_owned(),
    });
    summary.notes.push(Note {
        code: "exception_unused",
        rule: None,
        message: HOSTILE.to_owned(),
        file: HOSTILE.to_owned(),
        line: 1,
    });
    (violations, summary)
}

fn assert_harmless(text: &str) {
    let raw = text.chars().find(|character| {
        *character != '\n' && (character.is_control() || "\u{2028}\u{2029}\u{202e}\u{2066}".contains(*character))
    });
    assert_eq!(raw, None);
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("::") && !line.contains("##"), "{line}");
    }
}

#[test]
fn hostile_text_is_harmless_in_every_format() {
    let (violations, summary) = hostile_run();
    for width in [0, 40, 57, 80, 120, 1000] {
        let options = HumanOptions { width, ..NARROW };
        assert_harmless(&human(options, &violations, &summary));
    }
    assert_harmless(&report(&JsonReporter, &violations, &summary));
    let ndjson = report(&NdjsonReporter, &violations, &summary);
    assert_harmless(&ndjson);
    let first: serde_json::Value = serde_json::from_str(ndjson.lines().next().unwrap()).unwrap();
    assert_eq!(first["message"], violations[0].message);
    insta::assert_snapshot!("human_hostile", human(NARROW, &violations, &summary));
    insta::assert_snapshot!("ndjson_hostile", ndjson.lines().next().unwrap());
}

#[test]
fn human_draws_odd_records() {
    let deep = format!("{}\"u\u{301}\u{4e2d}\u{200b}\"{}", "{\"a\":".repeat(100), "}".repeat(100));
    for record in
        ["", "{", "null", "\"\"", "[]", "{}", "{\"a\":\"\"}", "{\"a\":{\"a\":[[[]]]}}", " {\n\t\"a\"\r: [\n]}", &deep]
    {
        let evidence = |steps: &[&str]| Evidence {
            location: at(steps),
            inner: None,
            observed: None,
            expected: String::new(),
            standing: Standing::Direct,
            offset: None,
            at: None,
        };
        let mut odd = root_violation();
        odd.record_text = record.into();
        for evidence in [
            vec![],
            vec![evidence(&[])],
            vec![evidence(&["a"; 1]), evidence(&["a"; 2]), evidence(&[])],
            vec![evidence(&["a"; 100]), evidence(&["a"; 30]), evidence(&["a", "a", "0", "0"])],
        ] {
            odd.evidence = evidence;
            for color in [Color::Plain, Color::Ansi] {
                let options = HumanOptions { color, detail: Detail::Quiet, ..NARROW };
                let text = human(options, std::slice::from_ref(&odd), &Summary::default());
                assert!(text.contains("╭") && text.trim_end().contains("╰"), "{text}");
            }
        }
    }
}

#[test]
fn json_document() {
    let (violations, summary) = full_run();
    let violations = [violations[2].clone(), violations[7].clone(), violations[8].clone()];
    insta::assert_snapshot!(report(&JsonReporter, &violations, &summary));
}

#[test]
fn ndjson_lines_hold_what_the_document_holds() {
    let (violations, summary) = full_run();
    let text = report(&NdjsonReporter, &violations, &summary);
    insta::assert_snapshot!(text.lines().skip(7).collect::<Vec<_>>().join("\n"));
    let mut lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let document: serde_json::Value = serde_json::from_str(&report(&JsonReporter, &violations, &summary)).unwrap();
    let mut last = lines.pop().unwrap();
    assert_eq!(last.as_object_mut().unwrap().remove("type"), Some("summary".into()));
    assert_eq!(last, document["summary"]);
    assert_eq!(serde_json::Value::from(lines), document["violations"]);
}

/// Prints the report in colour, for eyes: `cargo test --test report look -- --nocapture`.
#[test]
fn look() {
    let (violations, summary) = full_run();
    for width in [80, 120] {
        let options = HumanOptions {
            width,
            color: Color::Ansi,
            max_violations: 1,
            elapsed: Some(Duration::from_millis(870)),
            ..NARROW
        };
        println!("{}", human(options, &violations, &summary));
    }
}
