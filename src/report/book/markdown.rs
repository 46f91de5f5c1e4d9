//! The pages as Markdown, with relative links.

use std::fmt::Write;

use crate::policy::prose::Clause;
use crate::report::book::model::{Book, Chapter, Group, Page, pieces};
use crate::report::html::shown::link;
use crate::report::markdown::text::code;
use crate::report::number::count;

const NAME_LIMIT: usize = 200;

/// The pages of `book`: `index.md`, `rules/ID.md` and `packs/NAME.md`.
#[must_use]
pub fn markdown(book: &Book<'_>) -> Vec<Page> {
    let mut pages = vec![Page { path: "index.md".to_owned(), text: index(book) }];
    pages.extend(book.packs.iter().enumerate().map(|(place, pack)| {
        let rules = book.of_pack(place);
        let mut text = format!("# Policy {}\n\n", code(&pack.name, NAME_LIMIT));
        text.push_str(&format!(
            "{} of {}. [All rules](../index.md)\n\n",
            count(rules.len(), "rule"),
            code(&pack.file, NAME_LIMIT)
        ));
        text.push_str(&table(&rules, "../rules/"));
        Page { path: format!("packs/{}.md", pack.name), text }
    }));
    pages.extend(
        book.rules.iter().map(|chapter| Page { path: format!("rules/{}.md", chapter.id()), text: rule(book, chapter) }),
    );
    pages
}

fn index(book: &Book<'_>) -> String {
    let mut text =
        format!("# Rules\n\n{} in {}.\n", count(book.rules.len(), "rule"), count(book.packs.len(), "policy file"));
    text.push_str("\n## By severity\n");
    for group in book.by_severity() {
        text.push_str(&format!("\n### {}\n\n{}", group.name, table(&group.rules, "rules/")));
    }
    text.push_str("\n## By service\n\n| Service | Rules |\n|---|---|\n");
    for group in book.by_service() {
        text.push_str(&group_row(&group));
    }
    text.push_str("\n## By control\n");
    for shelf in book.by_control() {
        text.push_str(&format!(
            "\n### {}\n\n{}\n\n| Control | Rules |\n|---|---|\n",
            code(&shelf.name, NAME_LIMIT),
            prose(&shelf.scope)
        ));
        for control in &shelf.controls {
            text.push_str(&group_row(control));
        }
    }
    text.push_str("\n## By policy file\n\n| Policy | File | Rules |\n|---|---|--:|\n");
    for (place, pack) in book.packs.iter().enumerate() {
        let rules = book.of_pack(place).len();
        text.push_str(&format!("| [{0}](packs/{0}.md) | {1} | {rules} |\n", pack.name, code(&pack.file, NAME_LIMIT)));
    }
    text
}

fn group_row(group: &Group<'_, '_>) -> String {
    let rules: Vec<String> = group.rules.iter().map(|chapter| link_to(chapter, "rules/")).collect();
    let rules = if rules.is_empty() { "no rule".to_owned() } else { rules.join(", ") };
    let note = group.note.as_ref().map(|note| format!(" {}", prose(note))).unwrap_or_default();
    format!("| {}{note} | {rules} |\n", code(&group.name, NAME_LIMIT))
}

fn link_to(chapter: &Chapter<'_>, folder: &str) -> String {
    format!("[{0}]({folder}{0}.md)", chapter.id())
}

fn table(rules: &[&Chapter<'_>], folder: &str) -> String {
    let rows = rules.iter().map(|chapter| {
        format!("| {} | {} | {} |\n", chapter.rule.severity, link_to(chapter, folder), prose(&chapter.title()))
    });
    std::iter::once("| Severity | Rule | Title |\n|---|---|---|\n".to_owned()).chain(rows).collect()
}

fn rule(book: &Book<'_>, chapter: &Chapter<'_>) -> String {
    let rule = chapter.rule;
    let mut text = format!("# {}\n\n`{}`, severity **{}**", prose(&chapter.title()), chapter.id(), rule.severity);
    if let Some(pack) = book.pack_of(chapter) {
        text.push_str(&format!(", policy [{0}](../packs/{0}.md)", pack.name));
    }
    text.push_str(". [All rules](../index.md)\n");
    for (heading, prose_text) in [("Why", &rule.rationale), ("What to do", &rule.remediation)] {
        if let Some(of_rule) = prose_text {
            text.push_str(&format!("\n## {heading}\n\n{}\n", prose(of_rule)));
        }
    }
    text.push_str("\n## What the rule says\n\n");
    for clause in [&chapter.population, &chapter.obligation].into_iter().chain(&chapter.exceptions) {
        text.push_str(&clause_list(clause));
        text.push('\n');
    }
    if let Some(message) = &rule.message {
        text.push_str(&format!("A violation says: {}\n\n", code(&message.text, NAME_LIMIT * 5)));
    }
    if !rule.waivable {
        text.push_str("Neither exceptions nor waivers cover it.\n\n");
    }
    text.push_str(&facts(chapter));
    text.push_str(&format!("## Source\n\n{}", fence(&chapter.source.rule)));
    let examples = chapter.examples();
    if !examples.is_empty() {
        text.push_str("\n## Examples\n\nThese are the tests of the rule.\n");
        for example in examples {
            text.push_str(&format!(
                "\n**{}**: {}\n\n{}",
                prose(&example.name),
                expectation(example.expect),
                fence(example.yaml)
            ));
        }
    }
    text
}

/// Services, tags, controls and references, where there are any.
fn facts(chapter: &Chapter<'_>) -> String {
    let rule = chapter.rule;
    let codes = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| code(text, NAME_LIMIT)).collect::<Vec<_>>().join(", ")
    };
    let mut text = String::new();
    let services = if chapter.services.is_empty() { "any".to_owned() } else { codes(&mut chapter.services.iter()) };
    text.push_str(&format!("- Services: {services}\n"));
    if !rule.tags.is_empty() {
        text.push_str(&format!("- Tags: {}\n", codes(&mut rule.tags.iter())));
    }
    for (framework, ids) in &rule.controls {
        text.push_str(&format!("- Supports {}: {}\n", code(framework, NAME_LIMIT), codes(&mut ids.iter())));
    }
    for reference in &rule.references {
        // An address that could end its own brackets is shown, and is no link.
        let address = link(reference).filter(|address| !address.contains(['<', '>', '|', '`']));
        let shown = address.map_or_else(|| code(reference, NAME_LIMIT), |address| format!("<{address}>"));
        text.push_str(&format!("- See {shown}\n"));
    }
    text.push('\n');
    text
}

/// What a reader calls the word of `expect`.
pub(super) fn expectation(expect: &'static str) -> &'static str {
    match expect {
        "violation" => "a violation",
        "ok" => "no violation",
        "not_in_scope" => "the rule is not about it",
        other => other,
    }
}

/// A paragraph and a nested list.
fn clause_list(clause: &Clause) -> String {
    let mut text = String::new();
    for (depth, line) in clause.lines() {
        match depth {
            0 => text.push_str(&format!("{}\n{}", prose(line), if clause.items.is_empty() { "" } else { "\n" })),
            // Writing into a string does not fail.
            _ => {
                let _infallible = writeln!(text, "{:1$}- {2}", "", 2 * (depth - 1), prose(line));
            }
        }
    }
    text
}

/// `text` as Markdown that shows it and does nothing; what stands between backticks is code.
fn prose(text: &str) -> String {
    let plain = |text: &str| {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            if "\\`*_[]<>&#|~!@".contains(character) {
                out.push('\\');
            }
            out.push(character);
        }
        out
    };
    pieces(text)
        .iter()
        .map(|piece| if piece.is_code { code(&piece.text, usize::MAX) } else { plain(&piece.text) })
        .collect()
}

/// `text` as a block of YAML that nothing in it ends.
fn fence(text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}yaml\n{text}\n{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_policy_does_nothing() {
        assert_eq!(prose("a `b*` <img> [x](y) `c"), "a `b*` \\<img\\> \\[x\\](y) c");
        assert_eq!(fence("a\n````\n"), "`````yaml\na\n````\n\n`````\n");
    }
}
