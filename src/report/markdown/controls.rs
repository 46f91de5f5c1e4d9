//! What became of each control: a table for each framework.

use crate::report::compliance::{Control, ControlStatus, Framework, frameworks, places, times};
use crate::report::markdown::page::Section;
use crate::report::markdown::text::{code, title};
use crate::report::number::grouped;
use crate::report::reporter::RunReport;

/// Controls of one framework that are listed.
const CONTROLS_LIMIT: usize = 60;
/// Rules of one control that are named.
const RULES_LIMIT: usize = 3;
/// Characters of a name.
const NAME_LIMIT: usize = 80;

/// A table for each framework of `run`.
pub(super) fn sections(run: &RunReport<'_>) -> Vec<Section> {
    frameworks(run).iter().map(|framework| section(run, framework)).collect()
}

/// What the run read, on which the tables rest.
pub(super) fn basis(run: &RunReport<'_>) -> Option<String> {
    let times = times(&run.summary.extent)?;
    let mut parts = vec![code(&times, NAME_LIMIT)];
    parts.extend(places(&run.summary.extent).iter().map(|place| code(place, NAME_LIMIT * 2)));
    Some(format!(
        "All events that were read: {}. Each control's evidence is what its rules are about.",
        parts.join(" · ")
    ))
}

fn section(run: &RunReport<'_>, framework: &Framework<'_>) -> Section {
    // Of frameworks that nobody asked for, what no rule supports has no row of its own: a comment has no room for it.
    let (bare, mut controls): (Vec<&Control<'_>>, Vec<&Control<'_>>) = framework
        .controls
        .iter()
        .partition(|control| control.status == ControlStatus::NotCovered && run.controls.is_empty());
    let bare: Vec<String> = bare.iter().map(|control| code(&control.id, NAME_LIMIT)).collect();
    let bare = if bare.is_empty() { String::new() } else { format!(" Not covered: {}.", bare.join(", ")) };
    // What is violated first; a stable sort keeps the order of the controls.
    controls.sort_by_key(|control| control.status != ControlStatus::Violated);
    let head = format!(
        "### Controls of {}\n\n{}. {}.{bare}\n\n| Control | Rules | Population | Violations | Waived | Status | Evidence |\n|---|---|--:|--:|--:|---|---|\n",
        code(framework.name, NAME_LIMIT),
        framework.scope(),
        framework.counts(),
    );
    Section { head, rows: controls.into_iter().map(row).collect(), limit: CONTROLS_LIMIT, tail: "" }
}

fn row(control: &Control<'_>) -> String {
    let name = code(&control.id, NAME_LIMIT);
    let name = control.title.map(|of| format!("{name}<br>{}", title(of, NAME_LIMIT))).unwrap_or(name);
    let rules = control.rules.iter().take(RULES_LIMIT);
    let mut rules: Vec<String> = rules.map(|(_, rule)| code(&rule.rule.0, NAME_LIMIT)).collect();
    let rest = control.rules.len() - rules.len();
    rules.extend((rest > 0).then(|| format!("{} more", grouped(rest))));
    let rules = if rules.is_empty() { "—".to_owned() } else { rules.join(", ") };
    let status = match control.status {
        ControlStatus::Violated => "**violated**",
        other => other.word(),
    };
    let status = control.but().map_or_else(|| status.to_owned(), |but| format!("{status}<br>{but}"));
    let mut evidence: Vec<String> = times(&control.extent).iter().map(|times| code(times, NAME_LIMIT)).collect();
    evidence.extend(places(&control.extent).iter().map(|place| code(place, NAME_LIMIT * 2)));
    let evidence = if evidence.is_empty() { "—".to_owned() } else { evidence.join("<br>") };
    format!(
        "| {name} | {rules} | {} | {} | {} | {status} | {evidence} |",
        grouped(control.population()),
        grouped(control.violations()),
        grouped(control.waived()),
    )
}
