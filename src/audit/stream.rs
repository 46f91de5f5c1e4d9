//! A long input, batch after batch: while one is scanned in pieces on all threads that are free, the next is read and inflated.
//! Memory holds two batches, however long the input is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::audit::run::Task;
use crate::audit::scanned::metered;
use crate::audit::source::{End, Source};
use crate::engine::lane::{Cut, Lane, Sizes};
use crate::event::{Census, Ending, Problem, ProblemKind};
use crate::violation::FileReport;

/// Text that is read at once. It does not depend on the number of threads, so that no result does.
pub(super) const BATCH_BYTES: usize = 8 << 20;
const SIZES: Sizes = Sizes { piece: 1 << 20, look_ahead: 16 << 10, longest: 32 << 20 };
/// Room before a batch for what is kept of the one before.
const ROOM_BYTES: usize = 64 << 10;
/// By so much a source may give more than it was asked for.
const OVER_BYTES: usize = 256 << 10;
/// The most problems that are kept of a kind of records that an input does not seem to hold.
const MOST_WAITING: usize = 1000;

/// A stretch of an input's text.
struct Batch {
    /// Room, of which the last `kept` bytes are text, and text.
    bytes: Vec<u8>,
    kept: usize,
    end: Option<End>,
}

impl Batch {
    fn fill(mut bytes: Vec<u8>, source: &mut Source) -> Self {
        if bytes.capacity() > 2 * BATCH_BYTES {
            bytes = Vec::new();
        }
        bytes.clear();
        bytes.reserve_exact(ROOM_BYTES + BATCH_BYTES + OVER_BYTES);
        bytes.resize(ROOM_BYTES, 0);
        let end = source.fill(&mut bytes, ROOM_BYTES + BATCH_BYTES);
        Self { bytes, kept: 0, end }
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(ROOM_BYTES - self.kept..).unwrap_or_default()
    }

    /// Puts `kept` before the text.
    fn begin_with(&mut self, kept: &[u8]) {
        self.kept = kept.len().min(ROOM_BYTES);
        let (longer, rest) = kept.split_at(kept.len() - self.kept);
        if let Some(room) = self.bytes.get_mut(ROOM_BYTES - rest.len()..ROOM_BYTES) {
            room.copy_from_slice(rest);
        }
        if !longer.is_empty() {
            // The room is full: what does not fit stands before it, and the room is text.
            let all = [&vec![0; ROOM_BYTES], longer, self.text()].concat();
            self.kept = 0;
            self.bytes = all;
        }
    }
}

/// Scans all of `source`, the input called `name`, under each of `tasks`. `deliver` takes the reports of consecutive pieces of the
/// input, one for each task; the last ones are the answer. Where `stop` becomes true the rest is left out.
pub(super) fn stream(
    tasks: &[Task<'_>],
    name: &Arc<str>,
    mut source: Source,
    stop: &AtomicBool,
    deliver: &mut dyn FnMut(Vec<FileReport>),
) -> Vec<FileReport> {
    let mut kinds: Vec<Kinds> = tasks.iter().map(|task| Kinds::new(task.program.parts.len())).collect();
    let mut lanes: Vec<(usize, usize, Lane<'_>)> = Vec::new();
    for (task, Task { program, .. }) in tasks.iter().enumerate() {
        let parts = program.parts.iter().enumerate();
        lanes.extend(parts.map(|(place, part)| (task, place, Lane::new(program, place, part, name, SIZES))));
    }
    let mut batch = Batch::fill(Vec::new(), &mut source);
    let mut spare = Vec::new();
    loop {
        let ending = batch.end.as_ref().map_or(Ending::Open, |end| end.ending);
        let text = batch.text();
        let cuts: Vec<Vec<Cut>> = lanes.iter_mut().map(|(_, _, lane)| lane.cut(text, ending)).collect();
        let pieces: Vec<(Option<&Task<'_>>, &Lane<'_>, Cut)> = lanes
            .iter()
            .zip(&cuts)
            .flat_map(|((task, _, lane), cuts)| cuts.iter().map(move |cut| (tasks.get(*task), lane, *cut)))
            .collect();
        let scan = |(task, lane, cut): &(Option<&Task<'_>>, &Lane<'_>, Cut)| {
            let rules = task.map_or(0, |task| task.program.rules.len());
            let profile = task.and_then(|task| task.profile);
            metered(profile, rules, |meter| lane.scan_metered(text, *cut, ending, meter))
        };
        let goes_on = batch.end.is_none();
        let (scanned, next) = rayon::join(
            || pieces.par_iter().with_max_len(1).map(scan).collect::<Vec<_>>(),
            || goes_on.then(|| Batch::fill(std::mem::take(&mut spare), &mut source)),
        );
        let mut scanned = scanned.into_iter();
        let mut reports: Vec<FileReport> = tasks.iter().map(|_| FileReport::default()).collect();
        for ((task, place, lane), cuts) in lanes.iter_mut().zip(&cuts) {
            let scanned = scanned.by_ref().take(cuts.len()).collect();
            let report = lane.merge(text, cuts, scanned, ending);
            if let (Some(kinds), Some(all)) = (kinds.get_mut(*task), reports.get_mut(*task)) {
                all.bytes = if *place == 0 { report.bytes } else { all.bytes };
                kinds.add(*place, report, all);
            }
        }
        let kept = lanes.iter().map(|(_, _, lane)| lane.kept_from(text)).min().unwrap_or(text.len());
        let given_up = lanes.iter().all(|(_, _, lane)| lane.is_given_up());
        for (_, _, lane) in &mut lanes {
            lane.dropped(kept);
        }
        match next.filter(|_| !given_up && !stop.load(Ordering::Relaxed)) {
            Some(mut next) => {
                next.begin_with(text.get(kept..).unwrap_or_default());
                spare = std::mem::replace(&mut batch, next).bytes;
                deliver(reports);
            }
            None => {
                let trouble = batch.end.and_then(|end| end.trouble).map(|trouble| {
                    let (kind, message) = trouble.told();
                    Problem { kind, file: Arc::clone(name), record: None, offset: None, at: None, message }
                });
                for (kinds, all) in kinds.into_iter().zip(&mut reports) {
                    kinds.finish(all);
                    all.problems.extend(trouble.clone());
                }
                return reports;
            }
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
