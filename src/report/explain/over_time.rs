//! A rule over time over logs: the timelines of its violations, and of what was nearly one, each with why it is not.

use std::io;

use serde_json::{Value, json};

use crate::policy::Severity;
use crate::report::human::diagnostic;
use crate::report::human::page::{BOLD, DIM, Page};
use crate::report::human::timeline;
use crate::report::number::grouped;
use crate::report::timeline::heading;
use crate::report::view::TimelineView;
use crate::text::sanitize::one_line;
use crate::violation::{NearMissOverTime, Violation};

/// Timelines that are drawn of each kind.
const SHOWN: usize = 3;

/// What became of the events of a run under a rule over time.
#[derive(Debug)]
pub struct OverTime<'r> {
    /// How bad a violation is.
    pub severity: Severity,
    /// Its violations, waived ones included, as far as they were kept.
    pub violations: Vec<&'r Violation>,
    /// Events of which it is not known yet whether they are violations.
    pub pending: u64,
    /// Events that are the first of their kind in too short a history.
    pub learning: u64,
    /// What was nearly a violation, and what nearly kept one from being one.
    pub near: Vec<NearMissOverTime>,
}

/// Draws the first few timelines of each kind.
pub(super) fn write(page: &mut Page<'_>, over_time: &OverTime<'_>) -> io::Result<()> {
    for violation in over_time.violations.iter().take(SHOWN) {
        page.blank()?;
        diagnostic::write(page, violation)?;
    }
    rest(page, over_time.violations.len(), "violations")?;
    page.blank()?;
    if over_time.near.is_empty() {
        return page.line(page.paint(DIM, "  no events were nearly a violation"));
    }
    page.line(page.paint(BOLD, "  near misses over time"))?;
    for near in over_time.near.iter().take(SHOWN) {
        page.line(format_args!("  - {}", one_line(&near.why)))?;
        page.wrapped("    ", "    ", DIM, &heading(&near.timeline).join(" · "))?;
        timeline::write(page, &near.timeline, over_time.severity)?;
    }
    rest(page, over_time.near.len(), "near misses")
}

fn rest(page: &mut Page<'_>, all: usize, noun: &str) -> io::Result<()> {
    match all.checked_sub(SHOWN) {
        None | Some(0) => Ok(()),
        Some(rest) => {
            let text = format!("  … and {} more {noun}; `-f json` holds all", grouped(rest));
            page.line(page.paint(DIM, text))
        }
    }
}

/// The same as JSON: `{"pending", "learning", "violations": [{"message", "waived", "timeline"}], "near_misses": [{"why", "timeline"}]}`.
pub(super) fn value(over_time: &OverTime<'_>) -> Value {
    let violations: Vec<Value> = over_time
        .violations
        .iter()
        .map(|violation| {
            json!({
                "message": violation.message,
                "fingerprint": violation.fingerprint,
                "waived": violation.waived,
                "timeline": violation.timeline.as_deref().map(TimelineView::from),
            })
        })
        .collect();
    let near: Vec<Value> = over_time
        .near
        .iter()
        .map(|near| json!({"why": near.why, "timeline": TimelineView::from(&near.timeline)}))
        .collect();
    json!({
        "pending": over_time.pending,
        "learning": over_time.learning,
        "violations": violations,
        "near_misses": near,
    })
}
