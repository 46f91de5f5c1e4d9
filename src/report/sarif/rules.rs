//! The rules of a run as SARIF describes them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif::{MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor};

use crate::policy::Severity;
use crate::report::sarif::words::{cut, first_line, level, line, lines, security_severity, word};
use crate::violation::RuleCard;

/// Characters of a description: GitHub's limit.
const DESCRIPTION: usize = 1024;
/// Characters of a name: GitHub's limit.
const NAME: usize = 255;
/// Tags of a rule: GitHub's limit.
const TAGS: usize = 20;

/// `card` as a rule.
pub(super) fn descriptor(card: &RuleCard) -> ReportingDescriptor {
    let id = first_line(&[&card.rule.0], NAME);
    let title = first_line(&[&card.title, &id], DESCRIPTION);
    let why = first_line(&[card.rationale.as_deref().unwrap_or_default(), &title], DESCRIPTION);
    let mut rule = ReportingDescriptor::builder().id(id.clone()).build();
    rule.name = Some(name(&id));
    rule.short_description = Some(plain(title.clone()));
    rule.full_description = Some(plain(why));
    let mut help = plain(help(card, &title, Style::Plain));
    help.markdown = Some(self::help(card, &title, Style::Markdown));
    rule.help = Some(help);
    rule.help_uri = card.references.iter().find(|reference| is_address(reference)).cloned();
    rule.default_configuration =
        Some(ReportingConfiguration { level: Some(word(level(card.severity))), ..ReportingConfiguration::default() });
    rule.properties = Some(properties(card));
    rule
}

fn plain(text: String) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// `cloudwatch.alarm-changed-by-root` as `CloudwatchAlarmChangedByRoot`: the form that SARIF viewers expect of names.
fn name(id: &str) -> String {
    let parts = id.split(|character: char| !character.is_alphanumeric()).filter(|part| !part.is_empty());
    let name: String = parts
        .flat_map(|part| {
            let mut characters = part.chars();
            characters.next().into_iter().flat_map(char::to_uppercase).chain(characters)
        })
        .collect();
    first_line(&[&name, id], NAME)
}

fn properties(card: &RuleCard) -> PropertyBag {
    let mut tags = vec!["security".to_owned()];
    for tag in &card.tags {
        let tag = line(tag.trim(), NAME);
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < TAGS {
            tags.push(tag);
        }
    }
    let mut more: BTreeMap<String, Value> = BTreeMap::new();
    more.insert("precision".to_owned(), json!("very-high"));
    let problem = match card.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    };
    more.insert("problem.severity".to_owned(), json!(problem));
    if let Some(severity) = security_severity(card.severity) {
        more.insert("security-severity".to_owned(), json!(severity));
    }
    if !card.controls.is_empty() {
        more.insert("controls".to_owned(), json!(controls(card).collect::<BTreeMap<_, _>>()));
    }
    PropertyBag { tags: Some(tags), additional_properties: more }
}

fn controls(card: &RuleCard) -> impl Iterator<Item = (String, Vec<String>)> {
    card.controls.iter().map(|(framework, ids)| (line(framework, NAME), ids.iter().map(|id| line(id, NAME)).collect()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Markdown,
}

/// Why the rule exists, what to do, what it supports, and where to read more.
fn help(card: &RuleCard, title: &str, style: Style) -> String {
    let head = |text: &str| if style == Style::Markdown { format!("**{text}**\n\n") } else { format!("{text}: ") };
    let item = |text: String| if style == Style::Markdown { format!("- {text}\n") } else { format!("{text}; ") };
    let mut parts = vec![title.to_owned()];
    for (name, text) in [("Why", &card.rationale), ("What to do", &card.remediation)] {
        if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
            parts.push(format!("{}{}", head(name), lines(text)));
        }
    }
    let list = |name: &str, items: Vec<String>| {
        let items: String = items.into_iter().map(item).collect();
        (!items.is_empty()).then(|| format!("{}{}", head(name), items.trim_end_matches(['\n', ' ', ';'])))
    };
    let supported = controls(card).map(|(framework, ids)| format!("{framework} {}", ids.join(", "))).collect();
    parts.extend(list("Supports", supported));
    let references = card.references.iter().map(|reference| match style {
        Style::Markdown if is_address(reference) => format!("<{reference}>"),
        _ => line(reference, DESCRIPTION),
    });
    parts.extend(list("Read more", references.collect()));
    cut(&parts.join("\n\n"), 20 * DESCRIPTION)
}

/// Whether `text` is a web address as it must be written in a URI field.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(&byte);
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric()) && rest.bytes().all(fits))
}
