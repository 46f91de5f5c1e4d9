//! `trailgate fmt` changes how a policy looks and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "what cannot be read fails the test")]

use std::path::Path;

use proptest::prelude::*;
use trailgate::policy::format::{FormatError, format};
use trailgate::policy::{bundled::bundled, parse, yaml};
use trailgate::text::Source;

fn formatted(text: &str) -> Result<String, FormatError> {
    format(&Source::new("p.yaml", text))
}

/// By another parser than the one that the formatter is checked by.
fn meaning(text: &str) -> Option<serde_yaml::Value> {
    serde_yaml::from_str(text).ok()
}

fn comments(text: &str) -> Vec<String> {
    let spans = yaml::comments(text).unwrap();
    spans.into_iter().map(|span| span.of(text).trim_end().to_owned()).collect()
}

#[test]
fn every_shipped_policy_is_in_the_one_form_and_means_the_same() {
    for source in bundled() {
        let text = formatted(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.name));
        assert_eq!(meaning(&text), meaning(&source.text), "{}", source.name);
        assert_eq!(comments(&text), comments(&source.text), "{}", source.name);
        assert!(text == *source.text, "{}: run `trailgate fmt policies`", source.name);
        let files = |_: &str| Ok("x\n".to_owned());
        let model = |text: &str| {
            let policy = parse(&Source::new("p", text), &files).unwrap();
            policy.rules.iter().map(|rule| rule.id.value.clone()).collect::<Vec<_>>()
        };
        assert_eq!(model(&text), model(&source.text));
    }
}

/// What makes a text untidy.
#[derive(Debug, Clone)]
enum Untidy {
    CommentLine(String),
    CommentBehind,
    BlankLine,
    SpaceBehind,
    Wider,
    Broken,
    SingleQuotes,
    Deeper,
    Cut,
}

fn untidy() -> impl Strategy<Value = Untidy> {
    prop_oneof![
        "[a-z#:{}' -]{0,12}".prop_map(Untidy::CommentLine),
        Just(Untidy::CommentBehind),
        Just(Untidy::BlankLine),
        Just(Untidy::SpaceBehind),
        Just(Untidy::Wider),
        Just(Untidy::Broken),
        Just(Untidy::SingleQuotes),
        Just(Untidy::Deeper),
        Just(Untidy::Cut),
    ]
}

fn apply(lines: &mut Vec<String>, at: usize, change: &Untidy) {
    if lines.is_empty() {
        return;
    }
    let at = at % lines.len();
    let line = lines[at].clone();
    let indent = line.len() - line.trim_start().len();
    match change {
        Untidy::CommentLine(text) => lines.insert(at, format!("{}# {text}", " ".repeat(indent))),
        Untidy::CommentBehind => lines[at].push_str(" # behind"),
        Untidy::BlankLine => lines.insert(at, String::new()),
        Untidy::SpaceBehind => lines[at].push_str("  "),
        Untidy::Wider => {
            lines[at] = line.replace(": ", ":   ").replace(", ", " ,  ").replace('{', "{ ").replace(']', " ]")
        }
        Untidy::Broken => {
            if let Some(comma) = line.rfind(", ") {
                let (before, behind) = line.split_at(comma + 1);
                lines[at] = before.to_owned();
                lines.insert(at + 1, format!("{}{behind}", " ".repeat(indent + 4)));
            }
        }
        Untidy::SingleQuotes => lines[at] = line.replace('"', "'"),
        Untidy::Deeper => lines[at].insert_str(0, "  "),
        Untidy::Cut => {
            lines.remove(at);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to the look of a piece of a shipped policy: it is laid out and means the same, or is refused.
    #[test]
    fn untidy_policies_are_laid_out_and_mean_the_same(
        file in 0..1000_usize,
        start in 0..10_000_usize,
        length in 5..60_usize,
        changes in prop::collection::vec((0..60_usize, untidy()), 0..8),
    ) {
        let files = bundled();
        let text = &files[file % files.len()].text;
        let rules = text.split("\nrules:\n").nth(1).unwrap_or(text);
        let all: Vec<&str> = rules.lines().collect();
        let start = start % all.len();
        let mut lines: Vec<String> = all.iter().skip(start).take(length).map(|line| (*line).to_owned()).collect();
        // Begin with a rule where there is one.
        if let Some(first) = lines.iter().position(|line| line.starts_with("  - id:")) {
            lines.drain(..first);
        }
        for (at, change) in &changes {
            apply(&mut lines, *at, change);
        }
        let text = format!("rules:\n{}\n", lines.join("\n"));
        match formatted(&text) {
            Ok(new) => {
                // The other parser does not read all that ours does.
                if let Some(before) = meaning(&text) {
                    prop_assert_eq!(meaning(&new), Some(before), "{}", new);
                }
                prop_assert_eq!(comments(&new), comments(&text), "{}", new);
                prop_assert_eq!(&formatted(&new).unwrap(), &new);
            }
            Err(FormatError::Yaml(_)) => {}
            Err(error @ FormatError::Unsafe(_)) => {
                // A comment in the midst of a text is the one thing that has no place.
                let behind = changes.iter().any(|(_, change)| !matches!(change, Untidy::BlankLine | Untidy::SpaceBehind));
                prop_assert!(behind, "{error}\n{text}");
            }
        }
    }
}

#[test]
fn the_files_of_the_repository_can_be_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["action.yml", "tests/cmd/policies/trails.yaml", "tests/cmd/policies/exceptions.yaml"] {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        let new = formatted(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(meaning(&new), meaning(&text), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the text is, it is laid out or refused.
    #[test]
    fn no_text_brings_the_formatter_down(
        file in 0..1000_usize,
        start in 0..100_000_usize,
        length in 1..400_usize,
        edits in prop::collection::vec((0..400_usize, "[-:{}\\[\\]#&*!|>'\"%@`,? \t\n\r\\\\a0é~<]{0,3}"), 0..12),
    ) {
        let files = bundled();
        let characters: Vec<char> = files[file % files.len()].text.chars().collect();
        let mut text: Vec<char> = characters.iter().copied().cycle().skip(start % characters.len()).take(length).collect();
        for (at, put) in &edits {
            let at = at % (text.len() + 1);
            text.splice(at..(at + 1).min(text.len()), put.chars());
        }
        // The other parser reads a block text otherwise where the line does not end.
        let text = format!("{}\n", text.into_iter().collect::<String>());
        if let (Ok(new), Some(before)) = (formatted(&text), meaning(&text)) {
            prop_assert_eq!(meaning(&new), Some(before), "{}", new);
        }
    }
}
