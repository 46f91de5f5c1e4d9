//! When violations happened: bars over time, stacked by severity, and the same numbers for a table.

use jiff::Timestamp;

use crate::policy::Severity;
use crate::report::number::{count, grouped};
use crate::text::time;
use crate::violation::Violation;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Lengths of time that a bar may stand for, and how they are called.
const STEPS: [(i64, &str); 7] = [
    (HOUR, "hour"),
    (6 * HOUR, "6 hours"),
    (DAY, "day"),
    (7 * DAY, "7 days"),
    (30 * DAY, "30 days"),
    (365 * DAY, "365 days"),
    (36_500 * DAY, "36,500 days"),
];
/// Bars that fit a page. Years 1 to 9999 fit it at the longest step, two bars to spare.
const MOST_BARS: i64 = 102;
/// The drawing's height, in its own units.
const HEIGHT: u64 = 1_000;
/// A bar's width and the room between two, in the drawing's units.
const BAR: usize = 8;
const PITCH: usize = 10;

/// Violations over time.
#[derive(Debug)]
pub(super) struct Timeline {
    pub(super) bars: Vec<Bar>,
    pub(super) step: &'static str,
    /// Violations whose event has no readable time.
    timeless: usize,
    most: u64,
    first: Timestamp,
    last: Timestamp,
}

/// The violations of one stretch of time.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) begin: String,
    place: usize,
    most: u64,
    /// One a severity, rising.
    counts: [u64; Severity::ALL.len()],
}

/// A rectangle of a bar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) severity: &'static str,
    pub(super) x: usize,
    pub(super) y: u64,
    pub(super) height: u64,
}

/// When `violations` that are not waived happened; `None` where no event has a time.
pub(super) fn timeline(violations: &[Violation]) -> Option<Timeline> {
    let standing = violations.iter().filter(|violation| violation.waived.is_none());
    let times: Vec<(Option<Timestamp>, Severity)> =
        standing.map(|violation| (violation.event.time.as_deref().and_then(time::parse), violation.severity)).collect();
    let timed: Vec<(Timestamp, Severity)> =
        times.iter().filter_map(|(time, severity)| time.map(|time| (time, *severity))).collect();
    let first = timed.iter().map(|(time, _)| *time).min()?;
    let last = timed.iter().map(|(time, _)| *time).max()?;
    let (seconds, step) = step(first, last);
    let begin = first.as_second().div_euclid(seconds);
    let mut bars: Vec<Bar> = (begin..=last.as_second().div_euclid(seconds))
        .enumerate()
        .map(|(place, at)| Bar { begin: label(at * seconds, seconds), place, most: 0, counts: [0; 5] })
        .collect();
    for (time, severity) in &timed {
        let place = usize::try_from(time.as_second().div_euclid(seconds) - begin).unwrap_or_default();
        let rank = Severity::ALL.iter().position(|known| known == severity).unwrap_or_default();
        if let Some(number) = bars.get_mut(place).and_then(|bar| bar.counts.get_mut(rank)) {
            *number += 1;
        }
    }
    let most = bars.iter().map(Bar::sum).max().unwrap_or_default();
    bars.iter_mut().for_each(|bar| bar.most = most);
    Some(Timeline { bars, step, timeless: times.len() - timed.len(), most, first, last })
}

/// The shortest step at which the bars from `first` to `last` fit a page.
fn step(first: Timestamp, last: Timestamp) -> (i64, &'static str) {
    let bars = |seconds: i64| last.as_second().div_euclid(seconds) - first.as_second().div_euclid(seconds) + 1;
    let fitting = STEPS.into_iter().find(|(seconds, _)| bars(*seconds) <= MOST_BARS);
    fitting.unwrap_or((36_500 * DAY, "36,500 days"))
}

/// The beginning of a bar, to the hour where bars are shorter than a day.
fn label(second: i64, step: i64) -> String {
    let Ok(begin) = Timestamp::from_second(second) else { return "the beginning".to_owned() };
    let format = if step < DAY { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d" };
    begin.strftime(format).to_string()
}

impl Timeline {
    pub(super) fn width(&self) -> usize {
        // Few bars stay bars: they do not grow into blocks.
        self.bars.len().max(24) * PITCH
    }

    pub(super) fn most(&self) -> String {
        grouped(self.most)
    }

    pub(super) fn first(&self) -> String {
        self.first.strftime("%Y-%m-%d %H:%M UTC").to_string()
    }

    pub(super) fn last(&self) -> String {
        self.last.strftime("%Y-%m-%d %H:%M UTC").to_string()
    }

    /// What the drawing shows, for those who do not see it.
    pub(super) fn text(&self) -> String {
        let all = self.bars.iter().map(Bar::sum).sum::<u64>();
        let highest = self.bars.iter().max_by_key(|bar| (bar.sum(), std::cmp::Reverse(bar.place)));
        let highest = highest.map(|bar| bar.begin.as_str()).unwrap_or_default();
        format!(
            "{} between {} and {}; at most {} in a bar of {}, the one that begins {highest}",
            count(all, "violation"),
            self.first(),
            self.last(),
            grouped(self.most),
            self.step,
        )
    }

    pub(super) fn timeless(&self) -> Option<String> {
        (self.timeless > 0).then(|| format!("{} without a readable time not shown", count(self.timeless, "violation")))
    }

    /// The severities that occur, falling.
    pub(super) fn severities(&self) -> Vec<Severity> {
        let occurs = |severity: &Severity| self.bars.iter().any(|bar| bar.of(*severity) > 0);
        Severity::ALL.into_iter().rev().filter(occurs).collect()
    }

    /// The bars of the table: those that are not empty.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().filter(|bar| bar.sum() > 0)
    }
}

impl Bar {
    fn sum(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn of(&self, severity: Severity) -> u64 {
        Severity::ALL.iter().zip(self.counts).find(|(known, _)| **known == severity).map_or(0, |(_, number)| number)
    }

    pub(super) fn number(&self, severity: &Severity) -> String {
        grouped(self.of(*severity))
    }

    pub(super) fn total(&self) -> String {
        grouped(self.sum())
    }

    /// Its rectangles, the worst severity at the foot.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut foot = HEIGHT;
        let severities = Severity::ALL.into_iter().rev().filter(|severity| self.of(*severity) > 0);
        severities
            .map(|severity| {
                // A single violation stays visible beside thousands.
                let height = (self.of(severity).saturating_mul(HEIGHT) / self.most.max(1)).max(12).min(foot);
                foot -= height;
                Piece { severity: severity.word(), x: self.place * PITCH, y: foot, height }
            })
            .collect()
    }

    pub(super) const fn width(&self) -> usize {
        BAR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fit_the_page_whatever_the_times() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let bars = |first: &str, last: &str| {
            let (seconds, name) = step(at(first), at(last));
            let of = |time: Timestamp| time.as_second().div_euclid(seconds);
            (of(at(last)) - of(at(first)) + 1, name)
        };
        assert_eq!(bars("2026-01-31T10:59:00Z", "2026-01-31T11:00:00Z"), (2, "hour"));
        assert_eq!(bars("2026-01-01T00:00:00Z", "2026-01-31T11:00:00Z"), (31, "day"));
        let (most, name) = bars("-009999-01-02T02:00:00Z", "9999-12-30T21:00:00Z");
        assert_eq!(name, "36,500 days");
        assert!(most < 300, "{most}");
    }
}
