//! A rule on its own: what it is about, what it asks, and how the fast path finds its events.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::compile::Program;
use crate::compile::gate::slots_of;
use crate::compile::index::Entry;
use crate::compile::matcher::Place;
use crate::json::Location;
use crate::policy::prose::{self, Clause, Names};
use crate::policy::{PolicyIndex, PolicySet, Rule};
use crate::report::explain::place::Sources;
use crate::report::human::label::short_path;
use crate::report::human::options::{Detail, HumanOptions};
use crate::report::human::page::{BOLD, DIM, LINK, PLAIN, Page, severity_style, unwrap_lines};
use crate::text::sanitize;

/// Values of an index key that are named.
const VALUES: usize = 8;

/// Writes what `rule` is and asks; `program` is the rule compiled alone.
///
/// # Errors
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    set: &PolicySet,
    policy: PolicyIndex,
    rule: &Rule,
    program: &Program,
    options: HumanOptions,
) -> io::Result<()> {
    let names = Names { set, policy };
    let mut page = Page::new(out, options);
    let (id, title) = (sanitize::one_line(&rule.id.value.0), unwrap_lines(&rule.title));
    let title = sanitize::one_line(&title);
    let place = Sources(set).words(policy, rule.id.span);
    if options.detail == Detail::Quiet {
        return page.line(format_args!("{id}: {title} ({}, {place})", rule.severity.word()));
    }
    page.heading(rule.severity.word(), severity_style(rule.severity), &id)?;
    page.wrapped("  ", "  ", BOLD, &title)?;
    page.line(format_args!("  {} {}", page.paint(DIM, "rule"), page.paint(LINK, place)))?;
    for clause in [prose::population(names, rule), prose::obligation(names, rule)] {
        page.blank()?;
        self::clause(&mut page, &clause)?;
    }
    if !rule.waivable {
        page.blank()?;
        page.line("  Neither exceptions nor waivers cover it (`waivable: false`)")?;
    } else if !rule.exceptions.is_empty() {
        page.blank()?;
        page.line("  Exceptions:")?;
        for exception in &rule.exceptions {
            clause(&mut page, &prose::exception(names, exception))?;
            let reason = sanitize::one_line(&unwrap_lines(&exception.reason)).into_owned();
            page.wrapped("    reason: ", "    ", PLAIN, &reason)?;
        }
    }
    page.blank()?;
    for (word, text) in facts(rule, program) {
        page.wrapped(format_args!("  {}", page.paint(DIM, format!("{word:<13}"))), "               ", PLAIN, &text)?;
    }
    Ok(())
}

/// A clause as an indented list.
fn clause(page: &mut Page<'_>, clause: &Clause) -> io::Result<()> {
    for (depth, text) in clause.lines() {
        let text = sanitize::one_line(&unwrap_lines(text)).into_owned();
        match depth {
            0 => page.wrapped("  ", "  ", PLAIN, &text)?,
            _ => {
                let indent = " ".repeat(2 * depth);
                page.wrapped(format_args!("{indent}- "), &format!("{indent}  "), PLAIN, &text)?;
            }
        }
    }
    Ok(())
}

/// What stands under a word each: how events are found, what is read of them, and what the rule refers to.
fn facts(rule: &Rule, program: &Program) -> Vec<(&'static str, String)> {
    let mut facts = vec![("index", index(program)), ("fast path", slots(program))];
    let mut add = |word: &'static str, text: String| {
        if !text.is_empty() {
            facts.push((word, sanitize::one_line(&unwrap_lines(&text)).into_owned()));
        }
    };
    let controls = rule.controls.iter().map(|(framework, ids)| format!("{framework} {}", ids.join(", ")));
    add("controls", controls.collect::<Vec<_>>().join("; "));
    add("tags", rule.tags.join(", "));
    add("rationale", rule.rationale.clone().unwrap_or_default());
    add("remediation", rule.remediation.clone().unwrap_or_default());
    add("references", rule.references.join(" "));
    facts
}

/// Which field's values lead to the rule.
fn index(program: &Program) -> String {
    let keys = keys(program);
    let said: Vec<String> = keys
        .iter()
        .map(|(location, values)| {
            let path = short_path(location);
            let shown: Vec<String> =
                values.iter().take(VALUES).map(|value| sanitize::one_line(value).into_owned()).collect();
            let rest = values.len().checked_sub(VALUES).filter(|rest| *rest > 0);
            format!("{path} = {}{}", shown.join(" | "), rest.map(|rest| format!(" (+{rest})")).unwrap_or_default())
        })
        .collect();
    if said.is_empty() && program.parts.iter().all(|part| part.universal().next().is_none()) {
        return "no event meets the rule: a field would have to have two values at once".to_owned();
    }
    if said.is_empty() {
        return "none: the rule is met by every event, as its population names no value that it must have".to_owned();
    }
    format!("only events with {} meet the rule", said.join(", "))
}

/// The index keys of the one rule of `program`, values in order; none where every event meets it.
#[must_use]
pub(super) fn keys(program: &Program) -> Vec<(Location, Vec<String>)> {
    let Some(part) = program.parts.iter().find(|part| !part.rules.is_empty()) else { return Vec::new() };
    let at = |slot| Location(part.slots.path(slot).to_vec());
    let leads = |entries: &[Entry]| entries.contains(&part.entry(0));
    let exact = part.index.fields().iter().map(|field| {
        let led = field.values.iter().filter(|(_, entries)| leads(entries));
        let mut values: Vec<String> = led.map(|(value, _)| value.clone()).collect();
        values.sort();
        (at(field.slot), values)
    });
    let texts = part.index.texts().iter().map(|field| {
        let led = field.set.patterns().iter().zip(&field.entries).filter(|(_, entries)| leads(entries));
        (at(field.slot), led.map(|(regex, _)| format!("/{regex}/")).collect())
    });
    exact.chain(texts).filter(|(_, values): &(_, Vec<String>)| !values.is_empty()).collect()
}

/// The definite paths that are read of each event that meets the rule.
#[must_use]
pub(super) fn slot_paths(program: &Program) -> Vec<String> {
    let Some(part) = program.parts.iter().find(|part| !part.rules.is_empty()) else { return Vec::new() };
    let mut slots = BTreeSet::new();
    for check in program.rules.iter().filter_map(|rule| rule.check.as_ref()) {
        let exceptions = check.exceptions.iter().map(|(_, exception)| &exception.condition);
        for matcher in check.when.iter().chain([&check.condition]).chain(exceptions) {
            slots_of(matcher, &mut slots);
        }
    }
    for window in program.rules.iter().filter_map(|rule| rule.window.as_ref()) {
        window.matchers().for_each(|matcher| slots_of(matcher, &mut slots));
        slots.extend(window.key.iter().filter_map(|part| match &part.place {
            Place::Slot { slot, .. } => Some(*slot),
            _ => None,
        }));
    }
    slots.into_iter().map(|slot| short_path(&Location(part.slots.path(slot).to_vec()))).collect()
}

fn slots(program: &Program) -> String {
    let paths = slot_paths(program);
    if paths.is_empty() {
        return "reads no field by its path".to_owned();
    }
    format!("reads {} in one pass", paths.join(", "))
}
