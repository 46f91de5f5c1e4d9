//! One broken rule in one event, with everything needed to show and to find it again.

use std::sync::Arc;

use jiff::civil::Date;

use crate::json::Location;
use crate::policy::{RuleId, Severity};
use crate::text::LineColumn;
use crate::violation::file_report::Position;
use crate::violation::timeline::Timeline;

/// An event that breaks a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The rule.
    pub rule: RuleId,
    /// The rule's title.
    pub title: Arc<str>,
    /// The rule's severity.
    pub severity: Severity,
    /// The rule's message, filled in. Holds log text as it is: sanitize before printing.
    pub message: String,
    /// The log file, as it was named.
    pub file: Arc<str>,
    /// 0-based ordinal of the record in its file.
    pub record: usize,
    /// Byte offset of the record in the decompressed file.
    pub offset: usize,
    /// Line and column of that offset.
    pub at: LineColumn,
    /// Who, when and where, as far as the event says.
    pub event: EventIdentity,
    /// The predicates that decided.
    pub evidence: Vec<Evidence>,
    /// Where the population's predicates looked: shown around the evidence, not part of it.
    pub context: Vec<Location>,
    /// Where the rule stands.
    pub policy: PolicyPlace,
    /// What to do about it.
    pub remediation: Option<Arc<str>>,
    /// Framework → controls.
    pub controls: Arc<std::collections::BTreeMap<String, Vec<String>>>,
    /// Identity of this violation over runs: of rule and event, never of a place.
    pub fingerprint: String,
    /// The exception or waiver that covers it.
    pub waived: Option<Waived>,
    /// The record's JSON text; empty where nobody will show it.
    pub record_text: Arc<str>,
    /// The events of an obligation over time, of which the violation's own is the first; `None` for any other rule.
    pub timeline: Option<Box<Timeline>>,
}

impl Violation {
    /// Counts its places from the beginning of the input, in which the piece that they were counted in begins at `position`.
    pub fn move_by(&mut self, position: Position) {
        self.record += position.records;
        self.offset += position.offset;
        self.at = self.at.behind(position.at);
        for evidence in &mut self.evidence {
            evidence.offset = evidence.offset.map(|offset| offset + position.offset);
            evidence.at = evidence.at.map(|at| at.behind(position.at));
        }
    }
}

/// What an event says of itself; each `None` where it does not.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct EventIdentity {
    /// `eventID`, or what the policy's `source.id` names.
    pub id: Option<String>,
    /// `eventTime`, or what `source.time` names, as written.
    pub time: Option<String>,
    /// `eventName`.
    pub name: Option<String>,
    /// `eventSource`.
    pub source: Option<String>,
    /// `recipientAccountId`, else `userIdentity.accountId`.
    pub account: Option<String>,
    /// `awsRegion`.
    pub region: Option<String>,
    /// Who: `userIdentity.arn`, else user name, principal id, invoking service, or type.
    pub principal: Option<String>,
    /// `sourceIPAddress`.
    pub source_ip: Option<String>,
}

/// One predicate that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The node it looked at, or would have: in the event.
    pub location: Location,
    /// The node inside JSON text that lies in the string at `location` (operator `json`).
    pub inner: Option<Location>,
    /// The value found; `None` where the node is missing.
    pub observed: Option<serde_json::Value>,
    /// What compliance would have had there: "not `Root`", "`Yes` in any case", "present".
    pub expected: String,
    /// Whether it is what the rule looks for, or that an exclusion did not apply.
    pub standing: Standing,
    /// Byte offset of the value in the decompressed file; `None` where it is missing.
    pub offset: Option<usize>,
    /// Line and column of that offset.
    pub at: Option<LineColumn>,
}

/// What part an item of evidence has in the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The rule looks for it.
    Direct,
    /// The rule excludes something (`not:`), and this event is not it.
    Exclusion,
}

impl Evidence {
    /// The normalized path; one inside JSON text stands behind a space: `$['a']['doc'] $['Statement'][0]`.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.inner {
            None => self.location.to_string(),
            Some(inner) => format!("{} {inner}", self.location),
        }
    }
}

/// Where a rule stands in its policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPlace {
    /// The policy file, as it was named.
    pub file: Arc<str>,
    /// Line and column of the rule's id.
    pub at: LineColumn,
}

/// The exception or waiver that covers a violation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Waived {
    /// Its name.
    pub name: String,
    /// Its reason.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds.
    pub until: Date,
    /// Where it was agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}
