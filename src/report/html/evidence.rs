//! The values that decided: in a few words for every violation, and marked in an excerpt of the record.

use std::collections::BTreeMap;

use crate::json::{ExcerptOptions, excerpt as json_excerpt};
use crate::report::human::diagnostic::telling;
use crate::report::human::label;
use crate::report::number::count;
use crate::text::Span;
use crate::text::sanitize::one_line_cut;
use crate::violation::{Evidence, Violation};

/// Evidence and context that an excerpt shows, and evidence that is put into words.
const EVIDENCE_LIMIT: usize = 8;
const CONTEXT_LIMIT: usize = 12;
const REASONS_LIMIT: usize = 2;
/// Characters shown of a value and of what a rule says of it.
const VALUE_LIMIT: usize = 80;
/// Columns of an excerpt.
const WIDTH: usize = 88;

/// A record made short, line by line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) lines: Vec<Line>,
    /// What is missing in the record.
    pub(super) notes: Vec<String>,
}

/// A line of an excerpt, without its line feed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) parts: Vec<Part>,
    /// What was expected of the values marked in it.
    pub(super) labels: Vec<String>,
}

/// A part of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) marked: bool,
}

impl Line {
    fn push(&mut self, text: &str, marked: bool) {
        if !text.is_empty() {
            self.parts.push(Part { text: text.to_owned(), marked });
        }
    }
}

/// The excerpt of `violation`'s record.
pub(super) fn excerpt(violation: &Violation) -> Excerpt {
    let telling = telling(&violation.evidence);
    let shown = telling.get(..EVIDENCE_LIMIT).unwrap_or(&telling);
    let marks: Vec<_> = shown.iter().map(|evidence| &evidence.location).collect();
    let keep: Vec<_> = violation.context.iter().take(CONTEXT_LIMIT).collect();
    let options = ExcerptOptions { width: WIDTH, ..ExcerptOptions::default() };
    let excerpt = json_excerpt(&violation.record_text, &marks, &keep, options);
    let (labels, mut notes) = label::labels(shown, &excerpt);
    if let Some(rest) = telling.len().checked_sub(EVIDENCE_LIMIT).filter(|rest| *rest > 0) {
        notes.push(format!("{} more decided", count(rest, "value")));
    }
    Excerpt { lines: lines(&excerpt.text, &labels), notes }
}

/// `text` in lines, with what `labels` name marked. A label's span lies within one line.
fn lines(text: &str, labels: &BTreeMap<Span, String>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line_text in text.split('\n') {
        let end = start + line_text.len();
        let mut line = Line::default();
        let mut at = start;
        for (span, label) in labels.range(Span::at(start)..).take_while(|(span, _)| span.start < end) {
            // A value inside one that is marked is marked already.
            if span.start >= at {
                line.push(Span::new(at, span.start).of(text), false);
                line.push(span.of(text), true);
                at = span.end;
            }
            line.labels.extend((!label.is_empty()).then(|| label.clone()));
        }
        line.push(Span::new(at, end).of(text), false);
        lines.push(line);
        start = end + 1;
    }
    lines
}

/// `$.userIdentity.type is "Root", expected: not Root`: the first few values that decided.
pub(super) fn reasons(violation: &Violation) -> String {
    let telling = telling(&violation.evidence);
    let mut reasons: Vec<String> = telling.iter().take(REASONS_LIMIT).map(|evidence| reason(evidence)).collect();
    if let Some(rest) = telling.len().checked_sub(REASONS_LIMIT).filter(|rest| *rest > 0) {
        reasons.push(format!("{} more", rest));
    }
    reasons.join("; ")
}

fn reason(evidence: &Evidence) -> String {
    let mut path = label::short_path(&evidence.location);
    if let Some(inner) = &evidence.inner {
        path.push(' ');
        path.push_str(&label::short_path(inner));
    }
    let expected = match evidence.expected.as_str() {
        "" => String::new(),
        expected => format!(", expected: {}", one_line_cut(expected, VALUE_LIMIT)),
    };
    match &evidence.observed {
        None => format!("{path} is missing{expected}"),
        Some(serde_json::Value::String(text)) => {
            format!("{path} is \"{}\"{expected}", one_line_cut(text, VALUE_LIMIT))
        }
        Some(serde_json::Value::Array(_)) => format!("{path} is a list{expected}"),
        Some(serde_json::Value::Object(_)) => format!("{path} is an object{expected}"),
        Some(value) => format!("{path} is {}{expected}", one_line_cut(&value.to_string(), VALUE_LIMIT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_in_their_lines() {
        let labels = BTreeMap::from([
            (Span::new(4, 7), "expected: b".to_owned()),
            (Span::new(5, 6), "expected: c".to_owned()),
            (Span::new(9, 10), String::new()),
        ]);
        let shown = lines("ab\n [x],\n}", &labels);
        let drawn: Vec<String> = shown
            .iter()
            .map(|line| {
                let parts = line.parts.iter();
                let text: String = parts
                    .map(|part| if part.marked { format!("<{}>", part.text) } else { part.text.clone() })
                    .collect();
                format!("{text} {}", line.labels.join(" + "))
            })
            .collect();
        assert_eq!(drawn, ["ab ", " <[x]>, expected: b + expected: c", "<}> "]);
    }
}
