//! JUnit XML.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// JUnit XML.
#[derive(Debug, Clone, Copy, Default)]
pub struct JunitReporter;

impl Reporter for JunitReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
