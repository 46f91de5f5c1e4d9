//! Prints what is wrong with policies and arguments to standard error.

use std::io::{IsTerminal, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use crate::cli::args::ColorArg;
use crate::cli::configuration::ConfigError;
use crate::policy::error::{Level, PolicyError};
use crate::report::number::count;

/// Most errors and warnings that are printed in full.
const MOST_SHOWN: usize = 200;

/// Whether to use colours on a stream that is (not) a terminal.
#[must_use]
pub fn use_color(choice: ColorArg, is_terminal: bool) -> bool {
    match choice {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// Width of the terminal, or 100 columns where there is none.
#[must_use]
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(40, 160))
}

/// Prints errors and warnings of the policies of a run, how many there were, and that errors end the run.
pub fn print_policy_errors(errors: &[PolicyError], color: ColorArg) {
    let wrong = errors.iter().any(|error| error.level == Level::Error);
    print_diagnostics(errors, color, if wrong { ": nothing was checked" } else { "" });
}

/// Prints errors and warnings of policies, and how many there were, followed by `ending`.
pub fn print_diagnostics(errors: &[PolicyError], color: ColorArg, ending: &str) {
    let mut out = rendered(errors, color);
    let of = |level| errors.iter().filter(|error| error.level == level).count();
    let told = [(of(Level::Error), "error"), (of(Level::Warning), "warning"), (of(Level::Advice), "advice")];
    let told: Vec<String> = told
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| match (word, number) {
            ("advice", 1) => "1 piece of advice".to_owned(),
            ("advice", _) => format!("{} of advice", count(number, "piece")),
            _ => count(number, word),
        })
        .collect();
    let words = told.join(" and ");
    out.push_str(&format!("{words} in the policies{ending}\n"));
    let _closed = std::io::stderr().lock().write_all(out.as_bytes());
}

/// Prints what is wrong with the configuration, and how much it is.
pub fn print_config_errors(errors: &[ConfigError], color: ColorArg) {
    let mut out = rendered(errors, color);
    out.push_str(&format!("{} in the configuration: nothing was done\n", count(errors.len(), "error")));
    let _closed = std::io::stderr().lock().write_all(out.as_bytes());
}

fn rendered<D: Diagnostic>(errors: &[D], color: ColorArg) -> String {
    let theme = if use_color(color, std::io::stderr().is_terminal()) {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width()).with_links(false).with_context_lines(1);
    let mut out = String::new();
    for error in errors.iter().take(MOST_SHOWN) {
        // Invariant: writing into a string does not fail.
        let _infallible = handler.render_report(&mut out, error);
        out.push('\n');
    }
    if let Some(rest) = errors.len().checked_sub(MOST_SHOWN).filter(|rest| *rest > 0) {
        out.push_str(&format!("… and {rest} more\n"));
    }
    out
}

/// Prints one usage error.
pub fn print_error(message: &str) {
    say(&format!("error: {message}"));
}

/// Prints a line to standard error. That nobody reads it is no error: what counts is the report and the exit code.
pub fn say(line: &str) {
    let _closed = writeln!(std::io::stderr().lock(), "{line}");
}
