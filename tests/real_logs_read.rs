//! Reads collections of published logs and checks that every record in them is found.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

use trailgate::event::gzip::{inflate, is_gzip};
use trailgate::event::{Ending, Item, Problem, RecordFormat, looks_like_log, read};

/// Where the collections lie, if they do.
fn collection(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/logs").join(name);
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[derive(Debug, Default)]
struct Count {
    files: usize,
    other_files: usize,
    records: usize,
    problems: Vec<Problem>,
}

fn count(folder: &Path, is_log: impl Fn(&Path) -> bool) -> Count {
    let mut found = Vec::new();
    files(folder, &mut found);
    let mut count = Count::default();
    for path in found {
        let bytes = fs::read(&path).unwrap();
        let text = if is_gzip(&bytes) {
            let inflated = inflate(&bytes, 1 << 30);
            assert_eq!(inflated.error, None, "{}", path.display());
            inflated.text
        } else {
            bytes
        };
        if !is_log(&path) {
            count.other_files += 1;
            continue;
        }
        assert!(looks_like_log(&text), "{}", path.display());
        count.files += 1;
        let mut handed_out = 0;
        let census =
            read(&path.to_string_lossy(), &text, &RecordFormat::Cloudtrail, Ending::Whole, &mut |item| match item {
                Item::Record(record) => {
                    handed_out += 1;
                    let start = record.origin.offset(0, &text);
                    assert!(text[start..].starts_with(record.text.as_bytes()));
                }
                Item::Problem(problem) => count.problems.push(problem),
            });
        assert_eq!(census.records, handed_out + census.malformed + census.insights);
        count.records += handed_out;
    }
    println!(
        "{}: {} records in {} files, {} problems, {} other files",
        folder.display(),
        count.records,
        count.files,
        count.problems.len(),
        count.other_files
    );
    for problem in &count.problems {
        println!("  {problem:?}");
    }
    count
}

fn ends(path: &Path, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.to_string_lossy().ends_with(ending))
}

#[test]
fn every_published_record_is_read() {
    for (name, endings, wanted) in [
        ("stratus-red-team", [".json", ".json"], (310, 35)),
        ("invictus-ir", [".json", ".json.gz"], (2900, 55)),
        ("otrf", [".json", ".json"], (103, 1)),
        ("traildiscover", [".cloudtrail", ".cloudtrail"], (563, 584)),
    ] {
        let Some(folder) = collection(name) else { continue };
        let count = count(&folder, |path| ends(path, &endings));
        assert_eq!((count.records, count.files), wanted, "{name}");
        assert_eq!(count.problems, [], "{name}");
    }
}

/// Examples of the AWS documentation, each beside the page it stands on: `{"doc": …, "event": {…}}`.
#[test]
fn every_documented_example_is_read() {
    let Some(folder) = collection("aws-docs") else { return };
    let text = fs::read_to_string(folder.join("examples.jsonl")).unwrap();
    let mut events = String::new();
    for line in text.lines() {
        let example: serde_json::Value = serde_json::from_str(line).unwrap();
        events.push_str(&example["event"].to_string());
    }
    let mut items = Vec::new();
    let census = read("examples", events.as_bytes(), &RecordFormat::Cloudtrail, Ending::Whole, &mut |item| {
        if let Item::Problem(problem) = item {
            items.push(problem);
        }
    });
    println!("aws-docs: {census:?}");
    assert_eq!((census.records, items.len()), (19, 0));
    // As it is, each line is an object that is no event.
    let census = read("examples", text.as_bytes(), &RecordFormat::Cloudtrail, Ending::Whole, &mut |_| {});
    assert_eq!((census.records, census.malformed), (19, 19));
}
