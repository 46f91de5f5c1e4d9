//! Waivers as data: exceptions that stand outside the rules, in files of their own. `docs/dsl.md` §9 says what each part means.

use jiff::civil::Date;

use crate::policy::model::{Condition, RuleId, Spanned};
use crate::policy::pattern::LazyRegex;
use crate::text::Span;

/// Place of a waiver among all of a run, in the order of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct WaiverIndex(pub usize);

/// A waiver.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Its name, and where that stands.
    pub name: Spanned<String>,
    /// The rules whose violations it covers; empty is every rule, which only a waiver with fingerprints may say.
    pub rules: Vec<RulePattern>,
    /// The violations it covers, by their fingerprints in lower case; empty is any.
    pub fingerprints: Vec<Spanned<String>>,
    /// What must hold of the event; `None` is nothing.
    pub condition: Option<Condition>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Spanned<Date>,
    /// Where it was agreed.
    pub ticket: Option<String>,
}

impl Waiver {
    /// Whether it is about `rule`.
    #[must_use]
    pub fn names(&self, rule: &RuleId) -> bool {
        self.rules.is_empty() || self.rules.iter().any(|pattern| pattern.matches(rule))
    }
}

/// A rule id, or a glob over rule ids.
#[derive(Debug, Clone)]
pub struct RulePattern {
    /// As written.
    pub text: String,
    /// Where that stands.
    pub span: Span,
    /// Matches the whole of an id.
    pub regex: LazyRegex,
}

impl RulePattern {
    /// Whether `rule` is one of those meant.
    #[must_use]
    pub fn matches(&self, rule: &RuleId) -> bool {
        self.regex.is_match(&rule.0)
    }

    /// Whether it can mean several rules.
    #[must_use]
    pub fn is_glob(&self) -> bool {
        self.text.contains(['*', '?'])
    }
}
