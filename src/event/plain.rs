//! The short way of a plain event: one pass over its text checks it, fills the slots that are asked for, and tells that it is an
//! event and nothing else. Whatever is unusual takes the long way of [`Walk::object`], which must say the same of what passes here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::event::layer::Layer;
use crate::event::record::Origin;
use crate::event::torn::{Place, torn};
use crate::event::walk::{Flow, Walk};
use crate::json::skim::{Mark, STOP};
use crate::json::{Skimmer, SlotId, SlotTable, Slots, Step};

/// The mark of a key that only events have.
const IS_EVENT: Mark = Mark(1);

const EVENT_KEYS: [&str; 7] =
    ["eventVersion", "eventName", "eventSource", "eventID", "userIdentity", "eventTime", "eventType"];

/// Keys that can make something else of an object than an event, by their values or their order: `Survey::kind` decides then.
const OTHER_KEYS: [&str; 18] = [
    "insightDetails",
    "insightdetails",
    "eventtype",
    "eventcategory",
    "CloudTrailEvent",
    "eventJson",
    "eventjson",
    "message",
    "detail-type",
    "detail",
    "messageType",
    "logEvents",
    "Records",
    "Events",
    "events",
    "digestStartTime",
    "digestS3Object",
    "logFiles",
];

/// What is read of a plain event on the way: the slots of a table.
#[derive(Debug, Clone)]
pub struct Fields {
    skimmer: Skimmer,
    event_type: SlotId,
    category: SlotId,
}

impl Fields {
    /// For the slots `wanted` of `table`, and those that tell what an event is, which are added to it.
    #[must_use]
    pub fn new(table: &mut SlotTable, wanted: &[SlotId]) -> Self {
        let mut slot = |name: &str| table.slot(&[Step::Name(name.to_owned())]);
        let (event_type, category) = (slot("eventType"), slot("eventCategory"));
        let event = EVENT_KEYS.into_iter().map(|key| (key, IS_EVENT));
        let marks: Vec<_> = event.chain(OTHER_KEYS.into_iter().map(|key| (key, STOP))).collect();
        let wanted: BTreeSet<SlotId> = wanted.iter().copied().chain([event_type, category]).collect();
        Self { skimmer: Skimmer::new(table, &wanted.into_iter().collect::<Vec<_>>(), &marks), event_type, category }
    }

    /// Whether `slot` is one of those that are filled.
    #[must_use]
    #[inline]
    pub fn fills(&self, slot: SlotId) -> bool {
        self.skimmer.fills(slot)
    }

    /// Whether the type or the category of the event in `record` are those of an insight event.
    fn is_insight(&self, record: &str, slots: &Slots) -> bool {
        let is = |slot: SlotId, wanted: &str| slots.string(slot, record).is_some_and(|value| value == wanted);
        is(self.event_type, "AwsCloudTrailInsight") || is(self.category, "Insight")
    }
}

impl<'t> Walk<'t, '_> {
    /// Hands out the object at `at` if it is a plain event.
    pub(super) fn plain_event(&mut self, layer: &Layer<'t, '_>, at: usize, place: Place) -> Option<Flow> {
        let Layer::File(text) = layer else { return None };
        let (end, mark) = self.fields.skimmer.skim(text, at, self.slots)?;
        if mark != IS_EVENT {
            return None;
        }
        let record = simdutf8::basic::from_utf8(text.get(at..end)?).ok()?;
        if self.fields.is_insight(record, self.slots) || torn(text, at, end, place).is_some() {
            return None;
        }
        if self.lacks_end(layer, end, place) {
            return Some(self.starve());
        }
        self.bare |= place == Place::Top;
        self.ledger.record(Cow::Borrowed(record), Origin::Verbatim(at), Some(self.slots));
        Some(Flow::Done(end))
    }
}
