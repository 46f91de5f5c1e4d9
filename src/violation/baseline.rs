//! The violations of an earlier run, known by their fingerprints, and how a run compares with them.
//!
//! The text of a baseline file becomes a [`Baseline`]; the violations of a run are held against it one by one and come to a
//! [`Comparison`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::policy::RuleId;
use crate::violation::violation::Violation;

/// The version of baseline files that are read and written.
pub const BASELINE_VERSION: u64 = 1;

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

impl From<&Violation> for Known {
    fn from(violation: &Violation) -> Self {
        Self {
            fingerprint: violation.fingerprint.clone(),
            rule: violation.rule.0.clone(),
            message: violation.message.clone(),
            event_time: violation.event.time.clone(),
            event_id: violation.event.id.clone(),
        }
    }
}

/// The violations of a baseline, by fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    violations: BTreeMap<String, Known>,
}

/// Why a text is no baseline that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BaselineError {
    /// It is not what a baseline file holds.
    #[error("it is no baseline: {0}")]
    Corrupt(String),
    /// Another program version wrote it.
    #[error("it has version {found}, and this trailgate reads version {BASELINE_VERSION}")]
    Version {
        /// The version it names.
        found: u64,
    },
}

impl Baseline {
    /// The baseline of a run: its violations that are not waived. Those with the same fingerprint are one; the first stays.
    #[must_use]
    pub fn of(violations: &[Violation]) -> Self {
        let mut baseline = Self::default();
        for violation in violations.iter().filter(|violation| violation.waived.is_none()) {
            baseline.violations.entry(violation.fingerprint.clone()).or_insert_with(|| violation.into());
        }
        baseline
    }

    /// The baseline that the text of a file holds.
    ///
    /// # Errors
    /// What is wrong with the text. An empty text is an error, never an empty baseline.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Head {
            version: u64,
        }
        #[derive(Deserialize)]
        struct File {
            violations: Vec<Known>,
        }
        let corrupt = |error: serde_json::Error| BaselineError::Corrupt(error.to_string());
        let Head { version } = serde_json::from_str(text).map_err(corrupt)?;
        if version != BASELINE_VERSION {
            return Err(BaselineError::Version { found: version });
        }
        let File { violations } = serde_json::from_str(text).map_err(corrupt)?;
        if let Some(known) = violations.iter().find(|known| !is_fingerprint(&known.fingerprint)) {
            let found = &known.fingerprint;
            return Err(BaselineError::Corrupt(format!(
                "`{found}` is no fingerprint, which has 32 digits of `0-9a-f`"
            )));
        }
        Ok(Self { violations: violations.into_iter().map(|known| (known.fingerprint.clone(), known)).collect() })
    }

    /// Its violations, by fingerprint.
    pub fn violations(&self) -> impl ExactSizeIterator<Item = &Known> {
        self.violations.values()
    }

    /// Whether it has the fingerprint.
    #[must_use]
    pub fn knows(&self, fingerprint: &str) -> bool {
        self.violations.contains_key(fingerprint)
    }
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A run held against a baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Fingerprints of the baseline.
    pub known: BTreeSet<String>,
    /// Violations of the baseline that this run did not find, not even waived.
    pub gone: Vec<Known>,
    /// How many violations of this run, waived ones left out, the baseline does not know.
    pub new: u64,
    /// How many it knows.
    pub old: u64,
    /// The new ones of each rule that has any.
    pub new_by_rule: BTreeMap<RuleId, u64>,
}

impl Comparison {
    /// How many violations of `rule` are new.
    #[must_use]
    pub fn new_of(&self, rule: &RuleId) -> u64 {
        self.new_by_rule.get(rule).copied().unwrap_or_default()
    }
}

/// Whether a baseline knows a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// It does not.
    New,
    /// It does.
    Old,
}

/// Holds the violations of a run against a baseline, one by one.
#[derive(Debug)]
pub struct Comparing<'b> {
    baseline: &'b Baseline,
    met: BTreeSet<&'b str>,
    comparison: Comparison,
}

impl<'b> Comparing<'b> {
    /// Begins with no violation.
    #[must_use]
    pub fn with(baseline: &'b Baseline) -> Self {
        Self { baseline, met: BTreeSet::new(), comparison: Comparison::default() }
    }

    /// Takes in a violation of the run. A waived one is never counted; it only is not gone.
    pub fn add(&mut self, violation: &Violation) -> Age {
        let known = self.baseline.violations.get_key_value(&violation.fingerprint);
        if let Some((fingerprint, _)) = known {
            self.met.insert(fingerprint);
        }
        let comparison = &mut self.comparison;
        match (known, &violation.waived) {
            (Some(_), None) => comparison.old += 1,
            (None, None) => {
                comparison.new += 1;
                *comparison.new_by_rule.entry(violation.rule.clone()).or_default() += 1;
            }
            (_, Some(_)) => {}
        }
        if known.is_some() { Age::Old } else { Age::New }
    }

    /// How many new violations of `rule` were taken in.
    #[must_use]
    pub fn new_of(&self, rule: &RuleId) -> u64 {
        self.comparison.new_of(rule)
    }

    /// How the run compares.
    #[must_use]
    pub fn finish(self) -> Comparison {
        let Self { baseline, met, comparison } = self;
        let gone = baseline.violations().filter(|known| !met.contains(known.fingerprint.as_str())).cloned().collect();
        Comparison { known: baseline.violations.keys().cloned().collect(), gone, ..comparison }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = r#"{"fingerprint":"F","rule":"r","message":"m","event_time":null,"event_id":null}"#;

    fn text(version: &str, fingerprints: &[&str]) -> String {
        let known: Vec<String> = fingerprints.iter().map(|f| KNOWN.replace('F', f)).collect();
        format!(r#"{{"version":{version},"tool":{{}},"violations":[{}]}}"#, known.join(","))
    }

    #[test]
    fn a_text_that_is_no_baseline_is_an_error() {
        let one = "0".repeat(32);
        assert_eq!(Baseline::parse(&text("1", &[&one, &one])).unwrap().violations().len(), 1);
        assert_eq!(Baseline::parse(&text("1", &[])).unwrap(), Baseline::default());
        assert_eq!(Baseline::parse(&text("2", &[])), Err(BaselineError::Version { found: 2 }));
        for wrong in ["", "{}", "[]", "null", "{\"version\":1}", &text("\"1\"", &[]), &text("1", &["0"])] {
            assert!(matches!(Baseline::parse(wrong), Err(BaselineError::Corrupt(_))), "{wrong}");
        }
    }
}
