//! One input is read and scanned: at once where it is short, as nearly all are, and as a stream where it is not.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::audit::batch::Batch;
use crate::audit::input::{Given, Input, Opened, has_log_name, in_words};
use crate::audit::lanes::Lanes;
use crate::audit::positioned::{self, Went, scan_positioned};
use crate::audit::profile::{Profile, Step, timed};
use crate::audit::run::Task;
use crate::audit::source::{Source, Trouble, read};
use crate::audit::stream::{SIZES, stream};
use crate::audit::tally::Scanned;
use crate::engine::meter::Stage;
use crate::engine::{Meter, Scratch, Sightings, scan_joined, scan_metered};
use crate::event::envelope::looks_like_log;
use crate::event::{Ending, Problem, ProblemKind, gzip};
use crate::violation::FileReport;

/// The longest input, compressed or not, that is read at once.
const WHOLE_BYTES: usize = 16 << 20;
/// The longest text that a compressed input is inflated to at once.
const WHOLE_INFLATED_BYTES: usize = 24 << 20;
/// The longest text that is scanned together with others.
const SHORT_BYTES: usize = 64 << 10;
/// What is read first.
const FIRST_BYTES: usize = 64 << 10;

/// Of one thread, used again for each of its inputs: fresh memory costs a tenth of a scan.
#[derive(Default)]
pub(super) struct Buffers {
    /// What was read, up to a length that is told apart.
    bytes: Vec<u8>,
    text: Vec<u8>,
    /// One for each task.
    pub scratches: Vec<Scratch>,
}

/// What a run asks of each input.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub tasks: &'a [Task<'a>],
    pub limit_bytes: u64,
    pub sightings: Sightings,
    pub stop: &'a AtomicBool,
}

/// Adds to `batch` what becomes of `input` under each of the tasks; it is read once. Of a long input `deliver` takes the reports of all
/// pieces but the last, with the batch of the inputs before.
pub(super) fn scan_input(
    asked: Asked<'_>,
    input: &Input,
    buffers: &mut Buffers,
    batch: &mut Batch,
    deliver: &mut dyn FnMut(&mut Batch, Vec<FileReport>),
) {
    let Asked { tasks, limit_bytes, .. } = asked;
    let name = input.shared_name();
    let failed = |batch: &mut Batch, kind, message: String| {
        let problem = Problem { kind, file: name.clone(), record: None, offset: None, at: None, message };
        batch.scanned.extend(tasks.iter().map(|_| Scanned::Failed(problem.clone())));
    };
    let mut reader = match input.open() {
        Ok(reader) => reader,
        Err(cause) => return failed(batch, ProblemKind::Unreadable, cause),
    };
    let profile = tasks.iter().find_map(|task| task.profile);
    let (length, reach) = match timed(profile, Step::Read, || read_first(&mut reader, &mut buffers.bytes)) {
        Ok(read) => read,
        Err(error) => return failed(batch, ProblemKind::Unreadable, in_words(&error)),
    };
    let bytes = buffers.bytes.get(..length).unwrap_or_default();
    let packed = gzip::is_gzip(bytes);
    if let Input::File { path, given } = input {
        if bytes.is_empty() && path.extension().is_some_and(|extension| extension == "gz") {
            let message = "the gzip file is empty: it was not written to its end";
            return failed(batch, ProblemKind::Gzip, message.to_owned());
        }
        let strange = !bytes.is_empty() && !packed && !looks_like_log(bytes);
        if strange && *given == Given::Found && !has_log_name(Path::new(path)) {
            return batch.scanned.extend(tasks.iter().map(|_| Scanned::Skipped("not_json")));
        }
    }
    let text = if reach != Reach::All {
        None
    } else if packed {
        let limit = usize::try_from(limit_bytes).unwrap_or(usize::MAX).min(WHOLE_INFLATED_BYTES);
        let text = &mut buffers.text;
        metered(profile, 0, |mut meter| {
            let done = gzip::inflate_at_once(bytes, limit, text);
            if let Some(meter) = &mut meter {
                meter.lap(Stage::Inflate);
            }
            done
        })
        .then_some(buffers.text.as_slice())
    } else {
        Some(bytes)
    };
    if let Some(text) = text {
        let scratches = &mut buffers.scratches;
        scratches.resize_with(tasks.len(), || Scratch::new(asked.sightings));
        let is_short = text.len() <= SHORT_BYTES;
        if !is_short {
            batch.close(scratches);
        }
        for (task, scratch) in tasks.iter().zip(&mut *scratches) {
            batch.scanned.push(metered(task.profile, task.program.rules.len(), |mut meter| {
                let joined =
                    if is_short { scan_joined(task.program, &name, text, scratch, meter.as_deref_mut()) } else { None };
                match joined {
                    Some(joined) => Scanned::Joined(joined),
                    None => Scanned::Read(scan_metered(task.program, &name, text, Ending::Whole, scratch, meter)),
                }
            }));
        }
        return batch.close_long(scratches);
    }
    batch.close(&mut buffers.scratches);
    // The buffer goes with the input: what is long needs the memory for more than its first bytes.
    let mut first = std::mem::take(&mut buffers.bytes);
    first.truncate(length);
    let long = match (reader, reach) {
        (Opened::File(file), Reach::Beginning) if !packed => Long::File { file, beginning: first },
        (_, Reach::All) => Long::Packed(Box::new(Cursor::new(first))),
        (reader, _) if packed => Long::Packed(Box::new(Cursor::new(first).chain(reader))),
        (reader, _) => Long::Plain(Box::new(Cursor::new(first).chain(reader))),
    };
    let reports = scan_long(asked, &name, long, &mut |reports| deliver(batch, reports));
    batch.scanned.extend(reports.into_iter().map(Scanned::Read));
}

/// What is not read at once.
enum Long {
    /// A plain file.
    File { file: File, beginning: Vec<u8> },
    /// Plain text from anywhere.
    Plain(Box<dyn Read + Send>),
    /// Compressed text.
    Packed(Box<dyn Read + Send>),
}

fn scan_long(
    asked: Asked<'_>,
    name: &Arc<str>,
    long: Long,
    deliver: &mut dyn FnMut(Vec<FileReport>),
) -> Vec<FileReport> {
    let Asked { tasks, limit_bytes, sightings, stop } = asked;
    let mut lanes = Lanes::new(tasks, name, SIZES, sightings);
    let source = match long {
        Long::Plain(reader) => Source::plain(reader),
        Long::Packed(reader) => Source::packed(reader, limit_bytes),
        Long::File { mut file, beginning } => {
            match scan_positioned(tasks, &mut lanes, (&file, positioned::SIZES), &beginning, stop, deliver) {
                Went::All(mut reports) => {
                    lanes.finish(&mut reports, None);
                    return reports;
                }
                Went::Until => {
                    if let Err(error) = file.seek(SeekFrom::Start(lanes.left_from())) {
                        let mut reports = lanes.nothing();
                        lanes.finish(&mut reports, Some(Trouble::Unreadable(in_words(&error))));
                        return reports;
                    }
                    Source::plain(Box::new(file))
                }
            }
        }
    };
    stream(tasks, lanes, source, stop, deliver)
}

/// Does `scan`, with a meter for a program of so many rules where there is a profile.
pub(super) fn metered<T>(profile: Option<&Profile>, rules: usize, scan: impl FnOnce(Option<&mut Meter<'_>>) -> T) -> T {
    match profile {
        Some(profile) => profile.metered(rules, |meter| scan(Some(meter))),
        None => scan(None),
    }
}

/// How far an input was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// To its end.
    All,
    /// As far as what is read at once.
    Most,
    /// The beginning of a file that is too long to be read at once, whatever it holds.
    Beginning,
}

/// Reads into `bytes` until the end or, of a long input, its beginning; answers how much was read and how far that is.
///
/// For a short file these are two calls of the operating system.
fn read_first(reader: &mut Opened, bytes: &mut Vec<u8>) -> std::io::Result<(usize, Reach)> {
    if bytes.len() < FIRST_BYTES {
        bytes.resize(FIRST_BYTES, 0);
    }
    let mut length = 0;
    loop {
        if length == FIRST_BYTES
            && let Some(size) = size_of(reader)
        {
            if size > WHOLE_BYTES {
                return Ok((length, Reach::Beginning));
            }
            // And one more, in which the end is met.
            make_room(bytes, length, size + 1);
        }
        if length == bytes.len() {
            if length >= WHOLE_BYTES {
                return Ok((length, Reach::Most));
            }
            // What was used once is there again for the next input.
            make_room(bytes, length, (2 * length).min(WHOLE_BYTES));
        }
        let until = if length < FIRST_BYTES { FIRST_BYTES } else { bytes.len() };
        let count = read(reader, bytes.get_mut(length..until).unwrap_or_default())?;
        if count == 0 {
            return Ok((length, Reach::All));
        }
        length += count;
    }
}

/// Lengthens `bytes`, of which the first `length` are kept, to `size` if it is shorter; not to twice that, as a vector grows by itself.
fn make_room(bytes: &mut Vec<u8>, length: usize, size: usize) {
    if bytes.len() >= size {
        return;
    }
    if bytes.capacity() < size {
        let known = bytes.get(..length).unwrap_or_default().to_vec();
        // Not both at once. The files of a log are about as long as each other.
        *bytes = Vec::new();
        bytes.reserve_exact(size + size / 8);
        bytes.extend(known);
    }
    bytes.resize(size, 0);
}

/// The size of a file in the strict sense.
fn size_of(reader: &Opened) -> Option<usize> {
    let Opened::File(file) = reader else { return None };
    let data = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(usize::try_from(data.len()).unwrap_or(usize::MAX))
}
