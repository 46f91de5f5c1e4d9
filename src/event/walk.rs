//! Walks the values of a log and hands out the records in them, whatever they are wrapped in; behind damage it goes on where
//! [`recover`](crate::event::recover) says.

use crate::event::envelope::Survey;
use crate::event::layer::Layer;
use crate::event::ledger::{Ledger, cause, excerpt};
use crate::event::plain::Fields;
use crate::event::problem::ProblemKind;
use crate::event::reader::{Census, Ending, RecordFormat};
use crate::event::recover::{Broken, Part, Recovery, Resume, Wanted};
use crate::event::seam::{Inside, Stretch};
use crate::event::select::Selection;
use crate::event::torn::{Place, torn};
use crate::json::Slots;
use crate::json::scan::{self, JsonError, JsonErrorKind};

/// How many wrappers may lie in each other.
pub(super) const WRAPPERS: usize = 5;

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
    /// What is read of plain events on the way.
    pub(super) fields: &'r Fields,
    pub(super) slots: &'r mut Slots,
    pub(super) text: &'t [u8],
    pub(super) stretch: Stretch,
    /// Whether reading went on behind damage inside an array as if outside: then commas and brackets are left over.
    pub(super) adrift: bool,
    /// Whether the last top-level value was a record by itself.
    pub(super) bare: bool,
}

impl<'t, 'r> Walk<'t, 'r> {
    pub fn new(
        ledger: Ledger<'t, 'r>,
        format: &RecordFormat,
        text: &'t [u8],
        fields: &'r Fields,
        slots: &'r mut Slots,
    ) -> Self {
        let selection = Selection::new(format);
        let wanted = match selection {
            Selection::Events => Wanted::Event,
            _ => Wanted::FirstKey(None),
        };
        let recovery = Recovery::new(wanted, text.len());
        let stretch = Stretch::whole();
        Self { ledger, recovery, selection, fields, slots, text, stretch, adrift: false, bare: false }
    }

    pub fn finish(self) -> Census {
        self.ledger.census
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
            (Some(b'['), true) if level < WRAPPERS && text.get(scan::skip_space(text, at + 1)) == Some(&b'{') => {
                self.envelope_problem(
                    layer,
                    at,
                    "found an array of objects, expected a record; they were read as records",
                );
                self.array(layer, at, level + 1)
            }
            (Some(b'{'), true) => match self.plain_event(layer, at, place) {
                Some(flow) => flow,
                None => self.object(layer, at, place, level),
            },
            _ => self.whole(layer, at, place),
        }
    }

    /// Reads the value at `at`, which is a record as it is or none.
    pub(super) fn whole(&mut self, layer: &Layer<'t, '_>, at: usize, place: Place) -> Flow {
        let text = layer.bytes();
        self.bare = place == Place::Top;
        let end = match scan::skip_value(text, at) {
            Ok(end) => end,
            Err(error) => {
                let part = if matches!(text.get(at), Some(b'{' | b'[')) { Part::Value } else { Part::Garbage };
                return self.broken(layer, at, error, place, Damaged::Record, part);
            }
        };
        if self.lacks_end(layer, end, place) {
            return self.starve();
        }
        if let Some(error) = torn(text, at, end, place) {
            return self.broken(layer, at, error, place, Damaged::Record, Part::Rest);
        }
        if !matches!(self.selection, Selection::Events) && matches!(text.get(at), Some(b'{' | b'[')) {
            self.recovery.note_shape(text, at);
            self.hand_out(layer, at, end);
            Flow::Done(end)
        } else {
            self.not_an_event(layer, at, end)
        }
    }

    pub(super) fn hand_out(&mut self, layer: &Layer<'t, '_>, start: usize, end: usize) {
        match layer.record(start..end) {
            // Slots count in 32 bits.
            Some((text, _)) if u32::try_from(text.len()).is_err() => {
                let message = "malformed record: it is larger than 4 GiB".to_owned();
                self.ledger.problem(ProblemKind::MalformedRecord, layer.offset(start), layer.offset(start), message);
            }
            Some((text, origin)) => self.ledger.record(text, origin, None),
            // Scanned text is UTF-8. Were it not, the record must not go uncounted.
            None => {
                self.not_an_event(layer, start, end);
            }
        }
    }

    pub(super) fn not_an_event(&mut self, layer: &Layer<'t, '_>, start: usize, end: usize) -> Flow {
        if self.lacks_excerpt(layer, start) {
            return self.starve();
        }
        let message = format!("found `{}`, expected a record, which is an object", excerpt(layer.bytes(), start));
        self.ledger.problem(ProblemKind::NotAnEvent, layer.offset(start), layer.offset(start), message);
        Flow::Done(end)
    }

    /// Reads the array at `at`; its elements are recognised one by one.
    pub(super) fn array<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, level: usize) -> Flow
    where
        't: 's,
    {
        let inside = self.inside(layer, at);
        if let (Some(no_comma), Layer::File(_)) = (self.stretch.is_joint(at), layer) {
            return self.elements(layer, Flow::Done(at + 1), level, inside, no_comma);
        }
        let first = scan::skip_space(layer.bytes(), at + 1);
        if layer.bytes().get(first) == Some(&b']') {
            return Flow::Done(first + 1);
        }
        let flow = self.element(layer, first, level);
        self.elements(layer, flow, level, inside, false)
    }

    /// Reads the elements of an array from behind the one that left off with `flow`, to behind its `]`.
    pub(super) fn elements<'s>(
        &mut self,
        layer: &Layer<'t, 's>,
        mut flow: Flow,
        level: usize,
        inside: Inside,
        mut comma_reported: bool,
    ) -> Flow
    where
        't: 's,
    {
        let text = layer.bytes();
        loop {
            flow = match flow {
                Flow::Done(end) => {
                    if self.seam_inside(end, inside, comma_reported) {
                        return Flow::End;
                    }
                    let next = scan::skip_space(text, end);
                    match text.get(next) {
                        Some(b',') => {
                            self.element_after(comma_reported, layer, scan::skip_space(text, next + 1), level)
                        }
                        Some(b']') => return Flow::Done(next + 1),
                        Some(b'{') => {
                            if !std::mem::replace(&mut comma_reported, true) {
                                self.envelope_problem(layer, next, "found `{`, expected `,` between two records");
                            }
                            self.element_after(true, layer, next, level)
                        }
                        Some(_) => {
                            let error = JsonError { offset: next, kind: JsonErrorKind::Unexpected("`,` or `]`") };
                            self.broken(layer, next, error, Place::Array, Damaged::Envelope, Part::Garbage)
                        }
                        None if self.is_open(layer) => return self.starve(),
                        None => {
                            let error = JsonError { offset: next, kind: JsonErrorKind::UnexpectedEnd };
                            return self.broken(layer, next, error, Place::Alone, Damaged::Envelope, Part::Garbage);
                        }
                    }
                }
                Flow::Element(at) => self.element_after(comma_reported, layer, at, level),
                Flow::Top(_) => {
                    self.adrift = true;
                    return flow;
                }
                Flow::End => return flow,
            }
        }
    }

    /// Reads the element at `at` of an array of which it was reported, or not, that a comma is missing: a seam inside of the element would
    /// not remember it.
    fn element_after<'s>(&mut self, comma_reported: bool, layer: &Layer<'t, 's>, at: usize, level: usize) -> Flow
    where
        't: 's,
    {
        if !comma_reported {
            return self.element(layer, at, level);
        }
        let barred = self.stretch.set_barred(true);
        let flow = self.element(layer, at, level);
        self.stretch.set_barred(barred);
        flow
    }

    pub(super) fn element<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, level: usize) -> Flow
    where
        't: 's,
    {
        match layer.bytes().get(at) {
            Some(b']') => {
                self.envelope_problem(layer, at, "found `]`, expected a record after `,`");
                Flow::Done(at)
            }
            None if self.is_open(layer) => self.starve(),
            None => Flow::Done(at),
            Some(_) => self.value(layer, at, Place::Array, level + 1),
        }
    }

    pub(super) fn envelope_problem(&mut self, layer: &Layer<'t, '_>, at: usize, message: &str) {
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
        part: Part,
    ) -> Flow {
        let text = layer.bytes();
        let (since, part) = match damaged {
            // What was read out of its array has nothing to do with it.
            Damaged::Object(Survey { read: Some(since), .. }) => (since, Part::Rest),
            _ => (start, part),
        };
        let resume = match place {
            Place::Alone => Resume::Lost,
            _ => self.recovery.resume(text, Broken { start, since, error: error.offset }, place, part),
        };
        let undecided = self.recovery.touched || resume == Resume::Lost || self.lacks_excerpt(layer, error.offset);
        if place != Place::Alone && self.is_open(layer) && undecided && resume != Resume::GaveUp {
            return self.starve();
        }
        let before_records = place == Place::Top && matches!(resume, Resume::Element { first: true, .. });
        let envelope = match damaged {
            Damaged::Record => false,
            Damaged::Envelope => true,
            Damaged::Object(survey) => survey.streamed || before_records && !survey.is_event(),
        };
        if place == Place::Top {
            self.bare = !envelope;
        }
        self.adrift |= envelope && matches!(resume, Resume::Top(_));
        let ends = match error.kind {
            JsonErrorKind::UnexpectedEnd => true,
            // Its other half may have been cut off.
            JsonErrorKind::LoneSurrogate => error.offset + r"\ud800\u".len() > text.len(),
            _ => false,
        };
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
        if resume == Resume::GaveUp {
            self.give_up();
        }
        go_on(resume)
    }
}

pub(super) fn go_on(resume: Resume) -> Flow {
    match resume {
        Resume::After(end) => Flow::Done(end),
        Resume::Element { at, .. } => Flow::Element(at),
        Resume::Top(at) => Flow::Top(at),
        Resume::Lost | Resume::GaveUp => Flow::End,
    }
}
