//! `-f gitlab`: Code Quality, which GitLab shows in merge requests.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use serde::Serialize;

use crate::policy::Severity;
use crate::report::reporter::{Reporter, RunReport};
use crate::report::safe_json;
use crate::report::selection::{in_repository, place};
use crate::report::timeline::{heading, missing};
use crate::text::sanitize::one_line_cut;
use crate::violation::Violation;

/// Characters of a description.
const TEXT_LIMIT: usize = 1000;

/// Writes a JSON array with an object for each violation that is not waived: `description`, `check_name`, `fingerprint`, `severity`
/// and `location`; `[]` where there is none.
///
/// GitLab shows one of several entries with the same fingerprint, so the second gets `-2` behind it, the third `-3`. Problems
/// have no place in the format: the exit code tells of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct GitlabReporter;

#[derive(Debug, Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Place<'a>,
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
}

impl Reporter for GitlabReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let counting: Vec<&Violation> = run.violations.iter().filter(|violation| violation.waived.is_none()).collect();
        // All are taken from the start, so that no suffix makes one that another violation has of itself.
        let own: HashSet<&str> = counting.iter().map(|violation| violation.fingerprint.as_str()).collect();
        let mut next = HashMap::new();
        let entries: Vec<Entry<'_>> = counting.iter().map(|violation| entry(violation, &own, &mut next)).collect();
        safe_json::write_indented(out, &entries)?;
        out.write_all(b"\n")
    }
}

/// `own` are the fingerprints that violations have of themselves, `next` the number that each one's next entry gets.
fn entry<'a>(violation: &'a Violation, own: &HashSet<&str>, next: &mut HashMap<&'a str, u64>) -> Entry<'a> {
    let number = next.entry(&violation.fingerprint).or_insert(1);
    let mut fingerprint = violation.fingerprint.clone();
    while *number > 1 && own.contains(fingerprint.as_str()) {
        fingerprint = format!("{}-{number}", violation.fingerprint);
        *number += 1;
    }
    *number = (*number).max(2);
    Entry {
        description: description(violation),
        check_name: &violation.rule.0,
        fingerprint,
        severity: severity(violation.severity),
        location: Place { path: in_repository(&violation.file), lines: Lines { begin: place(violation).line } },
    }
}

/// The message; of a violation over time also what was asked and what did not come, since the format names one place alone.
fn description(violation: &Violation) -> String {
    let message = one_line_cut(&violation.message, TEXT_LIMIT).into_owned();
    let Some(timeline) = &violation.timeline else { return message };
    let mut words = heading(timeline);
    words.extend(missing(timeline).map(|(missing, _)| missing));
    format!("{message} ({})", words.join(", "))
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "minor",
        Severity::Medium => "major",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}
