//! Which of a run's violations a short report shows, and where each one is to be looked for. For formats that cannot hold all.

use std::collections::HashMap;
use std::sync::Arc;

use crate::event::Problem;
use crate::policy::{RuleId, Severity};
use crate::report::reporter::RunReport;
use crate::text::LineColumn;
use crate::text::sanitize::one_line_cut;
use crate::violation::{Evidence, RuleCard, RuleSummary, Standing, Violation};

/// Characters of a file's name that are shown.
pub(super) const FILE_LIMIT: usize = 300;

/// A rule with what it found.
#[derive(Debug)]
pub(super) struct RuleOutcome<'a> {
    /// Its counts.
    pub(super) summary: &'a RuleSummary,
    /// What it is, where the run says so.
    pub(super) card: Option<&'a RuleCard>,
    /// Its violations that count, in the order of the inputs.
    pub(super) violations: Vec<&'a Violation>,
    /// Those that are waived.
    pub(super) waived: Vec<&'a Violation>,
}

impl<'a> RuleOutcome<'a> {
    /// The policy file that the rule stands in, where it is known.
    pub(super) fn policy_file(&self) -> Option<&'a str> {
        let of_card = self.card.map(|card| &card.policy.file);
        let of_violation = || self.violations.iter().chain(&self.waived).map(|violation| &violation.policy.file).next();
        of_card.or_else(of_violation).map(AsRef::as_ref)
    }
}

/// Every rule of `run` with its violations, in the order of the policies.
pub(super) fn by_rule<'a>(run: &RunReport<'a>) -> Vec<RuleOutcome<'a>> {
    let mut of: HashMap<&RuleId, (Vec<&'a Violation>, Vec<&'a Violation>)> = HashMap::new();
    for violation in run.violations {
        let (violations, waived) = of.entry(&violation.rule).or_default();
        if violation.waived.is_some() { waived.push(violation) } else { violations.push(violation) }
    }
    let cards: HashMap<&RuleId, &'a RuleCard> = run.rules.iter().map(|card| (&card.rule, card)).collect();
    run.summary
        .rules
        .iter()
        .map(|summary| {
            let (violations, waived) = of.remove(&summary.rule).unwrap_or_default();
            RuleOutcome { summary, card: cards.get(&summary.rule).copied(), violations, waived }
        })
        .collect()
}

/// The violations of `run` that count, of these severities: the most severe first, else in the order of the inputs.
pub(super) fn worst_first<'a>(run: &RunReport<'a>, severities: &[Severity]) -> Vec<&'a Violation> {
    let counts = |violation: &&Violation| violation.waived.is_none() && severities.contains(&violation.severity);
    let mut violations: Vec<&Violation> = run.violations.iter().filter(counts).collect();
    violations.sort_by_key(|violation| std::cmp::Reverse(violation.severity));
    violations
}

/// The first value that decided and stands in the log: where a reader should look.
pub(super) fn deciding(violation: &Violation) -> Option<(&Evidence, LineColumn)> {
    let direct = violation.evidence.iter().filter(|evidence| evidence.standing == Standing::Direct);
    direct.filter_map(|evidence| evidence.at.map(|at| (evidence, at))).next()
}

/// Line and column of what decided, else of the record.
pub(super) fn place(violation: &Violation) -> LineColumn {
    deciding(violation).map_or(violation.at, |(_, at)| at)
}

/// `file:line:column` of what decided, on one line.
pub(super) fn place_text(violation: &Violation) -> String {
    text_of(&violation.file, Some(place(violation)))
}

/// `file`, or `file:line:column` where the problem has a place, on one line.
pub(super) fn problem_place(problem: &Problem) -> String {
    text_of(&problem.file, problem.at)
}

fn text_of(file: &Arc<str>, at: Option<LineColumn>) -> String {
    let file = one_line_cut(file, FILE_LIMIT);
    match at {
        Some(at) => format!("{file}:{}:{}", at.line, at.column),
        None => file.into_owned(),
    }
}

/// A text of several lines, as policies have them, as one: line ends and blanks become one blank.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `file` as a repository's tools know it: without `./` before it.
pub(super) fn in_repository(file: &str) -> &str {
    let mut file = file;
    while let Some(rest) = file.strip_prefix("./") {
        file = rest.trim_start_matches('/');
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_the_dot_before_them() {
        assert_eq!(["a/./b", "./a", "././/a", "/a", ".a"].map(in_repository), ["a/./b", "a", "a", "/a", ".a"]);
    }
}
