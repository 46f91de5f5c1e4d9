//! Markdown, read by a CommonMark reader with GitHub's tables: what logs and policies say must stay text.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use trailgate::report::MarkdownReporter;

use crate::formats::runs::{clean, full, hostile, hostile_texts, of_the_binary};

/// The HTML that the report writes itself.
const HTML: [&str; 5] = ["<details>", "</details>", "<summary>", "</summary>", "<br>"];

#[test]
fn a_full_run() {
    let text = full().report(&MarkdownReporter);
    let shape = read(&text);
    assert_eq!(shape.tables, 3);
    insta::assert_snapshot!(text);
}

#[test]
fn a_clean_run() {
    let mut run = clean();
    run.rules.truncate(1);
    insta::assert_snapshot!(run.report(&MarkdownReporter));
}

#[test]
fn hostile_texts_stay_text() {
    for text in hostile_texts() {
        let report = hostile(&text).report(&MarkdownReporter);
        let shape = read(&report);
        assert!(shape.tables >= 1 || report.contains("was cut"), "{text:?}");
        assert!(shape.cells.iter().all(|(columns, cells)| cells % columns == 0), "{text:?}");
        if text.len() < 100 && text.trim().len() > 1 && !text.contains(|c: char| c.is_control() || c > '\u{80}') {
            let shown = text.replace('|', "¦");
            assert!(shape.code.iter().any(|code| code.trim() == shown.trim()), "{shown:?} in {:?}", shape.code);
        }
    }
}

#[test]
fn a_long_report_is_cut_and_says_so() {
    let mut run = hostile(&"\u{202e}".repeat(400));
    run.summary.rules = vec![run.summary.rules[0].clone(); 500];
    let text = run.report(&MarkdownReporter);
    read(&text);
    assert!(text.contains("**This report was cut**"));
    assert!(text.contains(" of 2,932 records evaluated"));
}

#[test]
fn the_binary() {
    for report in of_the_binary(&["markdown"]) {
        assert!(report[0].starts_with("## trailgate: failed\n"));
        assert!(read(&report[0]).tables >= 1);
    }
}

/// What a reader makes of a report.
#[derive(Debug, Default)]
struct Shape {
    tables: usize,
    /// For each table its columns and cells.
    cells: Vec<(usize, usize)>,
    code: Vec<String>,
}

/// Reads `text` and asserts that nothing in it does anything.
fn read(text: &str) -> Shape {
    assert!(text.chars().count() <= 60_000 && text.len() <= 60_000, "{}", text.len());
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    let mut shape = Shape::default();
    let mut open = 0;
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                open += html.matches("<details>").count();
                let rest = HTML.iter().fold(html.to_string(), |rest, tag| rest.replace(tag, ""));
                assert!(!rest.contains('<'), "{html}");
                open -= html.matches("</details>").count();
            }
            Event::Code(code) => shape.code.push(code.to_string()),
            Event::Text(text) => {
                let fires = ["@", "#", "http", "www.", "<", "`", "[", "$"];
                assert!(!fires.iter().any(|sign| text.contains(sign)), "{text}");
            }
            Event::Start(Tag::Table(alignments)) => {
                shape.tables += 1;
                shape.cells.push((alignments.len(), 0));
            }
            Event::Start(Tag::TableCell) => shape.cells.last_mut().unwrap().1 += 1,
            Event::Start(
                tag @ (Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)
                | Tag::BlockQuote(_)
                | Tag::Emphasis
                | Tag::Strikethrough
                | Tag::FootnoteDefinition(_)
                | Tag::MetadataBlock(_)),
            ) => panic!("{tag:?} in {text}"),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                panic!("{event:?} in {text}")
            }
            Event::End(TagEnd::Heading(level)) => assert_ne!(level, HeadingLevel::H1),
            _ => {}
        }
    }
    assert_eq!(open, 0, "an element stays open");
    shape
}
