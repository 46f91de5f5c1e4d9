//! The order of the report.

use std::io::{self, Write};

use crate::report::human::controls;
use crate::report::human::group;
use crate::report::human::options::{Detail, HumanOptions};
use crate::report::human::page::Page;
use crate::report::human::summary;
use crate::report::human::verdict;
use crate::report::reporter::{Reporter, RunReport};
use crate::violation::Verdict;

/// Writes the report that a person reads; everything goes to the one writer.
#[derive(Debug, Clone, Copy, Default)]
pub struct HumanReporter {
    options: HumanOptions,
}

impl HumanReporter {
    /// A reporter for such a reader.
    #[must_use]
    pub const fn new(options: HumanOptions) -> Self {
        Self { options }
    }
}

impl Reporter for HumanReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Page::new(out, self.options);
        group::write(&mut page, run)?;
        summary::problems(&mut page, run.summary)?;
        if self.options.detail > Detail::Quiet {
            summary::skipped(&mut page, run.summary)?;
            summary::notes(&mut page, run.summary)?;
            summary::gone(&mut page, run)?;
            summary::summary(&mut page, run.summary)?;
            if !run.controls.is_empty() {
                controls::controls(&mut page, run)?;
            }
        }
        if self.options.detail > Detail::Quiet || run.verdict != Verdict::Passed || !run.checked_something() {
            verdict::write(&mut page, run)?;
        }
        Ok(())
    }
}
