//! The tests that stand beside a rule, as data.

use crate::policy::model::{PathRef, Spanned};
use crate::text::Span;

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
    /// Further values put in, one variant at a time: each makes an event of its own, on which the rule is run alone. Empty: none.
    pub each: Vec<Variant>,
    /// Fields taken out.
    pub unset: Vec<PathRef>,
    /// Time after the test's start.
    pub at: std::time::Duration,
    /// How many times, each with its own eventID.
    pub repeat: u32,
}

/// One of the events that a test event with `each` stands for.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Where it stands: its map, or the last of its values.
    pub span: Span,
    /// Values put in, in order.
    pub set: Vec<(PathRef, serde_json::Value)>,
}

impl Variant {
    /// What makes it differ from the others, for messages: `$.eventName: "StopLogging"`.
    #[must_use]
    pub fn written(&self) -> String {
        let set: Vec<String> = self.set.iter().map(|(path, value)| format!("{}: {value}", path.written())).collect();
        set.join(", ")
    }
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

impl EventTemplate {
    /// Every template and its word.
    pub const WORDS: &[(&str, Self)] = &[
        ("root", Self::Root),
        ("iam_user", Self::IamUser),
        ("assumed_role", Self::AssumedRole),
        ("sso", Self::Sso),
        ("saml", Self::Saml),
        ("web_identity", Self::WebIdentity),
        ("service", Self::Service),
        ("login", Self::Login),
        ("aws_account", Self::AwsAccount),
    ];
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

impl Expectation {
    /// Its keyword in a policy file.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Ok => "ok",
            Self::NotInScope => "not_in_scope",
            Self::Pending => "pending",
        }
    }

    /// What it is, with its article.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Violation => "a violation",
            Self::Ok => "no violation",
            Self::NotInScope => "an event outside the population",
            Self::Pending => "a pending obligation",
        }
    }

    /// Every expectation and its word.
    pub const WORDS: &[(&str, Self)] = &[
        (Self::Violation.keyword(), Self::Violation),
        (Self::Ok.keyword(), Self::Ok),
        (Self::NotInScope.keyword(), Self::NotInScope),
        (Self::Pending.keyword(), Self::Pending),
    ];
}
