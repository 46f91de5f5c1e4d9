//! OCSF findings, one a line.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// OCSF findings, one a line.
#[derive(Debug, Clone, Copy, Default)]
pub struct OcsfReporter;

impl Reporter for OcsfReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
