//! One self-contained page.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// One self-contained page.
#[derive(Debug, Clone, Copy, Default)]
pub struct HtmlReporter;

impl Reporter for HtmlReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
