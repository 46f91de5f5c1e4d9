//! The fields that a CloudTrail event is known to have, and their types.
//!
//! A path goes in, the type of what it selects comes out; so a policy that asks for `$.eventname`, or compares the string
//! `mfaAuthenticated` with a boolean, can be told before it runs. Reading and matching do not look here: a field that is not in
//! the catalogue is read like any other.
//!
//! Sources: AWS CloudTrail user guide, "record contents", "userIdentity element", "insightDetails element" and "AWS Management
//! Console sign-in events"; what is sent as a string or a boolean was compared with recorded logs.

use crate::json::{Location, Step};

use Shape::{Flag, List, Number, Object, Open, Text, Unknown};

/// The type of a field where it is present and not null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A string.
    String,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// An object.
    Object,
    /// An array.
    Array,
    /// Any: the catalogue does not say.
    Unknown,
}

/// Type of the field that `steps`, a definite path from the event, select; `None` where a CloudTrail event has no such field.
///
/// A field of an object whose members depend on the called service (`requestParameters`) is `Unknown` unless it is known by name.
#[must_use]
pub fn field_type(steps: &[Step]) -> Option<FieldType> {
    let mut shape = &EVENT;
    for step in steps {
        shape = shape.step(step)?;
    }
    Some(shape.field_type())
}

/// The path, as written in a policy (`$.eventName`), that was probably meant by `steps`, where these select no known field.
///
/// `None` where they select one, or nothing is near. The first unknown name is looked for among its neighbours in any case
/// (`eventname`; below an array also among the fields of its elements), then anywhere among the known fields (`mfaAuthenticated` at the top), then among its neighbours by likeness
/// (`eventNmae`, `region`). Costs a walk over the catalogue; ask it for mistakes only.
#[must_use]
pub fn suggestions(steps: &[Step]) -> Option<String> {
    let mut shape = &EVENT;
    let mut known = String::from("$");
    for (at, step) in steps.iter().enumerate() {
        if let Some(next) = shape.step(step) {
            known = step_below(&known, step);
            shape = next;
            continue;
        }
        let Step::Name(wrong) = step else { return None };
        if let List(element) = shape
            && let Some(field) = element.fields().iter().find(|field| field.0.eq_ignore_ascii_case(wrong))
        {
            return Some(below(&format!("{known}[*]"), field.0));
        }
        let neighbours = shape.fields();
        let here = |field: &'static Field| (below(&known, field.0), &field.1);
        let same_letters = neighbours.iter().find(|field| field.0.eq_ignore_ascii_case(wrong));
        let (mut path, meant) = same_letters
            .map(here)
            .or_else(|| elsewhere(&EVENT, "$", wrong))
            .or_else(|| nearest(neighbours, wrong).map(here))?;
        let rest = steps.get(at + 1..).unwrap_or_default();
        if rest.iter().try_fold(meant, |shape, step| shape.step(step)).is_some() {
            path = rest.iter().fold(path, |path, step| step_below(&path, step));
        }
        return Some(path);
    }
    None
}

/// Every known field of the events that rules are about, as paths in the order of the guide, each array as its elements (`[*]`).
#[must_use]
pub fn known_fields() -> Vec<(String, FieldType)> {
    fn walk(shape: &'static Shape, path: &str, known: &mut Vec<(String, FieldType)>) {
        if let List(element) = shape {
            let path = format!("{path}[*]");
            known.push((path.clone(), element.field_type()));
            walk(element, &path, known);
        }
        for field in shape.fields() {
            let path = below(path, field.0);
            known.push((path.clone(), field.1.field_type()));
            walk(&field.1, &path, known);
        }
    }
    let mut known = Vec::new();
    walk(&EVENT, "$", &mut known);
    known.retain(|(path, _)| !path.starts_with("$.insightDetails"));
    known
}

/// Lowest likeness (Jaro-Winkler, 0 to 1) at which a known name is offered for an unknown one.
const LIKENESS: f64 = 0.85;

fn nearest(fields: &'static [Field], wrong: &str) -> Option<&'static Field> {
    let wrong = wrong.to_ascii_lowercase();
    let likeness = |field: &Field| match field.0.to_ascii_lowercase() {
        // `region` for `awsRegion`: what is left out in front costs most by Jaro-Winkler.
        known if wrong.len() >= 4 && known.ends_with(&wrong) => 1.0,
        known => strsim::jaro_winkler(&known, &wrong),
    };
    fields
        .iter()
        .map(|field| (likeness(field), field))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, field)| field)
}

/// The first known field of this name, in any case, below `shape`, which lies at `path`. Left out are the fields of array
/// elements, and those of insight events, which no rule meets.
fn elsewhere(shape: &'static Shape, path: &str, wrong: &str) -> Option<(String, &'static Shape)> {
    shape.fields().iter().filter(|field| field.0 != "insightDetails").find_map(|field| {
        let path = below(path, field.0);
        if field.0.eq_ignore_ascii_case(wrong) { Some((path, &field.1)) } else { elsewhere(&field.1, &path, wrong) }
    })
}

/// The path of the member `name` of the object at `path`, in the short form where the name allows it.
fn below(path: &str, name: &str) -> String {
    step_below(path, &Step::Name(name.to_owned()))
}

fn step_below(path: &str, step: &Step) -> String {
    match step {
        Step::Name(name) if is_shorthand(name) => format!("{path}.{name}"),
        other => format!("{path}{}", Location(vec![other.clone()]).to_string().trim_start_matches('$')),
    }
}

/// Whether a name may stand behind a dot. Narrower than RFC 9535 §2.5.1, which also allows letters outside ASCII.
fn is_shorthand(name: &str) -> bool {
    let is_word = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    is_word && name.starts_with(|first: char| !first.is_ascii_digit())
}

/// A field's name and what it holds.
struct Field(&'static str, Shape);

/// What a field holds.
enum Shape {
    Text,
    Flag,
    Number,
    /// An object with these fields and no others.
    Object(&'static [Field]),
    /// An object with these fields and any others.
    Open(&'static [Field]),
    /// An array of such elements.
    List(&'static Shape),
    Unknown,
}

impl Shape {
    const fn field_type(&self) -> FieldType {
        match self {
            Self::Text => FieldType::String,
            Self::Flag => FieldType::Bool,
            Self::Number => FieldType::Number,
            Self::Object(_) | Self::Open(_) => FieldType::Object,
            Self::List(_) => FieldType::Array,
            Self::Unknown => FieldType::Unknown,
        }
    }

    const fn fields(&self) -> &'static [Field] {
        match self {
            Self::Object(fields) | Self::Open(fields) => fields,
            _ => &[],
        }
    }

    fn step(&self, step: &Step) -> Option<&'static Self> {
        match (self, step) {
            (Self::Object(_) | Self::Open(_), Step::Name(name)) => {
                let known = self.fields().iter().find(|field| field.0 == name).map(|field| &field.1);
                known.or(if matches!(self, Self::Open(_)) { Some(&Unknown) } else { None })
            }
            (Self::List(element), Step::Index(_)) => Some(element),
            (Self::Unknown, _) => Some(&Unknown),
            _ => None,
        }
    }
}

/// A CloudTrail event. Source: "CloudTrail record contents".
static EVENT: Shape = Object(&[
    Field("eventTime", Text),
    Field("eventVersion", Text),
    Field("userIdentity", USER_IDENTITY),
    Field("eventSource", Text),
    Field("eventName", Text),
    Field("awsRegion", Text),
    Field("sourceIPAddress", Text),
    Field("userAgent", Text),
    Field("errorCode", Text),
    Field("errorMessage", Text),
    Field("requestParameters", Open(&[])),
    Field("responseElements", RESPONSE_ELEMENTS),
    Field("additionalEventData", ADDITIONAL_EVENT_DATA),
    Field("requestID", Text),
    Field("eventID", Text),
    Field("eventType", Text),
    Field("apiVersion", Text),
    Field("managementEvent", Flag),
    Field("readOnly", Flag),
    Field("resources", List(&RESOURCE)),
    Field("recipientAccountId", Text),
    Field("serviceEventDetails", Open(&[])),
    Field("sharedEventID", Text),
    Field("vpcEndpointId", Text),
    Field("vpcEndpointAccountId", Text),
    Field("eventCategory", Text),
    Field("addendum", ADDENDUM),
    Field("sessionCredentialFromConsole", Text),
    Field("edgeDeviceDetails", Open(&[])),
    Field("tlsDetails", TLS_DETAILS),
    Field("eventContext", Object(&[Field("requestContext", Open(&[])), Field("tagContext", Open(&[]))])),
    Field("insightDetails", INSIGHT_DETAILS),
    // Named by the guide in the order of truncation only, without a type.
    Field("annotation", Unknown),
]);

/// Source: "CloudTrail userIdentity element".
const USER_IDENTITY: Shape = Object(&[
    Field("type", Text),
    Field("userName", Text),
    Field("principalId", Text),
    Field("arn", Text),
    Field("accountId", Text),
    Field("accessKeyId", Text),
    Field("sessionContext", SESSION_CONTEXT),
    Field("invokedBy", Text),
    Field("onBehalfOf", Object(&[Field("userId", Text), Field("identityStoreArn", Text)])),
    Field(
        "inScopeOf",
        Object(&[
            Field("sourceArn", Text),
            Field("sourceAccount", Text),
            Field("issuerType", Text),
            Field("credentialsIssuedTo", Text),
        ]),
    ),
    Field("credentialId", Text),
    Field("identityProvider", Text),
]);

/// Source: "CloudTrail userIdentity element". `mfaAuthenticated` and `assumedRoot` are strings that read `true` or `false`.
const SESSION_CONTEXT: Shape = Object(&[
    Field(
        "sessionIssuer",
        Object(&[
            Field("type", Text),
            Field("userName", Text),
            Field("principalId", Text),
            Field("arn", Text),
            Field("accountId", Text),
        ]),
    ),
    Field("webIdFederationData", Object(&[Field("federatedProvider", Text), Field("attributes", Open(&[]))])),
    Field("attributes", Object(&[Field("creationDate", Text), Field("mfaAuthenticated", Text)])),
    Field("sourceIdentity", Text),
    Field("ec2RoleDelivery", Text),
    Field("assumedRoot", Text),
]);

/// Known by name are the outcomes of sign-in events. Source: "AWS Management Console sign-in events".
const RESPONSE_ELEMENTS: Shape =
    Open(&[Field("ConsoleLogin", Text), Field("CheckMfa", Text), Field("PasswordUpdated", Text)]);

/// Known by name are those of sign-in events (source: "AWS Management Console sign-in events") and of S3 data events.
const ADDITIONAL_EVENT_DATA: Shape = Open(&[
    Field("LoginTo", Text),
    Field("MobileVersion", Text),
    Field("MFAUsed", Text),
    Field("MFAIdentifier", Text),
    Field("MfaType", Text),
    Field("AuthenticationMethod", Text),
    Field("CipherSuite", Text),
    Field("SignatureVersion", Text),
    Field("bytesTransferredIn", Number),
    Field("bytesTransferredOut", Number),
    Field("x-amz-id-2", Text),
]);

/// `ARNPrefix` is in the field list of AWS' own CloudTrail processing library.
static RESOURCE: Shape =
    Object(&[Field("ARN", Text), Field("ARNPrefix", Text), Field("accountId", Text), Field("type", Text)]);

/// The guide does not say whether `updatedFields` is a list.
const ADDENDUM: Shape = Object(&[
    Field("reason", Text),
    Field("updatedFields", Unknown),
    Field("originalRequestID", Text),
    Field("originalEventID", Text),
]);

const TLS_DETAILS: Shape = Object(&[
    Field("tlsVersion", Text),
    Field("cipherSuite", Text),
    Field("clientProvidedHostHeader", Text),
    Field("keyExchange", Text),
]);

/// Source: "CloudTrail Insights insightDetails element". Insight events are no audit events and are not evaluated.
const INSIGHT_DETAILS: Shape = Open(&[
    Field("state", Text),
    Field("eventSource", Text),
    Field("eventName", Text),
    Field("insightType", Text),
    Field("errorCode", Text),
    Field(
        "insightContext",
        Open(&[
            Field(
                "statistics",
                Open(&[
                    Field("baseline", Open(&[Field("average", Number)])),
                    Field("insight", Open(&[Field("average", Number)])),
                    Field("insightDuration", Number),
                    Field("baselineDuration", Number),
                ]),
            ),
            Field("attributions", List(&ATTRIBUTION)),
        ]),
    ),
]);

static ATTRIBUTION: Shape = Open(&[
    Field("attribute", Text),
    Field("insight", List(&ATTRIBUTION_VALUE)),
    Field("baseline", List(&ATTRIBUTION_VALUE)),
]);

static ATTRIBUTION_VALUE: Shape = Open(&[Field("value", Text), Field("average", Number)]);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read;
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    /// Steps of a path of plain names and indices.
    fn steps(path: &str) -> Vec<Step> {
        path.split(['.', '[', ']'])
            .filter(|part| !part.is_empty() && *part != "$")
            .map(|part| part.parse().map_or_else(|_| Step::Name(part.to_owned()), Step::Index))
            .collect()
    }

    #[test]
    fn knows_the_types_of_fields() {
        let cases = [
            ("$", Some(FieldType::Object)),
            ("$.eventName", Some(FieldType::String)),
            ("$.readOnly", Some(FieldType::Bool)),
            ("$.userIdentity", Some(FieldType::Object)),
            ("$.userIdentity.sessionContext.attributes.mfaAuthenticated", Some(FieldType::String)),
            ("$.userIdentity.onBehalfOf.userId", Some(FieldType::String)),
            ("$.sessionCredentialFromConsole", Some(FieldType::String)),
            ("$.resources", Some(FieldType::Array)),
            ("$.resources[3].ARN", Some(FieldType::String)),
            ("$.additionalEventData.MFAUsed", Some(FieldType::String)),
            ("$.additionalEventData.bytesTransferredOut", Some(FieldType::Number)),
            ("$.responseElements.ConsoleLogin", Some(FieldType::String)),
            ("$.insightDetails.insightContext.attributions[0].insight[1].average", Some(FieldType::Number)),
            ("$.requestParameters.alarmName", Some(FieldType::Unknown)),
            ("$.requestParameters.items[0].name", Some(FieldType::Unknown)),
            ("$.eventContext.tagContext.principalTags", Some(FieldType::Unknown)),
            ("$.annotation.x", Some(FieldType::Unknown)),
            ("$.eventname", None),
            ("$.userIdentity.user", None),
            ("$.eventName.x", None),
            ("$.eventName[0]", None),
            ("$.resources.ARN", None),
            ("$.resources[0].arn", None),
            ("$[0]", None),
        ];
        for (path, expected) in cases {
            assert_eq!(field_type(&steps(path)), expected, "{path}");
        }
    }

    #[test]
    fn lists_what_it_knows() {
        let known = known_fields();
        assert!(known.contains(&("$.resources[*].ARN".to_owned(), FieldType::String)));
        assert!(known.contains(&("$.additionalEventData['x-amz-id-2']".to_owned(), FieldType::String)));
        assert!(known.iter().all(|(path, _)| !path.contains("insight")));
        for (path, kind) in known.iter().filter(|(path, _)| !path.contains(['*', '\''])) {
            assert_eq!(field_type(&steps(path)), Some(*kind), "{path}");
        }
    }

    #[test]
    fn suggests_what_was_meant() {
        let cases = [
            ("$.eventname", Some("$.eventName")),
            ("$.eventNmae", Some("$.eventName")),
            ("$.sourceIpAddress", Some("$.sourceIPAddress")),
            ("$.sourceIP", Some("$.sourceIPAddress")),
            ("$.userIdentity.username", Some("$.userIdentity.userName")),
            ("$.userIdentity.userId", Some("$.userIdentity.onBehalfOf.userId")),
            ("$.userName", Some("$.userIdentity.userName")),
            ("$.mfaAuthenticated", Some("$.userIdentity.sessionContext.attributes.mfaAuthenticated")),
            ("$.userIdentity.sesionContext.sessionIssuer.arn", Some("$.userIdentity.sessionContext.sessionIssuer.arn")),
            ("$.userIdentity.sessionContext.issuer", Some("$.userIdentity.sessionContext.sessionIssuer")),
            ("$.requestparameters.alarmName", Some("$.requestParameters.alarmName")),
            ("$.resources[0].arn", Some("$.resources[0].ARN")),
            ("$.resources.arn", Some("$.resources[*].ARN")),
            ("$.eventName", None),
            ("$.requestParameters.anything", None),
            ("$.x-amz-id-2", Some("$.additionalEventData['x-amz-id-2']")),
            ("$.EventContext.tagContext.a-b[0]", Some("$.eventContext.tagContext['a-b'][0]")),
            ("$.region", Some("$.awsRegion")),
            ("$.state", None),
            ("$.zzz", None),
            ("$[0]", None),
        ];
        for (path, expected) in cases {
            assert_eq!(suggestions(&steps(path)).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn every_suggestion_is_a_known_field() {
        for path in
            ["$.eventname", "$.ARN", "$.tls", "$.userIdentity.Type", "$.sessionIssuer.arn", "$.MFAUsed", "$.region"]
        {
            if let Some(suggestion) = suggestions(&steps(path)) {
                assert!(field_type(&steps(&suggestion)).is_some(), "{path}: {suggestion}");
            }
        }
    }

    #[test]
    fn no_object_names_a_field_twice() {
        fn walk(shape: &Shape) {
            let names: BTreeSet<_> = shape.fields().iter().map(|field| field.0).collect();
            assert_eq!(names.len(), shape.fields().len(), "{names:?}");
            shape.fields().iter().for_each(|field| walk(&field.1));
            if let Shape::List(element) = shape {
                walk(element);
            }
        }
        walk(&EVENT);
    }

    /// Recorded logs are too large for the repository; where a copy lies beside it, the catalogue must agree with them.
    #[test]
    fn agrees_with_recorded_logs() {
        let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/logs");
        let mut records = 0;
        let mut wrong = BTreeSet::new();
        for folder in ["invictus-ir", "stratus-red-team"] {
            let Ok(files) = std::fs::read_dir(logs.join(folder)) else {
                eprintln!("SKIPPED: no recorded logs at {}", logs.join(folder).display());
                return;
            };
            for file in files {
                for record in records_of(&file.unwrap().path()) {
                    records += 1;
                    compare(&record, &mut Vec::new(), &mut wrong);
                }
            }
        }
        assert!(records > 3000, "only {records} records were found");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// The records of a log file, packed or not; none of a file of another kind (a licence).
    fn records_of(file: &Path) -> Vec<Value> {
        let bytes = std::fs::read(file).unwrap();
        let mut text = Vec::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).unwrap();
        } else {
            text = bytes;
        }
        match serde_json::from_slice(&text) {
            Ok(Value::Array(records)) => records,
            Ok(Value::Object(mut file)) => match file.remove("Records") {
                Some(Value::Array(records)) => records,
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Notes every node at or below `value`, which lies at `at`, that the catalogue does not know or knows with another type.
    fn compare(value: &Value, at: &mut Vec<Step>, wrong: &mut BTreeSet<String>) {
        let found = match value {
            Value::Null => None,
            Value::String(_) => Some(FieldType::String),
            Value::Bool(_) => Some(FieldType::Bool),
            Value::Number(_) => Some(FieldType::Number),
            Value::Array(_) => Some(FieldType::Array),
            Value::Object(_) => Some(FieldType::Object),
        };
        let known = field_type(at);
        if known == Some(FieldType::Unknown) {
            return;
        }
        if known.is_none() || (found.is_some() && found != known) {
            wrong.insert(format!("{}: found {found:?}, known {known:?}", Location(at.clone())));
        }
        let children: Vec<(Step, &Value)> = match value {
            Value::Object(fields) => fields.iter().map(|(name, value)| (Step::Name(name.clone()), value)).collect(),
            Value::Array(elements) => elements.iter().enumerate().map(|(at, value)| (Step::Index(at), value)).collect(),
            _ => Vec::new(),
        };
        for (step, child) in children {
            at.push(step);
            compare(child, at, wrong);
            at.pop();
        }
    }
}
