//! Reading a file piece by piece: where reading may leave off, and what must be known to go on there as if it had not.
//!
//! A seam lies right behind a value: among the top-level values, or among the elements of the array that records are read out of.
//! In an array, a piece's text begins with the *head*: the text of the wrapper up to behind its `[`. So the walk enters the wrapper
//! as it did the first time, and finds the element that it left off before.

use std::sync::Arc;

use crate::event::layer::Layer;
use crate::event::reader::{Census, Ending};
use crate::event::torn::{Place, is_decided};
use crate::event::walk::{Flow, Walk};
use crate::json::scan::skip_space;
use crate::text::Lines;

/// The longest text before the records of a wrapper that is kept as a head.
const HEAD_BYTES: usize = 64 * 1024;
/// Behind what is said of damage, so much of the text must be known: an excerpt of it is shown.
const EXCERPT_BYTES: usize = 256;
/// The least text by which the beginning of a log, or what stands between top-level values, is recognised.
const LOOK_AHEAD_BYTES: usize = 128;

/// What must be known to read on between two records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seam {
    /// The text of the wrapper that the next record lies in, to behind the `[`; empty outside of one. No `Arc`: the empty ones of all
    /// threads would count their owners in one place.
    pub head: Box<[u8]>,
    /// Whether the next record lies in an array whose beginning was lost in damage.
    pub(super) loose: bool,
    /// Whether the first value was met.
    pub(super) begun: bool,
    pub(super) flags: Flags,
    pub(super) first_key: Option<Arc<[u8]>>,
}

/// What was met before a seam and changes only how damage behind it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    pub adrift: bool,
    pub bare: bool,
    /// A comma outside of an array was reported.
    pub comma: bool,
    /// A missing comma of the array was reported.
    pub no_comma: bool,
}

impl Seam {
    /// Whether reading on from here and from `other` gives the same where no damage follows.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.begun == other.begun && self.loose == other.loose && self.head == other.head
    }

    /// The seam at the end of an undamaged piece that was read from a seam like this one and ended at `end`.
    #[must_use]
    pub fn carried_to(&self, mut end: Self) -> Self {
        end.flags.adrift |= self.flags.adrift;
        end.flags.comma |= self.flags.comma;
        // A new array has none of it; that of a head that changed is one.
        end.flags.no_comma |= self.flags.no_comma && self.head == end.head;
        end.first_key = self.first_key.clone().or(end.first_key);
        end
    }

    /// Whether the records lie in an array.
    #[must_use]
    pub fn is_in_array(&self) -> bool {
        self.loose || !self.head.is_empty()
    }
}

/// A stretch of a file to read.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'t> {
    /// The head of `seam` and the text behind the seam. More than is to be read does not harm: damage is told from whole records
    /// by what follows.
    pub text: &'t [u8],
    /// Where it begins.
    pub seam: &'t Seam,
    /// Reading stops at the first seam at or behind this offset of `text`.
    pub stop: usize,
    /// Whether the file goes on behind `text`, ends or was cut there.
    pub ending: Ending,
}

impl<'t> Piece<'t> {
    /// Counts lines and columns from behind the head.
    #[must_use]
    pub fn lines(&self) -> Lines<'t> {
        let text = self.text.get(self.seam.head.len()..).unwrap_or_default();
        if self.seam.begun { Lines::continued(text) } else { Lines::new(text) }
    }
}

/// Where the reading of a piece left off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What the piece held.
    pub census: Census,
    /// Where to go on.
    pub seam: Seam,
    /// Its offset in the text of the piece.
    pub at: usize,
    /// Whether records behind the seam were handed out before it was known that the text does not reach. The piece must be read
    /// again, with [`Piece::stop`] at the seam, and what was handed out forgotten.
    pub spoilt: bool,
    /// Whether the file was read to its end, so that nothing is to be said of what follows.
    pub done: bool,
}

/// Which array the elements lie in that are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inside {
    /// One that no seam lies in.
    Any,
    /// One whose head ends here.
    Head(usize),
    /// One whose beginning was lost.
    Loose,
}

/// How far a piece is read.
#[derive(Debug)]
pub(super) struct Stretch {
    /// Whether the file goes on behind the text.
    open: bool,
    stop: usize,
    /// Length of the head.
    joint: Option<usize>,
    no_comma: bool,
    /// Where the top-level value begins that is read, and what the ledger held then.
    top: (usize, Census, usize),
    /// Whether no seam may lie in what is read: it is not entered a second time as it was the first.
    barred: bool,
    /// The last seam, its offset, and what the ledger held then.
    seam: Seam,
    at: usize,
    handed: (Census, usize),
    /// Whether reading stopped, or the text did not reach.
    pub ended: bool,
    pub begun: bool,
    pub comma: bool,
}

impl Stretch {
    /// For a text that is read in one go.
    pub fn whole() -> Self {
        Self {
            open: false,
            stop: usize::MAX,
            joint: None,
            no_comma: false,
            top: (0, Census::default(), 0),
            barred: true,
            seam: Seam::default(),
            at: 0,
            handed: (Census::default(), 0),
            ended: false,
            begun: false,
            comma: false,
        }
    }

    pub fn of(piece: &Piece<'_>) -> Self {
        let head = piece.seam.head.len();
        Self {
            open: piece.ending == Ending::Open,
            stop: piece.stop,
            joint: (head > 0).then_some(head),
            no_comma: piece.seam.flags.no_comma,
            seam: piece.seam.clone(),
            at: head,
            begun: piece.seam.begun,
            comma: piece.seam.flags.comma,
            ..Self::whole()
        }
    }

    /// Whether seams are looked for.
    fn is_tracked(&self) -> bool {
        self.open || self.stop != usize::MAX
    }

    /// Whether the array at `at` is the one that the piece begins in, and whether a comma was missing in it.
    pub fn is_joint(&self, at: usize) -> Option<bool> {
        (self.joint == Some(at + 1)).then_some(self.no_comma)
    }

    /// Bars seams until [`Stretch::set_barred`] is called with the answer.
    pub fn set_barred(&mut self, barred: bool) -> bool {
        std::mem::replace(&mut self.barred, barred)
    }
}

impl<'t> Walk<'t, '_> {
    /// Where reading left off.
    pub fn left(self) -> Left {
        let Self { ledger, stretch, text, .. } = self;
        let now = (ledger.census, ledger.problems);
        if !stretch.open && !stretch.ended {
            return Left { census: ledger.census, seam: stretch.seam, at: text.len(), spoilt: false, done: true };
        }
        Left { census: ledger.census, spoilt: now != stretch.handed, seam: stretch.seam, at: stretch.at, done: false }
    }

    /// Says that a top-level value begins at `at`.
    pub(super) fn at_top(&mut self, at: usize) {
        self.stretch.top = (at, self.ledger.census, self.ledger.problems);
        self.stretch.barred = false;
    }

    /// Which array the one at `at` is to the seams.
    pub(super) fn inside(&self, layer: &Layer<'t, '_>, at: usize) -> Inside {
        let stretch = &self.stretch;
        let (top, census, problems) = stretch.top;
        let is_head = stretch.is_tracked()
            && !stretch.barred
            && matches!(layer, Layer::File(_))
            && (census, problems) == (self.ledger.census, self.ledger.problems)
            && at - top < HEAD_BYTES;
        if is_head { Inside::Head(at + 1) } else { Inside::Any }
    }

    /// Notes that reading could leave off at `at`, among top-level values; whether it does.
    pub(super) fn seam_outside(&mut self, at: usize) -> bool {
        self.stretch.joint.is_none_or(|joint| at >= joint) && self.seam(at, &[], false, false)
    }

    /// Notes that reading could leave off at `at` in an array; whether it does.
    pub(super) fn seam_inside(&mut self, at: usize, inside: Inside, no_comma: bool) -> bool {
        match inside {
            Inside::Any => false,
            Inside::Loose => self.seam(at, &[], true, no_comma),
            Inside::Head(end) => {
                let text = self.text;
                let top = self.stretch.top.0;
                match self.stretch.joint.filter(|joint| (top..end).contains(joint)) {
                    None => self.seam(at, text.get(top..end).unwrap_or_default(), false, no_comma),
                    Some(joint) => {
                        // Of an array in an element of the one that the piece began in: the comma before that is no part of it.
                        let next = skip_space(text, joint);
                        let begin = if text.get(next) == Some(&b',') { next + 1 } else { next };
                        let parts = [text.get(top..joint), text.get(begin..end)].map(Option::unwrap_or_default);
                        self.seam(at, &parts.concat(), false, no_comma)
                    }
                }
            }
        }
    }

    fn seam(&mut self, at: usize, head: &[u8], loose: bool, no_comma: bool) -> bool {
        let stretch = &mut self.stretch;
        if !stretch.is_tracked() {
            return false;
        }
        let seam = &mut stretch.seam;
        if *seam.head != *head {
            seam.head = head.into();
        }
        seam.loose = loose;
        seam.begun = stretch.begun;
        seam.flags = Flags { adrift: self.adrift, bare: self.bare, comma: stretch.comma, no_comma };
        if seam.first_key.is_none() {
            seam.first_key = self.recovery.first_key().map(Arc::from);
        }
        stretch.at = at;
        stretch.handed = (self.ledger.census, self.ledger.problems);
        stretch.ended = at >= stretch.stop;
        stretch.ended
    }

    /// Ends the reading: the text does not reach to decide how it goes on.
    pub(super) fn starve(&mut self) -> Flow {
        self.stretch.ended = true;
        Flow::End
    }

    /// Whether the text of `layer` goes on behind what is known of it.
    pub(super) fn is_open(&self, layer: &Layer<'t, '_>) -> bool {
        self.stretch.open && matches!(layer, Layer::File(_))
    }

    /// Whether what is known of the text does not reach to show an excerpt at `at`.
    pub(super) fn lacks_excerpt(&self, layer: &Layer<'t, '_>, at: usize) -> bool {
        self.is_open(layer) && at.saturating_add(EXCERPT_BYTES) > self.text.len()
    }

    /// Whether it does not reach to tell what begins at `at`.
    pub(super) fn lacks_look_ahead(&self, at: usize) -> bool {
        self.stretch.open && at.saturating_add(LOOK_AHEAD_BYTES) > self.text.len()
    }

    /// Whether it does not reach to tell that the value that ends at `end` is whole.
    pub(super) fn lacks_end(&self, layer: &Layer<'t, '_>, end: usize, place: Place) -> bool {
        place != Place::Alone && self.is_open(layer) && !is_decided(self.text, end)
    }

    /// All that is known of the text was given up: reading goes on behind it.
    pub(super) fn give_up(&mut self) {
        if self.stretch.open {
            self.stretch.at = self.text.len();
            self.stretch.handed = (self.ledger.census, self.ledger.problems);
            self.stretch.ended = true;
        }
    }
}
