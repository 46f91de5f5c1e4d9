//! `trailgate lint`: policies in, everything that is wrong or odd with them out, and an exit code for a commit hook.

use std::io::Write;

use crate::cli::args::LintArgs;
use crate::cli::check::today;
use crate::cli::diagnostics::print_diagnostics;
use crate::cli::exit::Exit;
use crate::cli::policies::load;
use crate::compile;
use crate::report::number::count;

/// Runs `trailgate lint`.
pub fn lint(arguments: &LintArgs) -> Exit {
    let set = match load(&arguments.policies, &[]) {
        Ok(set) => set,
        Err(errors) => {
            print_diagnostics(&errors.0, arguments.color, "");
            return Exit::Usage;
        }
    };
    let warnings = compile::lint(&set, arguments.as_of.unwrap_or_else(today));
    if !warnings.is_empty() {
        print_diagnostics(&warnings, arguments.color, "");
        return if arguments.strict { Exit::Warned } else { Exit::Sound };
    }
    let (rules, files) = (set.rules().count(), set.policies().len());
    let line = format!("{} in {}: no errors, no warnings", count(rules, "rule"), count(files, "policy file"));
    // That nobody reads the line is no error: what counts is the exit code.
    let _closed = writeln!(std::io::stdout().lock(), "{line}");
    Exit::Sound
}
