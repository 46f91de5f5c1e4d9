//! Tests only: whatever somebody types into a policy, every question about every place of it has an answer.

use lsp_types::{Range, Uri};
use proptest::prelude::*;

use crate::lsp::complete::complete;
use crate::lsp::diagnostics::{Links, actions, diagnostic};
use crate::lsp::hover::hover;
use crate::lsp::navigate::{definition, references, symbols};
use crate::lsp::position::Positions;
use crate::lsp::project::Project;
use crate::lsp::sample::Sample;
use crate::policy::bundled::bundled;
use crate::text::Source;

/// What is put in; of every kind of character that means something to YAML, to paths and to UTF-16.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ": ",
    ":",
    "\n",
    "\n  ",
    "- ",
    "$.",
    "$[?",
    ".a",
    "é🔑",
    "&a ",
    "*a",
    "| \n",
    "> ",
    "# ",
    "\t",
    "use: x",
    "list: ",
    "!x ",
    "<<: ",
    "\u{feff}",
    "---\n",
    "\\",
    "%",
    "@",
    "\r\n",
    ", ",
    "when:",
    "tests:\n    - ",
    "{$.",
];

#[derive(Debug, Clone)]
struct Edit {
    /// Where, as a part of the text.
    at: f64,
    /// Bytes that go.
    out: usize,
    /// Which piece comes.
    piece: usize,
}

fn edit() -> impl Strategy<Value = Edit> {
    (0.0..1.0, 0_usize..40, 0..PIECES.len()).prop_map(|(at, out, piece)| Edit { at, out, piece })
}

fn apply(text: &mut String, edit: &Edit) {
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary((edit.at * text.len() as f64) as usize);
    let end = boundary((start + edit.out).min(text.len())).max(start);
    text.replace_range(start..end, PIECES[edit.piece]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_question_has_an_answer(edits in prop::collection::vec(edit(), 1..12), places in prop::collection::vec(0.0..1.0, 12)) {
        let shared = bundled().into_iter().find(|source| &*source.name == "bundled:identity.yaml").unwrap();
        let whole = bundled().into_iter().find(|source| &*source.name == "bundled:logs.yaml").unwrap();
        let mut text: String = whole.text.lines().take(60).map(|line| format!("{line}\n")).collect();
        let mut project = Project::default();
        project.set(shared, &|_| Err("no such file".to_owned()));
        let uri: Uri = "file:///a.yaml".parse().unwrap();
        for edit in &edits {
            apply(&mut text, edit);
            project.set(Source::new("a.yaml", text.as_str()), &|_| Err("no such file".to_owned()));
            let findings = project.findings("2026-11-26".parse().unwrap());
            let file = project.file("a.yaml").unwrap();
            let errors = &findings.by_file["a.yaml"];
            let end = Positions::new(&text).position(text.len());
            let addresses = |_: &str| Some(uri.clone());
            let links = Links { addresses: &addresses, pages: Some("https://example.com/") };
            for error in errors {
                let shown = diagnostic(error, links);
                assert!(shown.range.start <= shown.range.end && shown.range.end <= end, "{shown:?}");
            }
            let _actions = actions(errors, Range { start: Positions::new(&text).position(0), end }, &uri, links);
            let _symbols = symbols(file);
            for place in &places {
                let offset = Positions::new(&text).offset(Positions::new(&text).position((place * text.len() as f64) as usize));
                let sample = Sample::default();
                for item in complete(&project, file, &sample, offset) {
                    assert!(!item.label.is_empty() && !format!("{item:?}").contains('\u{e000}'), "{item:?}");
                }
                let _hover = hover(&project, &findings, file, &sample, offset);
                let _definition = definition(&project, file, offset);
                let _references = references(&project, file, offset, true);
            }
        }
    }
}
