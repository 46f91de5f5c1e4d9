//! `trailgate config`: what every setting is, and what made it so.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::cli::args::{ConfigArgs, TableFormat};
use crate::cli::configuration::{Effective, Setting, SettingSource, Takes};
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::text::sanitize::one_line;
use crate::violation::Verdict;

/// Runs `trailgate config`.
pub fn config(arguments: &ConfigArgs, effective: &Effective) -> Exit {
    let text = match arguments.format {
        TableFormat::Human => table(effective),
        TableFormat::Json => format!("{:#}\n", document(effective)),
    };
    print(text.as_bytes()).map_or_else(|exit| exit, |()| Exit::Verdict(Verdict::Passed))
}

/// Three columns: key, value, source. A list has a line for each value.
fn table(effective: &Effective) -> String {
    let rows: Vec<[String; 3]> = effective.settings.iter().flat_map(rows).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let (keys, values) = (width(0), width(1));
    let lines = rows.iter().map(|[key, value, source]| {
        let line = format!("{key:keys$}  {value:values$}  {source}");
        format!("{}\n", line.trim_end())
    });
    let head = match &effective.configuration {
        Some(name) => format!("configuration {}\n\n", one_line(name)),
        None => "no configuration\n\n".to_owned(),
    };
    std::iter::once(head).chain(lines).collect()
}

fn rows(setting: &Setting) -> Vec<[String; 3]> {
    let first = setting.values.first().map_or_else(|| "-".to_owned(), |value| one_line(value).into_owned());
    let rest = setting.values.iter().skip(1).map(|value| [String::new(), one_line(value).into_owned(), String::new()]);
    let head = [setting.key.name.to_owned(), first, one_line(&setting.source.to_string()).into_owned()];
    std::iter::once(head).chain(rest).collect()
}

fn document(effective: &Effective) -> Value {
    let settings: Map<String, Value> = effective
        .settings
        .iter()
        .map(|setting| {
            let source = setting.source.to_string();
            (setting.key.name.to_owned(), json!({"value": value(setting), "source": source}))
        })
        .collect();
    json!({"configuration": effective.configuration, "settings": settings})
}

/// The value with the type that it has in the configuration.
fn value(setting: &Setting) -> Value {
    let first = setting.values.first();
    match setting.key.takes {
        Takes::Texts => setting.values.clone().into(),
        Takes::Number => first.and_then(|text| text.parse::<u64>().ok()).into(),
        Takes::Switch => {
            // Any word for yes or no may stand in the environment.
            first.map(|text| matches!(text.to_lowercase().as_str(), "true" | "t" | "yes" | "y" | "on" | "1")).into()
        }
        Takes::Text => first.cloned().into(),
    }
}

impl fmt::Display for SettingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => f.write_str(name),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Default => f.write_str("default"),
        }
    }
}
