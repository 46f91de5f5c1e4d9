//! A long input, batch after batch: while one is scanned in pieces on all threads that are free, the next is read and inflated.
//! Memory holds two batches, however long the input is.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::audit::lanes::{Lanes, PartLane};
use crate::audit::run::Task;
use crate::audit::scanned::metered;
use crate::audit::source::{End, Source};
use crate::engine::lane::{Cut, Lane, Sizes};
use crate::event::Ending;
use crate::violation::FileReport;

/// Text that is read at once. It does not depend on the number of threads, so that no result does.
pub(super) const BATCH_BYTES: usize = 5 << 20;
pub(super) const SIZES: Sizes = Sizes { piece: 1 << 20, look_ahead: 16 << 10, longest: 32 << 20 };
/// Room before a batch for what is kept of the one before.
const ROOM_BYTES: usize = 64 << 10;
/// By so much a source may give more than it was asked for.
const OVER_BYTES: usize = 256 << 10;

/// A stretch of an input's text.
struct Batch {
    /// Room, of which the last `kept` bytes are text, and text.
    bytes: Vec<u8>,
    kept: usize,
    end: Option<End>,
}

impl Batch {
    fn fill(mut bytes: Vec<u8>, source: &mut Source) -> Self {
        if bytes.capacity() > 2 * BATCH_BYTES {
            bytes = Vec::new();
        }
        bytes.clear();
        bytes.reserve_exact(ROOM_BYTES + BATCH_BYTES + OVER_BYTES);
        bytes.resize(ROOM_BYTES, 0);
        let end = source.fill(&mut bytes, ROOM_BYTES + BATCH_BYTES);
        Self { bytes, kept: 0, end }
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(ROOM_BYTES - self.kept..).unwrap_or_default()
    }

    /// Puts `kept` before the text.
    fn begin_with(&mut self, kept: &[u8]) {
        self.kept = kept.len().min(ROOM_BYTES);
        let (longer, rest) = kept.split_at(kept.len() - self.kept);
        if let Some(room) = self.bytes.get_mut(ROOM_BYTES - rest.len()..ROOM_BYTES) {
            room.copy_from_slice(rest);
        }
        if !longer.is_empty() {
            // The room is full: what does not fit stands before it, and the room is text.
            let all = [&vec![0; ROOM_BYTES], longer, self.text()].concat();
            self.kept = 0;
            self.bytes = all;
        }
    }
}

/// Scans all of `source`, from where `lanes` are, under each of `tasks`. `deliver` takes the reports of consecutive pieces of the
/// input, one for each task; the last ones are the answer. Where `stop` becomes true the rest is left out.
pub(super) fn stream(
    tasks: &[Task<'_>],
    mut lanes: Lanes<'_>,
    mut source: Source,
    stop: &AtomicBool,
    deliver: &mut dyn FnMut(Vec<FileReport>),
) -> Vec<FileReport> {
    let mut batch = Batch::fill(Vec::new(), &mut source);
    let mut spare = Vec::new();
    loop {
        let ending = batch.end.as_ref().map_or(Ending::Open, |end| end.ending);
        let text = batch.text();
        let cuts: Vec<Vec<Cut>> = lanes.lanes.iter_mut().map(|lane| lane.lane.cut(text, ending)).collect();
        let pieces: Vec<(Option<&Task<'_>>, &Lane<'_>, Cut)> = lanes
            .lanes
            .iter()
            .zip(&cuts)
            .flat_map(|(lane, cuts)| cuts.iter().map(move |cut| (tasks.get(lane.task), &lane.lane, *cut)))
            .collect();
        let scan = |(task, lane, cut): &(Option<&Task<'_>>, &Lane<'_>, Cut)| {
            let rules = task.map_or(0, |task| task.program.rules.len());
            let profile = task.and_then(|task| task.profile);
            let worker = rayon::current_thread_index();
            metered(profile, rules, |meter| lane.scan_metered(text, *cut, ending, worker, meter))
        };
        let goes_on = batch.end.is_none();
        let (scanned, next) = rayon::join(
            || pieces.par_iter().with_max_len(1).map(scan).collect::<Vec<_>>(),
            || goes_on.then(|| Batch::fill(std::mem::take(&mut spare), &mut source)),
        );
        let mut scanned = scanned.into_iter();
        let mut reports = lanes.nothing();
        for (place, cuts) in cuts.iter().enumerate() {
            let scanned = scanned.by_ref().take(cuts.len()).collect();
            if let Some(PartLane { lane, .. }) = lanes.lanes.get_mut(place) {
                let report = lane.merge(text, cuts, scanned, ending);
                lanes.add(place, report, &mut reports);
            }
        }
        let kept = lanes.lanes.iter().map(|lane| lane.lane.kept_from(text)).min().unwrap_or(text.len());
        let given_up = lanes.lanes.iter().all(|lane| lane.lane.is_given_up());
        for lane in &mut lanes.lanes {
            lane.lane.dropped(kept);
        }
        if let Some(mut next) = next.filter(|_| !given_up) {
            deliver(reports);
            if stop.load(Ordering::Relaxed) {
                // What was delivered tells that there was more.
                let mut reports = lanes.nothing();
                lanes.finish(&mut reports, None);
                return reports;
            }
            next.begin_with(text.get(kept..).unwrap_or_default());
            spare = std::mem::replace(&mut batch, next).bytes;
        } else {
            lanes.finish(&mut reports, batch.end.and_then(|end| end.trouble));
            return reports;
        }
    }
}
