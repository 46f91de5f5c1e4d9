//! The command line: one file a subcommand. Nothing here decides what a violation is.

mod args;
mod check;
mod command;
mod config;
mod configuration;
mod diagnostics;
mod exit;
mod output;
mod policies;
mod program;
mod progress;

pub use program::main;
