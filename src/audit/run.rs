//! Scans all inputs on all threads and merges their reports in order, so that the outcome is the same for any number of threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::audit::batch::Batch;
use crate::audit::input::Input;
use crate::audit::keep::Keep;
use crate::audit::profile::{Profile, Step, timed};
use crate::audit::scanned::{Asked, Buffers, scan_input};
use crate::audit::tally::{Outcome, Tally};
use crate::compile::Program;
use crate::engine::Sightings;
use crate::violation::{Baseline, FileReport, History};

/// Pieces of an input that may wait for an earlier input.
const AHEAD: usize = 8;
/// Claims that may, beside two for each thread.
const CLAIMS_AHEAD: usize = 2;
/// Most inputs of a claim.
const MOST_CLAIMED: usize = 128;
/// So many pieces are sent together: to wake the thread that merges takes as long as to merge one.
const TOGETHER: usize = 8;
/// A thread that has to wait looks again after so long.
const REST: Duration = Duration::from_micros(200);

/// How a run is done.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions {
    /// Threads that scan; 0 is one for each processor.
    pub threads: usize,
    /// The most that a compressed input may inflate to.
    pub limit_bytes: u64,
    /// The memory that facts of rules over time may take; beyond it they go to temporary files.
    pub facts_bytes: u64,
    /// What is kept of the violations for the reports.
    pub keep: Keep,
}

/// Is told of a run's progress, on the thread that called [`run`].
pub trait Progress {
    /// `done` of all inputs are merged; the last ones, or the last piece of one, were of so many bytes, decompressed. Where all are read
    /// again, it begins anew.
    fn advanced(&mut self, done: usize, bytes: u64);
}

/// No one is told.
impl Progress for () {
    fn advanced(&mut self, _done: usize, _bytes: u64) {}
}

/// What the inputs are scanned with.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The rules.
    pub program: &'a Program,
    /// What the violations are held against.
    pub baseline: Option<&'a Baseline>,
    /// What earlier runs have seen; where it is given, what this run has seen is added in the outcome.
    pub history: Option<&'a History>,
    /// What gathers the costs.
    pub profile: Option<&'a Profile>,
}

/// Scans `inputs` with `program`. Where `stop` becomes true, inputs that were not begun are left out and the summary says so.
///
/// # Errors
/// Where the threads cannot be started, or facts cannot be put aside on disk: in words.
pub fn run(
    program: &Program,
    inputs: &[Input],
    options: RunOptions,
    stop: &AtomicBool,
    progress: &mut dyn Progress,
) -> Result<Outcome, String> {
    let outcomes =
        run_all(&[Task { program, baseline: None, history: None, profile: None }], inputs, options, stop, progress)?;
    Ok(outcomes.into_iter().next().unwrap_or_default())
}

/// As [`run`], with every one of `tasks` in one reading of the inputs: one outcome for each.
///
/// Of what `first_seen` rules are about, the events that cannot be the first are left out. Rarely they matter all the same, where
/// deliveries of one event contradict each other: then all is read a second time, with every event.
///
/// # Errors
/// As [`run`].
pub fn run_all(
    tasks: &[Task<'_>],
    inputs: &[Input],
    options: RunOptions,
    stop: &AtomicBool,
    progress: &mut dyn Progress,
) -> Result<Vec<Outcome>, String> {
    if inputs.iter().all(Input::can_be_read_again) {
        let found = read_all(tasks, inputs, options, Sightings::Firsts, stop, progress)?;
        if !found.iter().any(|outcome| outcome.doubtful && !outcome.summary.interrupted) {
            return Ok(found);
        }
        if let Some(changed) = inputs.iter().find(|input| !input.is_regular()) {
            return Err(format!("`{}` is no file, and cannot be read a second time", changed.name()));
        }
    }
    read_all(tasks, inputs, options, Sightings::All, stop, progress)
}

/// One reading of all `inputs`, with facts of `first_seen` rules as `sightings` says.
fn read_all(
    tasks: &[Task<'_>],
    inputs: &[Input],
    options: RunOptions,
    sightings: Sightings,
    stop: &AtomicBool,
    progress: &mut dyn Progress,
) -> Result<Vec<Outcome>, String> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|error| format!("cannot start {} threads: {error}", options.threads))?;
    let threads = pool.current_num_threads();
    let claims =
        Claims { next: AtomicUsize::new(0), merged: AtomicUsize::new(0), size: claim_size(inputs.len(), threads) };
    let broken_off = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    let mut tallies: Vec<Tally<'_>> = tasks
        .iter()
        .map(|task| {
            let tally = Tally::new(task.program, options.keep, options.facts_bytes).of(sightings).after(task.history);
            match task.baseline {
                Some(baseline) => tally.against(baseline),
                None => tally,
            }
        })
        .collect();
    let asked = Asked { tasks, limit_bytes: options.limit_bytes, sightings, stop };
    let mut merged = 0;
    pool.in_place_scope(|scope| {
        let sends = sender.clone();
        let (claims, broken_off) = (&claims, &broken_off);
        scope.spawn_broadcast(move |_, _| {
            let mut buffers = Buffers::default();
            while let Some(mut first) = claims.claim(inputs.len(), threads, stop) {
                let mut batch = Batch::default();
                for (place, input) in inputs.iter().enumerate().skip(first).take(claims.size) {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let (mut delivered, mut pieces) = (0, Vec::new());
                    scan_input(asked, input, &mut buffers, &mut batch, &mut |batch, reports| {
                        delivered += 1;
                        if delivered == 1 {
                            // The inputs before are not held up by this one.
                            let _merged_elsewhere = sends.send(Sent::Inputs(first, std::mem::take(batch)));
                            first = place;
                        }
                        claims.wait_for_turn(place, delivered);
                        pieces.push(reports);
                        if pieces.len() == TOGETHER {
                            let _merged_elsewhere = sends.send(Sent::Pieces(place, std::mem::take(&mut pieces)));
                        }
                    });
                    if !pieces.is_empty() {
                        let _merged_elsewhere = sends.send(Sent::Pieces(place, pieces));
                    }
                    if delivered > 0 && stop.load(Ordering::Relaxed) {
                        broken_off.store(true, Ordering::Relaxed);
                    }
                }
                batch.close(&mut buffers.scratches);
                if sends.send(Sent::Inputs(first, batch)).is_err() {
                    break;
                }
            }
        });
        drop(sender);
        // By the first of their inputs.
        let mut waiting: BTreeMap<usize, Waiting> = BTreeMap::new();
        for sent in receiver {
            match sent {
                Sent::Pieces(place, pieces) => waiting.entry(place).or_default().pieces.extend(pieces),
                Sent::Inputs(_, batch) if batch.scanned.is_empty() => {}
                Sent::Inputs(first, batch) => waiting.entry(first).or_default().batch = Some(batch),
            }
            while let Some(ready) = waiting.get_mut(&merged) {
                for reports in ready.pieces.drain(..) {
                    progress.advanced(merged, reports.first().map_or(0, bytes_of));
                    for ((tally, task), report) in tallies.iter_mut().zip(tasks).zip(reports) {
                        timed(task.profile, Step::Merge, || tally.piece(report));
                    }
                }
                let Some(batch) = ready.batch.take() else { break };
                waiting.remove(&merged);
                let begin = merged;
                merged += batch.scanned.len().checked_div(tasks.len()).unwrap_or_default();
                claims.merged.store(merged, Ordering::Relaxed);
                let bytes = batch.bytes(tasks.len());
                merge(batch, inputs.get(begin..merged).unwrap_or_default(), tasks, &mut tallies);
                progress.advanced(merged, bytes);
            }
        }
    });
    let outcomes = tallies.into_iter().zip(tasks).map(|(tally, task)| {
        let mut outcome = timed(task.profile, Step::Correlate, || tally.finish())?;
        outcome.summary.interrupted = merged < inputs.len() || broken_off.load(Ordering::Relaxed);
        Ok(outcome)
    });
    outcomes.collect()
}

/// Merges what became of `inputs`.
fn merge(batch: Batch, inputs: &[Input], tasks: &[Task<'_>], tallies: &mut [Tally<'_>]) {
    let mut found = batch.found.into_iter().peekable();
    let mut scanned = batch.scanned.into_iter().zip(1..);
    for input in inputs {
        let mut until = 0;
        for ((tally, task), (scanned, number)) in tallies.iter_mut().zip(tasks).zip(&mut scanned) {
            timed(task.profile, Step::Merge, || tally.add(input, scanned));
            until = number;
        }
        while let Some(found) = found.next_if(|found| found.behind <= until) {
            if let (Some(tally), Some(task)) = (tallies.get_mut(found.task), tasks.get(found.task)) {
                timed(task.profile, Step::Merge, || tally.found(found.report));
            }
        }
    }
}

/// What a thread sends to be merged.
enum Sent {
    /// Of pieces of the input at this place the reports, one for each task.
    Pieces(usize, Vec<Vec<FileReport>>),
    /// What became of the inputs from this place on.
    Inputs(usize, Batch),
}

/// What waits for the inputs before.
#[derive(Default)]
struct Waiting {
    pieces: Vec<Vec<FileReport>>,
    batch: Option<Batch>,
}

fn bytes_of(report: &FileReport) -> u64 {
    u64::try_from(report.bytes).unwrap_or(u64::MAX)
}

/// How many of `inputs` inputs a thread takes at once: many small ones cost less in company.
fn claim_size(inputs: usize, threads: usize) -> usize {
    (inputs / (threads * 64)).clamp(1, MOST_CLAIMED)
}

/// Inputs are claimed in order, and not far ahead of the one that is merged next, so that the reports that wait for an earlier one
/// stay few.
struct Claims {
    next: AtomicUsize,
    merged: AtomicUsize,
    size: usize,
}

impl Claims {
    /// The place of the next inputs, [`Claims::size`] at most; `None` where there are no more or `stop` says so.
    fn claim(&self, inputs: usize, threads: usize, stop: &AtomicBool) -> Option<usize> {
        let first = self.next.fetch_add(self.size, Ordering::Relaxed);
        let ahead = self.size * (CLAIMS_AHEAD + 2 * threads);
        while first < inputs && first > self.merged.load(Ordering::Relaxed) + ahead && !stop.load(Ordering::Relaxed) {
            help();
        }
        (first < inputs && !stop.load(Ordering::Relaxed)).then_some(first)
    }

    /// Returns when the input at `place`, of which so many pieces were scanned, need not wait for those before.
    fn wait_for_turn(&self, place: usize, pieces: usize) {
        while pieces > AHEAD && place > self.merged.load(Ordering::Relaxed) {
            help();
        }
    }
}

/// Scans a piece of an input of another thread, or rests.
pub(super) fn help() {
    if rayon::yield_now() != Some(rayon::Yield::Executed) {
        std::thread::sleep(REST);
    }
}
