//! Holds the service catalogue against what was recorded: no event source, event name or field of a published log is unknown to
//! it, but for the few that stand in no public model.
//!
//! The logs lie beside the checkout and not in it; where they are absent the test says so on standard error and passes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is not as expected fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use trailgate::event::catalog::FieldType;
use trailgate::event::services::{Access, Field, Part, Recorded, service};
use trailgate::event::{Ending, Item, RecordFormat, read};
use trailgate::json::Step;

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/logs");

/// Most fields in a hundred that the catalogue may wrongly take for unknown.
const FALSE_ALARMS: usize = 1;

#[test]
fn knows_what_published_logs_hold() {
    if !Path::new(LOGS).is_dir() {
        eprintln!("SKIPPED: the published logs are not at {LOGS}");
        return;
    }
    let mut seen = Seen::default();
    for file in files(Path::new(LOGS)) {
        for event in events(&file) {
            seen.event(&event);
        }
    }
    let judged = seen.known.len() + seen.missing.len();
    println!(
        "{} events of {} sources; {} unknown: {:?}\n{judged} fields judged, {} not, {} unknown: {:#?}\n{} of another type: {:#?}\n\
         {} access levels, {} otherwise: {:?}",
        seen.names.len(),
        seen.sources.len(),
        seen.unknown.len(),
        seen.unknown,
        seen.unsure.len(),
        seen.missing.len(),
        seen.missing,
        seen.mistyped.len(),
        seen.mistyped,
        seen.access.len(),
        seen.misjudged.len(),
        seen.misjudged,
    );
    assert!(seen.names.len() > 400 && judged > 1000, "the logs are not all there");
    assert!(seen.unknown.is_empty(), "{:?}", seen.unknown);
    assert!(seen.missing.len() * 100 <= judged * FALSE_ALARMS, "{:#?}", seen.missing);
    assert!(seen.mistyped.is_empty(), "{:#?}", seen.mistyped);
    assert!(seen.misjudged.is_empty(), "{:?}", seen.misjudged);
}

#[derive(Default)]
struct Seen {
    sources: BTreeSet<String>,
    names: BTreeSet<(String, String)>,
    unknown: BTreeSet<(String, String)>,
    known: BTreeSet<(String, String, String)>,
    missing: BTreeSet<(String, String, String)>,
    unsure: BTreeSet<(String, String, String)>,
    mistyped: BTreeSet<(String, String, String)>,
    access: BTreeSet<(String, String)>,
    misjudged: BTreeSet<(String, String)>,
}

impl Seen {
    fn event(&mut self, event: &Value) {
        let text = |field: &str| event.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let pair = (text("eventSource"), text("eventName"));
        if pair.0.is_empty() {
            return;
        }
        self.sources.insert(pair.0.clone());
        self.names.insert(pair.clone());
        let Some(service) = service(&pair.0) else {
            self.unknown.insert(pair);
            return;
        };
        match service.action(&pair.1) {
            Recorded::Known(action) => {
                if let Some(read_only) = event.get("readOnly").and_then(Value::as_bool) {
                    self.access.insert(pair.clone());
                    if (action.access == Access::Read) != read_only {
                        self.misjudged.insert(pair.clone());
                    }
                }
            }
            Recorded::Unsure => {}
            Recorded::As(_) | Recorded::No => {
                self.unknown.insert(pair);
                return;
            }
        }
        for (name, part) in [("requestParameters", Part::Request), ("responseElements", Part::Response)] {
            let Some(value) = event.get(name).filter(|value| value.is_object()) else { continue };
            let mut steps = Vec::new();
            walk(value, &mut steps, &mut |steps, value| {
                let written: String = steps
                    .iter()
                    .map(|step| match step {
                        Step::Name(name) => format!(".{name}"),
                        Step::Index(_) => "[*]".to_owned(),
                    })
                    .collect();
                let triple = (pair.0.clone(), pair.1.clone(), format!("{name}{written}"));
                match service.field(&pair.1, part, steps) {
                    Field::Known(kind) => {
                        if !is_of(kind, value) {
                            self.mistyped.insert(triple.clone());
                        }
                        self.known.insert(triple);
                        true
                    }
                    Field::Missing { .. } => {
                        self.missing.insert(triple);
                        false
                    }
                    Field::Unknown => {
                        self.unsure.insert(triple);
                        false
                    }
                }
            });
        }
    }
}

fn is_of(kind: FieldType, value: &Value) -> bool {
    match kind {
        FieldType::Unknown => true,
        _ if value.is_null() => true,
        FieldType::String => value.is_string(),
        FieldType::Bool => value.is_boolean(),
        FieldType::Number => value.is_number(),
        FieldType::Object => value.is_object(),
        FieldType::Array => value.is_array(),
    }
}

/// Calls `visit` for everything below `value`, and not for what is below that for which it answers false.
fn walk(value: &Value, steps: &mut Vec<Step>, visit: &mut dyn FnMut(&[Step], &Value) -> bool) {
    let below: Vec<(Step, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (Step::Name(name.clone()), value)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(at, value)| (Step::Index(at), value)).collect(),
        _ => Vec::new(),
    };
    for (step, value) in below {
        steps.push(step);
        if visit(steps, value) {
            walk(value, steps, visit);
        }
        steps.pop();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| ["json", "jsonl", "gz", "cloudtrail"].iter().any(|known| extension == *known))
        {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn events(file: &Path) -> Vec<Value> {
    let bytes = std::fs::read(file).unwrap();
    let text = if bytes.starts_with(&[0x1F, 0x8B]) {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut MultiGzDecoder::new(bytes.as_slice()), &mut text).unwrap();
        text
    } else {
        bytes
    };
    let mut events = Vec::new();
    read("log", &text, &RecordFormat::Cloudtrail, Ending::Whole, &mut |item| {
        if let Item::Record(record) = item {
            events.push(serde_json::from_str(&record.text).unwrap());
        }
    });
    events
}
