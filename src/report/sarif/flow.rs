//! The timeline of a violation over time as a code flow: what SARIF has for things that happened one after another.

use serde_sarif::sarif::{CodeFlow, Location, ThreadFlow, ThreadFlowLocation};

use crate::report::number::count;
use crate::report::sarif::place::{file_location, text};
use crate::report::sarif::words::line;
use crate::report::timeline::{self, Moment, heading, missing, moments, said, step};
use crate::violation::{Timeline, TimelineEvent};

/// Events of a flow. GitHub takes 10,000 in a result and shows the first 1,000; of more, the first and the last are told of.
const EVENTS: usize = 200;
/// Characters of a message.
const MESSAGE: usize = 1000;

/// The flow of `timeline`.
pub(super) fn code_flow(timeline: &Timeline) -> CodeFlow {
    let locations: Vec<ThreadFlowLocation> = events(timeline)
        .into_iter()
        .map(|(place, event)| ThreadFlowLocation {
            location: Some(event_location(timeline, event)),
            execution_order: Some(place),
            execution_time_utc: Some(event.time.to_string()),
            ..ThreadFlowLocation::default()
        })
        .collect();
    let mut words = heading(timeline);
    words.extend(missing(timeline).map(|(missing, _)| missing));
    let left_out = timeline::events(timeline).saturating_sub(u64::try_from(locations.len()).unwrap_or(u64::MAX));
    words.extend((left_out > 0).then(|| format!("{} in the middle left out", count(left_out, "event"))));
    let mut flow = CodeFlow::builder().thread_flows(vec![ThreadFlow::builder().locations(locations).build()]).build();
    flow.message = Some(text(&line(&words.join("; "), MESSAGE)));
    flow
}

/// Where the events of `timeline` stand, each with what it is.
pub(super) fn timeline_places(timeline: &Timeline) -> Vec<Location> {
    events(timeline).into_iter().map(|(_, event)| event_location(timeline, event)).collect()
}

/// The events that are told of, with their places among all, from 1.
fn events(timeline: &Timeline) -> Vec<(i64, &TimelineEvent)> {
    let mut place = 1;
    let mut events = Vec::new();
    for moment in moments(timeline, EVENTS) {
        match moment {
            Moment::More(left_out) => place += i64::try_from(left_out).unwrap_or(i64::MAX),
            Moment::Event(event) => {
                events.push((place, event));
                place += 1;
            }
        }
    }
    events
}

fn event_location(timeline: &Timeline, event: &TimelineEvent) -> Location {
    let mut words = vec![format!("{} {}: {}", event.time, timeline::after(timeline, event), step(event))];
    words.extend(said(event));
    words.push(format!("record {}", event.record));
    Location {
        message: Some(text(&line(&words.join(", "), MESSAGE))),
        ..file_location(&event.file, Some(event.at), Some(event.offset))
    }
}
