//! `-f ndjson`: a JSON object a line, for tools that read line by line.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::reporter::{Reporter, RunReport};
use crate::report::safe_json;
use crate::report::view::ViolationView;
use crate::violation::Summary;

/// Writes each violation as in [`JsonReporter`], then `{"type": "summary", …}`, which tells a reader that nothing is missing.
///
/// [`JsonReporter`]: crate::report::JsonReporter
#[derive(Debug, Clone, Copy, Default)]
pub struct NdjsonReporter;

#[derive(Debug, Serialize)]
struct SummaryLine<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
}

impl Reporter for NdjsonReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        for violation in run.violations {
            safe_json::write_line(out, &ViolationView::from(violation))?;
            out.write_all(b"\n")?;
        }
        safe_json::write_line(out, &SummaryLine { r#type: "summary", summary: run.summary })?;
        out.write_all(b"\n")
    }
}
