//! The command line: one file a subcommand. Nothing here decides what a violation is.

mod args;
mod baseline;
mod check;
mod command;
mod completions;
mod config;
mod configuration;
mod diagnostics;
mod diff;
mod docs;
mod exit;
mod explain;
mod fmt;
mod init;
mod lint;
mod list;
mod lsp;
mod man;
mod mend;
mod new;
mod output;
mod policies;
mod profile;
mod program;
mod progress;
mod replace;
mod reported;
mod revision;
mod run;
mod schema;
mod selection;
mod test;
mod waive;
mod watch;

pub use program::main;
