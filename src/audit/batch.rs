//! What became of consecutive inputs: what a thread sends to be merged.

use crate::audit::tally::Scanned;
use crate::engine::Scratch;
use crate::violation::PartReport;

/// Short inputs are scanned together until they hold so many records: what is found in them stays short, too.
const MOST_RECORDS: usize = 4096;

/// What became of some inputs, in their order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Of each input, under one task after the other.
    pub scanned: Vec<Scanned>,
    /// What was found in those that were scanned together.
    pub found: Vec<Found>,
}

/// What was found in inputs that were scanned together.
#[derive(Debug)]
pub(super) struct Found {
    /// How many of [`Batch::scanned`] come before.
    pub behind: usize,
    /// Place of the task.
    pub task: usize,
    pub report: PartReport,
}

impl Batch {
    /// Ends the reports that grow in `scratches`, one for each task, where they hold so many records at least.
    fn close_of(&mut self, scratches: &mut [Scratch], least: usize) {
        for (task, scratch) in scratches.iter_mut().enumerate() {
            if scratch.joined_records() >= least
                && let Some(report) = scratch.joined()
            {
                self.found.push(Found { behind: self.scanned.len(), task, report });
            }
        }
    }

    /// Ends the reports that grow in `scratches`, one for each task.
    pub fn close(&mut self, scratches: &mut [Scratch]) {
        self.close_of(scratches, 0);
    }

    /// As [`Batch::close`], if they have grown long.
    pub fn close_long(&mut self, scratches: &mut [Scratch]) {
        self.close_of(scratches, MOST_RECORDS);
    }

    /// The bytes of the inputs, decompressed, where there are so many tasks.
    pub fn bytes(&self, tasks: usize) -> u64 {
        let bytes = self.scanned.iter().step_by(tasks.max(1)).map(|scanned| match scanned {
            Scanned::Read(report) => report.bytes,
            Scanned::Joined(input) => input.bytes,
            Scanned::Skipped(_) | Scanned::Failed(_) => 0,
        });
        u64::try_from(bytes.sum::<usize>()).unwrap_or(u64::MAX)
    }
}
