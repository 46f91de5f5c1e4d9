//! GitHub workflow commands: annotations.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// GitHub workflow commands: annotations.
#[derive(Debug, Clone, Copy, Default)]
pub struct GithubReporter;

impl Reporter for GithubReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
