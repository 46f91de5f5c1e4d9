//! Reports of inputs are merged in the order of the inputs: duplicates are known only here, and the counts add up here.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::audit::input::Input;
use crate::compile::Program;
use crate::event::{Problem, ProblemKind};
use crate::policy::WaiverIndex;
use crate::violation::baseline::{Age, Baseline, Comparing, Comparison};
use crate::violation::{
    CoveredBy, Extent, FileReport, PartReport, RuleIndex, RuleStatus, RuleSummary, Summary, Violation,
};

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The violations that were kept, waived ones too, in the order of inputs, records and rules.
    pub violations: Vec<Violation>,
    /// The counts.
    pub summary: Summary,
    /// Exceptions that covered a violation: (rule, place among its exceptions).
    pub exceptions_used: BTreeSet<(RuleIndex, usize)>,
    /// Waivers that covered a violation.
    pub waivers_used: BTreeSet<WaiverIndex>,
    /// Waivers that would have covered a violation of a rule that is not waivable, with the rule.
    pub waivers_refused: BTreeSet<(WaiverIndex, RuleIndex)>,
    /// How the violations, all of them, compare with the baseline of the run.
    pub comparison: Option<Comparison>,
}

/// What became of one input.
#[derive(Debug)]
pub enum Scanned {
    /// It was read.
    Read(FileReport),
    /// It was left out: it does not look like a log.
    Skipped(&'static str),
    /// It could not be opened.
    Failed(Problem),
}

/// Merges the reports of a run.
#[derive(Debug)]
pub struct Tally<'b> {
    outcome: Outcome,
    seen: FxHashSet<u128>,
    keep: Keep,
    comparing: Option<Comparing<'b>>,
    no_text: Arc<str>,
}

/// What is kept of the violations of each rule; all are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The violations themselves.
    pub violations: Limit,
    /// The text of their records, for reports that show it.
    pub records: Limit,
}

/// How many, of the violations of one rule; waived ones, and those that a baseline knows, are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// All of them.
    All,
    /// The first so many.
    First(u64),
}

impl Limit {
    /// Whether the `number`th, from 1, is among them.
    fn reaches(self, number: u64) -> bool {
        match self {
            Self::All => true,
            Self::First(limit) => number <= limit,
        }
    }
}

impl<'b> Tally<'b> {
    /// An empty tally for the rules of `program`, which keeps of the violations what `keep` says.
    #[must_use]
    pub fn new(program: &Program, keep: Keep) -> Self {
        let rules = program.rules.iter().map(|rule| RuleSummary {
            rule: rule.id.clone(),
            title: rule.title.to_string(),
            severity: rule.severity,
            population: 0,
            violations: 0,
            waived: 0,
            extent: Extent::default(),
            status: if rule.check.is_some() { RuleStatus::NotObserved } else { RuleStatus::NotEvaluated },
        });
        let summary = Summary { rules: rules.collect(), ..Summary::default() };
        let outcome = Outcome { summary, ..Outcome::default() };
        Self { outcome, seen: FxHashSet::default(), keep, comparing: None, no_text: "".into() }
    }

    /// The same, held against `baseline`: what it knows and what is new are counted, and kept, apart.
    #[must_use]
    pub fn against(mut self, baseline: &'b Baseline) -> Self {
        self.comparing = Some(Comparing::with(baseline));
        self
    }

    /// Adds what became of `input`, the next one.
    pub fn add(&mut self, input: &Input, scanned: Scanned) {
        let files = &mut self.outcome.summary.files;
        files.found += 1;
        match scanned {
            Scanned::Skipped(reason) => files.skip(input.name(), reason),
            Scanned::Failed(problem) => {
                files.failed += 1;
                self.outcome.summary.problems.push(problem);
            }
            Scanned::Read(report) => self.read(input, report),
        }
    }

    fn read(&mut self, input: &Input, report: FileReport) {
        let summary = &mut self.outcome.summary;
        summary.bytes += u64::try_from(report.bytes).unwrap_or(u64::MAX);
        let handed_out: usize = report.parts.iter().map(|part| part.records.len()).sum();
        let files = &mut summary.files;
        let left_out = report.parts.iter().find_map(|part| left_out(part)).filter(|_| report.problems.is_empty());
        if let Some(reason) = left_out {
            files.skip(input.name(), reason);
        } else if handed_out == 0 && report.problems.iter().any(|problem| is_total(problem.kind)) {
            files.failed += 1;
        } else {
            files.read += 1;
        }
        summary.problems.extend(report.problems);
        for part in report.parts {
            self.part(part);
        }
    }

    fn part(&mut self, part: PartReport) {
        let summary = &mut self.outcome.summary;
        summary.records.found += part.census.records;
        summary.records.malformed += part.census.malformed;
        summary.records.insights += part.census.insights;
        let seen = &mut self.seen;
        let duplicate: Vec<bool> =
            part.records.iter().map(|record| record.identity.is_some_and(|identity| !seen.insert(identity))).collect();
        let duplicates = duplicate.iter().filter(|duplicate| **duplicate).count();
        summary.records.duplicates += duplicates;
        let evaluated = part.records.len() - duplicates;
        summary.records.evaluated += evaluated;
        let counts = |place: usize| !duplicate.get(place).copied().unwrap_or_default();
        for rule in part.everywhere {
            if let Some(rule) = summary.rules.get_mut(rule.0) {
                rule.population += u64::try_from(evaluated).unwrap_or(u64::MAX);
                rule.extent.join(&part.extent);
            }
        }
        // A duplicate says the same as the event it repeats, so that it changes no extent.
        summary.extent.join(&part.extent);
        for (rule, extent) in &part.extents {
            if let Some(rule) = summary.rules.get_mut(rule.0) {
                rule.extent.join(extent);
            }
        }
        for (_, rule) in part.population.into_iter().filter(|(place, _)| counts(*place)) {
            if let Some(rule) = summary.rules.get_mut(rule.0) {
                rule.population += 1;
            }
        }
        for mut found in part.violations.into_iter().filter(|found| counts(found.place)) {
            let Some(rule) = summary.rules.get_mut(found.rule.0) else { continue };
            let (of_rule, of_run) = if found.violation.waived.is_some() {
                (&mut rule.waived, &mut summary.waived)
            } else {
                (&mut rule.violations, &mut summary.violations)
            };
            *of_rule += 1;
            *of_run += 1;
            let all = *of_rule;
            let waived = found.violation.waived.is_some();
            let number = self.comparing.as_mut().map_or(all, |comparing| {
                let age = comparing.add(&found.violation);
                match (waived, age) {
                    (true, _) => all,
                    (false, Age::New) => comparing.new_of(&rule.rule),
                    (false, Age::Old) => all.saturating_sub(comparing.new_of(&rule.rule)),
                }
            });
            if !self.keep.records.reaches(number) {
                found.violation.record_text = Arc::clone(&self.no_text);
            }
            match found.covered {
                Some(CoveredBy::Exception(place)) => {
                    self.outcome.exceptions_used.insert((found.rule, place));
                }
                Some(CoveredBy::Waiver(index)) => {
                    self.outcome.waivers_used.insert(index);
                }
                None => {}
            }
            if let Some(index) = found.refused {
                self.outcome.waivers_refused.insert((index, found.rule));
            }
            if self.keep.violations.reaches(number) {
                self.outcome.violations.push(found.violation);
            }
        }
    }

    /// What the run found.
    #[must_use]
    pub fn finish(mut self) -> Outcome {
        for rule in &mut self.outcome.summary.rules {
            if rule.status != RuleStatus::NotEvaluated {
                rule.status = match (rule.violations, rule.population) {
                    (1.., _) => RuleStatus::Violated,
                    (0, 1..) => RuleStatus::Clean,
                    (0, 0) => RuleStatus::NotObserved,
                };
            }
        }
        self.outcome.comparison = self.comparing.map(Comparing::finish);
        self.outcome
    }
}

/// Why an input that holds no audit event was left out.
fn left_out(part: &PartReport) -> Option<&'static str> {
    let census = part.census;
    if census.digests > 0 && census.records == 0 {
        Some("digest")
    } else if census.insights > 0 && census.insights == census.records {
        Some("insight")
    } else if census.control_messages > 0 && census.records == 0 {
        Some("control_message")
    } else {
        None
    }
}

/// Whether a problem of this kind can mean that nothing of an input was read.
fn is_total(kind: ProblemKind) -> bool {
    !matches!(kind, ProblemKind::MalformedRecord | ProblemKind::NotAnEvent | ProblemKind::NoTime)
}
