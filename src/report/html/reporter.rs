//! The format itself.

use std::io::{self, Write};

use askama::Template;

use crate::report::html::page::Page;
use crate::report::reporter::{Reporter, RunReport};

/// Writes one self-contained page: it loads nothing, and is whole without its script.
///
/// Holds every violation of the run, the first 50 of each rule with an excerpt of the record; about 1 KB for each of the others.
#[derive(Debug, Clone, Copy, Default)]
pub struct HtmlReporter;

impl Reporter for HtmlReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        Page::of(run)?.write_into(out)
    }
}
