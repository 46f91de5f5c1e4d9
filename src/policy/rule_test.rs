//! The tests that stand beside a rule, as data.

use crate::policy::model::{PathRef, Spanned};

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
