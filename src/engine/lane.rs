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
use crate::event::border::Borders;
use crate::event::reader::Ending;
use crate::event::{Piece, Problem, ProblemKind, Seam};
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
    program: &'p Program,
    place: usize,
    part: &'p Part,
    name: &'p Arc<str>,
    sizes: Sizes,
    seam: Seam,
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
        let (seam, position) = (Seam::default(), Position::default());
        Self { program, place, part, name, sizes, seam, position, at: 0, first: None, given_up: false, done: false }
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
        let mut cuts = Vec::new();
        let mut begin = self.at;
        if self.seam == Seam::default() && text.len() > self.sizes.piece {
            // The first record tells what the records lie in; a byte order mark may stand before it.
            let mut first = FileReport::default();
            for _ in 0..2 {
                let scanned = self.scan_from(text, Cut { begin, stop: begin + 1 }, ending);
                first.append(self.advance(scanned));
                begin = self.at;
                if self.position.records > 0 || self.done {
                    break;
                }
            }
            self.first = Some(first);
        }
        let borders = Borders::new(text.get(begin..).unwrap_or_default(), &self.seam);
        let from = begin;
        while text.len() - begin > self.sizes.piece
            && self.seam != Seam::default()
            && let Some(border) = borders.last(begin - from, begin - from + self.sizes.piece)
        {
            cuts.push(Cut { begin, stop: from + border });
            begin = from + border;
        }
        cuts.push(Cut { begin, stop: usize::MAX });
        cuts
    }

    /// Scans one of the pieces as if the input were at the seam of the lane where it begins.
    #[must_use]
    pub fn scan(&self, text: &[u8], cut: Cut, ending: Ending) -> ScannedPiece {
        self.scan_metered(text, cut, ending, None)
    }

    /// As [`Lane::scan`]; `meter` is told what it costs.
    #[must_use]
    pub fn scan_metered(&self, text: &[u8], cut: Cut, ending: Ending, meter: Option<&mut Meter<'_>>) -> ScannedPiece {
        let end = cut.stop.saturating_add(self.sizes.look_ahead).min(text.len());
        let ending = if end < text.len() { Ending::Open } else { ending };
        self.scan_stretch(text, cut, end, ending, meter)
    }

    /// As [`Lane::scan`], with as much of the text behind as it takes.
    fn scan_from(&self, text: &[u8], cut: Cut, ending: Ending) -> ScannedPiece {
        let scanned = self.scan(text, cut, ending);
        let reached = scanned.left.at - self.seam.head.len() + cut.begin >= cut.stop.min(text.len());
        if reached { scanned } else { self.scan_stretch(text, cut, text.len(), ending, None) }
    }

    fn scan_stretch(
        &self,
        text: &[u8],
        cut: Cut,
        end: usize,
        ending: Ending,
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
        let mut scanned = scan_piece(self.program, self.place, self.part, self.name, &piece, meter.as_deref_mut());
        if scanned.left.spoilt {
            piece.stop = scanned.left.at;
            scanned = scan_piece(self.program, self.place, self.part, self.name, &piece, meter);
        }
        scanned
    }

    /// Puts the scanned pieces of `text` together, in the order of `cuts`. What is behind [`Lane::kept_from`] will be read again,
    /// with more behind it.
    pub fn merge(&mut self, text: &[u8], cuts: &[Cut], scanned: Vec<ScannedPiece>, ending: Ending) -> FileReport {
        let assumed = self.seam.clone();
        let mut report = self.first.take().unwrap_or_default();
        for (cut, scanned) in cuts.iter().zip(scanned) {
            if self.done {
                break;
            }
            if self.at >= cut.stop.min(text.len()) && cut.stop != usize::MAX {
                continue;
            }
            let fits = self.at == cut.begin && {
                let same = self.seam == assumed;
                same || self.seam.is_like(&assumed) && scanned.problems.is_empty()
            };
            if fits {
                let scanned = ScannedPiece {
                    left: crate::event::Left { seam: self.seam.carried_to(scanned.left.seam), ..scanned.left },
                    ..scanned
                };
                report.append(self.advance(scanned));
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

    /// Goes on to where `scanned` left off; answers its report with places of the input.
    fn advance(&mut self, scanned: ScannedPiece) -> FileReport {
        let bytes = scanned.left.at - self.seam.head.len();
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
        self.seam = scanned.left.seam;
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
            file: Arc::clone(self.name),
            record: None,
            offset: Some(offset),
            at: Some(at),
            message,
        };
        FileReport {
            bytes: 0,
            parts: vec![PartReport { part: self.place, ..PartReport::default() }],
            problems: vec![problem],
        }
    }

    /// Whether the rest of the input will not be read.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.given_up
    }
}
