//! The document as a whole.

use std::io::{self, Write};

use serde_sarif::sarif::{Run, RunAutomationDetails, Sarif, ToolComponent};

use crate::report::reporter::{Reporter, RunReport};
use crate::report::safe_json;
use crate::report::sarif::invocation::invocation;
use crate::report::sarif::results::results;
use crate::report::sarif::rules::descriptor;
use crate::report::sarif::words::word;

/// Writes SARIF 2.1.0 for code scanning: one run with all rules, the worst 5,000 violations, problems and notes.
///
/// A result points at the first value that decided, in the decompressed file; further ones are related locations. Columns count
/// Unicode scalar values. Its `primaryLocationLineHash` is the violation's fingerprint, so that an alert stays the same when logs
/// move. Waived violations have a suppression. A run with a baseline says of each result whether it is new; of violations that
/// are gone it gives the number only, as GitHub would show a result for each as an open alert.
///
/// Source: SARIF 2.1.0 (OASIS); GitHub documentation, "SARIF support for code scanning".
#[derive(Debug, Clone, Copy, Default)]
pub struct SarifReporter;

impl Reporter for SarifReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        safe_json::write_indented(out, &document(run))?;
        out.write_all(b"\n")
    }
}

fn document(run: &RunReport<'_>) -> Sarif {
    let mut driver = ToolComponent::builder().name(env!("CARGO_PKG_NAME")).build();
    driver.semantic_version = (!run.tool_version.is_empty()).then(|| run.tool_version.to_owned());
    driver.rules = Some(run.rules.iter().map(descriptor).collect());
    let results = results(run);
    let mut sarif_run = Run::builder().tool(driver).build();
    sarif_run.column_kind = Some(word("unicodeCodePoints"));
    sarif_run.automation_details =
        Some(RunAutomationDetails { id: Some("trailgate/".to_owned()), ..RunAutomationDetails::default() });
    sarif_run.invocations = Some(vec![invocation(run, results.len())]);
    sarif_run.results = Some(results);
    let mut sarif = Sarif::builder().version(word("2.1.0")).runs(vec![sarif_run]).build();
    sarif.schema = Some("https://json.schemastore.org/sarif-2.1.0.json".to_owned());
    sarif
}
