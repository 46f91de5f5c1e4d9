//! The text of a YAML file that people write becomes the same file in the one form: see [`format()`].
//!
//! The layout is pretty_yaml's. What comes out is read again and held against what went in, so that neither the meaning nor a
//! comment can be lost to it.

use pretty_yaml::config::{DashSpacing, FormatOptions, LanguageOptions, LayoutOptions, LineBreak, Quotes};

use crate::policy::error::{PolicyError, PolicyErrors};
use crate::policy::node::{Node, NodeKind};
use crate::policy::yaml;
use crate::text::Source;

/// Columns of a line. What stands in braces or brackets is broken where it would be longer; texts are not.
const WIDTH: usize = 140;
const INDENT: usize = 2;
/// Most times that a text is formatted until it no longer changes.
const MOST_PASSES: usize = 4;

/// Why a text is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It is no YAML of the kind that policies are written in.
    #[error(transparent)]
    Yaml(#[from] PolicyErrors),
    /// It cannot be formatted safely; what would happen to it, in words.
    #[error("formatting would {0}")]
    Unsafe(&'static str),
}

/// The text of `source` in the one form: two spaces of indentation, one space where one belongs, double quotes where quotes are,
/// one blank line between rules, nothing behind a line, braces and brackets broken where they do not fit a line.
///
/// The order of keys, the quotes there are, block texts and comments stay. Formatting the result again gives the same text. A file of
/// which every line ends in `\r\n` keeps that.
///
/// # Errors
/// What is wrong with it as YAML; or that the result would not be read as the same.
pub fn format(source: &Source) -> Result<String, FormatError> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let before = tree(&source.name, text)?;
    let mut now = pass(&source.name, text)?;
    let mut settled = false;
    for _ in 1..MOST_PASSES {
        let next = pass(&source.name, &now)?;
        settled = next == now;
        now = next;
        if settled {
            break;
        }
    }
    let after = tree(&source.name, &now).map_err(|_| FormatError::Unsafe("break it"))?;
    if !before.means(&after) {
        return Err(FormatError::Unsafe("change what it means"));
    }
    if comments(text) != comments(&now) {
        return Err(FormatError::Unsafe("lose a comment"));
    }
    if settled { Ok(now) } else { Err(FormatError::Unsafe("not come to an end")) }
}

fn tree(name: &str, text: &str) -> Result<Node, PolicyErrors> {
    let mut errors: Vec<PolicyError> = Vec::new();
    let tree = yaml::parse(&Source::new(name, text), &mut errors);
    match tree {
        Some(tree) if errors.is_empty() => Ok(tree),
        _ => Err(PolicyErrors(errors)),
    }
}

/// The comments, without what stands behind them.
fn comments(text: &str) -> Option<Vec<&str>> {
    Some(yaml::comments(text)?.into_iter().map(|span| span.of(text).trim_end()).collect())
}

fn pass(name: &str, text: &str) -> Result<String, FormatError> {
    let lines = text.matches('\n').count();
    let line_break = if lines > 0 && text.matches("\r\n").count() == lines { LineBreak::Crlf } else { LineBreak::Lf };
    let options = FormatOptions {
        layout: LayoutOptions { print_width: WIDTH, indent_width: INDENT, line_break },
        language: LanguageOptions {
            quotes: Quotes::PreferDouble,
            trailing_comma: false,
            brace_spacing: false,
            bracket_spacing: false,
            dash_spacing: DashSpacing::OneSpace,
            // Inside a block text it would be another text.
            trim_trailing_whitespaces: false,
            ..LanguageOptions::default()
        },
    };
    let text = pretty_yaml::format_text(text, &options).map_err(|_| FormatError::Unsafe("not understand it"))?;
    Ok(spaced(name, &text))
}

/// `text` with a blank line before each rule but the first, and before the comments that belong to it.
fn spaced(name: &str, text: &str) -> String {
    let Ok(Node { kind: NodeKind::Mapping(entries), .. }) = tree(name, text) else { return text.to_owned() };
    let rules = entries.iter().find(|entry| entry.key == "rules").map(|entry| &entry.value.kind);
    let Some(NodeKind::Sequence(rules)) = rules else { return text.to_owned() };
    let comments = yaml::comments(text).unwrap_or_default();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out = String::new();
    let mut done = 0;
    for rule in rules.iter().skip(1) {
        let Some(mut start) = line_start(text, rule.span.start) else { continue };
        // Only a rule of its own line: `[{…}, {…}]` stays as it is.
        if text.get(start..rule.span.start).is_none_or(|before| before.trim() != "-") {
            continue;
        }
        while let Some(above) = start.checked_sub(1).and_then(|end| line_start(text, end)) {
            let line = text.get(above..start).unwrap_or_default();
            let own = above + (line.len() - line.trim_start().len());
            if !comments.iter().any(|comment| comment.start == own) {
                break;
            }
            start = above;
        }
        let before = text.get(done..start).unwrap_or_default();
        out.push_str(before);
        let blank = text.get(..start).unwrap_or_default().ends_with(&format!("{line_end}{line_end}"));
        if !blank {
            out.push_str(line_end);
        }
        done = start;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Where the line of the byte `at` begins.
fn line_start(text: &str, at: usize) -> Option<usize> {
    Some(text.get(..at)?.rfind('\n').map_or(0, |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(text: &str) -> String {
        format(&Source::new("p.yaml", text)).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn lays_out_and_keeps_what_is_said() {
        let untidy = "version:   1   # c1\n# c0\n\n\ndefine:\n    d: {  $.a :   1,\"$.b[*]\":   'x' , # inner\n       $.c: \"it's\" }   \nrules:\n- id: a.b\n  rationale: >-\n      folded  \n      text\n\n  # of the next\n- id: c\n  controls: {cis: ['4.3',\"1\"]}\n  forbid: {$.a: No}\n- {id: d}";
        insta::assert_snapshot!(formatted(untidy));
    }

    #[test]
    fn breaks_what_does_not_fit() {
        let names: Vec<String> = (0..40).map(|number| format!("Name{number}")).collect();
        let text = format!("define:\n  d: {{$.a: [{}], $.b: 1}}\n", names.join(","));
        insta::assert_snapshot!(formatted(&text));
    }

    #[test]
    fn keeps_line_ends() {
        assert_eq!(formatted("a:   1\r\nrules:\r\n- a\r\n- b\r\n"), "a: 1\r\nrules:\r\n  - a\r\n\r\n  - b\r\n");
        assert_eq!(formatted("\u{feff}a:   1"), "a: 1\n");
    }
}
