//! The events of a violation over time, as the template shows them: a strip that says how they lie in time, and a list.

use jiff::{SignedDuration, Timestamp};

use crate::report::html::shown;
use crate::report::number::grouped;
use crate::report::timeline::{self, Moment, Side, heading, missing, moment, moments};
use crate::text::time::length;
use crate::violation::{Timeline, TimelineEvent};

/// Events that the list names.
const EVENTS: usize = 10;
/// Marks on the strip: more could not be told apart.
const MARKS: i64 = 200;
/// The strip's inner width, in its own units, and the room left and right of it.
const WIDTH: i64 = 1_000;
const MARGIN: i64 = 8;

/// A timeline.
#[derive(Debug)]
pub(super) struct Events<'t> {
    of: &'t Timeline,
}

/// A line of the list.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// The day, where it is not that of the line above.
    pub(super) day: Option<String>,
    pub(super) time: String,
    pub(super) after: String,
    pub(super) step: String,
    pub(super) name: String,
    pub(super) principal: String,
    pub(super) place: String,
    pub(super) record: String,
    /// How many events are left out here; the other fields are empty then.
    pub(super) left_out: Option<String>,
}

impl<'t> Events<'t> {
    pub(super) fn of(timeline: &'t Timeline) -> Self {
        Self { of: timeline }
    }

    pub(super) fn heading(&self) -> String {
        heading(self.of).join(" · ")
    }

    pub(super) fn missing_before(&self) -> Option<String> {
        self.missing(Side::Before)
    }

    pub(super) fn missing_after(&self) -> Option<String> {
        self.missing(Side::After)
    }

    fn missing(&self, wanted: Side) -> Option<String> {
        missing(self.of).filter(|(_, side)| *side == wanted).map(|(text, _)| text)
    }

    pub(super) fn items(&self) -> Vec<Item> {
        let mut last = None;
        let mut item = |event: &TimelineEvent| {
            let (day, time) = moment(event);
            let day = (last.as_ref() != Some(&day)).then(|| last.insert(day).clone());
            let fact = |text: Option<&str>| text.map(|text| shown::fact(text).into_owned()).unwrap_or_default();
            Item {
                day,
                time,
                after: timeline::after(self.of, event),
                step: timeline::step(event),
                name: fact(event.event.name.as_deref()),
                principal: fact(event.event.principal.as_deref()),
                place: timeline::place(event),
                record: format!("record {}", grouped(event.record)),
                left_out: None,
            }
        };
        moments(self.of, EVENTS)
            .into_iter()
            .map(|moment| match moment {
                Moment::Event(event) => item(event),
                Moment::More(left_out) => Item { left_out: Some(timeline::more(left_out)), ..Item::default() },
            })
            .collect()
    }

    /// Whether there is more than a point in time to draw.
    pub(super) fn has_strip(&self) -> bool {
        self.of.span > SignedDuration::ZERO
    }

    /// Where the events lie between the first and the last, each place once.
    pub(super) fn marks(&self) -> Vec<i64> {
        let Some(first) = self.of.events.first().map(|event| event.time) else { return Vec::new() };
        let mut marks: Vec<i64> = self.of.events.iter().map(|event| self.mark(first, event.time)).collect();
        marks.dedup();
        marks
    }

    fn mark(&self, first: Timestamp, time: Timestamp) -> i64 {
        let span = self.of.span.as_millis().max(1);
        let after = time.duration_since(first).as_millis();
        let mark = after.saturating_mul(i128::from(MARKS)) / span;
        let place = i64::try_from(mark).unwrap_or_default().clamp(0, MARKS);
        MARGIN + place * WIDTH / MARKS
    }

    pub(super) const fn strip_width(&self) -> i64 {
        WIDTH + 2 * MARGIN
    }

    pub(super) const fn strip_end(&self) -> i64 {
        WIDTH + MARGIN
    }

    pub(super) fn first(&self) -> String {
        self.said(self.of.events.first())
    }

    pub(super) fn last(&self) -> String {
        self.said(self.of.events.last())
    }

    fn said(&self, event: Option<&TimelineEvent>) -> String {
        event.map(|event| moment(event).1).unwrap_or_default()
    }

    pub(super) fn span(&self) -> String {
        length(self.of.span)
    }

    /// What the strip shows, for those who do not see it.
    pub(super) fn strip_text(&self) -> String {
        format!("{} over {}", crate::report::number::count(timeline::events(self.of), "event"), self.span())
    }
}
