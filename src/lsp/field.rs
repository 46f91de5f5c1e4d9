//! What is known of the fields of events: by the catalogue, by the policies of the project and by the sample.

use std::collections::BTreeSet;

use crate::event::catalog::{FieldType, field_type, known_fields};
use crate::event::field_note::field_note;
use crate::json::{Path, Step};
use crate::lsp::cursor::{entries, value};
use crate::lsp::project::Project;
use crate::lsp::sample::Sample;
use crate::lsp::service;
use crate::policy::node::{Node, NodeKind, YamlValue};

/// A field that may be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownField {
    /// Its path from the event.
    pub path: String,
    /// Its type, where it is known.
    pub kind: Option<FieldType>,
    /// What is known of it, in one line.
    pub note: Option<String>,
}

/// What the event is known to be, at the place where a field is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Its `eventSource`, any of these; none where it is not known.
    pub sources: Vec<String>,
    /// Its `eventName`, any of these.
    pub names: Vec<String>,
}

impl Call {
    /// What the entries of `siblings` say, else what `when` and the obligation of `rule` say.
    #[must_use]
    pub fn of(siblings: &Node, rule: Option<&Node>) -> Self {
        let mut call = Self::default();
        call.gather(siblings);
        let mut of_rule = Self::default();
        for part in ["when", "forbid", "require"] {
            rule.and_then(|rule| value(rule, part)).into_iter().for_each(|part| of_rule.gather(part));
        }
        if call.sources.is_empty() {
            call.sources = of_rule.sources;
        }
        if call.names.is_empty() {
            call.names = of_rule.names;
        }
        call
    }

    fn gather(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter().for_each(|item| self.gather(item)),
            NodeKind::Mapping(_) => {
                for entry in entries(node) {
                    match entry.key.as_str() {
                        "$.eventSource" => texts(&entry.value, &mut self.sources),
                        "$.eventName" => texts(&entry.value, &mut self.names),
                        "not" => {}
                        _ => self.gather(&entry.value),
                    }
                }
            }
        }
    }
}

/// The texts in a scalar, a list, or a map of operators that say what is equal.
fn texts(node: &Node, into: &mut Vec<String>) {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.value == YamlValue::String && !into.contains(&scalar.text) => {
            into.push(scalar.text.clone());
        }
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| texts(item, into)),
        NodeKind::Mapping(_) => {
            for key in ["equals", "in", "some"] {
                value(node, key).into_iter().for_each(|value| texts(value, into));
            }
        }
    }
}

/// Every field that may be meant, each once: those of the catalogue, those of the call, then what policies and sample have.
#[must_use]
pub fn fields(project: &Project, sample: &Sample, call: &Call) -> Vec<KnownField> {
    let mut seen = BTreeSet::new();
    let mut fields: Vec<KnownField> = known_fields()
        .into_iter()
        .map(|(path, kind)| KnownField {
            note: field_note(&path).map(|note| note.text.to_owned()),
            kind: (kind != FieldType::Unknown).then_some(kind),
            path,
        })
        .collect();
    seen.extend(fields.iter().map(|field| field.path.clone()));
    fields.extend(service::fields(call).into_iter().filter(|field| seen.insert(field.path.clone())));
    let mut more = BTreeSet::new();
    for file in project.files() {
        paths(&file.outline, &mut more);
    }
    more.extend(sample.paths().map(str::to_owned));
    for path in more {
        // What the catalogue refuses is a slip of somebody's.
        let is_known =
            Path::parse(&path).is_ok_and(|path| path.definite().is_none_or(|steps| field_type(steps).is_some()));
        if is_known && path.len() > 2 && seen.insert(path.clone()) {
            let note =
                sample.occurrence(&path, 0).map(|found| format!("In {} of {} sample events.", found.events, found.of));
            fields.push(KnownField { path, kind: None, note });
        }
    }
    fields
}

/// Paths from the event that are keys below `node`, but for one that is half written: the last of a text has no value.
fn paths(node: &Node, into: &mut BTreeSet<String>) {
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| paths(item, into)),
        NodeKind::Mapping(_) => {
            for entry in entries(node) {
                if entry.key.starts_with("$.") && !entry.value.span.is_empty() {
                    into.insert(entry.key.clone());
                }
                paths(&entry.value, into);
            }
        }
    }
}

/// The word for a type.
#[must_use]
pub const fn type_word(kind: FieldType) -> &'static str {
    match kind {
        FieldType::String => "string",
        FieldType::Bool => "boolean",
        FieldType::Number => "number",
        FieldType::Object => "object",
        FieldType::Array => "array",
        FieldType::Unknown => "any type",
    }
}

/// The type of the field at `path`, by the catalogue; an element of an array is its first.
#[must_use]
pub fn type_of(path: &str) -> Option<FieldType> {
    let path = Path::parse(&path.replace("[*]", "[0]")).ok()?;
    let steps: Vec<Step> = path.definite()?.to_vec();
    field_type(&steps)
}

/// Values that the field at `path` takes, as they are written in a policy, with what is known of each.
#[must_use]
pub fn values(path: &str, project: &Project, sample: &Sample) -> Vec<(String, String)> {
    let mut values: Vec<(String, String)> = field_note(path)
        .into_iter()
        .flat_map(|note| note.values)
        .map(|value| ((*value).to_owned(), String::new()))
        .collect();
    for (value, count) in sample.occurrence(path, 20).map(|found| found.values).unwrap_or_default() {
        let Some(written) = written(&value).filter(|_| value != "null" && !value.contains('…')) else { continue };
        let times = format!("{count} times in the sample");
        match values.iter_mut().find(|(known, _)| *known == written) {
            Some((_, note)) => *note = times,
            None => values.push((written, times)),
        }
    }
    let mut used = Vec::new();
    for file in project.files() {
        used_values(&file.outline, path, &mut used);
    }
    for text in used {
        let Some(written) = written(&serde_json::Value::from(text).to_string()) else { continue };
        if !values.iter().any(|(known, _)| *known == written) {
            values.push((written, "used in these policies".to_owned()));
        }
    }
    values
}

fn used_values(node: &Node, path: &str, into: &mut Vec<String>) {
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| used_values(item, path, into)),
        NodeKind::Mapping(_) => {
            for entry in entries(node) {
                if entry.key == path {
                    texts(&entry.value, into);
                }
                used_values(&entry.value, path, into);
            }
        }
    }
}

/// A JSON scalar as it is written in a policy: a text that means itself without quotes goes without.
fn written(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let Some(text) = value.as_str() else { return Some(json.to_owned()) };
    let is_plain = !text.is_empty()
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "._-/@".contains(character))
        && crate::policy::scalar::resolve(text) == YamlValue::String
        && !matches!(text.to_ascii_lowercase().as_str(), "yes" | "no" | "on" | "off");
    Some(if is_plain { text.to_owned() } else { json.to_owned() })
}
