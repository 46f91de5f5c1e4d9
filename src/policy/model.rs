//! The policy language as data: what `policy::parse` makes out of a file. `docs/dsl.md` says what each part means.
//!
//! Spans point into the text of the policy's own source.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::json::{Path, path::Filter};
use crate::policy::error::PolicyError;
use crate::policy::operator::{ListTest, Scalar};
use crate::text::{Source, Span};

/// A value and where it stands in the policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value` at `span`.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One policy file.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The file.
    pub source: Source,
    /// Which records its rules are about.
    pub records: RecordSource,
    /// Its lists, by name.
    pub lists: BTreeMap<String, List>,
    /// Its named conditions.
    pub defines: BTreeMap<String, Define>,
    /// Its rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// What is odd about it and yet allowed.
    pub warnings: Vec<PolicyError>,
}

/// Which records a policy is about.
#[derive(Debug, Clone)]
pub enum RecordSource {
    /// CloudTrail events.
    Cloudtrail,
    /// Records of another JSON audit log.
    Json {
        /// Where they lie in each document.
        records: Path,
        /// Where a record's time is.
        time: Option<Path>,
        /// Where a record's identity is.
        id: Option<Path>,
    },
}

/// A list of values.
#[derive(Debug, Clone)]
pub struct List {
    /// Where its name stands.
    pub span: Span,
    /// Its entries.
    pub entries: Vec<ListEntry>,
}

/// One value of a list.
#[derive(Debug, Clone)]
pub struct ListEntry {
    /// The value; one that came out of a list file points at the file's name.
    pub value: Spanned<Scalar>,
    /// Why it is there.
    pub reason: Option<String>,
    /// The last day it counts.
    pub until: Option<Spanned<Date>>,
}

/// A named condition.
#[derive(Debug, Clone)]
pub struct Define {
    /// Where its name stands.
    pub span: Span,
    /// What it stands for.
    pub condition: Condition,
}

/// A rule's name: words of `a-z 0-9` joined by `-` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct RuleId(pub String);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How bad a violation is, rising.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth a look.
    Low,
    /// Should be dealt with.
    Medium,
    /// Must be dealt with soon.
    High,
    /// Must be dealt with at once.
    Critical,
}

impl Severity {
    /// All of them, rising.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word for it in policies and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, and where that stands.
    pub id: Spanned<RuleId>,
    /// One line that says what is wrong.
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// The population; `None` is every event.
    pub when: Option<Condition>,
    /// What must be true of the population.
    pub obligation: Obligation,
    /// Where the obligation's keyword stands.
    pub obligation_span: Span,
    /// What a violation says; `None` is the title.
    pub message: Option<Template>,
    /// Why the rule exists.
    pub rationale: Option<String>,
    /// What to do about a violation.
    pub remediation: Option<String>,
    /// Framework → its controls that the rule supports.
    pub controls: BTreeMap<String, Vec<String>>,
    /// Addresses to read more at.
    pub references: Vec<String>,
    /// Words to select rules by.
    pub tags: Vec<String>,
    /// Exceptions.
    pub exceptions: Vec<Exception>,
    /// Whether exceptions and waivers may cover it.
    pub waivable: bool,
    /// Its tests.
    pub tests: Vec<RuleTest>,
}

/// What must be true of a rule's population.
#[derive(Debug, Clone)]
pub enum Obligation {
    /// A violation where it holds.
    Forbid(Condition),
    /// A violation where it does not hold.
    Require(Condition),
    /// A violation where so many events of one key lie in a window.
    Threshold(Threshold),
    /// A violation where no such event follows.
    FollowedBy(Follow),
    /// A violation where no such event came before.
    PrecededBy(Follow),
    /// A violation where all steps happen in order.
    Sequence(Sequence),
    /// A violation where a combination of values has not been seen before.
    FirstSeen(FirstSeen),
}

impl Obligation {
    /// Its keyword in a policy file.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Forbid(_) => "forbid",
            Self::Require(_) => "require",
            Self::Threshold(_) => "threshold",
            Self::FollowedBy(_) => "require_followed_by",
            Self::PrecededBy(_) => "require_preceded_by",
            Self::Sequence(_) => "sequence",
            Self::FirstSeen(_) => "first_seen",
        }
    }

    /// Whether it speaks of several events, so that one event alone cannot decide it.
    #[must_use]
    pub const fn is_windowed(&self) -> bool {
        !matches!(self, Self::Forbid(_) | Self::Require(_))
    }
}

/// `threshold`.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// How many events, or different values, are too many.
    pub count: u64,
    /// Count different values of this path rather than events.
    pub distinct: Option<Path>,
    /// Length of the window.
    pub within: std::time::Duration,
    /// Whose events are counted together.
    pub by: Key,
}

/// `require_followed_by` and `require_preceded_by`.
#[derive(Debug, Clone)]
pub struct Follow {
    /// Length of the window.
    pub within: std::time::Duration,
    /// Which events belong together.
    pub by: Key,
    /// The event that must be there.
    pub event: Condition,
}

/// `sequence`.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Length of the window.
    pub within: std::time::Duration,
    /// Which events belong together.
    pub by: Key,
    /// The steps.
    pub steps: Vec<SequenceStep>,
    /// Whether the steps may come in any order.
    pub any_order: bool,
}

/// One step of a `sequence`.
#[derive(Debug, Clone)]
pub struct SequenceStep {
    /// Its name, for messages.
    pub name: Spanned<String>,
    /// The event.
    pub event: Condition,
    /// Whether the step is one that must *not* happen between its neighbours.
    pub absent: bool,
}

/// `first_seen`.
#[derive(Debug, Clone)]
pub struct FirstSeen {
    /// The values whose combination is looked for.
    pub of: Vec<KeyPart>,
    /// Whose history it is.
    pub by: Key,
    /// How far back the history goes.
    pub history: std::time::Duration,
}

/// What events are grouped by.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its parts, in order.
    pub parts: Vec<KeyPart>,
}

/// One part of a [`Key`].
#[derive(Debug, Clone)]
pub struct KeyPart {
    /// Its name in messages; the path's text where none was given.
    pub name: String,
    /// Where the value is.
    pub path: Path,
    /// What is made of the value.
    pub normalize: Normalize,
}

/// What is made of a key's value before values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalize {
    /// Nothing.
    AsIs,
    /// The part behind the last `/`.
    Basename,
    /// Lower case.
    Lower,
    /// The network of so many leading bits.
    IpPrefix(u8),
}

/// A condition on an event, or on a current element.
#[derive(Debug, Clone)]
pub enum Condition {
    /// All of them hold. Never empty.
    All(Vec<Condition>),
    /// At least one holds. Never empty.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The named condition holds.
    Use(Spanned<String>),
    /// The RFC 9535 expression holds.
    Where(Spanned<Filter>),
    /// The nodes of a path pass.
    Path(PathCondition),
}

/// A path and what is asked of its nodes.
#[derive(Debug, Clone)]
pub struct PathCondition {
    /// The path.
    pub path: PathRef,
    /// All of these hold. Never empty.
    pub tests: Vec<ListTest>,
}

/// A path as it stands in a policy file.
#[derive(Debug, Clone)]
pub struct PathRef {
    /// Where it starts.
    pub root: PathRoot,
    /// The path; a relative one (`.name`) is kept as the query from its element (`$.name`).
    pub path: Path,
    /// Its place in the policy file.
    pub span: Span,
}

impl PathRef {
    /// The path as the author wrote it.
    #[must_use]
    pub fn written(&self) -> Cow<'_, str> {
        let text = self.path.text();
        match (self.root, text.strip_prefix('$')) {
            (PathRoot::Element, Some("")) => Cow::Borrowed("."),
            (PathRoot::Element, Some(rest)) if rest.starts_with('[') => Cow::Owned(format!(".{rest}")),
            (PathRoot::Element, Some(rest)) => Cow::Borrowed(rest),
            _ => Cow::Borrowed(text),
        }
    }
}

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathRoot {
    /// At the event (`$…`).
    Event,
    /// At the current element (`.…`).
    Element,
}

/// A text with `{PATH}` places.
#[derive(Debug, Clone)]
pub struct Template {
    /// The template as written.
    pub text: String,
    /// Its parts, in order.
    pub parts: Vec<TemplatePart>,
    /// Its place in the policy file.
    pub span: Span,
}

/// A part of a [`Template`].
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Text as it is.
    Text(String),
    /// The value of a path.
    Path(PathRef),
    /// A named reference of an obligation over time: `{count}`, `{by.actor}`, `{first:$.eventTime}`.
    Name(Spanned<String>),
}

/// An exception of a rule.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Its name, and where that stands.
    pub name: Spanned<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds.
    pub until: Spanned<Date>,
    /// Which violations it covers.
    pub condition: Condition,
}

/// A test of a rule.
#[derive(Debug, Clone)]
pub struct RuleTest {
    /// Its name, and where that stands.
    pub name: Spanned<String>,
    /// What the rule is run on.
    pub input: TestInput,
    /// What must come out.
    pub expect: Expectation,
    /// The message a violation must have.
    pub message: Option<String>,
    /// Paths that must be in the evidence.
    pub evidence: Vec<String>,
    /// The time the test runs at.
    pub now: Option<String>,
}

/// What a rule test runs on.
#[derive(Debug, Clone)]
pub enum TestInput {
    /// Events made out of templates.
    Events(Vec<TestEvent>),
    /// A record of a file.
    File {
        /// The file, relative to the policy file.
        path: Spanned<String>,
        /// The record's 0-based ordinal.
        record: usize,
    },
}

/// An event made for a test.
#[derive(Debug, Clone)]
pub struct TestEvent {
    /// The template's name.
    pub from: Spanned<EventTemplate>,
    /// Values put in, in order.
    pub set: Vec<(PathRef, serde_json::Value)>,
    /// Fields taken out.
    pub unset: Vec<PathRef>,
    /// Time after the test's start.
    pub at: std::time::Duration,
    /// How many times, each with its own eventID.
    pub repeat: u32,
}

/// The record a test event starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventTemplate {
    /// The account's root user.
    Root,
    /// An IAM user with a long-lived key.
    IamUser,
    /// A role's session.
    AssumedRole,
    /// An IAM Identity Center session.
    Sso,
    /// A SAML-federated session.
    Saml,
    /// A web-identity session.
    WebIdentity,
    /// A call by an AWS service.
    Service,
    /// A console login.
    Login,
    /// A principal of another account.
    AwsAccount,
}

/// What a rule test expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// At least one violation.
    Violation,
    /// In the population, and no violation.
    Ok,
    /// Not in the population.
    NotInScope,
    /// Not decided yet.
    Pending,
}
