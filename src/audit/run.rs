//! Scans all inputs on all threads and merges their reports in order, so that the outcome is the same for any number of threads.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::audit::input::{Given, Input, has_log_name};
use crate::audit::tally::{Keep, Outcome, Scanned, Tally};
use crate::compile::Program;
use crate::engine::scan;
use crate::event::envelope::looks_like_log;
use crate::event::{Problem, ProblemKind, gzip};

/// How a run is done.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions {
    /// Threads that scan; 0 is one for each processor.
    pub threads: usize,
    /// The most that a compressed input may inflate to.
    pub limit_bytes: u64,
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

/// Scans `inputs` with `program`. Where `stop` becomes true, inputs that were not begun are left out and the summary says so.
///
/// # Errors
/// Where the threads cannot be started, in words.
pub fn run(
    program: &Program,
    inputs: &[Input],
    options: RunOptions,
    stop: &AtomicBool,
    progress: &mut dyn Progress,
) -> Result<Outcome, String> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|error| format!("cannot start {} threads: {error}", options.threads))?;
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut tally = Tally::new(program, options.keep);
    let mut merged = 0;
    pool.in_place_scope(|scope| {
        // Inputs are claimed in order, so that the reports that wait for an earlier one stay few.
        let claim = sender.clone();
        let next = &next;
        scope.spawn_broadcast(move |_, _| {
            while !stop.load(Ordering::Relaxed) {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(input) = inputs.get(place) else { break };
                let scanned = scan_input(program, input, options.limit_bytes);
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
                let bytes = match &scanned {
                    Scanned::Read(report) => u64::try_from(report.bytes).unwrap_or(u64::MAX),
                    _ => 0,
                };
                tally.add(input, scanned);
                progress.advanced(merged, bytes);
            }
        }
    });
    let mut outcome = tally.finish();
    outcome.summary.interrupted = merged < inputs.len();
    Ok(outcome)
}

fn scan_input(program: &Program, input: &Input, limit_bytes: u64) -> Scanned {
    let name: Arc<str> = input.name().into();
    let problem =
        |kind, message: String| Problem { kind, file: name.clone(), record: None, offset: None, at: None, message };
    let bytes = match input.read() {
        Ok(bytes) => bytes,
        Err(cause) => return Scanned::Failed(problem(ProblemKind::Unreadable, cause)),
    };
    if let Input::File { path, given } = input {
        if bytes.is_empty() && path.extension().is_some_and(|extension| extension == "gz") {
            return Scanned::Failed(problem(
                ProblemKind::Gzip,
                "the gzip file is empty: it was not written to its end".to_owned(),
            ));
        }
        let strange = !bytes.is_empty() && !gzip::is_gzip(&bytes) && !looks_like_log(&bytes);
        if strange && *given == Given::Found && !has_log_name(Path::new(path)) {
            return Scanned::Skipped("not_json");
        }
    }
    Scanned::Read(scan(program, &name, &bytes, limit_bytes))
}
