//! The events of a violation over time, drawn one under another: when, how long after the first, which part of the rule it is,
//! what it was, who did it, and where its record stands.

use std::io;

use crate::policy::Severity;
use crate::report::human::page::{BOLD, DIM, LINK, PLAIN, Page, severity_style, wrap};
use crate::report::timeline::{Moment, Side, after, missing, moment, moments, more, place, said, step};
use crate::violation::{Timeline, TimelineEvent};

/// Events that are drawn; of more, the first and the last.
const EVENTS: usize = 8;
/// Columns left of the frame, and with it.
const MARGIN: usize = 4;
const FRAME: usize = MARGIN + 2;
/// What an event says gets at least so many columns: a narrower page has it on lines of its own.
const LEAST_ROOM: usize = 40;

/// Draws `timeline`, of a violation of `severity`.
pub(in crate::report) fn write(page: &mut Page<'_>, timeline: &Timeline, severity: Severity) -> io::Result<()> {
    let moments = moments(timeline, EVENTS);
    let events = || {
        moments.iter().filter_map(|moment| match moment {
            Moment::Event(event) => Some(*event),
            Moment::More(_) => None,
        })
    };
    let widest = |of: &dyn Fn(&TimelineEvent) -> String| events().map(|event| of(event).chars().count()).max();
    let mut drawing = Drawing {
        page,
        timeline,
        day: None,
        time: widest(&|event| moment(event).1).unwrap_or_default(),
        after: widest(&|event| after(timeline, event)).unwrap_or_default(),
        step: widest(&step).unwrap_or_default(),
    };
    let missing = missing(timeline);
    let lacks = |side: Side| missing.as_ref().filter(|(_, of)| *of == side).map(|(text, _)| text);
    for each in &moments {
        match each {
            Moment::Event(event) => {
                if drawing.begin_day(event)?
                    && let Some(text) = lacks(Side::Before)
                    && timeline.events.first().is_some_and(|first| std::ptr::eq(first, *event))
                {
                    drawing.lacks(text, severity)?;
                }
                drawing.event(event)?;
            }
            Moment::More(left_out) => {
                let text = drawing.page.paint(DIM, format!("·   {}", more(*left_out))).to_string();
                drawing.page.line(format_args!("{:MARGIN$}{text}", ""))?;
            }
        }
    }
    if let Some(text) = lacks(Side::After) {
        drawing.lacks(text, severity)?;
    }
    drawing.framed("╰────", "")
}

struct Drawing<'p, 'o, 't> {
    page: &'p mut Page<'o>,
    timeline: &'t Timeline,
    /// The day that stands above.
    day: Option<String>,
    /// Columns of each.
    time: usize,
    after: usize,
    step: usize,
}

impl Drawing<'_, '_, '_> {
    fn framed(&mut self, frame: &str, text: &str) -> io::Result<()> {
        let frame = self.page.paint(DIM, frame).to_string();
        let gap = if text.is_empty() { "" } else { " " };
        self.page.line(format_args!("{:MARGIN$}{frame}{gap}{text}", ""))
    }

    /// Writes the day of `event` where it is not that of the event above; whether it did.
    fn begin_day(&mut self, event: &TimelineEvent) -> io::Result<bool> {
        let (day, _) = moment(event);
        if self.day.as_ref() == Some(&day) {
            return Ok(false);
        }
        let frame = if self.day.is_none() { "╭─" } else { "├─" };
        let text = self.page.paint(DIM, format!("{day} UTC")).to_string();
        self.day = Some(day);
        self.framed(frame, &text)?;
        Ok(true)
    }

    fn event(&mut self, event: &TimelineEvent) -> io::Result<()> {
        let (_, time) = moment(event);
        let after = after(self.timeline, event);
        let columns = format!(
            "{time:<0$}  {after:>1$}  {2}",
            self.time,
            self.after,
            self.page.paint(BOLD, format!("{:<1$}", step(event), self.step))
        );
        let indent = self.time + 2 + self.after + 2 + self.step + 2;
        let said = said(event);
        let place = self.page.paint(LINK, place(event)).to_string();
        let record = self.page.paint(DIM, format!("(record {})", event.record)).to_string();
        let room = self.page.options.width.saturating_sub(FRAME + indent);
        if room < LEAST_ROOM {
            self.framed("│", columns.trim_end())?;
            let room = self.page.options.width.saturating_sub(FRAME + 2);
            for line in wrap(said.iter().map(String::as_str), " · ", room) {
                self.framed("│", &format!("  {line}"))?;
            }
            return self.framed("│", &format!("  {place} {record}"));
        }
        let mut first = columns;
        for line in wrap(said.iter().map(String::as_str), " · ", room) {
            self.framed("│", &format!("{first}  {line}"))?;
            first = " ".repeat(indent - 2);
        }
        self.framed("│", &format!("{first}  {place} {record}"))
    }

    fn lacks(&mut self, text: &str, severity: Severity) -> io::Result<()> {
        let mark = self.page.paint(severity_style(severity), "✗").to_string();
        let room = self.page.options.width.saturating_sub(FRAME + 2);
        let mut first = format!("{mark} ");
        for line in wrap(text.split(' '), " ", room) {
            let line = self.page.paint(PLAIN, line).to_string();
            self.framed("│", &format!("{first}{line}"))?;
            first = "  ".to_owned();
        }
        Ok(())
    }
}
