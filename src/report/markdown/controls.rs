//! What became of each control: the outcomes of the rules that support it, put together.

use std::collections::BTreeMap;

use crate::report::markdown::page::Section;
use crate::report::markdown::text::code;
use crate::report::number::grouped;
use crate::report::selection::RuleOutcome;
use crate::violation::RuleStatus;

/// Controls of one framework that are listed.
const CONTROLS_LIMIT: usize = 60;
/// Rules of one control that are named.
const RULES_LIMIT: usize = 3;
/// Characters of a name.
const NAME_LIMIT: usize = 80;

type Supporting<'r, 'a> = Vec<&'r RuleOutcome<'a>>;

/// A table for each framework that a rule names, in the order of their names.
pub(super) fn sections(rules: &[RuleOutcome<'_>]) -> Vec<Section> {
    let mut frameworks: BTreeMap<&str, BTreeMap<&str, Supporting<'_, '_>>> = BTreeMap::new();
    for rule in rules {
        for (framework, controls) in rule.card.iter().flat_map(|card| &card.controls) {
            let of = frameworks.entry(framework).or_default();
            for control in controls {
                of.entry(control).or_default().push(rule);
            }
        }
    }
    frameworks.iter().map(|(framework, controls)| section(framework, controls)).collect()
}

fn section(framework: &str, controls: &BTreeMap<&str, Supporting<'_, '_>>) -> Section {
    let mut rows: Vec<(RuleStatus, String)> = controls
        .iter()
        .map(|(control, rules)| {
            let status = together(rules);
            (status, row(control, rules, status))
        })
        .collect();
    // What is violated first; a stable sort keeps the order of the controls.
    rows.sort_by_key(|(status, _)| *status != RuleStatus::Violated);
    let head = format!(
        "### Controls of {}\n\n| Control | Rules | Population | Violations | Waived | Status |\n|---|---|--:|--:|--:|---|\n",
        code(framework, NAME_LIMIT)
    );
    Section { head, rows: rows.into_iter().map(|(_, row)| row).collect(), limit: CONTROLS_LIMIT, tail: "" }
}

fn row(control: &str, rules: &Supporting<'_, '_>, status: RuleStatus) -> String {
    let sum = |count: fn(&RuleOutcome<'_>) -> u64| grouped(rules.iter().map(|rule| count(rule)).sum::<u64>());
    let mut names: Vec<String> =
        rules.iter().take(RULES_LIMIT).map(|rule| code(&rule.summary.rule.0, NAME_LIMIT)).collect();
    let rest = rules.len() - names.len();
    names.extend((rest > 0).then(|| format!("{} more", grouped(rest))));
    format!(
        "| {} | {} | {} | {} | {} | {} |",
        code(control, NAME_LIMIT),
        names.join(", "),
        sum(|rule| rule.summary.population),
        sum(|rule| rule.summary.violations),
        sum(|rule| rule.summary.waived),
        word(status),
    )
}

/// Violated where one rule is; else not evaluated where one is not, since nobody knows; clean where one saw its events.
fn together(rules: &Supporting<'_, '_>) -> RuleStatus {
    let any = |status| rules.iter().any(|rule| rule.summary.status == status);
    [RuleStatus::Violated, RuleStatus::NotEvaluated, RuleStatus::Clean]
        .into_iter()
        .find(|status| any(*status))
        .unwrap_or(RuleStatus::NotObserved)
}

const fn word(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Violated => "**violated**",
        RuleStatus::Clean => "clean",
        RuleStatus::NotObserved => "not observed",
        RuleStatus::NotEvaluated => "not evaluated",
    }
}
