//! The batches: which findings a line holds, and in which order the lines come.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::report::asff::finding::Finding;
use crate::report::asff::home::Home;
use crate::report::reporter::{Reporter, RunReport};
use crate::report::safe_json;
use crate::violation::Violation;

/// The most findings that one call takes.
const BATCH: usize = 100;

/// Writes `{"Findings": […]}` a line, with at most 100 findings each, waived ones included.
///
/// A line is what `aws securityhub batch-import-findings --cli-input-json` takes. It holds findings of one account and one region,
/// since a call is made as an account, in a region, and takes only its own findings. Lines are in the order of accounts and
/// regions, findings within them in that of the run. A run without violations writes nothing: a call without findings is an error.
///
/// An event that names no account or no region has a finding all the same, in lines behind all others: its `AwsAccountId` is
/// `000000000000` and the region in its `ProductArn` `unknown`, which Security Hub refuses until somebody puts in the right ones.
/// Nothing can so be imported into an account that it does not belong to.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsffReporter;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<'a> {
    findings: Vec<Finding<'a>>,
}

impl Reporter for AsffReporter {
    fn report(&self, run: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut homes: BTreeMap<Home<'_>, Vec<&Violation>> = BTreeMap::new();
        for violation in run.violations {
            homes.entry(Home::of(&violation.event)).or_default().push(violation);
        }
        for (home, violations) in homes {
            for violations in violations.chunks(BATCH) {
                let findings = violations.iter().map(|violation| Finding::of(run, home, violation)).collect();
                safe_json::write_line(out, &Batch { findings })?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }
}
