//! The ways of all parts of all tasks through one long input, however its text is come by: their reports are put together here.

use std::sync::Arc;

use crate::audit::run::Task;
use crate::audit::source::Trouble;
use crate::engine::Sightings;
use crate::engine::lane::{Lane, Sizes};
use crate::event::{Census, Problem, ProblemKind};
use crate::violation::FileReport;

/// The most problems that are kept of a kind of records that an input does not seem to hold.
const MOST_WAITING: usize = 1000;

/// An input that is read piece by piece under several tasks.
pub(super) struct Lanes<'p> {
    name: &'p Arc<str>,
    pub lanes: Vec<PartLane<'p>>,
    kinds: Vec<Kinds>,
}

/// The lane of one part.
pub(super) struct PartLane<'p> {
    /// The place of its task.
    pub task: usize,
    /// The place of the part in the program.
    pub part: usize,
    pub lane: Lane<'p>,
}

impl<'p> Lanes<'p> {
    /// Before the input called `name`, of which `sightings` says what makes facts.
    pub fn new(tasks: &[Task<'p>], name: &'p Arc<str>, sizes: Sizes, sightings: Sightings) -> Self {
        let mut lanes = Vec::new();
        for (task, Task { program, .. }) in tasks.iter().enumerate() {
            let parts = program.parts.iter().enumerate();
            lanes.extend(parts.map(|(place, part)| {
                let lane = Lane::new(program, place, part, name, sizes).with(sightings);
                PartLane { task, part: place, lane }
            }));
        }
        let kinds = tasks.iter().map(|task| Kinds::new(task.program.parts.len())).collect();
        Self { name, lanes, kinds }
    }

    /// The place in the input from which it is to be read; what is read next begins there.
    pub fn left_from(&mut self) -> u64 {
        let from = self.lanes.iter().map(|lane| lane.lane.offset()).min().unwrap_or_default();
        for lane in &mut self.lanes {
            lane.lane.reads_from(from);
        }
        u64::try_from(from).unwrap_or(u64::MAX)
    }

    /// Reports that hold nothing, one for each task.
    pub fn nothing(&self) -> Vec<FileReport> {
        self.kinds.iter().map(|_| FileReport::default()).collect()
    }

    /// Adds to `all` what the lane at `place` found in the next piece.
    pub fn add(&mut self, place: usize, report: FileReport, all: &mut [FileReport]) {
        let Some(PartLane { task, part, .. }) = self.lanes.get(place) else { return };
        if let (Some(kinds), Some(all)) = (self.kinds.get_mut(*task), all.get_mut(*task)) {
            all.bytes = if *part == 0 { report.bytes } else { all.bytes };
            kinds.add(*part, report, all);
        }
    }

    /// Adds to `all` what waits, and what is wrong with the input.
    pub fn finish(self, all: &mut [FileReport], trouble: Option<Trouble>) {
        let trouble = trouble.map(|trouble| {
            let (kind, message) = trouble.told();
            Problem { kind, file: Arc::clone(self.name), record: None, offset: None, at: None, message }
        });
        for (kinds, all) in self.kinds.into_iter().zip(all) {
            kinds.finish(all);
            all.problems.extend(trouble.clone());
        }
    }
}

/// Which kinds of records an input holds, where rules about several run together.
///
/// A file of one kind is no log to the rules about another, so that what these say waits until one of their records is met. Where
/// no kind is met, the first says what is wrong.
struct Kinds {
    waiting: Vec<Option<Waiting>>,
    only: bool,
}

#[derive(Default)]
struct Waiting {
    report: FileReport,
    /// Problems that are not kept.
    left_out: usize,
}

impl Kinds {
    fn new(parts: usize) -> Self {
        Self { waiting: (0..parts).map(|_| Some(Waiting::default())).collect(), only: parts == 1 }
    }

    /// Puts the report of the part at `place` into `all`, or keeps it.
    fn add(&mut self, place: usize, report: FileReport, all: &mut FileReport) {
        let strange = |problem: &Problem| matches!(problem.kind, ProblemKind::NotALog | ProblemKind::NotAnEvent);
        let holds = self.only
            || report.parts.iter().any(|part| {
                part.census != Census::default() && (!part.records.is_empty() || !report.problems.iter().all(strange))
            });
        let Some(waiting) = self.waiting.get_mut(place) else { return };
        // Of a kind that was met nothing waits.
        let met = waiting.is_none();
        let mut known = waiting.take().unwrap_or_default();
        known.report.append(report);
        if holds || met {
            known.give_to(all);
        } else {
            let kept = known.report.problems.len().min(MOST_WAITING);
            known.left_out += known.report.problems.drain(kept..).count();
            *waiting = Some(known);
        }
    }

    fn finish(mut self, all: &mut FileReport) {
        if self.waiting.iter().all(Option::is_some)
            && let Some(first) = self.waiting.first_mut().and_then(Option::take)
        {
            first.give_to(all);
        }
    }
}

impl Waiting {
    fn give_to(self, all: &mut FileReport) {
        all.parts.extend(self.report.parts);
        all.problems.extend(self.report.problems);
        if let (Some(last), 1..) = (all.problems.last().cloned(), self.left_out) {
            let message = format!("{} more problems of this kind are left out", self.left_out);
            all.problems.push(Problem { record: None, offset: None, at: None, message, ..last });
        }
    }
}
