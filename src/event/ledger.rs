//! Counts what a file holds and hands it out: the one place where a record gets its ordinal and a problem its line and column.

use std::borrow::Cow;
use std::sync::Arc;

use crate::event::problem::{Problem, ProblemKind};
use crate::event::reader::{Census, Ending, Item};
use crate::event::record::{Origin, Record};
use crate::event::seam::Piece;
use crate::json::Slots;
use crate::json::scan::{JsonError, JsonErrorKind};
use crate::text::lines::Lines;
use crate::text::sanitize::one_line_cut;

/// Bytes of a text that are looked at for an excerpt of at most `EXCERPT_CHARACTERS`.
const EXCERPT_BYTES: usize = 128;
const EXCERPT_CHARACTERS: usize = 24;

/// Takes what is read, and a record's slots where they are filled already.
pub(super) type Sink<'t, 'r> = &'r mut dyn FnMut(Item<'t>, Option<&Slots>);

/// The account of one file.
pub(super) struct Ledger<'t, 'r> {
    pub census: Census,
    pub ending: Ending,
    /// Problems handed out.
    pub problems: usize,
    /// Length of the head that stands before the piece: places count from behind it.
    head: usize,
    file: Arc<str>,
    lines: Lines<'t>,
    sink: Sink<'t, 'r>,
}

impl<'t, 'r> Ledger<'t, 'r> {
    pub fn new(name: &str, text: &'t [u8], ending: Ending, sink: Sink<'t, 'r>) -> Self {
        let lines = Lines::new(text);
        Self { census: Census::default(), ending, problems: 0, head: 0, file: Arc::from(name), lines, sink }
    }

    /// For `piece` of the file.
    pub fn of_piece(name: &Arc<str>, piece: &Piece<'t>, sink: Sink<'t, 'r>) -> Self {
        let file = Arc::clone(name);
        let head = piece.seam.head.len();
        Self { census: Census::default(), ending: piece.ending, problems: 0, head, file, lines: piece.lines(), sink }
    }

    /// Hands out a record, with its slots where they are filled already.
    pub fn record(&mut self, text: Cow<'t, str>, origin: Origin, slots: Option<&Slots>) {
        let ordinal = self.census.records;
        self.census.records += 1;
        (self.sink)(Item::Record(Record { ordinal, text, origin }), slots);
    }

    /// Counts an insight event.
    pub fn insight(&mut self) {
        self.census.records += 1;
        self.census.insights += 1;
    }

    /// Counts the record that the cut of the stream broke; the problem of the stream speaks for it.
    pub fn cut_off(&mut self) {
        self.census.records += 1;
        self.census.malformed += 1;
    }

    /// Hands out a problem; one about a record is counted as a malformed record.
    ///
    /// `start` is where the troubled value begins, `offset` where the trouble is: both offsets of the file.
    pub fn problem(&mut self, kind: ProblemKind, start: usize, offset: usize, message: String) {
        let record = kind.is_of_a_record().then_some(self.census.records);
        if record.is_some() {
            self.cut_off();
        }
        self.problems += 1;
        let (start, offset) = (start.saturating_sub(self.head), offset.saturating_sub(self.head));
        self.lines.mark(start);
        let at = Some(self.lines.at(offset));
        let file = Arc::clone(&self.file);
        (self.sink)(Item::Problem(Problem { kind, file, record, offset: Some(offset), at, message }), None);
    }
}

/// What is wrong at an error in `text`, what stands there and what was expected; one line.
pub(super) fn cause(text: &[u8], error: JsonError) -> String {
    let found = excerpt(text, error.offset);
    let byte = text.get(error.offset).copied().unwrap_or_default();
    match error.kind {
        JsonErrorKind::UnexpectedEnd => "the text ends inside a value, expected the rest of it".to_owned(),
        JsonErrorKind::Unexpected(wanted) => format!("found `{found}`, expected {wanted}"),
        JsonErrorKind::ControlCharacter => {
            format!(
                "found the raw control character 0x{byte:02x} inside a string, expected it escaped or a `\"` before it"
            )
        }
        JsonErrorKind::BadEscape => format!("found `{found}` inside a string, expected a valid escape"),
        JsonErrorKind::LoneSurrogate => format!("found the lone surrogate `{found}`, expected both halves of a pair"),
        JsonErrorKind::InvalidUtf8 => format!("found the byte 0x{byte:02x} that is no UTF-8, expected UTF-8 text"),
        JsonErrorKind::NumberOutOfRange => {
            let other = |letter: char| !matches!(letter, '0'..='9' | '.' | 'e' | 'E' | '+' | '-' | '…');
            let number = found.split(other).next().unwrap_or_default();
            format!("found the number `{number}`, expected one in the range of a double")
        }
        JsonErrorKind::TooDeep => format!("the value is {}, expected no more", error.kind),
    }
}

/// The beginning of what stands at `offset`, safe to print.
pub(super) fn excerpt(text: &[u8], offset: usize) -> String {
    let rest = text.get(offset..).unwrap_or_default();
    let head = rest.get(..EXCERPT_BYTES.min(rest.len())).unwrap_or_default();
    let line = head.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let shown = if line.is_empty() { head } else { line };
    one_line_cut(&String::from_utf8_lossy(shown), EXCERPT_CHARACTERS).into_owned()
}
