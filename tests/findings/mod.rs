//! Runs made of violations with a given text in every field, for the tests of formats that others define.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use trailgate::json::{Location, Step};
use trailgate::policy::{RuleId, Severity};
use trailgate::report::{Reporter, RunReport};
use trailgate::text::LineColumn;
use trailgate::violation::violation::EventIdentity;
use trailgate::violation::{
    Evidence, Extent, PolicyPlace, RuleCard, RuleStatus, RuleSummary, Standing, Summary, Verdict, Violation, Waived,
};

/// The time of every run.
pub const NOW: &str = "2026-02-01T08:00:00Z";

/// Texts that a field should never break on.
pub fn hostile() -> Vec<String> {
    let texts = [
        "",
        " \t ",
        "\u{1b}[31mred\u{1b}]8;;x\u{7}",
        "a\u{202e}b\u{2066}\u{200b}\u{feff}",
        "a\0b",
        "a\n::error::b\r\n##vso[c]",
    ];
    let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    texts.extend(["x".repeat(1_000_000), "😀".repeat(20_000), "\u{1b}".repeat(50_000), "\"'\\".repeat(100)]);
    texts
}

/// A violation by `event`, with the fingerprint `number`.
pub fn violation(number: usize, event: EventIdentity) -> Violation {
    Violation {
        rule: RuleId("iam.user-created".to_owned()),
        title: "IAM user created".into(),
        severity: Severity::High,
        message: "alice created bob".to_owned(),
        file: "logs/a.json.gz".into(),
        record: number,
        offset: 100 * number,
        at: LineColumn { line: 1, column: 1 + 100 * number },
        event,
        evidence: vec![evidence(Some(Value::from("CreateUser"))), evidence(None)],
        context: Vec::new(),
        policy: PolicyPlace { file: "policies/iam.yaml".into(), at: LineColumn { line: 3, column: 9 } },
        remediation: Some("Ask alice.\nThen delete\n  the user.".into()),
        controls: Arc::new(controls()),
        fingerprint: format!("{number:032x}"),
        waived: None,
        record_text: "".into(),
        timeline: None,
    }
}

fn evidence(observed: Option<Value>) -> Evidence {
    Evidence {
        location: Location(vec![Step::Name("eventName".to_owned())]),
        inner: None,
        observed,
        expected: "not `CreateUser`".to_owned(),
        standing: Standing::Direct,
        offset: None,
        at: None,
    }
}

fn controls() -> BTreeMap<String, Vec<String>> {
    BTreeMap::from([("soc2".to_owned(), vec!["CC6.1".to_owned(), "CC6.2".to_owned()])])
}

/// An event as CloudTrail has them.
pub fn event() -> EventIdentity {
    let text = |text: &str| Some(text.to_owned());
    EventIdentity {
        id: text("5f1f2b3e-8a3e-4c55-9a86-54b05f1d8ac1"),
        time: text("2026-01-31T10:15:00Z"),
        name: text("CreateUser"),
        source: text("iam.amazonaws.com"),
        account: text("123456789012"),
        region: text("eu-central-1"),
        principal: text("arn:aws:iam::123456789012:user/alice"),
        source_ip: text("192.0.2.10"),
    }
}

/// Violations with each hostile text in everything that comes from a log or a policy.
pub fn hostile_violations() -> Vec<Violation> {
    let of = |(number, text): (usize, String)| {
        let some = Some(text.clone());
        let event = EventIdentity {
            id: some.clone(),
            time: some.clone(),
            name: some.clone(),
            source: some.clone(),
            account: some.clone(),
            region: some.clone(),
            principal: some.clone(),
            source_ip: some.clone(),
        };
        let named = EventIdentity {
            principal: Some(format!("arn:aws:sts::123456789012:assumed-role/{text}/{text}")),
            ..event.clone()
        };
        let everything = Violation {
            title: text.as_str().into(),
            message: text.clone(),
            file: text.as_str().into(),
            evidence: vec![evidence(Some(Value::from(text.as_str()))); if text.len() < 1000 { 60 } else { 1 }],
            policy: PolicyPlace { file: text.as_str().into(), at: LineColumn { line: 1, column: 1 } },
            remediation: Some(text.as_str().into()),
            controls: Arc::new(BTreeMap::from([(text.clone(), vec![text.clone(); 40])])),
            fingerprint: text.clone(),
            waived: Some(waived(&text)),
            ..violation(number, event)
        };
        [everything, violation(number, named)]
    };
    hostile().into_iter().enumerate().flat_map(of).collect()
}

/// A waiver with this reason.
pub fn waived(reason: &str) -> Waived {
    let until = "2027-01-31".parse().unwrap();
    Waived { name: "known".to_owned(), reason: reason.to_owned(), owner: Some(reason.to_owned()), until, ticket: None }
}

/// The card of the rule that all violations break.
pub fn card() -> RuleCard {
    RuleCard {
        rule: RuleId("iam.user-created".to_owned()),
        title: "IAM user created".to_owned(),
        severity: Severity::High,
        obligation: "forbid",
        rationale: Some("Users are made by the directory.".to_owned()),
        remediation: Some("Ask alice.".to_owned()),
        controls: controls(),
        references: vec!["ftp://example.com".to_owned(), "https://example.com/users".to_owned()],
        tags: vec!["identity".to_owned()],
        waivable: true,
        policy: PolicyPlace { file: "policies/iam.yaml".into(), at: LineColumn { line: 3, column: 9 } },
    }
}

/// What became of the rule.
pub fn summary(violations: &[Violation], status: RuleStatus) -> Summary {
    let count = |waived: bool| violations.iter().filter(|violation| violation.waived.is_some() == waived).count();
    let rule = RuleSummary {
        extent: Extent::default(),
        rule: card().rule,
        title: card().title,
        severity: card().severity,
        population: u64::try_from(violations.len()).unwrap(),
        violations: u64::try_from(count(false)).unwrap(),
        waived: u64::try_from(count(true)).unwrap(),
        pending: 0,
        learning: 0,
        status,
    };
    Summary { violations: count(false), waived: count(true), rules: vec![rule], ..Summary::default() }
}

/// What `reporter` writes, a value a line; that no line holds what a terminal or a CI runner acts on is checked on the way.
pub fn lines(reporter: &dyn Reporter, violations: &[Violation], summary: &Summary, rules: &[RuleCard]) -> Vec<Value> {
    let run = RunReport {
        violations,
        summary,
        fail_on: Severity::Low,
        verdict: Verdict::Violated,
        tool_version: "0.1.0",
        rules,
        now: NOW.parse::<Timestamp>().unwrap(),
        baseline: None,
        controls: &[],
    };
    let mut out = Vec::new();
    reporter.report(&run, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is not ended");
    let unsafe_in_output = |character: char| {
        (character.is_control() && character != '\n') || "\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}".contains(character)
    };
    assert!(!text.contains(unsafe_in_output) && !text.contains("##"), "a line holds what a terminal acts on");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
