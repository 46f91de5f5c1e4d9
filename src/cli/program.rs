//! The entry of the program: arguments in, exit code out.

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::cli::args::{Cli, Command};
use crate::cli::check::check;
use crate::cli::command::{NotGiven, given};
use crate::cli::completions::completions;
use crate::cli::config::config;
use crate::cli::configuration::Effective;
use crate::cli::diagnostics::{print_config_errors, print_error, say};
use crate::cli::diff::diff;
use crate::cli::docs::docs;
use crate::cli::exit::Exit;
use crate::cli::explain::explain;
use crate::cli::fmt::fmt;
use crate::cli::init::init;
use crate::cli::lint::lint;
use crate::cli::list::list;
use crate::cli::lsp::lsp;
use crate::cli::man::man;
use crate::cli::new::new;
use crate::cli::schema::schema;
use crate::cli::test::test;
use crate::cli::waive::waive;
use crate::text::sanitize::one_line;

/// Runs the program on the arguments it was started with.
#[must_use]
pub fn main() -> ExitCode {
    // clap answers usage errors itself, with exit code 2, and `--help` and `--version` with 0.
    let given = match given() {
        Ok(given) => given,
        Err(NotGiven::Usage(message)) => {
            print_error(&message);
            return Exit::Usage.into();
        }
        Err(NotGiven::Configuration(errors, color)) => {
            print_config_errors(&errors, color);
            return Exit::Usage.into();
        }
    };
    let cli = Cli::from_arg_matches(&given.matches).unwrap_or_else(|error| error.exit());
    match (cli.command, given.matches.subcommand()) {
        (Command::Check(arguments), _) => {
            if let Some(configuration) = given.configuration.as_ref().filter(|_| arguments.verbose) {
                say(&format!("configuration {}", one_line(&configuration.name)));
            }
            check(&arguments)
        }
        (Command::Diff(arguments), _) => diff(&arguments),
        (Command::Test(arguments), _) => test(&arguments),
        (Command::Explain(arguments), _) => explain(&arguments),
        (Command::Lint(arguments), _) => lint(&arguments),
        (Command::List(arguments), _) => list(&arguments),
        (Command::Lsp(arguments), _) => lsp(&arguments),
        (Command::Docs(arguments), _) => docs(&arguments),
        (Command::Waive(arguments), _) => waive(&arguments),
        (Command::Config(arguments), Some((_, settings))) => {
            config(&arguments, &Effective::of(settings, given.configuration.as_ref()))
        }
        (Command::Init(arguments), _) => init(&arguments),
        (Command::New(arguments), _) => new(&arguments),
        (Command::Fmt(arguments), _) => fmt(&arguments),
        (Command::Schema(arguments), _) => schema(&arguments),
        (Command::Completions { shell }, _) => completions(shell),
        (Command::Man { dir }, _) => man(dir.as_deref()),
        // A parsed command is there: clap answers its absence.
        (Command::Config(_), None) => Exit::Usage,
    }
    .into()
}
