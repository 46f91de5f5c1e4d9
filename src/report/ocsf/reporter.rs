//! The lines of the format and their order.

use std::io::{self, Write};

use crate::report::ocsf::compliance;
use crate::report::ocsf::detection::DetectionFinding;
use crate::report::reporter::{Reporter, RunReport};
use crate::report::safe_json;

/// Writes OCSF 1.8.0 events, one a line: a Detection Finding (class 2004) for each violation, waived ones included, then a
/// Compliance Finding (class 2003) for each (rule, framework, control) of the run.
///
/// `time` is that of the run and `start_time` that of the event. Log text is neither cut nor changed; characters that a terminal
/// acts on are written as `\u` escapes. A run without violations and without controls writes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct OcsfReporter;

impl Reporter for OcsfReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        for violation in run.violations {
            safe_json::write_line(out, &DetectionFinding::of(run, violation))?;
            out.write_all(b"\n")?;
        }
        for finding in compliance::findings(run) {
            safe_json::write_line(out, &finding)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}
