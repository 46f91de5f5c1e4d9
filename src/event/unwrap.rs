//! One object of a log: an event is handed out, a wrapper's events are, and what is neither becomes a problem.

use std::borrow::Cow;

use crate::event::envelope::{Kind, Survey};
use crate::event::layer::{Layer, decode};
use crate::event::ledger::excerpt;
use crate::event::problem::ProblemKind;
use crate::event::recover::Part;
use crate::event::row;
use crate::event::torn::{Place, torn};
use crate::event::walk::{Damaged, Flow, WRAPPERS, Walk};
use crate::json::scan::{self, Members, StringSpan};

impl<'t> Walk<'t, '_> {
    /// Reads the object at `at`: the records in it, or itself.
    pub(super) fn object<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, place: Place, level: usize) -> Flow
    where
        't: 's,
    {
        let text = layer.bytes();
        let mut survey = Survey::new(at);
        let mut members = match Members::open(text, at, 0) {
            Ok(members) => members,
            Err(error) => return self.broken(layer, at, error, place, Damaged::Record, Part::Value),
        };
        loop {
            let member = match members.next_key() {
                Ok(Some(member)) => member,
                Ok(None) => break,
                Err(error) => return self.broken(layer, at, error, place, Damaged::Object(survey), Part::Value),
            };
            let end = if level < WRAPPERS && survey.streams(text, &member) {
                survey.streamed = true;
                if survey.holds_event() {
                    self.stretch.set_barred(true);
                }
                match self.array(layer, member.value, level + 1) {
                    Flow::Done(end) => {
                        survey.read = Some(end);
                        Ok(end)
                    }
                    flow => return flow,
                }
            } else {
                scan::value(text, member.value, 1).inspect(|end| survey.note(text, &member, *end))
            };
            if let Err(error) = end.and_then(|end| members.close_value(end)) {
                return self.broken(layer, at, error, place, Damaged::Object(survey), Part::Value);
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
        if kind != Kind::Wrapper && self.lacks_end(layer, survey.end, place) {
            return self.starve();
        }
        if kind != Kind::Wrapper
            && let Some(error) = torn(text, survey.start, survey.end, place)
        {
            return self.broken(layer, survey.start, error, place, Damaged::Object(survey), Part::Rest);
        }
        let end = Flow::Done(survey.end);
        let unwraps = matches!(kind, Kind::Held(_) | Kind::Detail(_) | Kind::LogEvents(_));
        if unwraps && level >= WRAPPERS {
            return self.unknown(layer, &survey, "an event in too many wrappers");
        }
        let barred = self.stretch.set_barred(true);
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
                self.ledger.record(Cow::Owned(text), origin, None);
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
        self.stretch.set_barred(barred);
        if self.stretch.ended { Flow::End } else { end }
    }

    fn unknown(&mut self, layer: &Layer<'t, '_>, survey: &Survey, what: &str) -> Flow {
        if self.lacks_excerpt(layer, scan::skip_space(layer.bytes(), survey.start + 1)) {
            return self.starve();
        }
        let message =
            format!("found {what}, expected an event (with `eventName`, `eventSource`, …) or a known wrapper");
        let offset = layer.advance(survey.start);
        self.ledger.problem(ProblemKind::NotAnEvent, offset, offset, message);
        Flow::Done(survey.end)
    }

    /// Reads the value of a string of the file, which holds an event or a wrapper.
    fn held(&mut self, file: &'t [u8], string: StringSpan, level: usize) {
        let decoded = decode(file, string).unwrap_or_default();
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
}
