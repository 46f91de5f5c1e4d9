//! The events of a violation over time: what several events together did, each with its time and place.
//!
//! The engine fills it, where an obligation over time is broken; reports draw it in the place of the record's excerpt.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::text::LineColumn;
use crate::violation::violation::EventIdentity;

/// The events of a violation over time, in canonical order: by time, then by identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The keyword of the obligation: `threshold`, `sequence`, …
    pub obligation: &'static str,
    /// The parts of the key and their values, in the order of the policy, and behind them what was first seen; `(none)` where the event has no value. Log text.
    pub key: Vec<(String, String)>,
    /// What the rule counted: events of the episode, or different values.
    pub count: u64,
    /// From the first event to the last.
    pub span: SignedDuration,
    /// The window of the rule.
    pub within: Duration,
    /// What did not come, for `require_followed_by` and `require_preceded_by`, in words. May hold log text.
    pub missing: Option<String>,
    /// The events; there is at least one.
    pub events: Vec<TimelineEvent>,
    /// How many more there are in the middle of `events`: of very many only the first and the last are kept.
    pub omitted: u64,
}

/// One event of a [`Timeline`].
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineEvent {
    /// The step's name, or the event's part: `counted`, `trigger`, `first seen`.
    pub step: Arc<str>,
    /// When it happened.
    pub time: Timestamp,
    /// What it says of itself.
    pub event: EventIdentity,
    /// The log file, as it was named.
    pub file: Arc<str>,
    /// 0-based ordinal of the record in its file.
    pub record: usize,
    /// Byte offset of the record in the decompressed file.
    pub offset: usize,
    /// Line and column of that offset.
    pub at: LineColumn,
}

/// Something that was nearly a violation, or an event that nearly kept one from being one.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMissOverTime {
    /// Why it was not, in words that are safe to print.
    pub why: String,
    /// The events, as the rule itself would have them.
    pub timeline: Timeline,
}
