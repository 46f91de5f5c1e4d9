//! Runs to report: made up, hostile, and by the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use trailgate::audit::gate::Problems;
use trailgate::audit::{Gate, verdict};
use trailgate::event::Problem;
use trailgate::event::problem::ProblemKind;
use trailgate::json::{Location, Step};
use trailgate::policy::{RuleId, Severity};
use trailgate::report::{Reporter, RunReport};
use trailgate::text::LineColumn;
use trailgate::violation::summary::{FileCounts, Note, RecordCounts};
use trailgate::violation::{
    Comparison, EventIdentity, Evidence, Extent, Known, PolicyPlace, RuleCard, RuleStatus, RuleSummary, Standing,
    Summary, Violation, Waived,
};

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/logs");
const RECORD: &str = r#"{"eventName":"PutMetricAlarm","userIdentity":{"type":"Root"}}"#;

/// Everything a report is made of.
#[derive(Debug, Clone)]
pub struct Run {
    pub violations: Vec<Violation>,
    pub summary: Summary,
    pub rules: Vec<RuleCard>,
    pub baseline: Option<Comparison>,
    pub fail_on: Severity,
    pub problems: Problems,
}

impl Run {
    pub fn report(&self, reporter: &dyn Reporter) -> String {
        let gate = Gate {
            fail_on: self.fail_on,
            problems: self.problems,
            pending: trailgate::audit::gate::Pending::Counts,
            upkeep: trailgate::audit::gate::Upkeep::Noted,
        };
        let run = RunReport {
            violations: &self.violations,
            summary: &self.summary,
            fail_on: self.fail_on,
            verdict: verdict(gate, &self.summary),
            tool_version: "0.1.0",
            rules: &self.rules,
            now: "2026-12-31T12:00:00Z".parse::<Timestamp>().unwrap(),
            baseline: self.baseline.as_ref(),
            controls: &[],
        };
        let mut out = Vec::new();
        reporter.report(&run, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}

/// A rule, its population, and how often it is violated and waived.
struct Made<'t> {
    id: &'t str,
    title: &'t str,
    severity: Severity,
    policy: &'t str,
    population: u64,
    violations: usize,
    waived: usize,
    status: RuleStatus,
}

/// Rules of two policies with every outcome, problems, notes and a baseline.
pub fn full() -> Run {
    use RuleStatus::{Clean, NotObserved, Pending, Violated};
    use Severity::{Critical, High, Low, Medium};
    let made = |id, title, severity, policy, population, violations, waived, status| Made {
        id,
        title,
        severity,
        policy,
        population,
        violations,
        waived,
        status,
    };
    let (trail, iam) = ("policies/cloudtrail.yaml", "policies/iam.yaml");
    run(&[
        made("trail.logging-stopped", "Trail logging stopped", Critical, trail, 1214, 3, 1, Violated),
        made("iam.console-login-without-mfa", "Console login without MFA", High, iam, 8, 12, 0, Violated),
        made("trail.changed", "Trail changed: see #12", Medium, trail, 3, 1, 0, Violated),
        made("iam.user-created", "User created", Low, iam, 3, 2, 0, Violated),
        made("trail.deleted", "Trail deleted", High, trail, 2, 0, 2, Clean),
        made("iam.key-created", "Access key created", High, iam, 14, 0, 0, Clean),
        made("iam.root-used", "Root used", High, iam, 0, 0, 0, NotObserved),
        made("iam.failed-login-burst", "Burst of failed logins", Low, iam, 5, 0, 0, Pending),
    ])
}

/// A run without any violation or problem.
pub fn clean() -> Run {
    let mut run = full();
    run.violations.clear();
    run.summary.problems.clear();
    run.summary.notes.clear();
    (run.summary.violations, run.summary.waived, run.baseline) = (0, 0, None);
    for rule in &mut run.summary.rules {
        (rule.violations, rule.waived, rule.pending, rule.status) = (0, 0, 0, RuleStatus::Clean);
    }
    run
}

fn run(made: &[Made<'_>]) -> Run {
    let mut violations = Vec::new();
    for rule in made {
        for number in 0..rule.violations + rule.waived {
            violations.push(violation(rule, number, number >= rule.violations));
        }
    }
    let sum = |count: fn(&Made<'_>) -> usize| made.iter().map(count).sum();
    let problem = |kind, at: Option<LineColumn>, record, message: &str| Problem {
        kind,
        file: "./logs/b.json".into(),
        record,
        offset: at.map(|at| at.column),
        at,
        message: message.to_owned(),
    };
    let summary = Summary {
        extent: Extent::default(),
        files: FileCounts { found: 3, read: 3, ..FileCounts::default() },
        records: RecordCounts { found: 2932, evaluated: 2921, duplicates: 10, malformed: 1, insights: 0 },
        bytes: 8_439_201,
        violations: sum(|rule| rule.violations),
        waived: sum(|rule| rule.waived),
        rules: made.iter().map(summary).collect(),
        problems: vec![
            problem(ProblemKind::Unreadable, None, None, "permission denied (os error 13)"),
            problem(
                ProblemKind::MalformedRecord,
                Some(LineColumn { line: 1, column: 5512 }),
                Some(4),
                "expected `,` or `}`, found `x`",
            ),
        ],
        notes: vec![Note {
            code: "history_forgotten",
            rule: Some(RuleId("iam.failed-login-burst".to_owned())),
            message: "the rule changed since the state was kept: what it had seen is forgotten, and it learns anew"
                .to_owned(),
            file: "policies/iam.yaml".to_owned(),
            line: 91,
        }],
        interrupted: false,
    };
    let known = Known {
        fingerprint: "0000".to_owned(),
        rule: "trail.deleted".to_owned(),
        message: "root deleted the trail audit".to_owned(),
        event_time: Some("2026-01-30T10:15:00Z".to_owned()),
        event_id: None,
    };
    // Two violations of the first rule are known.
    let new_by_rule = summary.rules.iter().enumerate().map(|(place, rule)| {
        let known = if place == 0 { 2 } else { 0 };
        (rule.rule.clone(), rule.violations.saturating_sub(known))
    });
    let baseline = Comparison {
        known: BTreeSet::from(["f0".to_owned()]),
        gone: vec![known],
        new: 16,
        old: 2,
        new_by_rule: new_by_rule.collect(),
    };
    let rules = made.iter().map(card).collect();
    Run { violations, summary, rules, baseline: Some(baseline), fail_on: Severity::Medium, problems: Problems::Count }
}

fn summary(rule: &Made<'_>) -> RuleSummary {
    RuleSummary {
        extent: Extent::default(),
        rule: RuleId(rule.id.to_owned()),
        title: rule.title.to_owned(),
        severity: rule.severity,
        population: rule.population,
        violations: u64::try_from(rule.violations).unwrap(),
        waived: u64::try_from(rule.waived).unwrap(),
        pending: u64::from(rule.status == RuleStatus::Pending) * 2,
        learning: 0,
        status: rule.status,
    }
}

fn card(rule: &Made<'_>) -> RuleCard {
    let controls = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    RuleCard {
        rule: RuleId(rule.id.to_owned()),
        title: rule.title.to_owned(),
        severity: rule.severity,
        obligation: "forbid",
        rationale: None,
        remediation: Some("Ask who did it,\nand why.".to_owned()),
        controls: BTreeMap::from([
            ("cis-aws-5.0".to_owned(), controls(&[if rule.id.starts_with("iam") { "1.5" } else { "3.1" }])),
            ("nist-800-53-r5".to_owned(), controls(&["AC-6(9)", "AU-12"])),
        ]),
        references: Vec::new(),
        tags: Vec::new(),
        waivable: true,
        policy: PolicyPlace { file: rule.policy.into(), at: LineColumn { line: 12, column: 9 } },
    }
}

fn violation(rule: &Made<'_>, number: usize, waived: bool) -> Violation {
    let path = Location(vec![Step::Name("userIdentity".to_owned()), Step::Name("type".to_owned())]);
    let missing = Location(vec![Step::Name("errorCode".to_owned())]);
    let evidence = |location, observed: Option<&str>, at: Option<LineColumn>| Evidence {
        location,
        inner: None,
        observed: observed.map(Into::into),
        expected: "not `Root`".to_owned(),
        standing: Standing::Direct,
        offset: at.map(|at| at.column),
        at,
    };
    Violation {
        rule: RuleId(rule.id.to_owned()),
        title: rule.title.into(),
        severity: rule.severity,
        message: format!("alice, called 100% of `{}` no. {number}", rule.id),
        file: "./logs/a.json".into(),
        record: number,
        offset: 10 * number,
        at: LineColumn { line: number + 1, column: 3 },
        event: EventIdentity {
            id: Some(format!("e-{number}")),
            time: Some("2026-01-31T10:15:00Z".to_owned()),
            principal: Some("arn:aws:iam::123456789012:user/alice".to_owned()),
            ..EventIdentity::default()
        },
        evidence: vec![
            evidence(missing, None, None),
            evidence(path, Some("Root"), Some(LineColumn { line: number + 1, column: 40 })),
        ],
        context: Vec::new(),
        policy: PolicyPlace { file: rule.policy.into(), at: LineColumn { line: 12, column: 9 } },
        remediation: Some("Ask who did it,\nand why.".into()),
        controls: Arc::new(card(rule).controls),
        fingerprint: format!("f{number}"),
        waived: waived.then(|| Waived {
            name: "pipeline".to_owned(),
            reason: "the pipeline\nowns it".to_owned(),
            owner: None,
            until: "2027-01-31".parse().unwrap(),
            ticket: None,
        }),
        record_text: RECORD.into(),
        timeline: None,
    }
}

/// Texts that do something in one format or another, and what they hold that must stay visible.
pub fn hostile_texts() -> Vec<String> {
    let short = [
        "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}1m",
        "::error::forged",
        "x\n::error file=a::forged\r\n::set-output name=a::b",
        "%0A::error::forged%0D%25",
        "##[error]forged ###[group]x ##vso[task.setvariable variable=a]b",
        "</script><script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "  =1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "a\u{202e}txt.exe\u{2066}\u{200b}\u{feff}",
        "nul\0nul",
        "|a|b|\\|",
        "`a``b```c",
        "` <b> `` <b> ```",
        "]]>&amp;&#0;<![CDATA[<a>",
        "![i](http://evil.example/a.png) [l](javascript:alert(1)) <http://evil.example>",
        "@octocat closes #1, octo/repo#2 GH-3 deadbeefdeadbeef www.evil.example a@evil.example",
        "\u{fffe}\u{ffff}\u{85}\u{2028}",
        "\"quoted\",and;split",
        "</details>\n\n# heading\n\n- [ ] task",
        "a,b:c=d",
        "",
        " ",
    ];
    let mut texts: Vec<String> = short.map(str::to_owned).to_vec();
    texts.extend(["x".repeat(1_000_000), "`".repeat(50_000), "\u{202e}".repeat(20_000), "é<".repeat(50_000)]);
    texts
}

/// [`full`] with `text` in every field that a log or a policy can fill.
pub fn hostile(text: &str) -> Run {
    let mut run = full();
    let owned = || text.to_owned();
    // A megabyte in some fields of each violation is enough.
    let brief = || text.chars().take(2000).collect::<String>();
    for violation in &mut run.violations {
        violation.title = text.into();
        violation.message = owned();
        violation.file = text.into();
        violation.event = EventIdentity {
            id: Some(brief()),
            time: Some(brief()),
            name: Some(brief()),
            source: Some(brief()),
            account: Some(brief()),
            region: Some(brief()),
            principal: Some(owned()),
            source_ip: Some(brief()),
        };
        for evidence in &mut violation.evidence {
            evidence.location = Location(vec![Step::Name(brief())]);
            evidence.expected = brief();
            evidence.observed = Some(brief().into());
        }
        violation.policy.file = text.into();
        violation.remediation = Some(text.into());
        violation.fingerprint = brief();
        violation.record_text = text.into();
        if let Some(waived) = &mut violation.waived {
            (waived.name, waived.reason, waived.owner) = (brief(), brief(), Some(brief()));
        }
    }
    // Ids stay apart, since rules are told apart by them.
    let id = |rule: &RuleId| RuleId(format!("{}{rule}", brief()));
    for violation in &mut run.violations {
        violation.rule = id(&violation.rule);
    }
    for rule in &mut run.summary.rules {
        (rule.rule, rule.title) = (id(&rule.rule), owned());
    }
    for card in &mut run.rules {
        (card.rule, card.title, card.remediation) = (id(&card.rule), owned(), Some(owned()));
        card.policy.file = text.into();
        card.controls = BTreeMap::from([(owned(), vec![owned(), owned()])]);
    }
    for problem in &mut run.summary.problems {
        (problem.file, problem.message) = (text.into(), owned());
    }
    for note in &mut run.summary.notes {
        (note.message, note.file, note.rule) = (owned(), owned(), Some(RuleId(owned())));
    }
    for known in run.baseline.iter_mut().flat_map(|baseline| &mut baseline.gone) {
        (known.rule, known.message, known.event_time) = (owned(), owned(), Some(owned()));
    }
    run
}

/// What the binary reports of the fixtures and, where they are at hand, of the published logs, in each of `formats`.
pub fn of_the_binary(formats: &[&str]) -> Vec<Vec<String>> {
    let exceptions = ["-p", "tests/cmd/policies/exceptions.yaml", "--as-of", "2026-12-31", "fixtures/cloudtrail"];
    let mut runs: Vec<Vec<&str>> = vec![exceptions.to_vec(), vec!["fixtures"]];
    if Path::new(LOGS).is_dir() {
        runs.push(vec![LOGS]);
    } else {
        eprintln!("SKIPPED: the published logs are not at {LOGS}");
    }
    runs.iter().map(|run| formats.iter().map(|format| check(format, run)).collect()).collect()
}

fn check(format: &str, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .args(["check", "--color", "never", "-f", format])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
