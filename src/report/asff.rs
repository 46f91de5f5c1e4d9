//! AWS Security Finding Format, in batches of 100.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// AWS Security Finding Format, in batches of 100.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsffReporter;

impl Reporter for AsffReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
