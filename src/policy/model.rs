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
use crate::policy::obligation::Obligation;
use crate::policy::operator::{ListTest, Scalar};
use crate::policy::rule_test::RuleTest;
use crate::policy::waiver::Waiver;
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
    /// Its waivers, where it is a waivers file: one that has no rules, and whose names no other file sees.
    pub waivers: Option<Vec<Waiver>>,
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
