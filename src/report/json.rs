//! `-f json`: one indented JSON document.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::compliance::{ControlView, views};
use crate::report::reporter::{Reporter, RunReport};
use crate::report::safe_json;
use crate::report::view::ViolationList;
use crate::violation::Summary;

/// Writes `{"version": 1, "tool": {"name", "version"}, "violations": […], "summary": {…}, "controls": […]}`.
///
/// `record` of a violation counts from 0, lines and columns from 1, offsets are bytes of the decompressed file.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonReporter;

#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool<'a>,
    violations: ViolationList<'a>,
    summary: &'a Summary,
    controls: Vec<ControlView<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

impl Reporter for JsonReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let document = Document {
            version: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: run.tool_version },
            violations: ViolationList(run.violations),
            summary: run.summary,
            controls: views(run),
        };
        safe_json::write_indented(out, &document)?;
        out.write_all(b"\n")
    }
}
