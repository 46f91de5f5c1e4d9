//! A rule over logs: how many events each of its parts leaves, and those that one predicate alone kept from being a violation.

use std::io::{self, Write};

use serde_json::Value;

use crate::policy::{PolicyIndex, PolicySet, RuleId};
use crate::report::explain::over_time::{self, OverTime};
use crate::report::explain::place::Sources;
use crate::report::human::label::short_path;
use crate::report::human::options::{Detail, HumanOptions};
use crate::report::human::page::{BOLD, DIM, LINK, PLAIN, Page};
use crate::report::human::summary;
use crate::report::number::{count, grouped};
use crate::text::Span;
use crate::text::sanitize::{one_line, one_line_cut};
use crate::violation::{Summary, Violation};

/// Characters of a value, and of what an event says of itself.
const LIMIT: usize = 100;
/// Characters of what a predicate asks.
const WORDS_LIMIT: usize = 300;
/// Names of events that are counted one by one.
const NAMES: usize = 6;

/// What became of the events of a run under one rule.
#[derive(Debug)]
pub struct Funnel<'r> {
    /// The rule.
    pub rule: &'r RuleId,
    /// Events evaluated.
    pub events: u64,
    /// Those of its population.
    pub population: u64,
    /// Those that broke it; of an obligation over time its violations, each of several events.
    pub failed: u64,
    /// Those of them that an exception or waiver covers.
    pub waived: u64,
    /// What one predicate alone kept out, the most frequent first.
    pub near: Vec<NearMiss<'r>>,
    /// What several events were together, for an obligation over time.
    pub over_time: Option<OverTime<'r>>,
}

/// The events that one predicate alone kept from being a violation.
#[derive(Debug)]
pub struct NearMiss<'r> {
    /// What the predicate asks, in words.
    pub words: String,
    /// What it is in the rule: `when`, `forbid`, `require`.
    pub keyword: &'static str,
    /// The policy it stands in, and where.
    pub policy: PolicyIndex,
    /// Where.
    pub span: Span,
    /// How many events.
    pub events: u64,
    /// Whether these events meet it, which is what kept them out: so it is in `require`.
    pub is_met: bool,
    /// How many of them are named, where they are too many.
    pub named: u64,
    /// How many of them by `eventName`, the most frequent first; empty where the events have none.
    pub names: Vec<(String, u64)>,
    /// The first few.
    pub first: Vec<&'r Violation>,
}

/// Writes what could not be read.
///
/// # Errors
/// Those of `out`.
pub fn write_problems(out: &mut dyn Write, summary: &Summary, options: HumanOptions) -> io::Result<()> {
    let mut page = Page::new(out, options);
    if !summary.problems.is_empty() && options.detail > Detail::Quiet {
        page.blank()?;
    }
    summary::problems(&mut page, summary)
}

/// Writes the funnel and the near misses.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, set: &PolicySet, funnel: &Funnel<'_>, options: HumanOptions) -> io::Result<()> {
    let mut page = Page::new(out, options);
    if options.detail == Detail::Quiet {
        let steps: Vec<String> =
            steps(funnel).iter().map(|(word, number)| format!("{word} {}", grouped(*number))).collect();
        return page.line(format_args!("{}: {}", one_line(&funnel.rule.0), steps.join(", ")));
    }
    page.heading("funnel", BOLD, &one_line(&funnel.rule.0))?;
    let most = funnel.events.max(1);
    for (word, number) in steps(funnel) {
        let share = usize::try_from((number.saturating_mul(30)).div_ceil(most)).unwrap_or(30).min(30);
        let bar = if share > 0 { format!("  {}", page.paint(DIM, "█".repeat(share))) } else { String::new() };
        page.line(format_args!("  {word:<23}{:>12}{bar}", grouped(number)))?;
    }
    if let Some(over_time) = &funnel.over_time {
        over_time::write(&mut page, over_time)?;
    }
    near(&mut page, set, funnel)
}

fn steps(funnel: &Funnel<'_>) -> Vec<(&'static str, u64)> {
    let mut steps = vec![("events", funnel.events), ("in the population", funnel.population)];
    if funnel.over_time.is_none() {
        steps.push(("failed the obligation", funnel.failed));
    }
    if funnel.over_time.is_none() || funnel.waived > 0 {
        steps.push(("excepted or waived", funnel.waived));
    }
    steps.push(("violations", funnel.failed.saturating_sub(funnel.waived)));
    if let Some(over_time) = &funnel.over_time {
        let open = [("pending", over_time.pending), ("learning", over_time.learning)];
        steps.extend(open.into_iter().filter(|(_, events)| *events > 0));
    }
    steps
}

fn near(page: &mut Page<'_>, set: &PolicySet, funnel: &Funnel<'_>) -> io::Result<()> {
    page.blank()?;
    let target = if funnel.over_time.is_none() { "a violation" } else { "the population" };
    if funnel.near.is_empty() {
        return page.line(page.paint(DIM, format!("  no event was one predicate away from {target}")));
    }
    page.line(page.paint(BOLD, format!("  one predicate away from {target}")))?;
    for miss in &funnel.near {
        let place = Sources(set).words(miss.policy, miss.span);
        let verb = match (miss.is_met, miss.events) {
            (true, 1) => "meets",
            (true, _) => "meet",
            (false, 1) => "does not meet",
            (false, _) => "do not meet",
        };
        let head = format!("{} {verb} `{}`: ", count(miss.events, "event"), miss.keyword);
        page.wrapped(format_args!("  {head}"), "    ", PLAIN, &one_line_cut(&miss.words, WORDS_LIMIT))?;
        page.line(format_args!("    {}", page.paint(LINK, place)))?;
        if miss.names.len() > 1 {
            page.wrapped("    by event: ", "      ", PLAIN, &names(miss))?;
        }
        for event in &miss.first {
            self::event(page, event)?;
        }
    }
    Ok(())
}

/// `GetUser 12, PutUser 3, … 4 more`.
fn names(miss: &NearMiss<'_>) -> String {
    let mut names: Vec<String> = miss
        .names
        .iter()
        .take(NAMES)
        .map(|(name, number)| format!("{} {}", one_line_cut(name, LIMIT), grouped(*number)))
        .collect();
    if let Some(rest) = miss.names.len().checked_sub(NAMES).filter(|rest| *rest > 0) {
        names.push(format!("… {rest} more"));
    }
    let only =
        if miss.named < miss.events { format!(" (of the first {})", grouped(miss.named)) } else { String::new() };
    format!("{}{only}", names.join(", "))
}

/// One event that was near: what it was, what the predicate found, and where.
fn event(page: &mut Page<'_>, event: &Violation) -> io::Result<()> {
    let said = [&event.event.name, &event.event.principal, &event.event.time];
    let said: Vec<String> = said.into_iter().flatten().map(|part| one_line_cut(part, LIMIT).into_owned()).collect();
    page.line(format_args!("    - {}", said.join(" · ")))?;
    for (path, found, place) in evidence(event) {
        let place = page.paint(DIM, format!("{}:{place} (record {})", one_line(&event.file), event.record));
        page.line(format_args!("      {path} {found}  {place}"))?;
    }
    Ok(())
}

/// What the predicate looked at, what it found, and the place of that, or of the record where nothing is there.
fn evidence(event: &Violation) -> Vec<(String, String, String)> {
    event
        .evidence
        .iter()
        .take(3)
        .map(|evidence| {
            let path = match &evidence.inner {
                None => short_path(&evidence.location),
                Some(inner) => format!("{} in the JSON of {}", short_path(inner), short_path(&evidence.location)),
            };
            let found = match &evidence.observed {
                None if evidence.expected.contains(", found ") => one_line_cut(&evidence.expected, LIMIT).into_owned(),
                None => "is missing".to_owned(),
                Some(value) => format!("is {}", one_line_cut(&Value::to_string(value), LIMIT)),
            };
            let at = evidence.at.unwrap_or(event.at);
            (path, found, format!("{}:{}", at.line, at.column))
        })
        .collect()
}
