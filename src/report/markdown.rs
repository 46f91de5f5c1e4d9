//! Markdown, for a pull request.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// Markdown, for a pull request.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarkdownReporter;

impl Reporter for MarkdownReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
