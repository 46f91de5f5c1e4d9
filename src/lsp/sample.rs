//! How often fields occur in a sample log, and with which values: counted once, asked while somebody writes a rule.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::event::reader::Ending;
use crate::event::{Item, RecordFormat, gzip, read};

/// Most different values of a field that are told apart; further ones are counted as others.
const VALUES_LIMIT: usize = 1000;
/// Most fields that are counted.
const FIELDS_LIMIT: usize = 20_000;
/// Most bytes that a compressed sample may inflate to.
const INFLATED_LIMIT: u64 = 256 * 1024 * 1024;
/// Longest value that is told, in characters.
const VALUE_LENGTH: usize = 60;

/// Counts over the events of sample logs.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    events: usize,
    fields: BTreeMap<String, Field>,
}

#[derive(Debug, Clone, Default)]
struct Field {
    /// Events that have it.
    events: usize,
    /// How often it has each value; objects and arrays have none.
    values: HashMap<String, usize>,
}

/// How often a field occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Events that have the field, null included.
    pub events: usize,
    /// Events of the sample.
    pub of: usize,
    /// Its most frequent values as JSON, with how often they occur, falling.
    pub values: Vec<(String, usize)>,
}

impl Sample {
    /// Counts the CloudTrail events of a log, plain or gzip. What is no event is left out.
    pub fn add(&mut self, bytes: &[u8]) {
        let inflated;
        let text = if gzip::is_gzip(bytes) {
            inflated = gzip::inflate(bytes, INFLATED_LIMIT).text;
            inflated.as_slice()
        } else {
            bytes
        };
        read("sample", text, &RecordFormat::Cloudtrail, Ending::Whole, &mut |item| {
            if let Item::Record(record) = item
                && let Ok(event) = serde_json::from_str::<Value>(&record.text)
            {
                self.event(&event);
            }
        });
    }

    fn event(&mut self, event: &Value) {
        self.events += 1;
        self.node(event, &mut "$".to_owned(), &mut HashSet::new());
    }

    /// Counts what lies below `node`, which is at `path`; `seen` are the fields that this event was counted for.
    fn node(&mut self, node: &Value, path: &mut String, seen: &mut HashSet<String>) {
        let length = path.len();
        let mut below = |sample: &mut Self, step: &str, child: &Value| {
            path.push_str(step);
            if sample.fields.len() < FIELDS_LIMIT || sample.fields.contains_key(path.as_str()) {
                let field = sample.fields.entry(path.clone()).or_default();
                field.events += usize::from(seen.insert(path.clone()));
                if !child.is_object() && !child.is_array() {
                    let value = shown(child);
                    if field.values.len() < VALUES_LIMIT || field.values.contains_key(&value) {
                        *field.values.entry(value).or_default() += 1;
                    }
                }
            }
            sample.node(child, path, seen);
            path.truncate(length);
        };
        match node {
            Value::Object(fields) => fields.iter().for_each(|(name, child)| below(self, &step(name), child)),
            Value::Array(elements) => elements.iter().for_each(|child| below(self, "[*]", child)),
            _ => {}
        }
    }

    /// Events counted.
    #[must_use]
    pub const fn events(&self) -> usize {
        self.events
    }

    /// How often the field at `path` occurs, with the `most` most frequent values; indices in the path stand for any element.
    #[must_use]
    pub fn occurrence(&self, path: &str, most: usize) -> Option<Occurrence> {
        if self.events == 0 {
            return None;
        }
        let Some(field) = self.fields.get(&any_element(path)) else {
            return Some(Occurrence { events: 0, of: self.events, values: Vec::new() });
        };
        let mut values: Vec<_> = field.values.iter().map(|(value, count)| (value.clone(), *count)).collect();
        values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        values.truncate(most);
        Some(Occurrence { events: field.events, of: self.events, values })
    }

    /// The paths of all fields, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }
}

/// `path` with every index in place of which any may stand.
fn any_element(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('[') {
        out.push_str(before);
        let (inside, after) = behind.split_once(']').unwrap_or((behind, ""));
        let is_index = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
        out.push('[');
        out.push_str(if is_index { "*" } else { inside });
        out.push(']');
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The step to the member `name`, in the short form where the name allows it.
fn step(name: &str) -> String {
    let is_word = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if is_word && name.starts_with(|first: char| !first.is_ascii_digit()) {
        format!(".{name}")
    } else {
        format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(VALUE_LENGTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_fields_and_values() {
        let mut sample = Sample::default();
        sample.add(br#"{"Records":[
            {"eventVersion":"1.08","eventName":"A","eventSource":"x","resources":[{"ARN":"a"},{"ARN":"b"}],"requestParameters":{"a-b":1}},
            {"eventVersion":"1.08","eventName":"A","eventSource":"x","requestParameters":null},
            {"eventVersion":"1.08","eventName":"B","eventSource":"x"}]}"#);
        assert_eq!(sample.events(), 3);
        let names = sample.occurrence("$.eventName", 1).unwrap();
        assert_eq!(names, Occurrence { events: 3, of: 3, values: vec![("\"A\"".to_owned(), 2)] });
        let elements = sample.occurrence("$.resources[0].ARN", 3).unwrap();
        assert_eq!((elements.events, elements.values.len()), (1, 2));
        assert_eq!(sample.occurrence("$.requestParameters['a-b']", 3).unwrap().events, 1);
        assert_eq!(sample.occurrence("$.requestParameters", 3).unwrap().events, 2);
        assert_eq!(sample.occurrence("$.none", 3).unwrap().events, 0);
        assert_eq!(Sample::default().occurrence("$.eventName", 3), None);
    }
}
