//! A decision tree as lines of text: a mark for each node, what it asks, what it found, and where both stand.

use std::io::{self, Write};

use anstyle::Style;

use crate::policy::PolicySet;
use crate::report::explain::place::{SeenEvent, Sources};
use crate::report::human::label::short_path;
use crate::report::human::options::HumanOptions;
use crate::report::human::page::{BAD, BOLD, DIM, GOOD, LINK, PLAIN, Page, WARN};
use crate::text::sanitize;
use crate::violation::trace::{Observed, Outcome, Role, Trace, TraceKind, TraceNode, TracePart};

/// Nodes of one path, and values of one operator, that are shown; those that decided go first.
const NODES: usize = 6;
/// Characters of a value found, and of what is asked.
const VALUE_LIMIT: usize = 120;
const WORDS_LIMIT: usize = 300;

/// The tree as text, each line indented by two columns; without `event` no places in a log are named.
///
/// Safe to print: whatever comes from a policy or a log is escaped.
#[must_use]
pub fn text(set: &PolicySet, trace: &Trace, event: Option<&SeenEvent<'_>>, options: HumanOptions) -> String {
    let mut out = Vec::new();
    let mut page = Page::new(&mut out, options);
    // Invariant: writing into a vector does not fail.
    let _infallible = parts(&mut page, set, trace, event);
    String::from_utf8_lossy(&out).into_owned()
}

/// What came out in one line: the outcome, and the predicate that decided first.
#[must_use]
pub fn one_line(set: &PolicySet, trace: &Trace) -> String {
    let words = outcome(trace.outcome).1;
    match decider(set, trace) {
        Some(decider) => format!("{}: {words}; {decider}", sanitize::one_line(&trace.rule.0)),
        None => format!("{}: {words}", sanitize::one_line(&trace.rule.0)),
    }
}

/// Writes what came out of the rule for the event, and its tree.
///
/// # Errors
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    set: &PolicySet,
    trace: &Trace,
    event: &SeenEvent<'_>,
    options: HumanOptions,
) -> io::Result<()> {
    let mut page = Page::new(out, options);
    let (style, words) = outcome(trace.outcome);
    page.heading(words, style, &sanitize::one_line(&trace.rule.0))?;
    let place = format!("{}:{}:{}", sanitize::one_line(event.file), event.at.line, event.at.column);
    let record = format!("(record {})", event.record);
    page.line(format_args!("  {} {} {record}", page.paint(DIM, "event"), page.paint(LINK, place)))?;
    let who = who(event);
    if !who.is_empty() {
        page.line(format_args!("        {}", page.paint(PLAIN, who)))?;
    }
    if let Some(decider) = decider(set, trace) {
        page.wrapped(format_args!("  {} ", page.paint(DIM, "why  ")), "        ", PLAIN, &decider)?;
    }
    parts(&mut page, set, trace, Some(event))
}

fn who(event: &SeenEvent<'_>) -> String {
    let identity = event.identity;
    let parts =
        [("", &identity.name), ("by ", &identity.principal), ("at ", &identity.time), ("in ", &identity.region)];
    let said = parts.into_iter().filter_map(|(word, value)| {
        let value = sanitize::one_line_cut(value.as_deref()?, VALUE_LIMIT);
        Some(format!("{word}{value}"))
    });
    said.collect::<Vec<_>>().join(" ")
}

/// "violation", in the style of how bad that is.
const fn outcome(outcome: Outcome) -> (Style, &'static str) {
    match outcome {
        Outcome::OutsidePopulation => (WARN, "not in the population"),
        Outcome::NotDecided => (WARN, "in the population"),
        Outcome::NoViolation => (GOOD, "no violation"),
        Outcome::Violation => (BAD, "violation"),
        Outcome::Covered(_) => (WARN, "waived violation"),
    }
}

/// The predicate that decided first, what it found, and where it stands.
fn decider(set: &PolicySet, trace: &Trace) -> Option<String> {
    let (part, node) = trace.first_decider()?;
    let said = if node.holds { "holds" } else { "does not hold" };
    let found = found(node, None).map(|found| format!("; {found}")).unwrap_or_default();
    let place = Sources(set).words(node.id.policy, node.id.span);
    Some(format!("in `{}` this {said}: {}{found} ({place})", part.role.keyword(), words(node)))
}

fn parts(page: &mut Page<'_>, set: &PolicySet, trace: &Trace, event: Option<&SeenEvent<'_>>) -> io::Result<()> {
    let first = trace.first_decider().map(|(_, node)| node);
    let mut tree = Tree { page, sources: Sources(set), event, first };
    for part in &trace.parts {
        tree.page.blank()?;
        tree.part(trace, part)?;
    }
    let over_time = "the obligation is one over time: one event alone does not decide it; \
         with logs in the place of --event, what several events are together is shown";
    let is_windowed = !trace.parts.iter().any(|part| matches!(part.role, Role::Forbid | Role::Require));
    if is_windowed {
        page.blank()?;
        page.wrapped("  ", "  ", DIM, over_time)?;
    }
    Ok(())
}

struct Tree<'p, 'o, 'e> {
    page: &'p mut Page<'o>,
    sources: Sources<'e>,
    event: Option<&'e SeenEvent<'e>>,
    first: Option<&'e TraceNode>,
}

impl Tree<'_, '_, '_> {
    fn part(&mut self, trace: &Trace, part: &TracePart) -> io::Result<()> {
        let (title, note) = title(trace, part);
        let note = self.page.paint(DIM, note);
        let title = self.page.paint(BOLD, title);
        self.page.line(format_args!("  {title}{note}"))?;
        match &part.root {
            None => Ok(()),
            Some(root) => self.node(root, 2),
        }
    }

    /// A node and all below it that a reader needs to see.
    fn node(&mut self, node: &TraceNode, depth: usize) -> io::Result<()> {
        match node.id.kind {
            TraceKind::Predicate => {
                self.line(node, depth)?;
                match node.children.as_slice() {
                    [one] => self.nodes(one, depth + 1, node.observed.is_some()),
                    several => several.iter().try_for_each(|test| {
                        self.line(test, depth + 1)?;
                        self.nodes(test, depth + 2, node.observed.is_some())
                    }),
                }
            }
            _ => {
                self.line(node, depth)?;
                node.children.iter().try_for_each(|child| self.node(child, depth + 1))
            }
        }
    }

    /// The nodes of the event that a test was asked of. One that its predicate has shown has no line of its own.
    fn nodes(&mut self, test: &TraceNode, depth: usize, shown: bool) -> io::Result<()> {
        if let ([one], true) = (test.children.as_slice(), shown) {
            return self.inside(one, depth);
        }
        self.some(&test.children, depth, "node", |tree, node| {
            tree.line(node, depth)?;
            tree.inside(node, depth + 1)
        })
    }

    /// The operators on a node, or the condition on it as an element. One operator alone is what the predicate's line says.
    fn inside(&mut self, node: &TraceNode, depth: usize) -> io::Result<()> {
        match node.children.as_slice() {
            [one] if one.id.kind == TraceKind::Operator => self.operands(one, depth),
            children => children.iter().try_for_each(|child| {
                if child.id.kind == TraceKind::Operator {
                    self.line(child, depth)?;
                    self.operands(child, depth + 1)
                } else {
                    self.node(child, depth)
                }
            }),
        }
    }

    /// What an operator compares with, where its line does not say it all: values out of the event, and the one that matched.
    fn operands(&mut self, operator: &TraceNode, depth: usize) -> io::Result<()> {
        let is_value = |node: &TraceNode| matches!(node.id.kind, TraceKind::Alternative | TraceKind::Operand);
        if operator.children.iter().all(is_value) {
            let telling =
                |node: &&TraceNode| node.id.kind == TraceKind::Operand || node.observed.is_some() || node.holds;
            let values: Vec<&TraceNode> = operator.children.iter().filter(telling).collect();
            return values.into_iter().take(NODES).try_for_each(|value| self.line(value, depth));
        }
        operator.children.iter().try_for_each(|child| {
            if child.id.kind == TraceKind::Operator {
                self.line(child, depth)?;
                self.operands(child, depth + 1)
            } else {
                self.node(child, depth)
            }
        })
    }

    /// The first few of `nodes`, those that decided before the others, and how many more there are.
    fn some(
        &mut self,
        nodes: &[TraceNode],
        depth: usize,
        noun: &str,
        show: impl Fn(&mut Self, &TraceNode) -> io::Result<()>,
    ) -> io::Result<()> {
        let (decisive, others): (Vec<_>, Vec<_>) = nodes.iter().partition(|node| node.decisive);
        for node in decisive.iter().chain(&others).take(NODES) {
            show(self, node)?;
        }
        match nodes.len().checked_sub(NODES) {
            None | Some(0) => Ok(()),
            Some(rest) => {
                let more = crate::report::number::count(rest, noun);
                self.page.line(self.page.paint(DIM, format!("{:1$}… and {more} more", "", 2 * depth)))
            }
        }
    }

    fn line(&mut self, node: &TraceNode, depth: usize) -> io::Result<()> {
        let indent = " ".repeat(2 * depth);
        let page = &mut *self.page;
        let (mark, style) = if node.holds { ("✓", GOOD) } else { ("✗", BAD) };
        let style = if node.decisive { style } else { DIM };
        let is_first = self.first.is_some_and(|first| std::ptr::eq(first, node));
        let text_style = match (is_first, node.decisive) {
            (true, _) => BOLD,
            (false, true) => PLAIN,
            (false, false) => DIM,
        };
        let decided = if is_first { "  ← decided" } else { "" };
        let text = format!("{}{decided}", words(node));
        page.line(format_args!("{indent}{} {}", page.paint(style, mark), page.paint(text_style, text)))?;
        let mut below = Vec::new();
        below.extend(found(node, self.event));
        // The nodes and operators of a predicate stand where it does.
        if matches!(node.id.kind, TraceKind::Predicate | TraceKind::Where | TraceKind::Use) {
            below.push(self.sources.words(node.id.policy, node.id.span));
        }
        if below.is_empty() {
            return Ok(());
        }
        page.line(format_args!("{indent}    {}", page.paint(DIM, below.join("  "))))
    }
}

/// What a part is, and what to know of it before its tree.
fn title(trace: &Trace, part: &TracePart) -> (String, String) {
    let asked = |note: &str| match trace.outcome {
        Outcome::OutsidePopulation => ": not asked, as the event is not in the population".to_owned(),
        _ => note.to_owned(),
    };
    let until = |in_force: bool| if in_force { "" } else { ": expired" }.to_owned();
    match &part.role {
        Role::Population if part.root.is_none() => ("when".to_owned(), ": every event".to_owned()),
        Role::Population => ("when".to_owned(), ": which events the rule is about".to_owned()),
        Role::Forbid => ("forbid".to_owned(), asked(": a violation where it holds")),
        Role::Require => ("require".to_owned(), asked(": a violation where it does not hold")),
        Role::Event => ("event".to_owned(), ": the event that the obligation looks for; is this one it?".to_owned()),
        Role::Step(name) => {
            (format!("step `{}`", sanitize::one_line(name)), ": of the sequence; is this event it?".to_owned())
        }
        Role::Exception { name, in_force } => (format!("except `{}`", sanitize::one_line(name)), until(*in_force)),
        Role::Waiver { name, in_force, fingerprint } => {
            let mut note = until(*in_force);
            match fingerprint {
                Some(true) => note.push_str(": it has the fingerprint of this violation"),
                Some(false) => note.push_str(": it is for other fingerprints"),
                None => {}
            }
            (format!("waiver `{}`", sanitize::one_line(name)), note)
        }
    }
}

/// What a node asks, without what a terminal or a reader would stumble over.
fn words(node: &TraceNode) -> String {
    match (node.id.kind, &node.observed) {
        (TraceKind::Node, Some(seen)) => path(seen),
        _ => sanitize::one_line_cut(&node.words, WORDS_LIMIT).into_owned(),
    }
}

/// What a node found, and where in the log that stands.
fn found(node: &TraceNode, event: Option<&SeenEvent<'_>>) -> Option<String> {
    if let Some(number) = node.found {
        return Some(format!("found {number}"));
    }
    if node.id.kind == TraceKind::Operator {
        return None;
    }
    let seen = node.observed.as_ref()?;
    let Some(value) = &seen.value else { return Some("missing".to_owned()) };
    let value = sanitize::one_line_cut(&value.to_string(), VALUE_LIMIT).into_owned();
    let place = event.and_then(|event| {
        let at = event.at(seen)?;
        Some(format!(" at {}:{}:{}", sanitize::one_line(event.file), at.line, at.column))
    });
    Some(format!("found {value}{}", place.unwrap_or_default()))
}

fn path(seen: &Observed) -> String {
    match &seen.inner {
        None => short_path(&seen.location),
        Some(inner) => format!("{} in the JSON of {}", short_path(inner), short_path(&seen.location)),
    }
}
