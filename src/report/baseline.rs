//! A baseline file: violations in, JSON out, the same bytes for the same violations.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::safe_json;
use crate::violation::baseline::{BASELINE_VERSION, Baseline, Known};

#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u64,
    tool: Tool<'a>,
    violations: Vec<&'a Known>,
}

#[derive(Debug, Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

/// Writes `{"version": 1, "tool": {"name", "version"}, "violations": […]}`, indented, sorted by fingerprint.
///
/// # Errors
/// Those of `out`.
pub fn write_baseline(baseline: &Baseline, tool_version: &str, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: BASELINE_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: tool_version },
        violations: baseline.violations().collect(),
    };
    safe_json::write_indented(out, &document)?;
    out.write_all(b"\n")
}
