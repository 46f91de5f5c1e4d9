//! A long file, stretch after stretch: each is read where it lies by the thread that scans it, so that its text is still near the
//! processor. In: the file and how its text begins; out: reports in the order of the text, as a stream gives them.
//!
//! Where the pieces begin is a guess, as in [`crate::engine::lane`]. Where it is wrong often, or anything is unusual, what is left of
//! the file is for the stream.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::audit::lanes::{Lanes, PartLane};
use crate::audit::profile::{Step, timed};
use crate::audit::run::{Task, help};
use crate::audit::scanned::metered;
use crate::engine::lane::{Cut, Lane, Scout};
use crate::engine::scan::ScannedPiece;
use crate::engine::spare::{Spare, Worker};
use crate::event::Ending;
use crate::violation::FileReport;

/// Sizes in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Of a stretch.
    stretch: usize,
    /// Of the text at the beginning of a stretch in which a border is looked for.
    border: usize,
    /// Of the text behind the last border that is read as well.
    look_ahead: usize,
}

/// A stretch fits into the cache that a processor has for itself, with what its scan needs.
pub(super) const SIZES: Sizes = Sizes { stretch: 512 << 10, border: 16 << 10, look_ahead: 8 << 10 };

impl Sizes {
    /// Behind the last border of a stretch, and of what is read from some place up to one.
    const fn behind(self) -> usize {
        self.border + self.look_ahead
    }
}

/// Stretches that may be scanned ahead of the one that is merged next, for each thread.
const AHEAD: usize = 4;
/// By so many more wrong guesses than right ones the rest is left to the stream.
const MOST_MISFITS: usize = 8;

/// A stretch that was read.
struct Stretch<'p> {
    scouts: Arc<Vec<Scout<'p>>>,
    /// Of each lane; `None` where no border was guessed.
    pieces: Vec<Option<(Cut, ScannedPiece)>>,
    /// Whether the file ends in it.
    ended: bool,
}

/// What the threads share that scan the stretches of a file.
struct Shared<'a, 'p> {
    file: &'a File,
    sizes: Sizes,
    /// Of each lane.
    tasks: Vec<Option<&'a Task<'p>>>,
    scouts: Mutex<Arc<Vec<Scout<'p>>>>,
    next: AtomicUsize,
    /// By number; `None` for one that could not be read.
    scanned: Mutex<BTreeMap<usize, Option<Stretch<'p>>>>,
    /// Room for the text of a stretch, from one to the next.
    spare: Spare<Vec<u8>>,
    /// Whether no further stretch is wanted.
    over: AtomicBool,
}

/// How far the stretches went.
pub(super) enum Went {
    /// To the end of the file, or as far as nobody asked to stop.
    All(Vec<FileReport>),
    /// To where the lanes are; the rest is to be read in another way.
    Until,
}

/// Scans `file` from its beginning under each of `tasks`; `beginning` is a part of its text. `deliver` takes the reports of consecutive
/// pieces, one for each task; the last ones are the answer. Where `stop` becomes true the rest is left out.
pub(super) fn scan_positioned<'p>(
    tasks: &[Task<'p>],
    lanes: &mut Lanes<'p>,
    (file, sizes): (&File, Sizes),
    beginning: &[u8],
    stop: &AtomicBool,
    deliver: &mut dyn FnMut(Vec<FileReport>),
) -> Went {
    for lane in &mut lanes.lanes {
        lane.lane.begin(beginning, Ending::Open);
    }
    let scout = |lane: &PartLane<'p>| lane.lane.scout(beginning.get(lane.lane.offset()..)?);
    let Some(scouts) = lanes.lanes.iter().map(scout).collect::<Option<Vec<_>>>() else { return Went::Until };
    let shared = Shared {
        file,
        sizes,
        tasks: lanes.lanes.iter().map(|lane| tasks.get(lane.task)).collect(),
        scouts: Mutex::new(Arc::new(scouts)),
        next: AtomicUsize::new(0),
        scanned: Mutex::default(),
        spare: Spare::default(),
        over: AtomicBool::new(false),
    };
    let ahead = AHEAD * rayon::current_num_threads();
    rayon::in_place_scope_fifo(|scope| {
        let mut merging = Merging { shared: &shared, lanes, misfits: 0 };
        let (mut merged, mut asked) = (0, 0);
        let went = loop {
            while asked < merged + ahead {
                // Short work, that holds up no one who happens to take it on while it waits for something else.
                scope.spawn_fifo(|_| shared.scan_next());
                asked += 1;
            }
            let Some(stretch) = shared.wait_for(merged) else { break Went::Until };
            let ended = stretch.ended;
            let (reports, whole) = merging.merge(merged, stretch);
            merged += 1;
            if whole && ended {
                break Went::All(reports);
            }
            deliver(reports);
            if stop.load(Ordering::Relaxed) {
                break Went::All(merging.lanes.nothing());
            }
            if !whole || merging.misfits > MOST_MISFITS {
                break Went::Until;
            }
        };
        shared.over.store(true, Ordering::Relaxed);
        went
    })
}

impl<'p> Shared<'_, 'p> {
    /// The stretch of this number, when it was scanned.
    fn wait_for(&self, number: usize) -> Option<Stretch<'p>> {
        loop {
            // Not locked while this thread scans another.
            let stretch = lock(&self.scanned).remove(&number);
            match stretch {
                Some(stretch) => return stretch,
                None => help(),
            }
        }
    }

    /// Reads and scans the next stretch.
    fn scan_next(&self) {
        if self.over.load(Ordering::Relaxed) {
            return;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let worker = rayon::current_thread_index();
        let mut room = self.spare.take(worker).unwrap_or_default();
        let stretch = self.scan(number, worker, &mut room);
        self.spare.put(worker, room);
        lock(&self.scanned).insert(number, stretch);
    }

    fn scan(&self, number: usize, worker: Worker, room: &mut Vec<u8>) -> Option<Stretch<'p>> {
        let Sizes { stretch, border, .. } = self.sizes;
        room.resize(stretch + self.sizes.behind(), 0);
        let begin = number * stretch;
        let text = self.read(begin, room)?;
        let ended = text.len() < stretch + self.sizes.behind();
        let scouts = Arc::clone(&lock(&self.scouts));
        let pieces = scouts.iter().zip(&self.tasks).map(|(scout, task)| {
            let border = |at: usize| Some(at + scout.border(text.get(at..)?.get(..border)?)?);
            let cut = Cut {
                begin: if number == 0 { scout.from } else { border(0)? },
                stop: if ended { usize::MAX } else { border(stretch)? },
            };
            if cut.begin >= cut.stop {
                return None;
            }
            let ending = if ended { Ending::Whole } else { Ending::Open };
            let rules = task.map_or(0, |task| task.program.rules.len());
            let profile = task.and_then(|task| task.profile);
            let scanned = metered(profile, rules, |meter| scout.scan(text, cut, ending, worker, meter));
            Some((Cut { begin: begin + cut.begin, stop: cut.stop.saturating_add(begin) }, scanned))
        });
        let pieces = pieces.collect();
        Some(Stretch { scouts, pieces, ended })
    }

    /// The text at `offset`, less than `room` holds where the file ends; `None` where it cannot be read.
    fn read<'t>(&self, offset: usize, room: &'t mut [u8]) -> Option<&'t [u8]> {
        let profile = self.tasks.iter().flatten().find_map(|task| task.profile);
        let count = timed(profile, Step::Read, || read_at(self.file, offset, room)).ok()?;
        room.get(..count)
    }
}

/// Puts together what the threads scanned.
struct Merging<'s, 'a, 'p> {
    shared: &'s Shared<'a, 'p>,
    lanes: &'s mut Lanes<'p>,
    misfits: usize,
}

impl<'p> Merging<'_, '_, 'p> {
    /// The reports of a stretch, and whether all lanes came to the end of it.
    fn merge(&mut self, number: usize, stretch: Stretch<'p>) -> (Vec<FileReport>, bool) {
        let mut reports = self.lanes.nothing();
        let mut whole = true;
        let Stretch { scouts, pieces, ended } = stretch;
        for (place, (piece, scout)) in pieces.into_iter().zip(scouts.iter()).enumerate() {
            let Some(PartLane { lane, .. }) = self.lanes.lanes.get_mut(place) else { continue };
            let guessed = piece.as_ref().map(|(cut, _)| cut.stop).filter(|_| !ended);
            let joined = piece.and_then(|(cut, scanned)| lane.join(cut.begin, scanned, scout));
            let (report, reached) = if let Some(report) = joined {
                self.misfits = self.misfits.saturating_sub(1);
                (report, true)
            } else {
                self.misfits += 1;
                let end = guessed.unwrap_or((number + 1) * self.shared.sizes.stretch);
                go_on(self.shared, lane, end, ended)
            };
            whole &= reached;
            self.lanes.add(place, report, &mut reports);
        }
        self.publish(&scouts);
        (reports, whole)
    }

    /// Tells the threads where the lanes are, if that is not what `scouts` take for given.
    fn publish(&self, scouts: &Arc<Vec<Scout<'p>>>) {
        let lanes = &self.lanes.lanes;
        if lanes.iter().zip(scouts.iter()).all(|(lane, scout)| lane.lane.agrees(scout)) {
            return;
        }
        let mut room = vec![0; self.shared.sizes.border];
        let fresh = lanes.iter().map(|lane| lane.lane.scout(self.shared.read(lane.lane.offset(), &mut room)?));
        if let Some(fresh) = fresh.collect::<Option<Vec<_>>>() {
            *lock(&self.shared.scouts) = Arc::new(fresh);
        }
    }
}

/// Scans what lies between the lane and `end` of the file; `ended` says that the file ends not far behind that, and then all of it.
/// Answers the report and whether the lane came as far.
fn go_on(shared: &Shared<'_, '_>, lane: &mut Lane<'_>, end: usize, ended: bool) -> (FileReport, bool) {
    let between = end.saturating_sub(lane.offset());
    if between == 0 && !ended {
        return (FileReport::default(), true);
    }
    let mut room = vec![0; between + shared.sizes.behind()];
    let text =
        shared.read(lane.offset(), &mut room).filter(|text| ended == (text.len() < between + shared.sizes.behind()));
    // Without it the file grows or shrinks.
    let Some(text) = text else { return (FileReport::default(), false) };
    let (stop, ending) = if ended { (usize::MAX, Ending::Whole) } else { (between, Ending::Open) };
    let report = lane.go_on(text, stop, ending);
    (report, ended || lane.offset() >= end)
}

/// Reads as much of `file` at `offset` as `room` takes; less is the end of it.
fn read_at(file: &File, offset: usize, room: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while let Some(rest) = room.get_mut(count..).filter(|rest| !rest.is_empty()) {
        match read_some_at(file, rest, u64::try_from(offset + count).unwrap_or(u64::MAX)) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

#[cfg(unix)]
fn read_some_at(file: &File, room: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, room, offset)
}

#[cfg(windows)]
fn read_some_at(file: &File, room: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, room, offset)
}

#[cfg(not(any(unix, windows)))]
fn read_some_at(_file: &File, _room: &mut [u8], _offset: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a thread that fell over had written is whole: each change is one statement.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::audit::source::Source;
    use crate::audit::stream;
    use crate::compile::{Program, compile};
    use crate::engine::scan_text;
    use crate::event::edits::{edited, edits};
    use crate::policy::{PolicySet, parse};

    const POLICY: &str = "
version: 1
rules:
  - {id: t.root, title: t, severity: low, when: {$.eventName: [N1, N3, N17, N120]}, forbid: {$.userIdentity.type: Root}}
  - {id: t.any, title: t, severity: low, forbid: {$.p: {regex: '^xxxx'}}}
";

    fn program() -> Program {
        let source = crate::text::Source::new("p.yaml", POLICY);
        let parsed = parse(&source, &|_| Err("gone".to_owned())).unwrap();
        compile(&PolicySet::new(vec![parsed]).unwrap(), "2026-06-30".parse().unwrap())
    }

    fn log(layout: usize, paddings: &[usize]) -> String {
        let record = |number: usize| {
            let padding = "x".repeat(paddings[number % paddings.len()]);
            format!(
                r#"{{"eventVersion":"1.08","userIdentity":{{"type":"Root"}},"eventName":"N{number}","p":"{padding}é","eventID":"{number}"}}"#
            )
        };
        let records: Vec<String> = (0..200).map(record).collect();
        match layout {
            0 => records.join("\n") + "\n",
            1 => format!("{{\"Records\":[{}]}}", records.join(",")),
            2 => records.chunks(7).map(|some| format!("{{\"Records\":[{}]}}\r\n", some.join(","))).collect(),
            3 => format!("\u{feff}{{\"x\":[1],\"Records\":[ {} ],\"z\":[{{}}]}}", records.join(" , ")),
            4 => records.concat(),
            _ => records.join("\n").replace('{', "{\n  ").replace(',', ",\n  "),
        }
    }

    /// Reads `text` from a file as a run does; answers the report and whether the stretches reached its end.
    fn positioned(program: &Program, text: &[u8], sizes: Sizes) -> (FileReport, bool) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        let name: Arc<str> = "log".into();
        let tasks = [Task { program, baseline: None, history: None, profile: None }];
        let mut all = FileReport::default();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let stop = AtomicBool::new(false);
        let whole = pool.install(|| {
            let mut lanes = Lanes::new(&tasks, &name, stream::SIZES, crate::engine::Sightings::All);
            let beginning = &text[..text.len().min(4000)];
            let mut add = |reports: Vec<FileReport>| reports.into_iter().for_each(|report| all.append(report));
            match scan_positioned(&tasks, &mut lanes, (&file, sizes), beginning, &stop, &mut add) {
                Went::All(mut reports) => {
                    lanes.finish(&mut reports, None);
                    add(reports);
                    true
                }
                Went::Until => {
                    let from = usize::try_from(lanes.left_from()).unwrap();
                    let source = Source::plain(Box::new(io::Cursor::new(text[from..].to_vec())));
                    let reports = stream::stream(&tasks, lanes, source, &stop, &mut add);
                    add(reports);
                    false
                }
            }
        });
        (all, whole)
    }

    fn agree(program: &Program, text: &[u8], sizes: Sizes) -> bool {
        let (given, whole) = positioned(program, text, sizes);
        let wanted = scan_text(program, &"log".into(), text, Ending::Whole);
        assert_eq!(format!("{given:?}"), format!("{wanted:?}"), "{sizes:?}");
        whole
    }

    #[test]
    fn undamaged_files_are_scanned_to_their_end() {
        let program = program();
        for layout in 0..6 {
            for stretch in [700, 3000, 20_000, 1 << 20] {
                let text = log(layout, &[10, 300, 0]);
                let sizes = Sizes { stretch, border: 700, look_ahead: 5000 };
                assert!(agree(&program, text.as_bytes(), sizes) || layout == 2, "{layout} {stretch}");
            }
        }
    }

    #[test]
    fn where_guesses_fail_the_rest_is_left_to_the_stream() {
        let program = program();
        let text = log(0, &[900]);
        assert!(!agree(&program, text.as_bytes(), Sizes { stretch: 2000, border: 100, look_ahead: 5000 }));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn damaged_files_give_what_they_give_in_one_go(
            layout in 0..6_usize,
            paddings in proptest::collection::vec(0..900_usize, 1..5),
            edits in edits(),
            stretch in 500..30_000_usize,
            border in 200..2000_usize,
            look_ahead in 0..6000_usize,
        ) {
            let text = edited(log(layout, &paddings).into_bytes(), edits);
            agree(&program(), &text, Sizes { stretch, border, look_ahead });
        }
    }
}
