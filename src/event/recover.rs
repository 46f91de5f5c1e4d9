//! Where to read on behind damage: the next place that shows itself to be a record, or the end of the broken value.

use crate::event::envelope::{Kind, Survey, behind_timestamp, is_event_key};
use crate::event::torn::Place;
use crate::json::scan::{self, JsonError, Members};

/// How far behind a possible record the end of the broken value is still looked for.
const LOOK_PAST_BYTES: usize = 4096;
/// So much of the text behind a place tells how a value begins there.
const BEGIN_BYTES: usize = 4096;
/// Nesting up to which brackets are matched.
const BRACKETS: usize = 1024;
/// An object with so many keys of an event is taken for a record wherever it stands.
const SURE_KEYS: u32 = 2;

/// What of a value is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The value itself: it is no JSON.
    Value,
    /// It ends too early; the error lies behind it, still inside the object that it was.
    Rest,
    /// There is no value; whatever stands there is not wanted.
    Garbage,
}

/// Where to read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resume {
    /// The broken value ends here; what follows is to be expected after a value.
    After(usize),
    /// An element of an array begins here; the first one if `first`.
    Element {
        /// Its offset.
        at: usize,
        /// Whether the bracket of its array stands before it.
        first: bool,
    },
    /// A top-level value begins here.
    Top(usize),
    /// Nothing more can be read.
    Lost,
    /// Nothing was found before the work that may be spent on damage was spent.
    GaveUp,
}

/// Which objects are taken for a record.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// Events and their wrappers.
    Event,
    /// Objects whose first key is this one, quotes included; unknown until an object was met.
    FirstKey(Option<Vec<u8>>),
}

/// A value that is broken, by offsets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broken {
    /// Where it begins.
    pub start: usize,
    /// Where in it the text begins that may be damaged.
    pub since: usize,
    /// Where the error is.
    pub error: usize,
}

/// Looks for places to read on, for one text, within a bound of work.
#[derive(Debug)]
pub(super) struct Recovery {
    /// Which objects are taken for a record.
    pub wanted: Wanted,
    /// Bytes that may still be looked at.
    pub left: usize,
    /// Whether the last answer could be another if the text went on.
    pub touched: bool,
    /// The last answer of [`Recovery::candidate`] and the place it was looked for from: it holds for every place between.
    last: Option<(usize, Option<Candidate>)>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    at: usize,
    end: usize,
    sure: bool,
}

struct Spent;

impl Recovery {
    /// For a text of `bytes` bytes.
    pub fn new(wanted: Wanted, bytes: usize) -> Self {
        Self { wanted, left: bytes.saturating_mul(16).saturating_add(64 << 20), touched: false, last: None }
    }

    /// For another text than before, on the same bound.
    pub fn change_text(&mut self) {
        self.last = None;
    }

    /// Notes the first object of a log whose records have no keys that are known.
    pub fn note_shape(&mut self, text: &[u8], start: usize) {
        if let Wanted::FirstKey(first @ None) = &mut self.wanted {
            *first = first_key(text, start).map(<[u8]>::to_vec);
        }
    }

    /// The key that records begin with, as far as it is known and matters.
    pub fn first_key(&self) -> Option<&[u8]> {
        match &self.wanted {
            Wanted::FirstKey(Some(key)) => Some(key),
            _ => None,
        }
    }

    /// Takes it from where another piece of the text was read.
    pub fn know_first_key(&mut self, key: Option<&[u8]>) {
        if let (Wanted::FirstKey(first), Some(key)) = (&mut self.wanted, key) {
            *first = Some(key.to_vec());
        }
    }

    /// Where to read on behind a broken value.
    pub fn resume(&mut self, text: &[u8], broken: Broken, place: Place, part: Part) -> Resume {
        let Broken { start, since, error } = broken;
        self.touched = false;
        self.note_shape(text, start);
        let candidate = match self.candidate(text, Broken { start: since, ..broken }, start) {
            Ok(candidate) => candidate,
            Err(Spent) => return Resume::GaveUp,
        };
        let limit = match candidate {
            None => text.len(),
            Some(Candidate { at, sure: true, .. }) => at,
            Some(Candidate { end, .. }) => end.saturating_add(LOOK_PAST_BYTES),
        };
        self.touched |= limit > text.len();
        let (from, open) = if part == Part::Rest { (error, vec![b'}']) } else { (start, Vec::new()) };
        let lenient = if part == Part::Garbage && place != Place::Array {
            None
        } else {
            let end = lenient_end(text, from, limit, place, open);
            let (Ok(stop) | Err(stop)) = end;
            // Where it fails with no candidate found, reading ends: that is paid for once.
            self.left = self.left.saturating_sub(stop.saturating_sub(from));
            end.ok().filter(|end| self.goes_on(text, start, *end, place))
        };
        match (candidate, lenient) {
            (None, None) => Resume::Lost,
            (None, Some(end)) => Resume::After(end),
            (Some(found), Some(end)) if end <= found.at => Resume::After(end),
            (Some(found), Some(end)) if part != Part::Garbage && !found.sure && self.record_follows(text, end) => {
                Resume::After(end)
            }
            (Some(found), _) => self.at(text, found.at, place),
        }
    }

    /// Where the first record lies in a text that begins with something else.
    pub fn first(&mut self, text: &[u8]) -> Resume {
        self.touched = false;
        match self.candidate(text, Broken { start: 0, since: 0, error: 0 }, 0) {
            Ok(Some(found)) => self.at(text, found.at, Place::Top),
            Ok(None) => Resume::Lost,
            Err(Spent) => Resume::GaveUp,
        }
    }

    /// How to go on at a candidate: what stands before it tells whether it is an element or a top-level value.
    fn at(&self, text: &[u8], at: usize, place: Place) -> Resume {
        match before(text, at) {
            Some((b',', _)) => Resume::Element { at, first: false },
            Some((b'[', _)) => Resume::Element { at, first: true },
            _ if begins_line(text, at) => Resume::Top(at),
            Some((b'}', brace)) if before(text, brace).is_some_and(|(byte, _)| byte == b']') => Resume::Top(at),
            _ if place == Place::Array => Resume::Element { at, first: false },
            _ => Resume::Top(at),
        }
    }

    fn spend(&mut self, bytes: usize) -> bool {
        let enough = self.left >= bytes;
        self.left = self.left.saturating_sub(bytes);
        enough
    }

    /// The first object behind the damage that shows itself to be a record.
    ///
    /// The damage may have begun before the error: with its last quote gone, a string runs on into the next record. So the search
    /// begins where the last string before the error does.
    fn candidate(&mut self, text: &[u8], broken: Broken, like: usize) -> Result<Option<Candidate>, Spent> {
        let Broken { start, error, .. } = broken;
        if !self.spend(error.saturating_sub(start)) {
            return Err(Spent);
        }
        let from = last_string(text, start, error).max(start + usize::from(error > start));
        if let Some((known, found)) = self.last
            && known <= from
            && found.is_none_or(|found| from <= found.at)
        {
            return Ok(found);
        }
        let mut at = from;
        let mut found = None;
        while let Some(brace) = text.get(at..).and_then(|rest| memchr::memchr(b'{', rest)).map(|step| at + step) {
            let (next, cost, candidate) = self.examine(text, brace, like, error);
            if !self.spend(brace - at + cost) {
                return Err(Spent);
            }
            if candidate.is_some() {
                found = candidate;
                break;
            }
            at = next;
        }
        self.touched |= found.is_none();
        self.last = Some((from, found));
        Ok(found)
    }

    /// Looks at the `{` at `brace`: where to look next, how many bytes were looked at, and whether it is a candidate.
    fn examine(&mut self, text: &[u8], brace: usize, start: usize, error: usize) -> (usize, usize, Option<Candidate>) {
        self.touched |= brace.saturating_add(BEGIN_BYTES) > text.len();
        let before = before(text, brace);
        if let Some((b':', colon)) = before
            && colon != error
            && self::before(text, colon).is_some_and(|(byte, _)| byte == b'"')
        {
            return (brace + 1, 1, None);
        }
        if begins_line(text, brace)
            && self.is_like(text, brace, start)
            && !matches!(before, Some((b',' | b'[' | b':', _)))
        {
            return (brace, 1, Some(Candidate { at: brace, end: brace, sure: true }));
        }
        match Survey::of(text, brace) {
            Ok(survey) if self.accepts(text, &survey) => {
                let sure = survey.event_keys() >= SURE_KEYS;
                (brace, survey.end - brace, Some(Candidate { at: brace, end: survey.end, sure }))
            }
            // What it holds is whole, and so no part of what is broken.
            Ok(survey) => (survey.end, survey.end - brace, None),
            Err(JsonError { offset, .. }) => {
                self.touched |= offset.saturating_add(BEGIN_BYTES) > text.len();
                (brace + 1, offset - brace + 1, None)
            }
        }
    }

    fn accepts(&self, text: &[u8], survey: &Survey) -> bool {
        match &self.wanted {
            Wanted::Event => survey.kind() != Kind::Unknown,
            Wanted::FirstKey(None) => false,
            Wanted::FirstKey(Some(key)) => first_key(text, survey.start) == Some(key),
        }
    }

    /// Whether behind the end of the value at `start` the text looks as it should: another object of its kind follows, or the end.
    fn goes_on(&mut self, text: &[u8], start: usize, end: usize, place: Place) -> bool {
        self.touched |= end.saturating_add(BEGIN_BYTES) > text.len();
        let next = scan::skip_space(text, end);
        let behind = scan::skip_space(text, next + 1);
        match (text.get(next), place) {
            (Some(b','), Place::Array) => self.is_like(text, behind, start),
            (Some(b']'), Place::Array) => array_ends(text, behind),
            (_, Place::Array) => false,
            (None, _) => true,
            (Some(_), _) => self.is_like(text, behind_timestamp(text, next).unwrap_or(next), start),
        }
    }

    /// Whether the object at `brace`, which may be broken, begins as a record does or as the object at `start` does.
    fn is_like(&self, text: &[u8], brace: usize, start: usize) -> bool {
        match (first_key(text, brace), &self.wanted) {
            (Some(key), Wanted::Event) => is_event_key(key) || Some(key) == first_key(text, start),
            (Some(key), Wanted::FirstKey(wanted)) => wanted.as_deref() == Some(key),
            (None, _) => false,
        }
    }

    /// As [`Recovery::goes_on`], and the object is whole.
    fn record_follows(&mut self, text: &[u8], end: usize) -> bool {
        let next = scan::skip_space(text, end);
        let behind = scan::skip_space(text, next + 1);
        let brace = match text.get(next) {
            None => return true,
            Some(b']') => return array_ends(text, behind),
            Some(b',') => behind,
            Some(_) => next,
        };
        let survey = Survey::of(text, brace);
        self.touched |= survey.as_ref().is_err_and(|error| error.offset.saturating_add(BEGIN_BYTES) > text.len());
        let cost = survey.as_ref().map_or_else(|error| error.offset, |survey| survey.end).saturating_sub(brace);
        self.spend(cost) && survey.is_ok_and(|survey| self.accepts(text, &survey))
    }
}

/// Whether the `]` before `behind` looks like the end of the array of records: nothing but the end of its object follows.
fn array_ends(text: &[u8], behind: usize) -> bool {
    match text.get(behind) {
        None => true,
        Some(b'}') => matches!(text.get(scan::skip_space(text, behind + 1)), None | Some(b'{')),
        Some(_) => false,
    }
}

/// The last byte before `at` that is no white space, and its offset.
fn before(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let head = text.get(..at)?;
    let place = head.iter().rposition(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))?;
    head.get(place).map(|byte| (*byte, place))
}

/// Whether the object at `brace` begins a line, a timestamp before it not counted.
fn begins_line(text: &[u8], brace: usize) -> bool {
    let head = text.get(brace.saturating_sub(64)..brace).unwrap_or_default();
    match memchr::memrchr(b'\n', head) {
        Some(line) => {
            let start = brace - head.len() + line + 1;
            start == brace || behind_timestamp(text, start) == Some(brace)
        }
        None => brace == 0,
    }
}

/// The first key of the object at `start`, quotes included.
fn first_key(text: &[u8], start: usize) -> Option<&[u8]> {
    let member = Members::open(text, start, 0).ok()?.next_key().ok()??;
    text.get(member.key.start..member.key.end)
}

/// Where the last string begins that begins in `start..=error`; `error` if there is none.
fn last_string(text: &[u8], start: usize, error: usize) -> usize {
    let mut last = error;
    let mut at = start;
    let limit = text.len().min(error + 1);
    while let Some(quote) = text.get(at..limit).and_then(|rest| memchr::memchr(b'"', rest)).map(|step| at + step) {
        last = quote;
        match string_end(text, quote, error) {
            Some(end) => at = end,
            None => break,
        }
    }
    last
}

/// Offset behind the string whose quote lies at `quote`, whatever it holds; `None` if it does not end before `limit`.
fn string_end(text: &[u8], quote: usize, limit: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        let place = at + memchr::memchr2(b'"', b'\\', text.get(at..limit)?)?;
        if text.get(place) == Some(&b'"') {
            return Some(place + 1);
        }
        at = place + 2;
    }
}

/// End of the value at `start` by its brackets alone, strings being skipped; where there is none, how far the search went.
///
/// `open` holds the closing brackets that are awaited at `start`.
fn lenient_end(text: &[u8], start: usize, limit: usize, place: Place, mut open: Vec<u8>) -> Result<usize, usize> {
    let limit = limit.min(text.len());
    let mut at = start;
    while at < limit
        && let Some(byte) = text.get(at)
    {
        match byte {
            b'"' => {
                at = string_end(text, at, limit).ok_or(limit)?;
                continue;
            }
            b'{' | b'[' if open.len() == BRACKETS => return Err(at),
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b',' | b']' if open.is_empty() && place == Place::Array => return Ok(at),
            b'}' | b']' => match open.pop() {
                Some(wanted) if wanted == *byte && open.is_empty() => return Ok(at + 1),
                Some(wanted) if wanted == *byte => {}
                _ => return Err(at),
            },
            _ => {}
        }
        at += 1;
    }
    Err(at)
}
