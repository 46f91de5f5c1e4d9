//! The events of a violation over time, in words that every format shares: a heading, and a line for each event.
//!
//! All that comes out is on one line and safe to print. A long timeline loses its middle, which is counted.

use jiff::SignedDuration;

use crate::report::number::{count, grouped};
use crate::report::selection::FILE_LIMIT;
use crate::text::LineColumn;
use crate::text::sanitize::one_line_cut;
use crate::text::time::length;
use crate::violation::{Timeline, TimelineEvent};

/// Characters of a value of the key, and of what an event says of itself.
const VALUE_LIMIT: usize = 120;
/// Characters of a step's name.
pub(super) const STEP_LIMIT: usize = 32;
/// Characters of what did not come.
const MISSING_LIMIT: usize = 300;

/// What is shown at a place of a timeline.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment<'t> {
    /// An event.
    Event(&'t TimelineEvent),
    /// So many that are left out.
    More(u64),
}

/// The first and last of the events, at most `limit` in all, with the number of those between them.
pub(super) fn moments(timeline: &Timeline, limit: usize) -> Vec<Moment<'_>> {
    let events = &timeline.events;
    if timeline.omitted == 0 && events.len() <= limit {
        return events.iter().map(Moment::Event).collect();
    }
    // What the timeline itself leaves out lies in the middle of the events it holds.
    let middle = events.len().div_ceil(2);
    let first = limit.div_ceil(2).min(middle);
    let last = (limit / 2).min(events.len() - middle);
    let end = events.len() - last;
    let between = u64::try_from(end - first).unwrap_or(u64::MAX).saturating_add(timeline.omitted);
    let head = events.get(..first).unwrap_or_default().iter().map(Moment::Event);
    let tail = events.get(end..).unwrap_or_default().iter().map(Moment::Event);
    head.chain([Moment::More(between)]).chain(tail).collect()
}

/// How many events there are, those left out included.
pub(super) fn events(timeline: &Timeline) -> u64 {
    u64::try_from(timeline.events.len()).unwrap_or(u64::MAX).saturating_add(timeline.omitted)
}

/// `… 1,204 more …`.
pub(super) fn more(left_out: u64) -> String {
    format!("… {} more …", grouped(left_out))
}

/// `threshold within 10m`, `by user = alice`, `12 events in 4m10s`: what was asked, of whom, and what there is.
pub(super) fn heading(timeline: &Timeline) -> Vec<String> {
    let window = SignedDuration::try_from(timeline.within).unwrap_or(SignedDuration::MAX);
    let within = if timeline.obligation == "first_seen" { "with a history of" } else { "within" };
    let mut parts = vec![format!("{} {within} {}", timeline.obligation, length(window))];
    parts.extend(key(timeline));
    parts.extend(counted(timeline));
    parts
}

/// `by user = alice, region = eu-west-1`; `None` where all events belong together.
pub(super) fn key(timeline: &Timeline) -> Option<String> {
    let parts = timeline.key.iter();
    let parts: Vec<String> = parts.map(|(name, value)| format!("{} = {}", cut(name), cut(value))).collect();
    (!parts.is_empty()).then(|| format!("by {}", parts.join(", ")))
}

/// `12 events in 4m10s`, `3 different values in 12 events in 4m10s`; `None` for a single event.
pub(super) fn counted(timeline: &Timeline) -> Option<String> {
    let events = events(timeline);
    let different = timeline.obligation == "threshold" && timeline.count != events;
    if events < 2 && !different {
        return None;
    }
    let different = if different { format!("{} in ", count(timeline.count, "different value")) } else { String::new() };
    Some(format!("{different}{} in {}", count(events, "event"), length(timeline.span)))
}

/// What did not come, and whether it should have come before the events.
pub(super) fn missing(timeline: &Timeline) -> Option<(String, Side)> {
    let side = if timeline.obligation == "require_preceded_by" { Side::Before } else { Side::After };
    Some((one_line_cut(timeline.missing.as_deref()?, MISSING_LIMIT).into_owned(), side))
}

/// On which side of a timeline's events something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It should have come first.
    Before,
    /// It should have come after them.
    After,
}

/// How long after the timeline's first event: `+3m12s`, and `+0s` for the first.
pub(super) fn after(timeline: &Timeline, event: &TimelineEvent) -> String {
    let first = timeline.events.first().map_or(event.time, |first| first.time);
    format!("+{}", length(event.time.duration_since(first)))
}

/// The step, or the event's part.
pub(super) fn step(event: &TimelineEvent) -> String {
    one_line_cut(&event.step, STEP_LIMIT).into_owned()
}

/// What the event was, and who did it: as far as it says.
pub(super) fn said(event: &TimelineEvent) -> Vec<String> {
    [&event.event.name, &event.event.principal].into_iter().flatten().map(|fact| cut(fact)).collect()
}

/// `logs/a.json:1:13`.
pub(super) fn place(event: &TimelineEvent) -> String {
    let LineColumn { line, column } = event.at;
    format!("{}:{line}:{column}", one_line_cut(&event.file, FILE_LIMIT))
}

/// The day of an event and its time on that day, in UTC: `2026-01-31` and `10:15:00`.
pub(super) fn moment(event: &TimelineEvent) -> (String, String) {
    (event.time.strftime("%Y-%m-%d").to_string(), event.time.strftime("%H:%M:%S%.f").to_string())
}

/// The timeline as text: a heading, then a line for each of at most `limit` events, and what did not come.
///
/// `2026-01-31T10:15:00Z +0s counted ConsoleLogin arn:aws:iam::123456789012:user/alice logs/a.json:1:13 record 0`.
pub(super) fn lines(timeline: &Timeline, limit: usize) -> Vec<String> {
    let missing = missing(timeline);
    let missing = |wanted: Side| missing.iter().filter(move |(_, side)| *side == wanted).map(|(text, _)| text.clone());
    let events = moments(timeline, limit).into_iter().map(|moment| match moment {
        Moment::More(left_out) => more(left_out),
        Moment::Event(event) => line(timeline, event),
    });
    let heading = heading(timeline).join(", ");
    [heading].into_iter().chain(missing(Side::Before)).chain(events).chain(missing(Side::After)).collect()
}

/// One event as [`lines`] has it.
pub(super) fn line(timeline: &Timeline, event: &TimelineEvent) -> String {
    let mut parts = vec![event.time.to_string(), after(timeline, event), step(event)];
    parts.extend(said(event));
    parts.push(place(event));
    parts.push(format!("record {}", event.record));
    parts.join(" ")
}

fn cut(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    one_line_cut(text, VALUE_LIMIT).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::EventIdentity;

    fn timeline(events: usize) -> Timeline {
        let start: jiff::Timestamp = "2026-01-31T23:59:00Z".parse().unwrap();
        let event = |place: usize| TimelineEvent {
            step: "counted".into(),
            time: start + SignedDuration::from_secs(12 * i64::try_from(place).unwrap()),
            event: EventIdentity {
                name: Some("ConsoleLogin".to_owned()),
                principal: Some("alice\u{1b}[31m".to_owned()),
                ..EventIdentity::default()
            },
            file: "logs/a.json".into(),
            record: place,
            offset: 12 + 100 * place,
            at: LineColumn { line: 1, column: 13 + 100 * place },
        };
        Timeline {
            obligation: "threshold",
            key: vec![("user".to_owned(), "alice\n".to_owned()), ("region".to_owned(), "(none)".to_owned())],
            count: u64::try_from(events).unwrap(),
            span: SignedDuration::from_secs(12 * i64::try_from(events.saturating_sub(1)).unwrap()),
            within: std::time::Duration::from_secs(600),
            missing: None,
            events: (0..events).map(event).collect(),
            omitted: 0,
        }
    }

    #[test]
    fn a_long_timeline_loses_its_middle_and_counts_it() {
        let timeline = timeline(1_211);
        let lines = lines(&timeline, 7);
        assert_eq!(lines[0], "threshold within 10m, by user = alice\\n, region = (none), 1,211 events in 4h2m");
        assert_eq!(lines.len(), 9);
        assert_eq!(lines[5], "… 1,204 more …");
        assert_eq!(
            lines[8],
            "2026-02-01T04:01:00Z +4h2m counted ConsoleLogin alice\\u{1b}[31m logs/a.json:1:121013 record 1210"
        );
    }

    #[test]
    fn events_that_are_not_held_are_counted() {
        let timeline = Timeline { omitted: 1_000_000, count: 1_000_004, ..timeline(4) };
        let lines = lines(&timeline, 7);
        assert!(lines[0].ends_with("1,000,004 events in 36s"), "{}", lines[0]);
        assert_eq!((lines.len(), lines[3].as_str()), (6, "… 1,000,000 more …"));
    }

    #[test]
    fn what_is_missing_stands_on_its_side() {
        let mut timeline = timeline(1);
        timeline.missing = Some("no `StartLogging` by 10:20:03, 15m after".to_owned());
        timeline.obligation = "require_followed_by";
        assert_eq!(heading(&timeline).len(), 2, "one event is not counted");
        assert_eq!(lines(&timeline, 7).last(), timeline.missing.as_ref());
        timeline.obligation = "require_preceded_by";
        assert_eq!(lines(&timeline, 7).get(1), timeline.missing.as_ref());
    }

    #[test]
    fn different_values_are_told_from_events() {
        let mut timeline = timeline(4);
        timeline.count = 3;
        assert_eq!(heading(&timeline)[2], "3 different values in 4 events in 36s");
    }
}
