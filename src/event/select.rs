//! Records of other audit logs: those that a path selects in each document of a file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use serde_json::Value;

use crate::event::layer::{Layer, decode};
use crate::event::reader::RecordFormat;
use crate::event::recover::Part;
use crate::event::torn::Place;
use crate::event::walk::{Damaged, Flow, Walk};
use crate::json::location::{Location, Step};
use crate::json::path::Path;
use crate::json::scan::{self, Elements, JsonError, Members};

/// Which values of a file are its records.
#[derive(Debug, Clone)]
pub(super) enum Selection {
    /// Events, recognised by content.
    Events,
    /// Every document.
    Documents,
    /// The elements of the array (or the values of the object) at these steps of each document; streamed.
    Under(Rc<[Step]>),
    /// Whatever the path selects in each document, which is parsed whole.
    Any(Rc<Path>),
}

impl Selection {
    pub fn new(format: &RecordFormat) -> Self {
        let RecordFormat::Json { records } = format else { return Self::Events };
        let text = records.text().trim();
        if text == "$" {
            return Self::Documents;
        }
        match text.strip_suffix("[*]").or_else(|| text.strip_suffix(".*")).map(Path::parse) {
            Some(Ok(array)) if array.text() == "$" => Self::Under(Rc::from([])),
            Some(Ok(array)) if array.definite().is_some() => {
                Self::Under(array.definite().unwrap_or_default().iter().cloned().collect())
            }
            _ => Self::Any(Rc::new(records.clone())),
        }
    }
}

impl<'t> Walk<'t, '_> {
    /// Reads the document at `at` and hands out the records that are selected in it.
    pub(super) fn select<'s>(&mut self, layer: &Layer<'t, 's>, at: usize) -> Flow
    where
        't: 's,
    {
        match &self.selection {
            Selection::Under(steps) => {
                let steps = Rc::clone(steps);
                match self.under(layer, at, &steps) {
                    Ok(flow) => flow,
                    Err(error) => self.broken(layer, at, error, Place::Top, Damaged::Envelope, Part::Value),
                }
            }
            Selection::Any(path) => {
                let path = Rc::clone(path);
                match scan::skip_value(layer.bytes(), at) {
                    Ok(end) => {
                        self.selected(layer, at, end, &path);
                        Flow::Done(end)
                    }
                    Err(error) => self.broken(layer, at, error, Place::Top, Damaged::Envelope, Part::Value),
                }
            }
            Selection::Events | Selection::Documents => self.whole(layer, at, Place::Top),
        }
    }

    /// Streams what lies under `steps` of the value at `at`. Under a key that is there twice, both are read: nothing is hidden.
    fn under<'s>(&mut self, layer: &Layer<'t, 's>, at: usize, steps: &[Step]) -> Result<Flow, JsonError>
    where
        't: 's,
    {
        let text = layer.bytes();
        match (text.get(at), steps.split_first()) {
            (Some(b'['), None) => Ok(self.array(layer, at, 1)),
            (Some(b'{'), step) => {
                let mut members = Members::open(text, at, 0)?;
                while let Some(member) = members.next_key()? {
                    let flow = match step {
                        None => {
                            scan::skip_value(text, member.value)?;
                            self.whole(layer, member.value, Place::Alone)
                        }
                        Some((Step::Name(name), rest)) if decode(text, member.key).as_deref() == Some(name) => {
                            self.under(layer, member.value, rest)?
                        }
                        Some(_) => Flow::Done(scan::skip_value(text, member.value)?),
                    };
                    match flow {
                        Flow::Done(end) => members.close_value(end)?,
                        flow => return Ok(flow),
                    }
                }
                Ok(Flow::Done(members.end()))
            }
            (Some(b'['), Some((Step::Index(wanted), rest))) => {
                let mut elements = Elements::open(text, at, 0)?;
                let mut index = 0;
                while let Some(start) = elements.next_start()? {
                    let flow = if index == *wanted {
                        self.under(layer, start, rest)?
                    } else {
                        Flow::Done(scan::skip_value(text, start)?)
                    };
                    match flow {
                        Flow::Done(end) => elements.close_value(end)?,
                        flow => return Ok(flow),
                    }
                    index += 1;
                }
                Ok(Flow::Done(elements.end()))
            }
            _ => scan::skip_value(text, at).map(Flow::Done),
        }
    }

    fn selected(&mut self, layer: &Layer<'t, '_>, start: usize, end: usize, path: &Path) {
        let text = layer.bytes();
        let document = text.get(start..end).unwrap_or_default();
        let Ok(root) = serde_json::from_slice::<Value>(document) else { return };
        let locations: Vec<Location> = path.select(&root).into_iter().map(|(location, _)| location).collect();
        for span in locate(text, start, &locations).into_iter().flatten() {
            self.whole(layer, span.start, Place::Alone);
        }
    }
}

/// Where the nodes at `locations` lie in the valid value at `start`, found in one walk. With duplicate keys the last one counts.
fn locate(text: &[u8], start: usize, locations: &[Location]) -> Vec<Option<Range<usize>>> {
    let mut wanted = Node::default();
    for (place, location) in locations.iter().enumerate() {
        let mut node = &mut wanted;
        for step in &location.0 {
            node = match step {
                Step::Name(name) => node.names.entry(name).or_default(),
                Step::Index(index) => node.elements.entry(*index).or_default(),
            };
        }
        node.places.push(place);
    }
    let mut spans = vec![None; locations.len()];
    // A value that was scanned has no error to tell of.
    let _scanned = wanted.walk(text, start, &mut spans);
    spans
}

/// Locations, merged from their roots on.
#[derive(Default)]
struct Node<'l> {
    places: Vec<usize>,
    names: BTreeMap<&'l str, Node<'l>>,
    elements: BTreeMap<usize, Node<'l>>,
}

impl Node<'_> {
    fn walk(&self, text: &[u8], at: usize, spans: &mut [Option<Range<usize>>]) -> Result<usize, JsonError> {
        let end = match text.get(at) {
            Some(b'{') if !self.names.is_empty() => {
                let mut members = Members::open(text, at, 0)?;
                while let Some(member) = members.next_key()? {
                    let key = decode(text, member.key).unwrap_or_default();
                    let end = match self.names.get(key.as_ref()) {
                        Some(node) => node.walk(text, member.value, spans)?,
                        None => scan::skip_value(text, member.value)?,
                    };
                    members.close_value(end)?;
                }
                members.end()
            }
            Some(b'[') if !self.elements.is_empty() => {
                let mut elements = Elements::open(text, at, 0)?;
                let mut index = 0;
                while let Some(start) = elements.next_start()? {
                    let end = match self.elements.get(&index) {
                        Some(node) => node.walk(text, start, spans)?,
                        None => scan::skip_value(text, start)?,
                    };
                    elements.close_value(end)?;
                    index += 1;
                }
                elements.end()
            }
            _ => scan::skip_value(text, at)?,
        };
        for place in &self.places {
            if let Some(span) = spans.get_mut(*place) {
                *span = Some(at..end);
            }
        }
        Ok(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ledger::Ledger;
    use crate::event::plain::Fields;
    use crate::event::problem::ProblemKind;
    use crate::event::reader::{Ending, Item};
    use crate::json::{SlotTable, Slots};

    fn format(path: &str) -> RecordFormat {
        RecordFormat::Json { records: Path::parse(path).unwrap() }
    }

    fn selected(text: &str, selection: Selection) -> (Vec<String>, Vec<ProblemKind>) {
        let (mut records, mut kinds) = (Vec::new(), Vec::new());
        let mut sink = |item: Item, _: Option<&Slots>| match item {
            Item::Record(record) => {
                let start = record.origin.offset(0, text.as_bytes());
                assert!(text[start..].starts_with(&*record.text));
                records.push(record.text.into_owned());
            }
            Item::Problem(problem) => kinds.push(problem.kind),
        };
        let ledger = Ledger::new("x", text.as_bytes(), Ending::Whole, &mut sink);
        let fields = Fields::new(&mut SlotTable::default(), &[]);
        let mut slots = Slots::default();
        let mut walk = Walk::new(ledger, &format("$.x"), text.as_bytes(), &fields, &mut slots);
        walk.selection = selection;
        walk.documents(true);
        let census = walk.finish();
        assert_eq!(census.records, records.len() + census.malformed);
        (records, kinds)
    }

    fn steps(names: &[&str]) -> Selection {
        Selection::Under(names.iter().map(|name| Step::Name((*name).to_owned())).collect())
    }

    #[test]
    fn documents_are_records() {
        let (records, kinds) = selected("{\"a\":1}\n[2]\n{\"a\":1e400}\n{\"a\":3}\n4", Selection::Documents);
        assert_eq!(records, ["{\"a\":1}", "[2]", "{\"a\":3}"]);
        assert_eq!(kinds, [ProblemKind::MalformedRecord, ProblemKind::NotAnEvent]);
        assert!(matches!(Selection::new(&format("$")), Selection::Documents));
        assert!(matches!(Selection::new(&format("$[*]")), Selection::Under(steps) if steps.is_empty()));
        assert!(matches!(Selection::new(&format("$..a")), Selection::Any(_)));
    }

    #[test]
    fn elements_under_a_path_are_records() {
        let text = r#"{"x":[{"n":0}],"a":{"c":1,"\u0062":[{"n":1},{"n":2, "z":[{"n":9},{"n":9}]},{"n":3}]},"y":{}}
            {"a":{"c":[]}} {"a":{"b":{"k":{"n":4},"l":{"n":5}}}} {"a":7} 8 {"a":{"b":[]}}"#;
        let (records, kinds) = selected(text, steps(&["a", "b"]));
        let wanted = [r#"{"n":1}"#, r#"{"n":2, "z":[{"n":9},{"n":9}]}"#, r#"{"n":3}"#, r#"{"n":4}"#, r#"{"n":5}"#];
        assert_eq!((records, kinds.len()), (wanted.map(str::to_owned).to_vec(), 0));
        let (records, kinds) = selected("[{\"n\":1},[2],3]\n[{\"n\":4}]", steps(&[]));
        assert_eq!(records, ["{\"n\":1}", "[2]", "{\"n\":4}"]);
        assert_eq!(kinds, [ProblemKind::NotAnEvent]);
        let index = Selection::Under(Rc::from([Step::Name("a".to_owned()), Step::Index(1)]));
        assert_eq!(selected("{\"a\":[[{}],[{\"n\":1}],[{}]]}", index).0, ["{\"n\":1}"]);
    }

    #[test]
    fn a_broken_element_costs_only_itself() {
        for (broken, kind) in [
            ("{\"n\":1e400}", ProblemKind::MalformedRecord),
            ("{\"n\":[{\"m\":1},{\"m\":2}}", ProblemKind::MalformedRecord),
            ("{\"n\":\"x\"\"}", ProblemKind::MalformedRecord),
            ("{\"n\":{\"m\":1}", ProblemKind::MalformedRecord),
        ] {
            let text =
                format!("{{\"items\":[{{\"n\":1}},{broken},{{\"n\":3}},{{\"n\":4}}]}}\n{{\"items\":[{{\"n\":5}}]}}\n");
            let (records, kinds) = selected(&text, steps(&["items"]));
            assert_eq!(records, ["{\"n\":1}", "{\"n\":3}", "{\"n\":4}", "{\"n\":5}"], "{text}");
            assert_eq!(kinds, [kind], "{text}");
        }
        let (records, kinds) = selected("{\"items\":tru}\n{\"items\":[{\"n\":5}]}\n", steps(&["items"]));
        assert_eq!((records, kinds), (vec!["{\"n\":5}".to_owned()], vec![ProblemKind::MalformedEnvelope]));
    }

    #[test]
    fn nodes_are_located_in_one_walk() {
        let text = r#" {"a":{"b":1},"a":{"b":[10,{"c":"x"}]},"\u00e9":null}"#;
        let name = |name: &str| Step::Name(name.to_owned());
        let locations = [
            Location(vec![name("a"), name("b"), Step::Index(1), name("c")]),
            Location(vec![name("a")]),
            Location(vec![name("é")]),
            Location(vec![name("a"), name("b"), Step::Index(0)]),
            Location(vec![]),
            Location(vec![name("missing")]),
        ];
        let spans = locate(text.as_bytes(), 1, &locations);
        let found: Vec<Option<&str>> = spans.into_iter().map(|span| span.map(|span| &text[span])).collect();
        let wanted =
            [Some("\"x\""), Some(r#"{"b":[10,{"c":"x"}]}"#), Some("null"), Some("10"), Some(text.trim()), None];
        assert_eq!(found, wanted);
    }
}
