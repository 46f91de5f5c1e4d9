//! A long input, text after text, for one part of a program: each text is cut into pieces that are scanned at the same time, and
//! put together as if they had been scanned one behind the other.
//!
//! Where a piece begins is a guess ([`Borders`]). It holds if the scan of the piece before leaves off just there; if it does not,
//! the piece is scanned once more from where it does. So the guesses cost time where they are wrong and never change a result.

use std::sync::Arc;

use crate::compile::Program;
use crate::compile::program::Part;
use crate::engine::meter::Meter;
use crate::engine::scan::{ScannedPiece, scan_piece};
use crate::engine::scratch::PartScratch;
use crate::engine::sightings::Sightings;
use crate::engine::spare::{Spare, Worker};
use crate::event::border::Borders;
use crate::event::reader::Ending;
use crate::event::{Left, Piece, Problem, ProblemKind, Seam};
use crate::violation::file_report::Position;
use crate::violation::{FileReport, PartReport};

/// Sizes in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Of a piece, about.
    pub piece: usize,
    /// Of the text behind a piece that its scan may look at.
    pub look_ahead: usize,
    /// Of the longest text in which no seam was found.
    pub longest: usize,
}

/// One part's way through an input.
#[derive(Debug)]
pub struct Lane<'p> {
    scanner: Scanner<'p>,
    sizes: Sizes,
    position: Position,
    /// Of the seam, in the text that is being read.
    at: usize,
    /// What the first record alone gave.
    first: Option<FileReport>,
    /// Whether the rest of the input is not read.
    given_up: bool,
    /// Whether the input was read to its end.
    done: bool,
}

/// Scans pieces as if the input were at its seam.
#[derive(Debug, Clone)]
struct Scanner<'p> {
    program: &'p Program,
    place: usize,
    part: &'p Part,
    name: &'p Arc<str>,
    sightings: Sightings,
    seam: Seam,
    /// What the scans before worked with.
    spare: Arc<Spare<PartScratch>>,
}

/// Scans pieces of an input that a lane has not come to, as if all seams were like the one that it was at.
#[derive(Debug, Clone)]
pub struct Scout<'p> {
    scanner: Scanner<'p>,
    look_ahead: usize,
    borders: Borders,
    /// Where the lane was in the input.
    pub from: usize,
}

/// A piece of a text to scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Where it begins.
    pub begin: usize,
    /// Where the next one begins.
    pub stop: usize,
}

impl<'p> Lane<'p> {
    /// Before the input called `name`; `part` stands at `place` among the parts of `program`.
    #[must_use]
    pub fn new(program: &'p Program, place: usize, part: &'p Part, name: &'p Arc<str>, sizes: Sizes) -> Self {
        let (sightings, seam) = (Sightings::default(), Seam::default());
        let scanner = Scanner { program, place, part, name, sightings, seam, spare: Arc::default() };
        let position = Position::default();
        Self { scanner, sizes, position, at: 0, first: None, given_up: false, done: false }
    }

    /// The same, with facts for `first_seen` rules of these events.
    #[must_use]
    pub fn with(mut self, sightings: Sightings) -> Self {
        self.scanner.sightings = sightings;
        self
    }

    /// Where the text begins that must be there when more is read.
    #[must_use]
    pub fn kept_from(&self, text: &[u8]) -> usize {
        if self.given_up { text.len() } else { self.at }
    }

    /// Says that the first `bytes` of the text are there no more.
    pub fn dropped(&mut self, bytes: usize) {
        self.at = self.at.saturating_sub(bytes);
    }

    /// Cuts `text` into pieces.
    pub fn cut(&mut self, text: &[u8], ending: Ending) -> Vec<Cut> {
        if self.given_up {
            return Vec::new();
        }
        if self.scanner.seam == Seam::default() && text.len() > self.sizes.piece {
            self.begin(text, ending);
        }
        let mut cuts = Vec::new();
        let mut begin = self.at;
        let borders = Borders::new(text.get(begin..).unwrap_or_default(), &self.scanner.seam);
        while text.len() - begin > self.sizes.piece
            && self.scanner.seam != Seam::default()
            && let Some(border) = borders.last(text, begin, begin + self.sizes.piece)
        {
            cuts.push(Cut { begin, stop: border });
            begin = border;
        }
        cuts.push(Cut { begin, stop: usize::MAX });
        cuts
    }

    /// Scans the first record alone, which tells what the records lie in; `text` begins with the input.
    pub fn begin(&mut self, text: &[u8], ending: Ending) {
        let mut first = FileReport::default();
        // A byte order mark may stand before it.
        for _ in 0..2 {
            let scanned = self.scan_from(text, Cut { begin: self.at, stop: self.at + 1 }, ending);
            first.append(self.advance(scanned));
            if self.position.records > 0 || self.done {
                break;
            }
        }
        self.first = Some(first);
    }

    /// Scans one of the pieces as if the input were at the seam of the lane where it begins.
    #[must_use]
    pub fn scan(&self, text: &[u8], cut: Cut, ending: Ending) -> ScannedPiece {
        self.scan_metered(text, cut, ending, None, None)
    }

    /// As [`Lane::scan`], by `worker`; `meter` is told what it costs.
    #[must_use]
    pub fn scan_metered(
        &self,
        text: &[u8],
        cut: Cut,
        ending: Ending,
        worker: Worker,
        meter: Option<&mut Meter<'_>>,
    ) -> ScannedPiece {
        let (end, ending) = reach(text, cut, self.sizes.look_ahead, ending);
        self.scanner.scan(text, cut, end, ending, worker, meter)
    }

    /// As [`Lane::scan`], with as much of the text behind as it takes.
    fn scan_from(&self, text: &[u8], cut: Cut, ending: Ending) -> ScannedPiece {
        let scanned = self.scan(text, cut, ending);
        let reached = scanned.left.at - self.scanner.seam.head.len() + cut.begin >= cut.stop.min(text.len());
        if reached { scanned } else { self.scanner.scan(text, cut, text.len(), ending, None, None) }
    }

    /// Puts the scanned pieces of `text` together, in the order of `cuts`. What is behind [`Lane::kept_from`] will be read again,
    /// with more behind it.
    pub fn merge(&mut self, text: &[u8], cuts: &[Cut], scanned: Vec<ScannedPiece>, ending: Ending) -> FileReport {
        let assumed = self.scanner.seam.clone();
        let mut report = self.first.take().unwrap_or_default();
        for (cut, scanned) in cuts.iter().zip(scanned) {
            if self.done {
                break;
            }
            if self.at >= cut.stop.min(text.len()) && cut.stop != usize::MAX {
                continue;
            }
            if self.at == cut.begin && self.fits(&scanned, &assumed) {
                report.append(self.carry_on(scanned));
            } else {
                let scanned = self.scan_from(text, Cut { begin: self.at, stop: cut.stop }, ending);
                report.append(self.advance(scanned));
                if self.at < cut.stop.min(text.len()) {
                    break;
                }
            }
        }
        if ending == Ending::Open && text.len() - self.at >= self.sizes.longest {
            report.append(self.give_up());
        }
        report
    }

    /// For the pieces behind the one that the lane is at; `beginning` is text from there on. `None` where there is nothing to guess
    /// by.
    #[must_use]
    pub fn scout(&self, beginning: &[u8]) -> Option<Scout<'p>> {
        let borders = Borders::new(beginning, &self.scanner.seam);
        let known = self.scanner.seam != Seam::default() && borders.are_known() && !self.given_up && !self.done;
        let (scanner, from) = (self.scanner.clone(), self.position.offset);
        known.then_some(Scout { scanner, look_ahead: self.sizes.look_ahead, borders, from })
    }

    /// Whether `scout` takes the input to be as the lane has found it.
    #[must_use]
    pub fn agrees(&self, scout: &Scout<'_>) -> bool {
        self.scanner.seam == scout.scanner.seam
    }

    /// Where the lane is in the input.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.position.offset
    }

    /// Says that the text which is read next begins at `offset` of the input, not behind the lane.
    pub fn reads_from(&mut self, offset: usize) {
        self.at = self.position.offset.saturating_sub(offset);
    }

    /// Goes on over a piece that `scout` scanned and that begins at `begin` of the input. `None` where that does not hold: the
    /// piece is to be scanned by [`Lane::go_on`].
    pub fn join(&mut self, begin: usize, scanned: ScannedPiece, scout: &Scout<'_>) -> Option<FileReport> {
        let fits = self.position.offset == begin && self.fits(&scanned, &scout.scanner.seam);
        fits.then(|| {
            let mut report = self.first.take().unwrap_or_default();
            report.append(self.carry_on(scanned));
            report
        })
    }

    /// Scans on to the first seam at or behind `stop`; `text` begins where the lane is.
    pub fn go_on(&mut self, text: &[u8], stop: usize, ending: Ending) -> FileReport {
        let mut report = self.first.take().unwrap_or_default();
        let scanned = self.scan_from(text, Cut { begin: 0, stop }, ending);
        report.append(self.advance(scanned));
        report
    }

    /// Whether a piece that begins where the lane is, scanned as if it were at the seam `assumed`, gave what it gives here.
    fn fits(&self, scanned: &ScannedPiece, assumed: &Seam) -> bool {
        let seam = &self.scanner.seam;
        seam == assumed || seam.is_like(assumed) && scanned.problems.is_empty()
    }

    /// Goes on over a piece that fits.
    fn carry_on(&mut self, scanned: ScannedPiece) -> FileReport {
        let left = Left { seam: self.scanner.seam.carried_to(scanned.left.seam), ..scanned.left };
        self.advance(ScannedPiece { left, ..scanned })
    }

    /// Goes on to where `scanned` left off; answers its report with places of the input.
    fn advance(&mut self, scanned: ScannedPiece) -> FileReport {
        let bytes = scanned.left.at - self.scanner.seam.head.len();
        let census = scanned.left.census;
        let report = FileReport { bytes, parts: vec![scanned.report], problems: scanned.problems };
        let report = report.moved_by(self.position);
        self.position = Position {
            records: self.position.records + census.records,
            offset: self.position.offset + bytes,
            at: scanned.end.behind(self.position.at),
        };
        self.at += bytes;
        self.done = scanned.left.done;
        self.scanner.seam = scanned.left.seam;
        report
    }

    fn give_up(&mut self) -> FileReport {
        self.given_up = true;
        let Position { offset, at, .. } = self.position;
        let message = format!(
            "a value of more than {} MiB begins here, which cannot be read in pieces: it and the rest were not read",
            self.sizes.longest >> 20
        );
        let problem = Problem {
            kind: ProblemKind::TooLarge,
            file: Arc::clone(self.scanner.name),
            record: None,
            offset: Some(offset),
            at: Some(at),
            message,
        };
        FileReport {
            bytes: 0,
            parts: vec![PartReport { part: self.scanner.place, ..PartReport::default() }],
            problems: vec![problem],
        }
    }

    /// Whether the rest of the input will not be read.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.given_up
    }
}

/// How much of `text` the scan of a piece may look at, so much behind it, and what is there.
fn reach(text: &[u8], cut: Cut, look_ahead: usize, ending: Ending) -> (usize, Ending) {
    let end = cut.stop.saturating_add(look_ahead).min(text.len());
    (end, if end < text.len() { Ending::Open } else { ending })
}

impl Scanner<'_> {
    /// Scans a piece of `text`, looking at it up to `end`.
    fn scan(
        &self,
        text: &[u8],
        cut: Cut,
        end: usize,
        ending: Ending,
        worker: Worker,
        mut meter: Option<&mut Meter<'_>>,
    ) -> ScannedPiece {
        let seam = &self.seam;
        let stretch = text.get(cut.begin..end).unwrap_or_default();
        let with_head;
        let behind_head = if seam.head.is_empty() {
            stretch
        } else {
            with_head = [&*seam.head, stretch].concat();
            &with_head
        };
        let stop = if cut.stop == usize::MAX { cut.stop } else { cut.stop - cut.begin + seam.head.len() };
        let mut piece = Piece { text: behind_head, seam, stop, ending };
        let mut scratch = self.spare.take(worker).unwrap_or_else(|| PartScratch::new(self.sightings));
        let mut scan = |piece: &Piece<'_>| {
            let meter = meter.as_deref_mut();
            scan_piece(self.program, self.place, self.part, self.name, piece, &mut scratch, meter)
        };
        let mut scanned = scan(&piece);
        if scanned.left.spoilt {
            piece.stop = scanned.left.at;
            scanned = scan(&piece);
        }
        self.spare.put(worker, scratch);
        scanned
    }
}

impl Scout<'_> {
    /// The last place in `text` where a piece may end and the next one begin.
    #[must_use]
    pub fn border(&self, text: &[u8]) -> Option<usize> {
        self.borders.last(text, 0, text.len())
    }

    /// Has `worker` scan a piece of `text`; `meter` is told what it costs.
    #[must_use]
    pub fn scan(
        &self,
        text: &[u8],
        cut: Cut,
        ending: Ending,
        worker: Worker,
        meter: Option<&mut Meter<'_>>,
    ) -> ScannedPiece {
        let (end, ending) = reach(text, cut, self.look_ahead, ending);
        self.scanner.scan(text, cut, end, ending, worker, meter)
    }
}
