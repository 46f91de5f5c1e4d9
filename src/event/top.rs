//! The top-level values of a file, one after another: how a log begins, what stands between its values, and what is none of them.

use crate::event::envelope::{behind_timestamp, looks_like_log, skip_blank};
use crate::event::layer::Layer;
use crate::event::ledger::excerpt;
use crate::event::problem::ProblemKind;
use crate::event::reader::Ending;
use crate::event::recover::{Part, Resume};
use crate::event::seam::{Inside, Piece, Stretch};
use crate::event::select::Selection;
use crate::event::torn::{Place, torn};
use crate::event::walk::{Damaged, Flow, Walk, go_on};
use crate::json::scan::{self, JsonError, JsonErrorKind};

impl<'t> Walk<'t, '_> {
    /// Reads all top-level values; `looks_like_log` tells whether the first bytes are those of one.
    pub fn documents(&mut self, looks_like_log: bool) {
        let text = self.text;
        let start = skip_blank(text, 0);
        let mut flow = Flow::Done(start);
        if !looks_like_log && start < text.len() {
            flow = self.behind_a_foreign_start(start);
        }
        self.stretch.begun = true;
        self.values(flow);
    }

    fn values(&mut self, mut flow: Flow) {
        let text = self.text;
        let layer = Layer::File(text);
        loop {
            let at = match flow {
                Flow::Done(end) | Flow::Top(end) => {
                    if self.seam_outside(end) {
                        return;
                    }
                    skip_blank(text, end)
                }
                Flow::Element(at) => {
                    self.adrift = true;
                    let flow_in_array = self.element(&layer, at, 1);
                    flow = self.elements(&layer, flow_in_array, 1, Inside::Loose, false);
                    continue;
                }
                Flow::End => return,
            };
            if self.lacks_look_ahead(at) && !matches!(text.get(at), Some(b'{' | b'[')) {
                self.starve();
                return;
            }
            self.at_top(at);
            flow = match text.get(at) {
                None => return,
                Some(b'{' | b'[') => self.value(&layer, at, Place::Top, 0),
                Some(b',' | b']' | b'}') if self.adrift => Flow::Done(at + 1),
                Some(b',') if matches!(text.get(skip_blank(text, at + 1)), None | Some(b'{' | b'[')) => {
                    if !std::mem::replace(&mut self.stretch.comma, true) {
                        let message = "found `,`, expected records outside of an array to have no comma between them";
                        self.ledger.problem(ProblemKind::MalformedEnvelope, at, at, message.to_owned());
                    }
                    Flow::Done(at + 1)
                }
                Some(_) => match behind_timestamp(text, at) {
                    Some(brace) => {
                        self.at_top(brace);
                        self.value(&layer, brace, Place::Top, 0)
                    }
                    None => self.stray(&layer, at),
                },
            };
        }
    }

    fn behind_a_foreign_start(&mut self, start: usize) -> Flow {
        if self.is_cut_line(start) {
            self.ledger.cut_off();
            return Flow::End;
        }
        let found = excerpt(self.text, start);
        let resume = self.recovery.first(self.text);
        if self.is_open(&Layer::File(self.text)) && self.recovery.touched {
            return self.starve();
        }
        match resume {
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

    /// Whether what begins at `at` may be the timestamp before a record, and was cut off with it.
    fn is_cut_line(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        self.ledger.ending == Ending::Cut && !rest.iter().any(|byte| matches!(byte, b'\n' | b'{' | b'['))
    }

    /// A top-level value that is no object and no array, or no JSON at all.
    fn stray(&mut self, layer: &Layer<'t, '_>, at: usize) -> Flow {
        let text = layer.bytes();
        if self.is_cut_line(at) {
            self.ledger.cut_off();
            return Flow::End;
        }
        let end = scan::skip_value(text, at);
        if end.is_ok_and(|end| self.lacks_end(layer, end, Place::Top)) {
            return self.starve();
        }
        if let Ok(end) = end
            && torn(text, at, end, Place::Top).is_none()
        {
            return match self.selection {
                Selection::Events | Selection::Documents => self.not_an_event(layer, at, end),
                // A document that lacks the path holds no record.
                Selection::Under(_) | Selection::Any(_) => Flow::Done(end),
            };
        }
        let damaged = if self.bare { Damaged::Record } else { Damaged::Envelope };
        let error = JsonError { offset: at, kind: JsonErrorKind::Unexpected("a record, which begins with `{`") };
        self.broken(layer, at, error, Place::Top, damaged, Part::Garbage)
    }

    /// Reads `piece`, whose text is that of this walk.
    pub fn piece(&mut self, piece: &Piece<'t>) {
        self.stretch = Stretch::of(piece);
        self.adrift = piece.seam.flags.adrift;
        self.bare = piece.seam.flags.bare;
        self.recovery.know_first_key(piece.seam.first_key.as_deref());
        let layer = Layer::File(self.text);
        if !piece.seam.begun {
            let start = skip_blank(self.text, 0);
            if self.lacks_look_ahead(start) {
                self.starve();
                return;
            }
            self.documents(looks_like_log(self.text));
        } else if piece.seam.loose {
            let flow = self.elements(&layer, Flow::Done(0), 1, Inside::Loose, piece.seam.flags.no_comma);
            self.values(flow);
        } else {
            self.values(Flow::Done(0));
        }
    }
}
