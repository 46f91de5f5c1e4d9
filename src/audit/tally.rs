//! Reports of inputs are merged in the order of the inputs: duplicates are known only here, and the counts add up here.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::audit::firsts::{Firsts, Occurrence};
use crate::audit::held::{Fate, Held};
use crate::audit::input::{Input, in_words};
use crate::audit::keep::Keep;
use crate::audit::populations::Populations;
use crate::audit::seen::Seen;
use crate::compile::Program;
use crate::engine::{Sightings, correlate_into};
use crate::event::Problem;
use crate::policy::WaiverIndex;
use crate::violation::baseline::{Age, Baseline, Comparing, Comparison};
use crate::violation::{
    CoveredBy, Extent, FileReport, History, JoinedInput, PartReport, Reach, RuleIndex, RuleStatus, RuleSummary,
    Summary, Violation,
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
    /// What has been seen for `first_seen` rules, where what earlier runs have seen was given.
    pub history: Option<History>,
    /// Rules of which something was kept that was seen under another definition.
    pub forgotten: BTreeSet<RuleIndex>,
    /// Whether what was found may be wrong, so that all is to be read again with [`Sightings::All`]: deliveries of one event contradict
    /// each other, and what was left out depends on which of them counts.
    pub doubtful: bool,
}

/// What became of one input.
#[derive(Debug)]
pub enum Scanned {
    /// It was read.
    Read(FileReport),
    /// It was read; what was found comes with that of the next inputs, see [`Tally::found`].
    Joined(JoinedInput),
    /// It was left out: it does not look like a log.
    Skipped(&'static str),
    /// It could not be opened.
    Failed(Problem),
}

/// Merges the reports of a run.
#[derive(Debug)]
pub struct Tally<'b> {
    program: &'b Program,
    outcome: Outcome,
    open: Held,
    seen: Seen,
    /// Why it is not known of some events whether they were met.
    unknown: Option<String>,
    facts: Firsts<'b>,
    /// Events of which a delivery corrects another.
    updated: FxHashSet<u128>,
    /// How far the records of each part of the program reach.
    reach: Vec<Reach>,
    /// Of each part of the program.
    populations: Vec<Populations>,
    history: Option<&'b History>,
    keep: Keep,
    comparing: Option<Comparing<'b>>,
    no_text: Arc<str>,
}

impl<'b> Tally<'b> {
    /// An empty tally for the rules of `program`, which keeps of the violations what `keep` says, and of facts so many bytes in memory.
    #[must_use]
    pub fn new(program: &'b Program, keep: Keep, facts_bytes: u64) -> Self {
        let rules = program.rules.iter().map(|rule| RuleSummary {
            rule: rule.id.clone(),
            title: rule.title.to_string(),
            severity: rule.severity,
            population: 0,
            violations: 0,
            waived: 0,
            pending: 0,
            learning: 0,
            extent: Extent::default(),
            status: RuleStatus::NotObserved,
        });
        let summary = Summary { rules: rules.collect(), ..Summary::default() };
        let outcome = Outcome { summary, ..Outcome::default() };
        Self {
            program,
            outcome,
            open: Held::default(),
            seen: Seen::default(),
            unknown: None,
            facts: Firsts::new(program, facts_bytes),
            updated: FxHashSet::default(),
            reach: vec![Reach::default(); program.parts.len()],
            populations: vec![Populations::default(); program.parts.len()],
            history: None,
            keep,
            comparing: None,
            no_text: "".into(),
        }
    }

    /// The same, held against `baseline`: what it knows and what is new are counted, and kept, apart.
    #[must_use]
    pub fn against(mut self, baseline: &'b Baseline) -> Self {
        self.comparing = Some(Comparing::with(baseline));
        self
    }

    /// The same, after runs that have seen `history`.
    #[must_use]
    pub const fn after(mut self, history: Option<&'b History>) -> Self {
        self.history = history;
        self
    }

    /// The same, of inputs that are scanned with `sightings`.
    #[must_use]
    pub fn of(mut self, sightings: Sightings) -> Self {
        self.facts = self.facts.of(sightings);
        self
    }

    /// Adds a piece of the next input; [`Tally::add`] adds the last.
    pub fn piece(&mut self, report: FileReport) {
        for part in &report.parts {
            self.open.add(part.part, part.records.len(), part.census);
        }
        self.read(report.bytes, report.problems);
        for part in report.parts {
            self.found(part);
        }
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
            Scanned::Read(report) => {
                self.piece(report);
                self.settle(input);
            }
            Scanned::Joined(joined) => {
                self.open.add(0, joined.records, joined.census);
                self.read(joined.bytes, joined.problems);
                self.settle(input);
            }
        }
    }

    fn read(&mut self, bytes: usize, problems: Vec<Problem>) {
        self.open.add_problems(&problems);
        let summary = &mut self.outcome.summary;
        summary.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        summary.problems.extend(problems);
    }

    /// Counts `input`, of which all was added.
    fn settle(&mut self, input: &Input) {
        let files = &mut self.outcome.summary.files;
        match self.open.settle() {
            Fate::Read => files.read += 1,
            Fate::Failed => files.failed += 1,
            Fate::LeftOut(reason) => files.skip(input.name(), reason),
        }
    }

    /// Adds what was found in a piece of an input, or in the inputs that were [`Scanned::Joined`] since the last time.
    pub fn found(&mut self, part: PartReport) {
        let summary = &mut self.outcome.summary;
        summary.records.found += part.census.records;
        summary.records.malformed += part.census.malformed;
        summary.records.insights += part.census.insights;
        let (seen, unknown) = (&mut self.seen, &mut self.unknown);
        // An event of which nobody knows whether it was met counts; the run fails in the end.
        let mut before = |identity, said| {
            seen.insert(identity, said).unwrap_or_else(|error| {
                unknown.get_or_insert_with(|| in_words(&error));
                None
            })
        };
        // What the first delivery said, of those that come again.
        let said: Vec<Option<u32>> =
            part.records.iter().map(|record| before(record.identity?.get(), record.said)).collect();
        let updated = &mut self.updated;
        let corrects: Vec<bool> = part
            .records
            .iter()
            .map(|record| record.updated && record.identity.is_none_or(|identity| updated.insert(identity.get())))
            .collect();
        let duplicates = said.iter().flatten().count();
        summary.records.duplicates += duplicates;
        let evaluated = part.records.len() - duplicates;
        summary.records.evaluated += evaluated;
        let counts = |place: usize| said.get(place).copied().flatten().is_none();
        if let Some(populations) = self.populations.get_mut(part.part) {
            // A duplicate says the same as the event it repeats, so that it changes no extent.
            populations.add(evaluated, &part.extent, part.everywhere);
            for (population, extent) in &part.extents {
                populations.join(*population, extent);
            }
            for (_, population) in part.population.iter().filter(|(place, _)| counts(*place)) {
                populations.count(*population);
            }
        }
        if let Some(reach) = self.reach.get_mut(part.part) {
            reach.join(&part.reach);
        }
        for stretch in &part.stretches {
            let Some((first, fact)) = part.facts.get(stretch.first) else { continue };
            for (place, time) in [(*first, fact.time), (stretch.last, stretch.end)] {
                let Some(record) = part.records.get(place) else { continue };
                let id = record.identity.map_or(0, NonZero::get);
                // A delivery that comes again stands for the first one, if that says the same. What a correction says is seen later.
                let repeats = counts(place) || said.get(place).copied().flatten() == Some(record.said);
                self.outcome.doubtful |= !repeats && !self.updated.contains(&id);
                self.facts.stands_for_others(fact.rule, &fact.key, Occurrence { time, id });
            }
        }
        for (place, fact) in part.facts {
            let corrects = corrects.get(place).copied().unwrap_or_default();
            // Of an event delivered several times the first correction counts; without one, the first delivery.
            if corrects || (counts(place) && !fact.updated) {
                self.facts.push(fact);
            }
        }
        for found in part.violations.into_iter().filter(|found| counts(found.place)) {
            self.violation(found.rule, found.covered, found.refused, found.violation);
        }
    }

    /// Counts a violation, and keeps it where it is among the first.
    fn violation(
        &mut self,
        index: RuleIndex,
        covered: Option<CoveredBy>,
        refused: Option<WaiverIndex>,
        mut violation: Violation,
    ) {
        let summary = &mut self.outcome.summary;
        let Some(rule) = summary.rules.get_mut(index.0) else { return };
        let waived = violation.waived.is_some();
        let (of_rule, of_run) = if waived {
            (&mut rule.waived, &mut summary.waived)
        } else {
            (&mut rule.violations, &mut summary.violations)
        };
        *of_rule += 1;
        *of_run += 1;
        let all = *of_rule;
        let number = self.comparing.as_mut().map_or(all, |comparing| {
            let age = comparing.add(&violation);
            match (waived, age) {
                (true, _) => all,
                (false, Age::New) => comparing.new_of(&rule.rule),
                (false, Age::Old) => all.saturating_sub(comparing.new_of(&rule.rule)),
            }
        });
        if !self.keep.records.reaches(number) {
            violation.record_text = Arc::clone(&self.no_text);
        }
        match covered {
            Some(CoveredBy::Exception(place)) => {
                self.outcome.exceptions_used.insert((index, place));
            }
            Some(CoveredBy::Waiver(waiver)) => {
                self.outcome.waivers_used.insert(waiver);
            }
            None => {}
        }
        if let Some(waiver) = refused {
            self.outcome.waivers_refused.insert((waiver, index));
        }
        if self.keep.violations.reaches(number) {
            self.outcome.violations.push(violation);
        }
    }

    /// What the run found.
    ///
    /// # Errors
    /// Where facts could not be put aside on disk, or they or the identities of events read again: in words.
    pub fn finish(mut self) -> Result<Outcome, String> {
        if let Some(cause) = self.unknown {
            return Err(format!(
                "identities of events that were put aside in a temporary file cannot be read: {cause}"
            ));
        }
        for (part, populations) in std::mem::take(&mut self.populations).into_iter().enumerate() {
            populations.give_to(self.program, part, &mut self.outcome.summary);
        }
        self.correlate()?;
        for rule in &mut self.outcome.summary.rules {
            rule.status = rule.settled();
        }
        self.outcome.comparison = self.comparing.map(Comparing::finish);
        Ok(self.outcome)
    }

    /// Puts the facts together.
    fn correlate(&mut self) -> Result<(), String> {
        let program = self.program;
        let mut history = self.history.cloned();
        self.outcome.forgotten = history.as_mut().map(|history| forget_changed(program, history)).unwrap_or_default();
        let updated = std::mem::take(&mut self.updated);
        let reach = std::mem::take(&mut self.reach);
        let facts = std::mem::replace(&mut self.facts, Firsts::new(program, 0));
        let mut facts = facts.finish().sorted()?;
        // An event counts as its correction says; what other deliveries of it made may lie anywhere among the facts.
        let counting = facts.by_ref().filter_map(|mut fact| {
            if !fact.updated && updated.contains(&fact.id) {
                fact.updated = fact.bare;
                return fact.bare.then_some(fact);
            }
            Some(fact)
        });
        let keeps_history = history.is_some();
        let correlated = correlate_into(program, counting, &reach, history, &mut |found| {
            self.violation(found.rule, found.covered, found.refused, found.violation);
        });
        if let Some(cause) = facts.failure() {
            return Err(cause);
        }
        self.outcome.doubtful |= correlated.doubtful;
        for (index, rule) in self.outcome.summary.rules.iter_mut().enumerate() {
            let of = |counts: &BTreeMap<RuleIndex, u64>| counts.get(&RuleIndex(index)).copied().unwrap_or_default();
            rule.pending = of(&correlated.pending);
            rule.learning = of(&correlated.learning);
        }
        self.outcome.history = keeps_history.then_some(correlated.history);
        Ok(())
    }
}

/// Takes from `history` what was seen by rules of `program` under another definition; answers which they are.
fn forget_changed(program: &Program, history: &mut History) -> BTreeSet<RuleIndex> {
    let mut forgotten = BTreeSet::new();
    for (place, rule) in program.rules.iter().enumerate() {
        let Some(known) = history.rules.get(&rule.id) else { continue };
        if rule.window.as_ref().is_none_or(|window| window.definition != known.definition) {
            history.rules.remove(&rule.id);
            forgotten.insert(RuleIndex(place));
        }
    }
    forgotten
}
