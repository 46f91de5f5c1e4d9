//! What is said of each piece of evidence: a label under a value that is there, a note of one that is missing.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::json::{Excerpt, Location, Step};
use crate::text::Span;
use crate::text::sanitize::{one_line, one_line_cut};
use crate::violation::Evidence;

/// Characters shown of a path, of a value, and of what a rule says of it.
const PATH_LIMIT: usize = 120;
const VALUE_LIMIT: usize = 60;
const EXPECTED_LIMIT: usize = 200;

/// The labels of `evidence` in `excerpt`, each place once, and a note for each missing node.
///
/// There is at least one label: where every node is missing it says so at the nearest node that is there.
pub(in crate::report) fn labels(evidence: &[&Evidence], excerpt: &Excerpt) -> (BTreeMap<Span, String>, Vec<String>) {
    let mut labels: BTreeMap<Span, String> = BTreeMap::new();
    let mut notes = Vec::new();
    for (evidence, span) in evidence.iter().zip(&excerpt.spans) {
        match span {
            None => notes.push(missing(evidence)),
            Some(span) => {
                // Of an array or object over several lines its bracket is underlined: calmer than a frame around it.
                let first_line = span.of(&excerpt.text).find('\n').unwrap_or(span.len());
                let label = labels.entry(Span::new(span.start, span.start + first_line)).or_default();
                let text = present(evidence);
                if !label.split("; ").any(|known| known == text) {
                    let separator = if label.is_empty() { "" } else { "; " };
                    label.push_str(separator);
                    label.push_str(&text);
                }
            }
        }
    }
    if labels.is_empty() {
        let nearest = excerpt.nearest.first().copied().unwrap_or_default();
        let label = match evidence.first().and_then(|evidence| evidence.location.0.get(nearest.steps)) {
            Some(Step::Name(name)) => format!("no `{}` in here", one_line_cut(name, VALUE_LIMIT)),
            Some(Step::Index(index)) => format!("no element {index} in here"),
            None => String::new(),
        };
        labels.insert(nearest.span, label);
    }
    (labels, notes)
}

fn present(evidence: &Evidence) -> String {
    let expected = expected(evidence);
    let Some(inner) = &evidence.inner else {
        return expected;
    };
    let inner = short_path(inner);
    match &evidence.observed {
        None => format!("`{inner}` in it is missing; {expected}"),
        Some(value) => format!("`{inner}` in it is {}; {expected}", one_line_cut(&value.to_string(), VALUE_LIMIT)),
    }
}

fn missing(evidence: &Evidence) -> String {
    let path = short_path(&evidence.location);
    if evidence.expected.is_empty() {
        return format!("{path} is missing");
    }
    format!("{path} is missing; {}", expected(evidence))
}

fn expected(evidence: &Evidence) -> String {
    format!("expected: {}", one_line_cut(&evidence.expected, EXPECTED_LIMIT))
}

/// `at` as an author would write it: `$.requestParameters.tags[0]['odd key']`.
pub(in crate::report) fn short_path(at: &Location) -> String {
    let mut out = "$".to_owned();
    for step in &at.0 {
        let _infallible = match step {
            Step::Index(index) => write!(out, "[{index}]"),
            Step::Name(name) if is_plain(name) => write!(out, ".{name}"),
            odd @ Step::Name(_) => {
                let odd = Location(vec![odd.clone()]).to_string();
                write!(out, "{}", odd.strip_prefix('$').unwrap_or(&odd))
            }
        };
    }
    one_line_cut(&one_line(&out), PATH_LIMIT).into_owned()
}

fn is_plain(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_authors_write_them() {
        let steps = ["a", "b c", "9", "é", ""].map(|name| Step::Name(name.to_owned()));
        let at = Location(steps.to_vec()).join(&[Step::Index(7), Step::Name("x_1".to_owned())]);
        assert_eq!(short_path(&at), "$.a['b c']['9']['é'][''][7].x_1");
    }
}
