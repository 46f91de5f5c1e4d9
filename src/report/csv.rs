//! Comma-separated values, safe to open in a spreadsheet.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// Comma-separated values, safe to open in a spreadsheet.
#[derive(Debug, Clone, Copy, Default)]
pub struct CsvReporter;

impl Reporter for CsvReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
