//! The events of a rule test: made out of templates, or taken from a file.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::event::template::{self, Caller};
use crate::event::{Item, RecordFormat, gzip, read, reader::Ending};
use crate::json::Step;
use crate::policy::model::{PathRef, RecordSource};
use crate::policy::rule_test::{EventTemplate, RuleTest, TestEvent, TestInput, Variant};
use crate::policy::{PolicyIndex, PolicySet};
use crate::text::time;

/// The most that a gzip file named in a test may inflate to.
pub(super) const LIMIT_BYTES: u64 = 64 << 20;

/// Gives the bytes of a file named in a test, relative to the policy file, or why it cannot be read.
pub type TestFiles<'f> = &'f dyn Fn(&str) -> Result<Vec<u8>, String>;

/// Events that a rule is run on together.
#[derive(Debug, Clone)]
pub struct TestCase<'t> {
    /// Which of the test's variants it is; `None` in a test without `each`.
    pub variant: Option<&'t Variant>,
    /// The events.
    pub events: Vec<Value>,
}

/// What `test` of a rule in `policy` of `set` runs on: one case, or one for each variant of its event.
///
/// # Errors
/// The test's file cannot be read or has no such record: in words.
pub fn cases<'t>(
    set: &PolicySet,
    policy: PolicyIndex,
    test: &'t RuleTest,
    files: TestFiles<'_>,
) -> Result<Vec<TestCase<'t>>, String> {
    match &test.input {
        TestInput::Events(events) => match events.as_slice() {
            [event] if !event.each.is_empty() => {
                let variant = |variant| TestCase { variant: Some(variant), events: made(event, Some(variant), 0) };
                Ok(event.each.iter().map(variant).collect())
            }
            events => {
                let mut all = Vec::new();
                for event in events {
                    let before = all.len();
                    all.extend(made(event, None, before));
                }
                Ok(vec![TestCase { variant: None, events: all }])
            }
        },
        TestInput::File { path, record } => {
            let event = taken(set, policy, &path.value, *record, files)?;
            Ok(vec![TestCase { variant: None, events: vec![event] }])
        }
    }
}

/// The events of `event`, each with its own id and time; `before` of the same test are made already.
fn made(event: &TestEvent, variant: Option<&Variant>, before: usize) -> Vec<Value> {
    let mut record = template::record(caller(event.from.value));
    let place = |path: &PathRef| path.path.definite().unwrap_or_default().to_vec();
    let set = || event.set.iter().chain(variant.into_iter().flat_map(|variant| &variant.set));
    let given = |field: &str| set().any(|(path, _)| place(path) == [Step::Name(field.to_owned())]);
    for (path, value) in set() {
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
    (0..usize::try_from(event.repeat.max(1)).unwrap_or(usize::MAX))
        .map(|number| {
            let number = before + number;
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
