//! The violations of an earlier run, known by their fingerprints, and how a run compares with them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A violation as a baseline keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    /// Its identity, which depends on no file name and no place.
    pub fingerprint: String,
    /// Its rule.
    pub rule: String,
    /// Its message then.
    pub message: String,
    /// The event's time, as written.
    pub event_time: Option<String>,
    /// The event's id.
    pub event_id: Option<String>,
}

/// A run held against a baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Fingerprints of the baseline.
    pub known: BTreeSet<String>,
    /// Violations of the baseline that this run did not find.
    pub gone: Vec<Known>,
    /// How many violations of this run, waived ones left out, the baseline does not know.
    pub new: u64,
    /// How many it knows.
    pub old: u64,
}
