//! GitLab Code Quality.

use std::io::{self, Write};

use crate::report::reporter::{Reporter, RunReport};

/// GitLab Code Quality.
#[derive(Debug, Clone, Copy, Default)]
pub struct GitlabReporter;

impl Reporter for GitlabReporter {
    fn report(&self, _run: &RunReport<'_>, _out: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this format is not written yet"))
    }
}
