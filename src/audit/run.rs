//! Scans all inputs on all threads and merges their reports in order, so that the outcome is the same for any number of threads.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::audit::input::{Given, Input, has_log_name};
use crate::audit::profile::{Profile, Step, timed};
use crate::audit::tally::{Keep, Outcome, Scanned, Tally};
use crate::compile::Program;
use crate::engine::scan_with;
use crate::event::envelope::looks_like_log;
use crate::event::{Problem, ProblemKind, gzip};
use crate::violation::{Baseline, History};

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
    /// `done` of all inputs are merged; the last was of so many bytes, decompressed.
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
/// # Errors
/// As [`run`].
pub fn run_all(
    tasks: &[Task<'_>],
    inputs: &[Input],
    options: RunOptions,
    stop: &AtomicBool,
    progress: &mut dyn Progress,
) -> Result<Vec<Outcome>, String> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|error| format!("cannot start {} threads: {error}", options.threads))?;
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut tallies: Vec<Tally<'_>> = tasks
        .iter()
        .map(|task| {
            let tally = Tally::new(task.program, options.keep, options.facts_bytes).after(task.history);
            match task.baseline {
                Some(baseline) => tally.against(baseline),
                None => tally,
            }
        })
        .collect();
    let mut merged = 0;
    pool.in_place_scope(|scope| {
        // Inputs are claimed in order, so that the reports that wait for an earlier one stay few.
        let claim = sender.clone();
        let next = &next;
        scope.spawn_broadcast(move |_, _| {
            let mut buffers = Buffers::default();
            while !stop.load(Ordering::Relaxed) {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(input) = inputs.get(place) else { break };
                let scanned = scan_input(tasks, input, options.limit_bytes, &mut buffers);
                if claim.send((place, scanned)).is_err() {
                    break;
                }
            }
        });
        drop(sender);
        let mut waiting = BTreeMap::new();
        for (place, scanned) in receiver {
            waiting.insert(place, scanned);
            while let (Some(input), Some(scanned)) = (inputs.get(merged), waiting.remove(&merged)) {
                merged += 1;
                let bytes = match scanned.first() {
                    Some(Scanned::Read(report)) => u64::try_from(report.bytes).unwrap_or(u64::MAX),
                    _ => 0,
                };
                for ((tally, task), scanned) in tallies.iter_mut().zip(tasks).zip(scanned) {
                    timed(task.profile, Step::Merge, || tally.add(input, scanned));
                }
                progress.advanced(merged, bytes);
            }
        }
    });
    let outcomes = tallies.into_iter().zip(tasks).map(|(tally, task)| {
        let mut outcome = timed(task.profile, Step::Correlate, || tally.finish())?;
        outcome.summary.interrupted = merged < inputs.len();
        Ok(outcome)
    });
    outcomes.collect()
}

/// Of one thread, used again for each of its inputs: fresh memory costs a tenth of a scan.
#[derive(Default)]
struct Buffers {
    bytes: Vec<u8>,
    text: Vec<u8>,
}

/// What becomes of `input` under each of `tasks`; it is read once.
fn scan_input(tasks: &[Task<'_>], input: &Input, limit_bytes: u64, buffers: &mut Buffers) -> Vec<Scanned> {
    let name: Arc<str> = input.name().into();
    let all = |scanned: &dyn Fn() -> Scanned| tasks.iter().map(|_| scanned()).collect();
    let failed = |kind, message: String| {
        let problem = Problem { kind, file: name.clone(), record: None, offset: None, at: None, message };
        all(&|| Scanned::Failed(problem.clone()))
    };
    let Buffers { bytes, text } = buffers;
    let profile = tasks.iter().find_map(|task| task.profile);
    if let Err(cause) = timed(profile, Step::Read, || input.read_into(bytes)) {
        return failed(ProblemKind::Unreadable, cause);
    }
    if let Input::File { path, given } = input {
        if bytes.is_empty() && path.extension().is_some_and(|extension| extension == "gz") {
            return failed(ProblemKind::Gzip, "the gzip file is empty: it was not written to its end".to_owned());
        }
        let strange = !bytes.is_empty() && !gzip::is_gzip(bytes) && !looks_like_log(bytes);
        if strange && *given == Given::Found && !has_log_name(Path::new(path)) {
            return all(&|| Scanned::Skipped("not_json"));
        }
    }
    let mut scan = |task: &Task<'_>| match task.profile {
        None => scan_with(task.program, &name, bytes, limit_bytes, text, None),
        Some(profile) => profile.metered(task.program.rules.len(), |meter| {
            scan_with(task.program, &name, bytes, limit_bytes, text, Some(meter))
        }),
    };
    tasks.iter().map(|task| Scanned::Read(scan(task))).collect()
}
