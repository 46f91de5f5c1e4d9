//! One input is read and scanned: at once where it is short, as nearly all are, and as a stream where it is not.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::audit::input::{Given, Input, Opened, has_log_name, in_words};
use crate::audit::lanes::Lanes;
use crate::audit::positioned::{self, Went, scan_positioned};
use crate::audit::profile::{Profile, Step, timed};
use crate::audit::run::Task;
use crate::audit::source::{Source, Trouble, read};
use crate::audit::stream::{SIZES, stream};
use crate::audit::tally::Scanned;
use crate::engine::meter::Stage;
use crate::engine::{Meter, Scratch, Sightings, scan_metered};
use crate::event::envelope::looks_like_log;
use crate::event::{Ending, Problem, ProblemKind, gzip};
use crate::violation::FileReport;

/// The longest input, compressed or not, that is read at once.
const WHOLE_BYTES: usize = 16 << 20;
/// The longest text that a compressed input is inflated to at once.
const WHOLE_INFLATED_BYTES: usize = 24 << 20;
/// What is read first.
const FIRST_BYTES: usize = 64 << 10;

/// Of one thread, used again for each of its inputs: fresh memory costs a tenth of a scan.
#[derive(Default)]
pub(super) struct Buffers {
    /// What was read, up to a length that is told apart.
    bytes: Vec<u8>,
    text: Vec<u8>,
    /// One for each task.
    scratches: Vec<Scratch>,
}

/// What a run asks of each input.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub tasks: &'a [Task<'a>],
    pub limit_bytes: u64,
    pub sightings: Sightings,
    pub stop: &'a AtomicBool,
}

/// What becomes of `input` under each of the tasks; it is read once. Of a long input `deliver` takes the reports of all pieces but
/// the last.
pub(super) fn scan_input(
    asked: Asked<'_>,
    input: &Input,
    buffers: &mut Buffers,
    deliver: &mut dyn FnMut(Vec<FileReport>),
) -> Vec<Scanned> {
    let Asked { tasks, limit_bytes, .. } = asked;
    let name = input.shared_name();
    let all = |scanned: &dyn Fn() -> Scanned| tasks.iter().map(|_| scanned()).collect();
    let failed = |kind, message: String| {
        let problem = Problem { kind, file: name.clone(), record: None, offset: None, at: None, message };
        all(&|| Scanned::Failed(problem.clone()))
    };
    let mut reader = match input.open() {
        Ok(reader) => reader,
        Err(cause) => return failed(ProblemKind::Unreadable, cause),
    };
    let profile = tasks.iter().find_map(|task| task.profile);
    let (length, reach) = match timed(profile, Step::Read, || read_first(&mut reader, &mut buffers.bytes)) {
        Ok(read) => read,
        Err(error) => return failed(ProblemKind::Unreadable, in_words(&error)),
    };
    let bytes = buffers.bytes.get(..length).unwrap_or_default();
    let packed = gzip::is_gzip(bytes);
    if let Input::File { path, given } = input {
        if bytes.is_empty() && path.extension().is_some_and(|extension| extension == "gz") {
            return failed(ProblemKind::Gzip, "the gzip file is empty: it was not written to its end".to_owned());
        }
        let strange = !bytes.is_empty() && !packed && !looks_like_log(bytes);
        if strange && *given == Given::Found && !has_log_name(Path::new(path)) {
            return all(&|| Scanned::Skipped("not_json"));
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
        let scan = |(task, scratch): (&Task<'_>, &mut Scratch)| {
            Scanned::Read(metered(task.profile, task.program.rules.len(), |meter| {
                scan_metered(task.program, &name, text, Ending::Whole, scratch, meter)
            }))
        };
        return tasks.iter().zip(scratches).map(scan).collect();
    }
    // The buffer goes with the input: what is long needs the memory for more than its first bytes.
    let mut first = std::mem::take(&mut buffers.bytes);
    first.truncate(length);
    let long = match (reader, reach) {
        (Opened::File(file), Reach::Beginning) if !packed => Long::File { file, beginning: first },
        (_, Reach::All) => Long::Packed(Box::new(Cursor::new(first))),
        (reader, _) if packed => Long::Packed(Box::new(Cursor::new(first).chain(reader))),
        (reader, _) => Long::Plain(Box::new(Cursor::new(first).chain(reader))),
    };
    scan_long(asked, &name, long, deliver).into_iter().map(Scanned::Read).collect()
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
        if length == FIRST_BYTES && is_long(reader) {
            return Ok((length, Reach::Beginning));
        }
        if length == bytes.len() {
            if length >= WHOLE_BYTES {
                return Ok((length, Reach::Most));
            }
            // What was used once is there again for the next input.
            bytes.resize((2 * length).min(WHOLE_BYTES), 0);
        }
        let until = if length < FIRST_BYTES { FIRST_BYTES } else { bytes.len() };
        let count = read(reader, bytes.get_mut(length..until).unwrap_or_default())?;
        if count == 0 {
            return Ok((length, Reach::All));
        }
        length += count;
    }
}

/// Whether it is a file that is too long to be read at once.
fn is_long(reader: &Opened) -> bool {
    match reader {
        Opened::File(file) => file
            .metadata()
            .is_ok_and(|data| data.is_file() && usize::try_from(data.len()).unwrap_or(usize::MAX) > WHOLE_BYTES),
        Opened::Stdin(_) => false,
    }
}
