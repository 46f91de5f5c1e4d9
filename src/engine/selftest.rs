//! Runs the tests that stand beside a rule, under both evaluators: a test and its rule in, what came out.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::compile::compile;
use crate::engine::reference::{self, Verdict};
use crate::engine::scan;
use crate::event::template::{self, Caller};
use crate::event::{Item, RecordFormat, gzip, read, reader::Ending};
use crate::json::{Location, Path, Step};
use crate::policy::model::RecordSource;
use crate::policy::rule_test::{EventTemplate, Expectation, RuleTest, TestEvent, TestInput};
use crate::policy::{PolicyIndex, PolicySet, Rule};
use crate::text::time;
use crate::violation::FileReport;

/// The most that a gzip file named in a test may inflate to.
const LIMIT_BYTES: u64 = 64 << 20;

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// As expected.
    Passed,
    /// The rule speaks of several events, which is not evaluated.
    NotEvaluated,
    /// Not as expected; in words.
    Failed(String),
    /// The fast evaluator and the reference do not agree: a fault of trailgate; in words.
    Disagreed(String),
    /// The test's file cannot be read, or has no such record; in words.
    Broken(String),
}

/// Gives the bytes of a file named in a test, relative to the policy file, or why it cannot be read.
pub type TestFiles<'f> = &'f dyn Fn(&str) -> Result<Vec<u8>, String>;

/// Runs `test` of `rule`, which stands in `policy` of `set`, as on the day `today` (the test's own `now` goes before).
#[must_use]
pub fn run_test(
    set: &PolicySet,
    policy: PolicyIndex,
    rule: &Rule,
    test: &RuleTest,
    today: Date,
    files: TestFiles<'_>,
) -> TestOutcome {
    let today = test.now.as_deref().and_then(time::parse).map_or(today, time::day);
    let events = match &test.input {
        TestInput::Events(events) => events.iter().flat_map(made).collect(),
        TestInput::File { path, record } => match taken(set, policy, &path.value, *record, files) {
            Ok(event) => vec![event],
            Err(cause) => return TestOutcome::Broken(cause),
        },
    };
    let mut slow = Verdict::default();
    for event in &events {
        let Some(verdict) = reference::evaluate(set, policy, rule, event, today) else {
            return TestOutcome::NotEvaluated;
        };
        slow = joined(slow, verdict);
    }
    let fast = fast(set, rule, &events, today);
    let fast_verdict = verdict_of(&fast);
    if fast_verdict != slow {
        return TestOutcome::Disagreed(format!("the fast evaluator says {fast_verdict:?}, the reference {slow:?}"));
    }
    judged(test, &slow, &fast)
}

/// The events of `event`, each with its own id and time.
fn made(event: &TestEvent) -> Vec<Value> {
    let mut record = template::record(caller(event.from.value));
    let place = |path: &crate::policy::model::PathRef| path.path.definite().unwrap_or_default().to_vec();
    let given = |field: &str| event.set.iter().any(|(path, _)| place(path) == [Step::Name(field.to_owned())]);
    for (path, value) in &event.set {
        template::set(&mut record, &place(path), value.clone());
    }
    if !given("readOnly")
        && let Some(name) = record.get("eventName").and_then(Value::as_str).map(template::reads_only)
    {
        template::set(&mut record, &[Step::Name("readOnly".to_owned())], Value::Bool(name));
    }
    for path in &event.unset {
        template::unset(&mut record, &place(path));
    }
    (0..event.repeat.max(1))
        .map(|number| {
            let mut record = record.clone();
            if number > 0 && !given("eventID") {
                let id = format!("5f1f2b3e-8a3e-4c55-9a86-{number:012x}");
                template::set(&mut record, &[Step::Name("eventID".to_owned())], Value::String(id));
            }
            if !given("eventTime") {
                later(&mut record, event.at);
            }
            record
        })
        .collect()
}

fn later(record: &mut Value, at: std::time::Duration) {
    let field = [Step::Name("eventTime".to_owned())];
    let Some(start) = record.get("eventTime").and_then(Value::as_str).and_then(time::parse) else { return };
    let moved: Option<Timestamp> = SignedDuration::try_from(at).ok().and_then(|at| start.checked_add(at).ok());
    if let Some(moved) = moved {
        template::set(record, &field, Value::String(moved.to_string()));
    }
}

fn caller(template: EventTemplate) -> Caller {
    match template {
        EventTemplate::Root => Caller::Root,
        EventTemplate::IamUser => Caller::IamUser,
        EventTemplate::AssumedRole => Caller::AssumedRole,
        EventTemplate::Sso => Caller::Sso,
        EventTemplate::Saml => Caller::Saml,
        EventTemplate::WebIdentity => Caller::WebIdentity,
        EventTemplate::Service => Caller::Service,
        EventTemplate::Login => Caller::Login,
        EventTemplate::AwsAccount => Caller::OtherAccount,
    }
}

/// The record with the ordinal `record` of the file `path`.
fn taken(
    set: &PolicySet,
    policy: PolicyIndex,
    path: &str,
    record: usize,
    files: TestFiles<'_>,
) -> Result<Value, String> {
    let bytes = files(path).map_err(|cause| format!("the file `{path}` cannot be read: {cause}"))?;
    let text = if gzip::is_gzip(&bytes) { gzip::inflate(&bytes, LIMIT_BYTES).text } else { bytes };
    let mut found = None;
    let format = match set.policy(policy).map(|policy| &policy.records) {
        Some(RecordSource::Json { records, .. }) => RecordFormat::Json { records: records.clone() },
        Some(RecordSource::Cloudtrail) | None => RecordFormat::Cloudtrail,
    };
    let census = read(path, &text, &format, Ending::Whole, &mut |item| {
        if let Item::Record(item) = item
            && item.ordinal == record
        {
            found = serde_json::from_str(&item.text).ok();
        }
    });
    found.ok_or_else(|| format!("the file `{path}` has no readable record {record}; it holds {}", census.records))
}

/// The rule alone, run by the fast evaluator over the events as one log.
fn fast(set: &PolicySet, rule: &Rule, events: &[Value], today: Date) -> FileReport {
    let only = set.clone().filtered(&|other: &Rule| other.id.value == rule.id.value);
    let log = Value::Array(events.to_vec()).to_string();
    let name: Arc<str> = "test".into();
    let mut program = compile(&only, today);
    for part in &mut program.parts {
        // The events stand in one array here, wherever the policy's own records lie.
        if let (RecordFormat::Json { records }, Ok(elements)) = (&mut part.format, Path::parse("$[*]")) {
            *records = elements;
        }
    }
    scan(&program, &name, log.as_bytes(), LIMIT_BYTES)
}

fn verdict_of(report: &FileReport) -> Verdict {
    let mut verdict = Verdict::default();
    for part in &report.parts {
        verdict.in_population |=
            !part.population.is_empty() || (!part.everywhere.is_empty() && !part.records.is_empty());
        if let Some(found) = part.violations.first() {
            verdict.violated = true;
            verdict.covered = found.covered;
            verdict.refused = found.refused;
            verdict.message = Some(found.violation.message.clone());
        }
    }
    verdict
}

/// The verdict on several events: the first violation counts.
fn joined(all: Verdict, next: Verdict) -> Verdict {
    let in_population = all.in_population || next.in_population;
    let first = if all.violated { all } else { next };
    Verdict { in_population, ..first }
}

fn judged(test: &RuleTest, verdict: &Verdict, report: &FileReport) -> TestOutcome {
    let found = match (verdict.in_population, verdict.violated, verdict.covered) {
        (false, ..) => Expectation::NotInScope,
        (true, true, None) => Expectation::Violation,
        (true, ..) => Expectation::Ok,
    };
    if found != test.expect {
        let waived = if verdict.covered.is_some() { ", as an exception or waiver covers the violation" } else { "" };
        return TestOutcome::Failed(format!("expected {}, found {}{waived}", words(test.expect), words(found)));
    }
    if let Some(wanted) = &test.message
        && verdict.message.as_ref() != Some(wanted)
    {
        let found = verdict.message.as_deref().unwrap_or("no message");
        return TestOutcome::Failed(format!("expected the message `{wanted}`, found `{found}`"));
    }
    let evidence: Vec<String> = report
        .parts
        .iter()
        .flat_map(|part| &part.violations)
        .flat_map(|found| &found.violation.evidence)
        .flat_map(|evidence| [evidence.path(), written(&evidence.location)])
        .collect();
    match test.evidence.iter().find(|wanted| !evidence.contains(wanted)) {
        Some(missing) => TestOutcome::Failed(format!("`{missing}` is not among the evidence")),
        None => TestOutcome::Passed,
    }
}

/// A place as an author would write it, where its names need no brackets.
fn written(location: &Location) -> String {
    let steps = location.0.iter().map(|step| match step {
        Step::Name(name) => format!(".{name}"),
        Step::Index(index) => format!("[{index}]"),
    });
    std::iter::once("$".to_owned()).chain(steps).collect()
}

fn words(expectation: Expectation) -> &'static str {
    match expectation {
        Expectation::Violation => "a violation",
        Expectation::Ok => "no violation",
        Expectation::NotInScope => "an event outside the population",
        Expectation::Pending => "a pending obligation",
    }
}
