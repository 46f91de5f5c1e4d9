//! The command line: one file a subcommand. Nothing here decides what a violation is.

mod args;
mod check;
mod diagnostics;
mod exit;
mod output;
mod policies;
mod program;
mod progress;
mod reported;
mod waive;

pub use program::main;
