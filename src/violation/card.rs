//! What reports say of a rule itself, whatever it found.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::policy::{RuleId, Severity};
use crate::violation::violation::PolicyPlace;

/// A rule as reports show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCard {
    /// Its id.
    pub rule: RuleId,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// The keyword of its obligation.
    pub obligation: &'static str,
    /// Why it exists.
    pub rationale: Option<String>,
    /// What to do about a violation.
    pub remediation: Option<String>,
    /// Framework → the controls it supports.
    pub controls: BTreeMap<String, Vec<String>>,
    /// Addresses to read more at.
    pub references: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether exceptions and waivers may cover it.
    pub waivable: bool,
    /// Where it stands.
    #[serde(skip)]
    pub policy: PolicyPlace,
}
