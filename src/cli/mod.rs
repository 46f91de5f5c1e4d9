//! The command line: one file a subcommand. Nothing here decides what a violation is.

mod args;
mod baseline;
mod check;
mod diagnostics;
mod diff;
mod exit;
mod output;
mod policies;
mod program;
mod progress;
mod revision;

pub use program::main;
