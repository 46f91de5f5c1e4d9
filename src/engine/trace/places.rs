//! Where in a log file the values lie that a decision tree looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Record;
use crate::json::Location;
use crate::json::locate::locate;
use crate::text::{LineColumn, Lines};
use crate::violation::trace::Trace;

/// Line and column, in the decompressed `file` that `record` was taken from, of each node of it that `trace` looked at; and of the
/// record itself, under the empty location.
#[must_use]
pub fn places(trace: &Trace, record: &Record<'_>, file: &[u8]) -> BTreeMap<Location, LineColumn> {
    let looked_at: BTreeSet<&Location> =
        trace.nodes().filter_map(|node| node.observed.as_ref()).map(|seen| &seen.location).collect();
    let root = Location::default();
    let mut offsets: Vec<(usize, &Location)> = std::iter::once(&root)
        .chain(looked_at)
        .filter_map(|location| {
            let start = if location.0.is_empty() { 0 } else { locate(&record.text, location)?.start };
            Some((record.origin.offset(start, file), location))
        })
        .collect();
    offsets.sort_unstable();
    let mut lines = Lines::new(file);
    offsets.into_iter().map(|(offset, location)| (location.clone(), lines.at(offset))).collect()
}
