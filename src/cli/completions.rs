//! `trailgate completions`: what a shell reads to complete the command line.

use clap_complete::{Shell, generate};

use crate::cli::command::command;
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::violation::Verdict;

/// Runs `trailgate completions`.
pub fn completions(shell: Shell) -> Exit {
    let mut script = Vec::new();
    // Into memory first: the generator panics where it cannot write.
    generate(shell, &mut command(), "trailgate", &mut script);
    print(&script).map_or_else(|exit| exit, |()| Exit::Verdict(Verdict::Passed))
}
