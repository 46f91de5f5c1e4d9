//! The one event of `--event FILE[:N]`: found, inflated, and its record taken out of whatever it is wrapped in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::audit::input::{Given, Input};
use crate::compile::Program;
use crate::engine::{identity, trace};
use crate::event::reader::Ending;
use crate::event::{Item, Record, gzip, read};
use crate::json::Location;
use crate::report::explain::SeenEvent;
use crate::report::number::count;
use crate::text::sanitize::one_line;
use crate::text::{LineColumn, Lines};
use crate::violation::EventIdentity;
use crate::violation::trace::Trace;

/// A log file, and which of its records is meant.
pub struct EventFile {
    /// What it is called.
    pub name: String,
    /// Its text, inflated.
    text: Vec<u8>,
    /// What is wrong with its compression.
    damage: Option<String>,
    ending: Ending,
    /// The ordinal, where one was given.
    ordinal: Option<usize>,
}

/// A record taken out of a file.
pub struct Taken {
    record: Record<'static>,
    /// The record as a value.
    pub value: Value,
    identity: EventIdentity,
    /// How many records the file holds.
    records: usize,
}

/// Why there is no such record.
pub struct Refusal {
    /// In words.
    pub message: String,
    /// What could not be read.
    pub problems: Vec<String>,
}

impl EventFile {
    /// The file that `text`, `FILE` or `FILE:N`, names.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub fn read(text: &str, limit_bytes: u64) -> Result<Self, String> {
        let (path, ordinal) = split(text);
        let input = match path {
            "-" => Input::Stdin,
            path => Input::File { path: PathBuf::from(path), given: Given::Named },
        };
        let name = input.name();
        let bytes = input.read().map_err(|cause| format!("the log `{}` cannot be read: {cause}", one_line(&name)))?;
        if !gzip::is_gzip(&bytes) {
            return Ok(Self { name, text: bytes, damage: None, ending: Ending::Whole, ordinal });
        }
        let inflated = gzip::inflate(&bytes, limit_bytes);
        let ending = inflated.error.as_ref().map_or(Ending::Whole, |error| error.ending());
        Ok(Self { name, text: inflated.text, damage: inflated.error.map(|error| error.message), ending, ordinal })
    }

    /// The record that is meant, read as the one rule of `program` reads logs.
    ///
    /// # Errors
    /// That there is none, and what could not be read of the file.
    pub fn take(&self, program: &Program) -> Result<Taken, Refusal> {
        let wanted = self.ordinal.unwrap_or_default();
        let name = one_line(&self.name).into_owned();
        let mut problems: Vec<String> =
            self.damage.iter().map(|damage| format!("{name}: {}", one_line(damage))).collect();
        let Some(part) = program.parts.first() else {
            return Err(Refusal { message: "the rule is about no records".to_owned(), problems });
        };
        let mut found: Option<Record<'static>> = None;
        let census = read(&self.name, &self.text, &part.format, self.ending, &mut |item| match item {
            Item::Record(record) if record.ordinal == wanted => {
                found = Some(Record {
                    ordinal: record.ordinal,
                    text: Cow::Owned(record.text.into_owned()),
                    origin: record.origin,
                });
            }
            Item::Record(_) => {}
            Item::Problem(problem) => {
                let place = problem.at.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
                problems.push(format!("{name}{place}: {}", one_line(&problem.message)));
            }
        });
        let taken = found.and_then(|record| {
            let value = serde_json::from_str::<Value>(&record.text).ok()?;
            let identity = identity::describe(&value, &part.format, &part.fields);
            Some(Taken { record, value, identity, records: census.records })
        });
        taken.ok_or_else(|| {
            let holds = match census.records {
                0 => "it holds no record".to_owned(),
                1 => "it holds one, with ordinal 0".to_owned(),
                many => format!("it holds {}, with ordinals 0 to {}", count(many, "record"), many - 1),
            };
            Refusal { message: format!("`{name}` has no readable record {wanted}: {holds}"), problems }
        })
    }

    /// That the file holds more than the first record, which was taken as none was named.
    pub fn hint(&self, taken: &Taken) -> Option<String> {
        let path = if self.name == "<stdin>" { "-".into() } else { one_line(&self.name) };
        (self.ordinal.is_none() && taken.records > 1).then(|| {
            format!("the first of {} is explained: --event {path}:1 takes the second", count(taken.records, "record"))
        })
    }
}

impl Taken {
    /// Where in the file the values lie that `trace` looked at.
    pub fn places(&self, trace: &Trace, file: &EventFile) -> BTreeMap<Location, LineColumn> {
        trace::places(trace, &self.record, &file.text)
    }

    /// The event for a report, with `places` of it.
    pub fn seen<'e>(&'e self, file: &'e EventFile, places: &'e BTreeMap<Location, LineColumn>) -> SeenEvent<'e> {
        let at = places.get(&Location::default()).copied();
        let at = at.unwrap_or_else(|| Lines::new(&file.text).at(self.record.origin.offset(0, &file.text)));
        SeenEvent { file: &file.name, record: self.record.ordinal, at, places, identity: &self.identity }
    }
}

/// The file and the ordinal. A file whose whole name is `text` goes before.
fn split(text: &str) -> (&str, Option<usize>) {
    if Path::new(text).exists() {
        return (text, None);
    }
    match text.rsplit_once(':') {
        Some((path, number)) if !path.is_empty() => match number.parse() {
            Ok(ordinal) => (path, Some(ordinal)),
            Err(_) => (text, None),
        },
        _ => (text, None),
    }
}
