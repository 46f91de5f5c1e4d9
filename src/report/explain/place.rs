//! Where things stand that an explanation speaks of: lines of policy files, and of the log that an event was taken from.

use std::collections::BTreeMap;

use crate::json::Location;
use crate::policy::{PolicyIndex, PolicySet};
use crate::text::sanitize;
use crate::text::{LineColumn, Lines, Span};
use crate::violation::EventIdentity;
use crate::violation::trace::Observed;

/// The event that a decision tree is of, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct SeenEvent<'e> {
    /// The log file, as it was named.
    pub file: &'e str,
    /// 0-based ordinal of the record in its file.
    pub record: usize,
    /// Where the record begins.
    pub at: LineColumn,
    /// Where in the file the values lie that were looked at.
    pub places: &'e BTreeMap<Location, LineColumn>,
    /// Who, when and where, as far as the event says.
    pub identity: &'e EventIdentity,
}

impl SeenEvent<'_> {
    /// Line and column of what was seen, `None` where it is missing.
    #[must_use]
    pub fn at(&self, seen: &Observed) -> Option<LineColumn> {
        self.places.get(&seen.location).copied()
    }
}

/// Finds lines of policy files.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'s>(pub &'s PolicySet);

impl Sources<'_> {
    /// Line and column of `span` in the file of `policy`, and the file's name.
    #[must_use]
    pub fn at(&self, policy: PolicyIndex, span: Span) -> (String, LineColumn) {
        match self.0.policy(policy) {
            None => (String::new(), LineColumn { line: 1, column: 1 }),
            Some(policy) => {
                let at = Lines::new(policy.source.text.as_bytes()).at(span.start);
                (policy.source.name.to_string(), at)
            }
        }
    }

    /// `policies/iam.yaml:12:5`, safe to print.
    #[must_use]
    pub fn words(&self, policy: PolicyIndex, span: Span) -> String {
        let (file, at) = self.at(policy, span);
        format!("{}:{}:{}", sanitize::one_line(&file), at.line, at.column)
    }
}
