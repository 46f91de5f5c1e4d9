//! The table of the controls that a run was asked for.

use std::io;

use anstyle::Style;

use crate::report::compliance::{Control, ControlStatus, frameworks, places, times};
use crate::report::human::page::{BAD, BOLD, DIM, GOOD, PLAIN, Page, WARN};
use crate::report::number::{count, grouped};
use crate::report::reporter::RunReport;
use crate::text::sanitize::one_line;

/// Writes a table for each framework of `run`, and what all of it rests on.
pub(super) fn controls(page: &mut Page<'_>, run: &RunReport<'_>) -> io::Result<()> {
    let frameworks = frameworks(run);
    for framework in &frameworks {
        page.heading("controls", BOLD, &one_line(framework.name))?;
        page.wrapped("  ", "  ", DIM, &framework.scope())?;
        page.wrapped("  ", "  ", PLAIN, &framework.counts())?;
        page.blank()?;
        let width = framework.controls.iter().map(|control| control.id.chars().count()).max().unwrap_or_default();
        for each in &framework.controls {
            control(page, each, width)?;
        }
    }
    if let (false, Some(times)) = (frameworks.is_empty(), times(&run.summary.extent)) {
        let mut parts = vec![times];
        parts.extend(places(&run.summary.extent));
        page.blank()?;
        page.wrapped("  ", "  ", DIM, &format!("All events that were read: {}", parts.join(" · ")))?;
    }
    Ok(())
}

fn control(page: &mut Page<'_>, control: &Control<'_>, width: usize) -> io::Result<()> {
    let id = format!("{:<width$}", one_line(&control.id));
    let status = page.paint(style(control.status), format!("{:<13}", control.status.word()));
    let indent = " ".repeat(2 + width + 2 + 13 + 2);
    let first = format!("  {}  {status}  ", page.paint(BOLD, id));
    let rules = || control.rules.iter().map(|(_, rule)| one_line(&rule.rule.0)).collect::<Vec<_>>().join(", ");
    match control.title {
        Some(title) => page.wrapped(first, &indent, PLAIN, title)?,
        None => page.wrapped(first, &indent, PLAIN, &rules())?,
    }
    if control.population() == 0 {
        return Ok(());
    }
    let waived = match control.waived() {
        0 => String::new(),
        waived => format!(", {} waived", grouped(waived)),
    };
    let mut parts = vec![format!(
        "{}{waived} in {} by {}",
        count(control.violations(), "violation"),
        count(control.population(), "event"),
        count(control.rules.len(), "rule"),
    )];
    parts.extend(control.but());
    parts.extend(times(&control.extent));
    parts.extend(places(&control.extent));
    page.wrapped(&indent, &indent, DIM, &parts.join(" · "))
}

const fn style(status: ControlStatus) -> Style {
    match status {
        ControlStatus::Violated => BAD,
        ControlStatus::Clean => GOOD,
        ControlStatus::Pending | ControlStatus::Learning | ControlStatus::NoEvidence => WARN,
        ControlStatus::NotObserved | ControlStatus::NotCovered => DIM,
    }
}
