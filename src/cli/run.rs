//! A run over logs as every subcommand does it: a progress bar on a terminal, and Ctrl-C ends it with what was read so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::audit::input::Input;
use crate::audit::{Outcome, RunOptions, Task, run_all};
use crate::cli::diagnostics::say;
use crate::cli::progress::Bar;
use crate::report::number::count;
use crate::violation::{Summary, Verdict};

/// Scans `inputs` with every one of `tasks`: one outcome for each. `shows_progress` wants the bar.
///
/// # Errors
/// Where the threads cannot be started, in words.
pub fn run_logs(
    tasks: &[Task<'_>],
    inputs: &[Input],
    options: RunOptions,
    shows_progress: bool,
) -> Result<Vec<Outcome>, String> {
    let stop = stop_on_interrupt();
    let mut bar = Bar::new(inputs.len(), shows_progress);
    let outcomes = run_all(tasks, inputs, options, &stop, &mut bar);
    bar.clear();
    outcomes
}

/// Says how many of `inputs` were not read, where the run of `summary` was interrupted.
pub fn say_interrupted(summary: &Summary, inputs: &[Input]) {
    if summary.interrupted {
        let left = inputs.len().saturating_sub(summary.files.found);
        say(&format!("interrupted: {left} of {} were not read", count(inputs.len(), "file")));
    }
}

/// A flag that becomes true at the first Ctrl-C; the second ends the program at once.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Verdict::Interrupted.exit_code()));
        }
        say("stopping after the files that are being read; once more to stop at once");
    };
    // Without a handler Ctrl-C ends the program as it would any other: nothing is lost but the partial summary.
    let _no_handler = ctrlc::set_handler(handler);
    stop
}
