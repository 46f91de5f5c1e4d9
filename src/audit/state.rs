//! The state file of `check --state`: what runs have seen for `first_seen` rules, read before a run and written after it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audit::input::in_words;
use crate::policy::RuleId;
use crate::violation::{History, Occurrences, RuleHistory};

/// The version of the file, which rises where an older program would misread it.
const VERSION: u32 = 1;

/// The file's word for itself.
const KIND: &str = "first_seen";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    trailgate_state: String,
    version: u32,
    rules: BTreeMap<String, Rule>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    definition: String,
    since: Option<Timestamp>,
    seen: BTreeMap<Box<str>, Vec<(Timestamp, Timestamp)>>,
}

/// What the file at `path` says has been seen; nothing where there is no such file.
///
/// # Errors
/// In words: it cannot be read, is no state file, or is one of a later version.
pub fn read(path: &Path) -> Result<History, String> {
    let name = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(History::default()),
        Err(error) => return Err(format!("the state `{name}` cannot be read: {}", in_words(&error))),
    };
    history(&text).map_err(|cause| format!("`{name}` is no state of trailgate: {cause}; it stays as it is"))
}

fn history(text: &str) -> Result<History, String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if let Some(version) = value.get("version").and_then(serde_json::Value::as_u64)
        && version > u64::from(VERSION)
    {
        return Err(format!("its version is {version}, and this trailgate reads up to {VERSION}"));
    }
    let document: Document = serde_json::from_value(value).map_err(|error| error.to_string())?;
    if document.trailgate_state != KIND {
        return Err(format!("it holds `{}`, expected `{KIND}`", document.trailgate_state));
    }
    let rule = |(id, rule): (String, Rule)| {
        let seen = rule.seen.into_iter().map(|(key, spans)| (key, Occurrences { spans })).collect();
        (RuleId(id), RuleHistory { definition: rule.definition, since: rule.since, seen })
    };
    Ok(History { rules: document.rules.into_iter().map(rule).collect() })
}

/// Writes `history` to `path`, whole or not at all: readers find the old file or the new one.
///
/// # Errors
/// In words: it cannot be written.
pub fn write(path: &Path, history: &History) -> Result<(), String> {
    let rule = |(id, rule): (&RuleId, &RuleHistory)| {
        let seen = rule.seen.iter().map(|(key, occurrences)| (key.clone(), occurrences.spans.clone())).collect();
        (id.0.clone(), Rule { definition: rule.definition.clone(), since: rule.since, seen })
    };
    let document = Document {
        trailgate_state: KIND.to_owned(),
        version: VERSION,
        rules: history.rules.iter().map(rule).collect(),
    };
    write_whole(path, &document)
        .map_err(|error| format!("the state `{}` cannot be written: {}", path.display(), in_words(&error)))
}

fn write_whole(path: &Path, document: &Document) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, document)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert_eq!(read(&path), Ok(History::default()));
        let at = |second| Timestamp::from_second(second).unwrap();
        let seen =
            BTreeMap::from([("[\"a\",1]".into(), Occurrences { spans: vec![(at(1), at(5)), (at(90), at(90))] })]);
        let rule = RuleHistory { definition: "d".to_owned(), since: Some(at(0)), seen };
        let history = History { rules: BTreeMap::from([(RuleId("a.b".to_owned()), rule)]) };
        write(&path, &history).unwrap();
        write(&path, &history).unwrap();
        assert_eq!(read(&path), Ok(history));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn foreign_files_are_refused() {
        let good = r#"{"trailgate_state": "first_seen", "version": 1, "rules": {}}"#;
        assert!(history(good).is_ok());
        for (text, said) in [
            ("", "EOF"),
            ("{}", "missing field"),
            ("[1]", "invalid type"),
            (&good.replace("first_seen", "other"), "expected `first_seen`"),
            (&good.replace("1", "2"), "its version is 2"),
            (&good.replace("rules", "more"), "unknown field"),
        ] {
            let cause = history(text).unwrap_err();
            assert!(cause.contains(said), "{text}: {cause}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let cause = write(Path::new("/no/such/folder/state.json"), &History::default()).unwrap_err();
        assert!(cause.contains("cannot be written"), "{cause}");
    }
}
