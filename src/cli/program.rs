//! The entry of the program: arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;

use crate::cli::args::{Cli, Command};
use crate::cli::check::check;
use crate::cli::diff::diff;

/// Runs the program on the arguments it was started with.
#[must_use]
pub fn main() -> ExitCode {
    // clap answers usage errors itself, with exit code 2, and `--help` and `--version` with 0.
    let cli = Cli::parse();
    match cli.command {
        Command::Check(arguments) => check(&arguments).into(),
        Command::Diff(arguments) => diff(&arguments).into(),
    }
}
