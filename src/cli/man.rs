//! `trailgate man`: the manual pages.

use std::path::Path;

use clap_mangen::{Man, generate_to};

use crate::audit::input::in_words;
use crate::cli::command::command;
use crate::cli::diagnostics::print_error;
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::violation::Verdict;

/// Runs `trailgate man`: a page for each subcommand into `folder`, or the program's own page to standard output.
pub fn man(folder: Option<&Path>) -> Exit {
    // `help` has no page: the others say what it would.
    let command = command().disable_help_subcommand(true);
    let Some(folder) = folder else {
        let mut page = Vec::new();
        // Invariant: writing into memory does not fail.
        let _infallible = Man::new(command).render(&mut page);
        return print(&page).map_or_else(|exit| exit, |()| Exit::Verdict(Verdict::Passed));
    };
    match std::fs::create_dir_all(folder).and_then(|()| generate_to(command, folder)) {
        Ok(()) => Exit::Verdict(Verdict::Passed),
        Err(error) => {
            print_error(&format!("cannot write the manual to `{}`: {}", folder.display(), in_words(&error)));
            Exit::Usage
        }
    }
}
