//! The draft itself: [`draft`] out of a record, [`skeleton`] out of the name of an event.

use serde_json::{Value, json};

use crate::engine::draft::flow::{flow, scalar};
use crate::engine::draft::identities::without_identities;
use crate::event::catalog::FieldType;
use crate::event::services::{Part, service};
use crate::event::template::reads_only;
use crate::policy::Severity;

/// Most fields of a request that are offered to narrow a rule down.
const MOST_FIELDS: usize = 8;
/// Longest text that is offered, in characters.
const LONGEST: usize = 80;
/// Bytes of a field that stands in one test event only.
const LONG_VALUE: usize = 200;
/// Where the fields of the request lie.
const REQUEST: &str = "$.requestParameters";
/// Characters of a test event on one line.
const LINE: usize = 120;
/// Fields of the record that a test event takes over, beside those that its template has.
const TAKEN: &[&str] =
    &["requestParameters", "additionalEventData", "serviceEventDetails", "errorCode", "errorMessage"];

/// A rule with its tests, as a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The rule's id.
    pub id: String,
    /// The text of the policy file.
    pub text: String,
}

/// Why no rule can be drafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the record has no `{0}`, so it is no CloudTrail event")]
pub struct DraftError(&'static str);

/// A rule that `record` breaks: the same call, done by the same type of caller. Its tests are the record (identities replaced), the
/// same call by another type of caller, and the call with another outcome.
///
/// `id` is the rule's id; left out, it is made out of the event's name.
///
/// # Errors
/// The record does not say what was called.
pub fn draft(record: &Value, id: Option<&str>) -> Result<Draft, DraftError> {
    let text = |field: &'static str| record.get(field).and_then(Value::as_str).ok_or(DraftError(field));
    let (source, name) = (text("eventSource")?, text("eventName")?);
    let masked = without_identities(record);
    let caller = Caller::of(&masked);
    Ok(written(&Event { record: &masked, source, name, caller, heading: FROM_RECORD }, id))
}

/// A rule about the call `name` of `source`, to be filled in by its author.
#[must_use]
pub fn skeleton(source: &str, name: &str, id: Option<&str>) -> Draft {
    let record = json!({"eventSource": source, "eventName": name, "userIdentity": {"type": "IAMUser"}});
    let caller = Caller::of(&record);
    written(&Event { record: &record, source, name, caller, heading: FROM_NAME }, id)
}

const FROM_RECORD: &str = "\
  # Drafted from one record, with made-up identities. What in it is the violation only its author knows: narrow down `forbid`, or
  # widen `when`, and keep the tests true.
";
const FROM_NAME: &str = "\
  # A rule has a population (`when`: which events it is about), one obligation (`forbid` or `require`: what must be true of them) and
  # tests. A key that begins with `$` is a path from the event; every other key is a keyword.
";

/// Fields put into a test event: path and value.
type Set = Vec<(String, Value)>;

struct Event<'r> {
    record: &'r Value,
    source: &'r str,
    name: &'r str,
    caller: Caller,
    heading: &'static str,
}

/// Who called.
struct Caller {
    /// `userIdentity.type`.
    kind: Option<String>,
    /// The event template.
    template: &'static str,
    /// Whether the template is another kind of caller, so that a test event needs the record's own.
    foreign: bool,
    /// With an article.
    words: String,
    /// The path that names the caller in a message.
    path: &'static str,
}

impl Caller {
    fn of(record: &Value) -> Self {
        let identity = record.get("userIdentity");
        let field = |name: &str| identity.and_then(|identity| identity.get(name)).and_then(Value::as_str);
        let kind = field("type").map(str::to_owned);
        let issuer = identity.and_then(|identity| identity.pointer("/sessionContext/sessionIssuer/userName"));
        let sso = issuer.and_then(Value::as_str).is_some_and(|role| role.starts_with("AWSReservedSSO_"));
        let (template, words, path) = match kind.as_deref() {
            Some("Root") => ("root", "root", "$.userIdentity.arn"),
            Some("IAMUser") => ("iam_user", "an IAM user", "$.userIdentity.arn"),
            Some("AssumedRole") if sso => ("sso", "an Identity Center session", "$.userIdentity.arn"),
            Some("AssumedRole") => ("assumed_role", "a role session", "$.userIdentity.arn"),
            Some("SAMLUser") => ("saml", "a SAML user", "$.userIdentity.userName"),
            Some("WebIdentityUser") => ("web_identity", "a web identity user", "$.userIdentity.userName"),
            Some("AWSService") => ("service", "an AWS service", "$.userIdentity.invokedBy"),
            Some("AWSAccount") => ("aws_account", "another account", "$.userIdentity.accountId"),
            Some(other) => {
                let words = format!("a caller of the type {other}");
                return Self { template: "assumed_role", foreign: true, words, path: "$.userIdentity.type", kind };
            }
            None => {
                let words = "a caller without a type".to_owned();
                return Self { template: "service", foreign: true, words, path: "$.sourceIPAddress", kind };
            }
        };
        Self { template, foreign: false, words: words.to_owned(), path, kind }
    }

    /// The template of another type of caller, and words for it.
    fn other(&self) -> (&'static str, &'static str) {
        match self.kind.as_deref() {
            Some("AssumedRole") => ("iam_user", "an IAM user"),
            _ => ("assumed_role", "a role session"),
        }
    }
}

fn written(event: &Event<'_>, id: Option<&str>) -> Draft {
    let id = id.map_or_else(|| rule_id(event.source, event.name), str::to_owned);
    let severities: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
    let mut lines = vec![
        "version: 1".to_owned(),
        "rules:".to_owned(),
        event.heading.trim_end().to_owned(),
        format!("  - id: {}", scalar(&id)),
        format!("    title: {}", scalar(&format!("{} called by {}", event.name, event.caller.words))),
        format!("    severity: medium # one of {}", severities.join(", ")),
        "    # The population: calls such as this one.".to_owned(),
        "    when:".to_owned(),
        format!("      $.eventSource: {}", scalar(event.source)),
        format!("      $.eventName: {}", scalar(event.name)),
    ];
    lines.extend(outcome(event.record));
    lines.push("    # A violation is one that was made by".to_owned());
    lines.push("    forbid:".to_owned());
    lines
        .push(format!("      $.userIdentity.type: {}", event.caller.kind.as_deref().map_or("null".to_owned(), scalar)));
    let fields = fields(event.record);
    let address = event.record.get("sourceIPAddress").and_then(Value::as_str);
    let address = address.filter(|address| address.parse::<std::net::IpAddr>().is_ok());
    if !fields.is_empty() || address.is_some() {
        lines.push("      # More of the record, to narrow it down:".to_owned());
    }
    lines.extend(fields.iter().map(|(path, value)| format!("      # {path}: {}", flow(value))));
    if event.heading == FROM_NAME {
        let known = known_fields(event.source, event.name);
        if !known.is_empty() {
            lines.push("      # Fields of the request, to narrow it down:".to_owned());
        }
        lines.extend(known.iter().map(|(path, test)| format!("      # {path}: {test}")));
    }
    lines.extend(address.map(|address| format!("      # $.sourceIPAddress: {{not: {{cidr: {address}}}}}")));
    let target = fields
        .iter()
        .find(|(path, _)| path.starts_with(REQUEST) && !path.contains('['))
        .map(|(path, _)| format!(" on {{{path}}}"));
    let message = format!("{{{}}} called {{$.eventName}}{}", event.caller.path, target.unwrap_or_default());
    lines.push(format!("    message: {}", scalar(&message)));
    lines.push("    # What a reader of the report needs:".to_owned());
    lines.push("    # rationale: why it matters".to_owned());
    lines.push("    # remediation: what to do about it".to_owned());
    lines.push("    # controls: {cis-aws-5.0: [\"4.3\"]}".to_owned());
    lines.push("    # references: [https://docs.aws.amazon.com/…]".to_owned());
    lines.push("    tests:".to_owned());
    lines.extend(tests(event));
    Draft { id, text: format!("{}\n", lines.join("\n")) }
}

/// What `when` says of the outcome.
fn outcome(record: &Value) -> Vec<String> {
    let of = |field: &str| record.get(field).and_then(Value::as_str);
    match (of("errorCode"), of("errorMessage")) {
        (Some(code), _) => vec![format!("      $.errorCode: {}", scalar(code))],
        (None, Some(message)) => vec![format!("      $.errorMessage: {}", scalar(message))],
        (None, None) => vec![
            "      # Refused calls are left out.".to_owned(),
            "      $.errorCode: null".to_owned(),
            "      $.errorMessage: null".to_owned(),
        ],
    }
}

fn tests(event: &Event<'_>) -> Vec<String> {
    let record = event.record;
    let mut set: Set =
        vec![("$.eventSource".to_owned(), event.source.into()), ("$.eventName".to_owned(), event.name.into())];
    for field in TAKEN {
        if let Some(value) = record.get(*field).filter(|value| !value.is_null()) {
            let value = if value.is_string() { value.clone() } else { compact(value) };
            set.push((format!("$.{field}"), value));
        }
    }
    // Where nothing was asked for, what came back says what it was about.
    if record.get("requestParameters").is_none_or(Value::is_null)
        && let Some(value) = record.get("responseElements").filter(|value| !value.is_null())
    {
        set.push(("$.responseElements".to_owned(), value.clone()));
    }
    if let Some(kind) = record.get("eventType").filter(|kind| *kind != "AwsApiCall") {
        set.push(("$.eventType".to_owned(), kind.clone()));
    }
    if let Some(read_only) = record.get("readOnly").filter(|read_only| **read_only != json!(reads_only(event.name))) {
        set.push(("$.readOnly".to_owned(), read_only.clone()));
    }
    let mut own = set.clone();
    let invoked_by = record.pointer("/userIdentity/invokedBy").filter(|invoked_by| invoked_by.is_string());
    if event.caller.foreign {
        own.push(("$.userIdentity".to_owned(), record.get("userIdentity").cloned().unwrap_or(Value::Null)));
    } else if let Some(invoked_by) = invoked_by {
        own.push(("$.userIdentity.invokedBy".to_owned(), invoked_by.clone()));
    }
    let mut unlike = own.clone();
    let before = unlike.len();
    unlike.retain(|(path, _)| path != "$.errorCode" && path != "$.errorMessage");
    let failed = unlike.len() < before;
    if !failed {
        unlike.push(("$.errorCode".to_owned(), "AccessDenied".into()));
    }
    let (other, other_words) = event.caller.other();
    // Once is enough for what is long.
    for other in [&mut set, &mut unlike] {
        other.retain(|(path, value)| path.starts_with("$.error") || flow(value).len() <= LONG_VALUE);
    }
    let (template, words) = (event.caller.template, event.caller.words.as_str());
    let unlike_words = if failed { "the call succeeds" } else { "the call is refused" };
    let test = |name: &str, template: &str, set: &Set, expect: &str| {
        let entries: Vec<String> = set.iter().map(|(path, value)| format!("{path}: {}", flow(value))).collect();
        let line = format!("        event: {{from: {template}, set: {{{}}}}}", entries.join(", "));
        let mut lines = vec![format!("      - name: {}", scalar(name))];
        if line.chars().count() <= LINE {
            lines.push(line);
        } else {
            lines.push("        event:".to_owned());
            lines.push(format!("          from: {template}"));
            lines.push("          set:".to_owned());
            lines.extend(entries.iter().map(|entry| format!("            {entry}")));
        }
        lines.push(format!("        expect: {expect}"));
        lines
    };
    [
        test(&format!("{words} calls it"), template, &own, "violation"),
        test(&format!("{other_words} calls it"), other, &set, "ok"),
        test(unlike_words, template, &unlike, "not_in_scope"),
    ]
    .concat()
}

/// Fields that the request of the event is known to have, each with a test that can be asked of it.
fn known_fields(source: &str, name: &str) -> Vec<(String, &'static str)> {
    let fields = service(source).map(|service| service.fields(name, Part::Request, &[])).unwrap_or_default();
    let test = |kind: FieldType| match kind {
        FieldType::String => "{glob: \"admin-*\"}",
        FieldType::Bool => "true",
        FieldType::Number => "{gt: 1}",
        FieldType::Array => "{length: {gt: 1}}",
        FieldType::Object | FieldType::Unknown => "{exists: true}",
    };
    let fields = fields.into_iter().map(|(field, kind)| (format!("{REQUEST}.{field}"), test(kind)));
    fields.take(MOST_FIELDS).collect()
}

/// `value` with JSON inside its texts on one line.
fn compact(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with(['{', '[']) => {
            serde_json::from_str::<Value>(text).map_or_else(|_| value.clone(), |json| json.to_string().into())
        }
        Value::Array(items) => items.iter().map(compact).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.clone(), compact(value))).collect())
        }
        other => other.clone(),
    }
}

/// Fields of the request with their values, as paths: the first of each array.
fn fields(record: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let asked = record.get("requestParameters").filter(|request| !request.is_null());
    let answered = record.get("responseElements").filter(|_| asked.is_none());
    let parts = [
        (asked, REQUEST),
        (answered, "$.responseElements"),
        (record.get("additionalEventData"), "$.additionalEventData"),
    ];
    for (part, path) in parts {
        leaves(part.unwrap_or(&Value::Null), path, &mut found);
    }
    found.truncate(MOST_FIELDS);
    found
}

fn leaves(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let simple = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                    && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                // A name in brackets may need quotes of its own: such fields are left to the author.
                if simple {
                    leaves(value, &format!("{path}.{key}"), found);
                }
            }
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                leaves(first, &format!("{path}[*]"), found);
            }
        }
        Value::Null => {}
        Value::String(text) if text.chars().count() > LONGEST || text.is_empty() => {}
        scalar => found.push((path.to_owned(), scalar.clone())),
    }
}

/// `iam.create-user-called` out of `iam.amazonaws.com` and `CreateUser`.
fn rule_id(source: &str, name: &str) -> String {
    let service = match source.split('.').next().unwrap_or_default() {
        "monitoring" => "cloudwatch",
        service => service,
    };
    let parts = [words(service), words(name)].map(|part| if part.is_empty() { "event".to_owned() } else { part });
    format!("{}-called", parts.join("."))
}

/// The words of a name in CamelCase, small, with hyphens.
fn words(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let behind = characters.get(at + 1);
        let begins = character.is_ascii_uppercase()
            && before
                .is_some_and(|before| !before.is_ascii_uppercase() || behind.is_some_and(char::is_ascii_lowercase));
        if !character.is_ascii_alphanumeric() || begins {
            out.push('-');
        }
        if character.is_ascii_alphanumeric() {
            out.push(character.to_ascii_lowercase());
        }
    }
    out.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_words() {
        for (source, name, id) in [
            ("iam.amazonaws.com", "CreateUser", "iam.create-user-called"),
            ("monitoring.amazonaws.com", "PutMetricAlarm", "cloudwatch.put-metric-alarm-called"),
            ("rds.amazonaws.com", "ModifyDBInstance", "rds.modify-db-instance-called"),
            (
                "cloudfront.amazonaws.com",
                "CreateDistribution2020_05_31",
                "cloudfront.create-distribution2020-05-31-called",
            ),
            ("", "?", "event.event-called"),
        ] {
            assert_eq!(rule_id(source, name), id);
        }
    }
}
