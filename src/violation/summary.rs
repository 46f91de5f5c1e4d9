//! The counts of a run, which must add up, and what became of each rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::Problem;
use crate::policy::{RuleId, Severity};
use crate::violation::extent::Extent;

/// The reconciliation of a run.
///
/// `files.found = files.read + files.skipped + files.failed` and
/// `records.found = records.evaluated + records.duplicates + records.malformed + records.insights`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files.
    pub files: FileCounts,
    /// Records.
    pub records: RecordCounts,
    /// Decompressed bytes read.
    pub bytes: u64,
    /// Violations that count for the exit code: not waived.
    pub violations: usize,
    /// Violations covered by an exception or waiver.
    pub waived: usize,
    /// Every rule, in the order of the policies.
    pub rules: Vec<RuleSummary>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What a reader should know of the policies: expired exceptions and list entries, exceptions that never applied, what was forgotten.
    pub notes: Vec<Note>,
    /// Whether the run was ended by the user before all files were read.
    pub interrupted: bool,
    /// What all events that were read reach over.
    pub extent: Extent,
}

/// Files of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileCounts {
    /// All files met.
    pub found: usize,
    /// Read, wholly or up to a problem.
    pub read: usize,
    /// Left out, and why: `digest`, `insight`, `not_json`, …
    pub skipped: usize,
    /// Of nothing in them could be read.
    pub failed: usize,
    /// The skipped ones by reason.
    pub skipped_by: BTreeMap<String, usize>,
    /// The first [`SKIPPED_LISTED`] of the skipped ones, in the order of the inputs.
    pub skipped_files: Vec<SkippedFile>,
}

/// Skipped files that a summary names; the rest is only counted.
pub const SKIPPED_LISTED: usize = 1000;

/// A file that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedFile {
    /// The file, as it was named.
    pub file: String,
    /// Why, as in [`FileCounts::skipped_by`].
    pub reason: &'static str,
}

impl RuleSummary {
    /// What became of the rule by its counts: what speaks against it goes first, then what is not known.
    #[must_use]
    pub const fn settled(&self) -> RuleStatus {
        match (self.violations, self.pending, self.learning, self.population) {
            (1.., ..) => RuleStatus::Violated,
            (0, 1.., ..) => RuleStatus::Pending,
            (0, 0, 1.., _) => RuleStatus::Learning,
            (0, 0, 0, 1..) => RuleStatus::Clean,
            (0, 0, 0, 0) => RuleStatus::NotObserved,
        }
    }
}

impl Note {
    /// Whether it says that an exception or waiver is to be looked after: it has expired, covers nothing, or is forbidden.
    #[must_use]
    pub fn is_upkeep(&self) -> bool {
        matches!(
            self.code,
            "exception_expired" | "exception_unused" | "waiver_expired" | "waiver_unused" | "waiver_forbidden"
        )
    }
}

impl FileCounts {
    /// Counts a file that was left out.
    pub fn skip(&mut self, file: String, reason: &'static str) {
        self.skipped += 1;
        *self.skipped_by.entry(reason.to_owned()).or_default() += 1;
        if self.skipped_files.len() < SKIPPED_LISTED {
            self.skipped_files.push(SkippedFile { file, reason });
        }
    }
}

/// Records of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RecordCounts {
    /// All records met.
    pub found: usize,
    /// Checked against the rules.
    pub evaluated: usize,
    /// Left out because an event of the same identity was evaluated.
    pub duplicates: usize,
    /// Unreadable: each is a problem.
    pub malformed: usize,
    /// Insight events, which are no audit events.
    pub insights: usize,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSummary {
    /// The rule.
    pub rule: RuleId,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// Events it is about.
    pub population: u64,
    /// Violations that count.
    pub violations: u64,
    /// Violations covered by an exception or waiver.
    pub waived: u64,
    /// Events of which it is not known yet whether they are violations: what must follow or precede them may lie outside the log.
    pub pending: u64,
    /// Events that were the first of their kind while not enough of the past was known to say so.
    pub learning: u64,
    /// The outcome.
    pub status: RuleStatus,
    /// What the events of its population reach over.
    pub extent: Extent,
}

/// The outcome of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleStatus {
    /// At least one violation that is not waived.
    Violated,
    /// No violation, and of at least one event it is not known yet: the log does not reach far enough.
    Pending,
    /// No violation, and at least one event only taught what is usual.
    Learning,
    /// Events of its population were seen, none in violation (or each waived).
    Clean,
    /// No event of its population was seen.
    NotObserved,
}

/// Something a reader should know of the policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// A stable word: `exception_expired`, `exception_unused`, `history_forgotten`, `list_entry_expired`, `waiver_expired`,
    /// `waiver_expiring`, `waiver_forbidden`, `waiver_unused`.
    pub code: &'static str,
    /// The rule it is about.
    pub rule: Option<RuleId>,
    /// One line.
    pub message: String,
    /// The policy file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}
