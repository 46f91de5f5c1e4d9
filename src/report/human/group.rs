//! The violations of each rule under a heading of its own, the worst rule first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use crate::policy::{RuleId, Severity};
use crate::report::human::diagnostic;
use crate::report::human::page::{BOLD, DIM, LINK, PLAIN, Page, severity_style, unwrap_lines, wrap};
use crate::report::number::{count, grouped};
use crate::report::reporter::RunReport;
use crate::text::sanitize::{one_line, one_line_cut};
use crate::violation::{RuleSummary, Violation, Waived};

/// Characters shown of a waiver's reason.
const REASON_LIMIT: usize = 100;
/// Characters shown of the message of a violation that the baseline knows.
const MESSAGE_LIMIT: usize = 160;

/// Writes all groups.
pub(super) fn write(page: &mut Page<'_>, run: &RunReport<'_>) -> io::Result<()> {
    let mut groups: BTreeMap<(Reverse<Severity>, &RuleId), Group<'_>> = BTreeMap::new();
    for violation in run.violations {
        let group = groups.entry((Reverse(violation.severity), &violation.rule)).or_default();
        match &violation.waived {
            None if run.is_new(violation) => group.standing.push(violation),
            None => group.old.push(violation),
            Some(waived) => group.waived.push((violation, waived)),
        }
    }
    let rules: BTreeMap<&RuleId, &RuleSummary> = run.summary.rules.iter().map(|rule| (&rule.rule, rule)).collect();
    for ((_, rule), group) in &groups {
        group.write(page, run, rules.get(rule).copied())?;
    }
    Ok(())
}

/// The violations of one rule, in the order of the inputs.
#[derive(Default)]
struct Group<'a> {
    standing: Vec<&'a Violation>,
    /// Those that the baseline knows.
    old: Vec<&'a Violation>,
    waived: Vec<(&'a Violation, &'a Waived)>,
}

impl Group<'_> {
    fn write(&self, page: &mut Page<'_>, run: &RunReport<'_>, rule: Option<&RuleSummary>) -> io::Result<()> {
        let mut all = self.standing.iter().chain(&self.old).copied();
        let Some(first) = all.next().or(self.waived.first().map(|(violation, _)| *violation)) else { return Ok(()) };
        let numbers = self.numbers(run, rule);
        self.heading(page, first, rule, numbers)?;
        let limit = match page.options.max_violations {
            0 => usize::MAX,
            limit => limit,
        };
        for violation in self.standing.iter().take(limit) {
            page.blank()?;
            diagnostic::write(page, violation)?;
        }
        let Numbers { standing, old, waived } = numbers;
        let more = |all: u64, shown: usize| {
            all.checked_sub(u64::try_from(shown.min(limit)).unwrap_or(u64::MAX)).filter(|rest| *rest > 0)
        };
        if let Some(rest) = more(standing, self.standing.len()) {
            page.blank()?;
            let rest = format!("  … and {} more of this rule; --max-violations 0 shows all", grouped(rest));
            page.line(page.paint(DIM, rest))?;
        }
        if !self.old.is_empty() || !self.waived.is_empty() {
            page.blank()?;
        }
        for violation in self.old.iter().take(limit) {
            self::old(page, violation)?;
        }
        if let Some(rest) = more(old, self.old.len()) {
            page.line(page.paint(DIM, format!("  … and {} more in the baseline", grouped(rest))))?;
        }
        for (violation, waiver) in self.waived.iter().take(limit) {
            self::waived(page, violation, waiver)?;
        }
        if let Some(rest) = more(waived, self.waived.len()) {
            page.line(page.paint(DIM, format!("  … and {} more waived", grouped(rest))))?;
        }
        Ok(())
    }

    fn heading(
        &self,
        page: &mut Page<'_>,
        first: &Violation,
        rule: Option<&RuleSummary>,
        numbers: Numbers,
    ) -> io::Result<()> {
        let style = if self.standing.is_empty() { DIM } else { severity_style(first.severity) };
        page.heading(first.severity.word(), style, &one_line(&first.rule.0))?;
        page.wrapped("  ", "  ", BOLD, &one_line(&unwrap_lines(&first.title)))?;
        page.line(format_args!("  {}", numbers.words(rule)))?;
        if !first.controls.is_empty() {
            let controls: Vec<String> = first
                .controls
                .iter()
                .map(|(framework, controls)| one_line(&format!("{framework} {}", controls.join(", "))).into_owned())
                .collect();
            for line in wrap(controls.iter().map(String::as_str), " · ", page.options.width - 2) {
                page.line(format_args!("  {}", page.paint(DIM, line)))?;
            }
        }
        let policy = &first.policy;
        let place = format!("{}:{}:{}", one_line(&policy.file), policy.at.line, policy.at.column);
        page.line(format_args!("  {} {}", page.paint(DIM, "rule"), page.paint(LINK, place)))?;
        if let Some(remediation) = &first.remediation {
            let first = format!("  {} ", page.paint(DIM, "fix "));
            page.wrapped(first, "       ", PLAIN, &one_line(&unwrap_lines(remediation)))?;
        }
        Ok(())
    }

    /// More than are here, where a run kept only the first few.
    fn numbers(&self, run: &RunReport<'_>, rule: Option<&RuleSummary>) -> Numbers {
        let least = |here: usize, counted: u64| counted.max(u64::try_from(here).unwrap_or(u64::MAX));
        let (new, all, waived) = rule.map_or((0, 0, 0), |rule| (run.counting(rule), rule.violations, rule.waived));
        Numbers {
            standing: least(self.standing.len(), new),
            old: least(self.old.len(), all.saturating_sub(new)),
            waived: least(self.waived.len(), waived),
        }
    }
}

/// How many violations of a rule count, are in the baseline, and are waived.
#[derive(Clone, Copy)]
struct Numbers {
    standing: u64,
    old: u64,
    waived: u64,
}

impl Numbers {
    /// `3 violations in 214 events, 2 in the baseline, 1 waived`.
    fn words(self, rule: Option<&RuleSummary>) -> String {
        let events = rule.map(|rule| format!(" in {}", count(rule.population, "event"))).unwrap_or_default();
        let Self { standing, old, waived } = self;
        let all = standing.saturating_add(old);
        if all == 0 {
            return format!("{} waived{events}", count(waived, "violation"));
        }
        let mut words = format!("{}{events}", count(all, "violation"));
        for (number, what) in [(old, "in the baseline"), (waived, "waived")] {
            if number > 0 {
                words.push_str(&format!(", {} {what}", grouped(number)));
            }
        }
        words
    }
}

/// One line, or a few, for a violation that the baseline knows.
fn old(page: &mut Page<'_>, violation: &Violation) -> io::Result<()> {
    let message = one_line_cut(&violation.message, MESSAGE_LIMIT).into_owned();
    let time = violation.event.time.as_deref().map(|time| one_line(time).into_owned()).unwrap_or_default();
    let place = format!("{}:{}:{}", one_line(&violation.file), violation.at.line, violation.at.column);
    let parts = [message.as_str(), time.as_str(), place.as_str()];
    let mut sign = "=";
    for line in wrap(parts.into_iter().filter(|part| !part.is_empty()), " · ", page.options.width - 4) {
        page.line(page.paint(DIM, format_args!("  {sign} {line}")))?;
        sign = " ";
    }
    Ok(())
}

fn waived(page: &mut Page<'_>, violation: &Violation, waived: &Waived) -> io::Result<()> {
    let reason = one_line_cut(&unwrap_lines(&waived.reason), REASON_LIMIT).into_owned();
    let place = format!("{}:{}:{}", one_line(&violation.file), violation.at.line, violation.at.column);
    let text = format!("waived until {} by {}: {reason}", waived.until, one_line(&waived.name));
    let room = page.options.width - 4;
    let mut lines = wrap(text.split(' '), " ", room);
    let last = lines.pop().unwrap_or_default();
    lines.extend(wrap([last.as_str(), &place], " · ", room));
    let mut sign = "✓";
    for line in lines {
        page.line(page.paint(DIM, format_args!("  {sign} {line}")))?;
        sign = " ";
    }
    Ok(())
}
