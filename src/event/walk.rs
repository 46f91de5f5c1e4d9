//! Walks the values of a log and hands out the records in them, whatever they are wrapped in; behind damage it goes on where
//! [`recover`](crate::event::recover) says.

use std::borrow::Cow;

use crate::event::envelope::{Kind, Survey, behind_timestamp, skip_blank};
use crate::event::layer::{Layer, decode};
use crate::event::ledger::{Ledger, cause, excerpt};
use crate::event::problem::ProblemKind;
use crate::event::reader::{Census, Ending, RecordFormat};
use crate::event::recover::{Recovery, Resume, Wanted};
use crate::event::row;
use crate::event::select::Selection;
use crate::event::torn::{Place, torn};
use crate::json::scan::{self, JsonError, JsonErrorKind, Members, StringSpan};

/// How many wrappers may lie in each other.
const WRAPPERS: usize = 5;

/// Where a step of the walk leaves off.
#[derive(Debug, Clone, Copy)]
pub(super) enum Flow {
    /// The value ended here.
    Done(usize),
    /// Behind damage: an element of an array begins here.
    Element(usize),
    /// Behind damage: a top-level value begins here.
    Top(usize),
    /// Nothing more can be read of this text.
    End,
}

/// What is damaged.
#[derive(Clone, Copy)]
pub(super) enum Damaged {
    /// A record.
    Record,
    /// The text around records.
    Envelope,
    /// An object, of which so much was known.
    Object(Survey),
}

pub(super) struct Walk<'t, 'r> {
    pub(super) ledger: Ledger<'t, 'r>,
    pub(super) recovery: Recovery,
    pub(super) selection: Selection,
    text: &'t [u8],
    /// Whether reading went on behind damage inside an array as if outside: then commas and brackets are left over.
    adrift: bool,
    /// Whether the last top-level value was a record by itself.
    bare: bool,
}

impl<'t, 'r> Walk<'t, 'r> {
    pub fn new(ledger: Ledger<'t, 'r>, format: &RecordFormat, text: &'t [u8]) -> Self {
        let selection = Selection::new(format);
        let wanted = match selection {
            Selection::Events => Wanted::Event,
            _ => Wanted::FirstKey(None),
        };
        let recovery = Recovery::new(wanted, text.len());
        Self { ledger, recovery, selection, text, adrift: false, bare: false }
    }

    pub fn finish(self) -> Census {
        self.ledger.census
    }

    /// Reads all top-level values; `looks_like_log` tells whether the first bytes are those of one.
    pub fn documents(&mut self, looks_like_log: bool) {
        let text = self.text;
        let layer = Layer::File(text);
        let start = skip_blank(text, 0);
        let mut flow = Flow::Done(start);
        if !looks_like_log && start < text.len() {
            flow = self.behind_a_foreign_start(start);
        }
        let mut commas_reported = false;
        loop {
            let at = match flow {
                Flow::Done(end) | Flow::Top(end) => skip_blank(text, end),
                Flow::Element(at) => {
                    self.adrift = true;
                    flow = self.elements(&layer, at, 1);
                    continue;
                }
                Flow::End => return,
            };
            flow = match text.get(at) {
                None => return,
                Some(b'{' | b'[') => self.value(&layer, at, Place::Top, 0),
                Some(b',' | b']' | b'}') if self.adrift => Flow::Done(at + 1),
                Some(b',') if matches!(text.get(skip_blank(text, at + 1)), None | Some(b'{' | b'[')) => {
                    if !commas_reported {
                        commas_reported = true;
                        let message = "found `,`, expected records outside of an array to have no comma between them";
                        self.ledger.problem(ProblemKind::MalformedEnvelope, at, at, message.to_owned());
                    }
                    Flow::Done(at + 1)
                }
                Some(_) => match behind_timestamp(text, at) {
                    Some(brace) => self.value(&layer, brace, Place::Top, 0),
                    None => self.stray(&layer, at),
                },
            };
        }
    }

    fn behind_a_foreign_start(&mut self, start: usize) -> Flow {
        let found = excerpt(self.text, start);
        match self.recovery.first(self.text) {
            Resume::Lost | Resume::GaveUp | Resume::After(_) => {
                let message = format!("found `{found}`, expected a JSON log: it would begin with `{{` or `[`");
                self.ledger.problem(ProblemKind::NotALog, start, start, message);
                Flow::End
            }
            resume => {
                let message = format!("found `{found}` before the first record, expected `{{` or `[`");
                self.ledger.problem(ProblemKind::MalformedEnvelope, start, start, message);
                go_on(resume)
            }
        }
    }

    /// A top-level value that is no object and no array, or no JSON at all.
    fn stray(&mut self, layer: &Layer<'t, '_>, at: usize) -> Flow {
        let text = layer.bytes();
        if let Ok(end) = scan::skip_value(text, at)
            && torn(text, at, end, Place::Top).is_none()
        {
            return self.not_an_event(layer, at, end);
        }
        let damaged = if self.bare { Damaged::Record } else { Damaged::Envelope };
        let error = JsonError { offset: at, kind: JsonErrorKind::Unexpected("a record, which begins with `{`") };
        self.broken(layer, at, error, Place::Top, damaged)
    }

    /// Reads the value at `at` and hands out its records.
    pub(super) fn value<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, place: Place, level: usize) -> Flow
    where
        't: 's,
    {
        let text = layer.bytes();
        if place != Place::Array && !matches!(self.selection, Selection::Events | Selection::Documents) {
            return self.select(layer, at);
        }
        match (text.get(at), matches!(self.selection, Selection::Events)) {
            (Some(b'['), true) if place != Place::Array => {
                self.bare = false;
                self.array(layer, at, level)
            }
            (Some(b'{'), true) => self.object(layer, at, place, level),
            _ => self.whole(layer, at, place),
        }
    }

    /// Reads the value at `at`, which is a record as it is or none.
    pub(super) fn whole(&mut self, layer: &Layer<'t, '_>, at: usize, place: Place) -> Flow {
        let text = layer.bytes();
        self.bare = place == Place::Top;
        let end = match scan::skip_value(text, at) {
            Ok(end) => end,
            Err(error) => return self.broken(layer, at, error, place, Damaged::Record),
        };
        if let Some(error) = torn(text, at, end, place) {
            return self.broken(layer, at, error, place, Damaged::Record);
        }
        if !matches!(self.selection, Selection::Events) && matches!(text.get(at), Some(b'{' | b'[')) {
            self.recovery.note_shape(text, at);
            self.hand_out(layer, at, end);
            Flow::Done(end)
        } else {
            self.not_an_event(layer, at, end)
        }
    }

    fn hand_out(&mut self, layer: &Layer<'t, '_>, start: usize, end: usize) {
        if let Some((text, origin)) = layer.record(start..end) {
            self.ledger.record(text, origin);
        }
    }

    fn not_an_event(&mut self, layer: &Layer<'t, '_>, start: usize, end: usize) -> Flow {
        let message = format!("found `{}`, expected a record, which is an object", excerpt(layer.bytes(), start));
        self.ledger.problem(ProblemKind::NotAnEvent, layer.offset(start), layer.offset(start), message);
        Flow::Done(end)
    }

    /// Reads the array at `at`; its elements are recognised one by one.
    pub(super) fn array<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, level: usize) -> Flow
    where
        't: 's,
    {
        let first = scan::skip_space(layer.bytes(), at + 1);
        if layer.bytes().get(first) == Some(&b']') {
            return Flow::Done(first + 1);
        }
        self.elements(layer, first, level)
    }

    /// Reads the elements of an array from the one at `at` on, to behind its `]`.
    fn elements<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, level: usize) -> Flow
    where
        't: 's,
    {
        let text = layer.bytes();
        let mut flow = self.element(layer, at, level);
        loop {
            flow = match flow {
                Flow::Done(end) => {
                    let next = scan::skip_space(text, end);
                    match text.get(next) {
                        Some(b',') => self.element(layer, scan::skip_space(text, next + 1), level),
                        Some(b']') => return Flow::Done(next + 1),
                        Some(b'{') => {
                            self.envelope_problem(layer, next, "found `{`, expected `,` between two records");
                            self.element(layer, next, level)
                        }
                        Some(_) => {
                            let error = JsonError { offset: next, kind: JsonErrorKind::Unexpected("`,` or `]`") };
                            self.broken(layer, next, error, Place::Array, Damaged::Envelope)
                        }
                        None => {
                            let error = JsonError { offset: next, kind: JsonErrorKind::UnexpectedEnd };
                            return self.broken(layer, next, error, Place::Alone, Damaged::Envelope);
                        }
                    }
                }
                Flow::Element(at) => self.element(layer, at, level),
                Flow::Top(_) => {
                    self.adrift = true;
                    return flow;
                }
                Flow::End => return flow,
            }
        }
    }

    fn element<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, level: usize) -> Flow
    where
        't: 's,
    {
        match layer.bytes().get(at) {
            Some(b']') => {
                self.envelope_problem(layer, at, "found `]`, expected a record after `,`");
                Flow::Done(at)
            }
            None => Flow::Done(at),
            Some(_) => self.value(layer, at, Place::Array, level + 1),
        }
    }

    /// Reads the object at `at`: the records in it, or itself.
    fn object<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, place: Place, level: usize) -> Flow
    where
        't: 's,
    {
        let text = layer.bytes();
        let mut survey = Survey::new(at);
        let mut members = match Members::open(text, at, 0) {
            Ok(members) => members,
            Err(error) => return self.broken(layer, at, error, place, Damaged::Record),
        };
        loop {
            let member = match members.next_key() {
                Ok(Some(member)) => member,
                Ok(None) => break,
                Err(error) => return self.broken(layer, at, error, place, Damaged::Object(survey)),
            };
            let end = if level < WRAPPERS && survey.streams(text, &member) {
                survey.streamed = true;
                match self.array(layer, member.value, level + 1) {
                    Flow::Done(end) => Ok(end),
                    flow => return flow,
                }
            } else {
                scan::value(text, member.value, 1).inspect(|end| survey.note(text, &member, *end))
            };
            if let Err(error) = end.and_then(|end| members.close_value(end)) {
                return self.broken(layer, at, error, place, Damaged::Object(survey));
            }
        }
        survey.end = members.end();
        self.deliver(layer, survey, place, level)
    }

    /// Hands out what a whole object is or holds.
    fn deliver<'s>(&mut self, layer: &Layer<'t, 's>, survey: Survey, place: Place, level: usize) -> Flow
    where
        't: 's,
    {
        let text = layer.bytes();
        let kind = survey.kind();
        if place == Place::Top {
            self.bare = matches!(kind, Kind::Event | Kind::Unknown | Kind::Insight | Kind::Row);
        }
        if kind != Kind::Wrapper
            && let Some(error) = torn(text, survey.start, survey.end, place)
        {
            return self.broken(layer, survey.start, error, place, Damaged::Object(survey));
        }
        let end = Flow::Done(survey.end);
        let unwraps = matches!(kind, Kind::Held(_) | Kind::Detail(_) | Kind::LogEvents(_));
        if unwraps && level >= WRAPPERS {
            return self.unknown(layer, &survey, "an event in too many wrappers");
        }
        match (kind, layer) {
            (Kind::Event, _) => self.hand_out(layer, survey.start, survey.end),
            (Kind::Insight, _) => self.ledger.insight(),
            (Kind::Wrapper, _) if survey.streamed => {}
            (Kind::Digest, _) => self.ledger.census.digests += 1,
            (Kind::Control, _) => self.ledger.census.control_messages += 1,
            (Kind::Detail(at), _) => {
                // It was scanned already: nothing in it can stop the walk but what says so itself.
                self.object(layer, at, Place::Alone, level + 1);
            }
            (Kind::LogEvents(at), _) => {
                self.array(layer, at, level + 1);
            }
            (Kind::Held(string), Layer::File(file)) => self.held(file, string, level + 1),
            (Kind::Held(_), Layer::Inside { .. }) => {
                return self.unknown(layer, &survey, "an event in a string that lies in a string");
            }
            (Kind::Row, Layer::File(file)) => {
                let (text, origin) = row::rebuild(file, survey.start);
                self.ledger.record(Cow::Owned(text), origin);
            }
            (Kind::Row, Layer::Inside { .. }) => return self.unknown(layer, &survey, "a row in a string"),
            (Kind::Unknown | Kind::Wrapper, _) => {
                let first = scan::skip_space(text, survey.start + 1);
                let what = match scan::string(text, first) {
                    Ok(_) => format!("an object that begins with `{}`", excerpt(text, first)),
                    Err(_) => "an empty object".to_owned(),
                };
                return self.unknown(layer, &survey, &what);
            }
        }
        end
    }

    fn unknown(&mut self, layer: &Layer<'t, '_>, survey: &Survey, what: &str) -> Flow {
        let message =
            format!("found {what}, expected an event (with `eventName`, `eventSource`, …) or a known wrapper");
        let offset = layer.advance(survey.start);
        self.ledger.problem(ProblemKind::NotAnEvent, offset, offset, message);
        Flow::Done(survey.end)
    }

    /// Reads the value of a string of the file, which holds an event or a wrapper.
    fn held(&mut self, file: &'t [u8], string: StringSpan, level: usize) {
        let Some(decoded) = decode(file, string) else { return };
        let layer = Layer::inside(file, string, &decoded);
        let text = layer.bytes();
        self.recovery.change_text();
        let start = scan::skip_space(text, 0);
        if let Some(b'{' | b'[') = text.get(start) {
            let mut flow = self.value(&layer, start, Place::Alone, level);
            while let Flow::Top(at) = flow {
                flow = self.value(&layer, at, Place::Alone, level);
            }
            if let Flow::Done(end) = flow {
                let rest = scan::skip_space(text, end);
                if rest < text.len() {
                    let message = format!("found `{}` behind the event in a string", excerpt(text, rest));
                    self.envelope_problem(&layer, rest, &format!("{message}, expected the string to end"));
                }
            }
        } else {
            let message = format!("found the string `{}`, expected one that holds an event", excerpt(text, start));
            self.ledger.problem(ProblemKind::NotAnEvent, string.start, string.start, message);
        }
        self.recovery.change_text();
    }

    fn envelope_problem(&mut self, layer: &Layer<'t, '_>, at: usize, message: &str) {
        let offset = layer.advance(at);
        self.ledger.problem(ProblemKind::MalformedEnvelope, offset, offset, message.to_owned());
    }

    /// Reports the value at `start`, broken at `error`, and finds where to go on.
    pub(super) fn broken(
        &mut self,
        layer: &Layer<'t, '_>,
        start: usize,
        error: JsonError,
        place: Place,
        damaged: Damaged,
    ) -> Flow {
        let text = layer.bytes();
        let resume = match place {
            Place::Alone => Resume::Lost,
            _ => self.recovery.resume(text, start, error.offset, place),
        };
        let before_records = place == Place::Top && matches!(resume, Resume::Element { first: true, .. });
        let envelope = match damaged {
            Damaged::Record => false,
            Damaged::Envelope => true,
            Damaged::Object(survey) => survey.streamed || before_records && !survey.is_event(),
        };
        if place == Place::Top {
            self.bare = !envelope;
        }
        let ends = error.kind == JsonErrorKind::UnexpectedEnd;
        if ends && resume == Resume::Lost && matches!(layer, Layer::File(_)) && self.ledger.ending == Ending::Cut {
            if !envelope {
                self.ledger.cut_off();
            }
            return Flow::End;
        }
        let (kind, mut message) = match (envelope, ends) {
            (false, _) => (ProblemKind::MalformedRecord, format!("malformed record: {}", cause(text, error))),
            (true, true) => (
                ProblemKind::MalformedEnvelope,
                "the text ends before the array or object around the records does, expected `]` or `}`".to_owned(),
            ),
            (true, false) => {
                (ProblemKind::MalformedEnvelope, format!("damaged text around the records: {}", cause(text, error)))
            }
        };
        if resume == Resume::GaveUp {
            let rest = text.len() - error.offset.min(text.len());
            let offset = layer.offset(error.offset);
            message = format!("{message}; too much is damaged: the {rest} bytes from byte {offset} on were given up");
        }
        let from = layer.advance(start);
        self.ledger.problem(kind, from, layer.offset(error.offset), message);
        go_on(resume)
    }
}

fn go_on(resume: Resume) -> Flow {
    match resume {
        Resume::After(end) => Flow::Done(end),
        Resume::Element { at, .. } => Flow::Element(at),
        Resume::Top(at) => Flow::Top(at),
        Resume::Lost | Resume::GaveUp => Flow::End,
    }
}
