//! Edits that mend what a diagnostic tells of: byte ranges of a policy file and what stands there afterwards. All that is not
//! edited, comments included, stays as it is.

use crate::policy::node::YamlValue;
use crate::policy::scalar::resolve;
use crate::text::Span;

/// A change that mends one diagnostic without changing what else the policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command: ``write `alarmName` ``.
    pub title: String,
    /// Its edits, which do not overlap.
    pub edits: Vec<Edit>,
}

/// One range of the text and what stands there afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to take out; empty to put something in.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

impl Fix {
    /// A fix that writes `text` in the place of `span`.
    pub fn replace(title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self { title: title.into(), edits: vec![Edit { span, text: text.into() }] }
    }
}

/// `text` with as many of `fixes` as go together, the first first; and which of them these are.
///
/// A fix that touches what another has changed is left for another round.
#[must_use]
pub fn apply(text: &str, fixes: &[&Fix]) -> (String, Vec<usize>) {
    let mut edits: Vec<&Edit> = Vec::new();
    let mut applied = Vec::new();
    for (place, fix) in fixes.iter().enumerate() {
        let fits = |edit: &Edit| text.get(edit.span.start..edit.span.end).is_some();
        let free = |edit: &Edit| {
            edits.iter().all(|other| edit.span.end < other.span.start || other.span.end < edit.span.start)
        };
        if fix.edits.iter().all(|edit| fits(edit) && free(edit)) {
            edits.extend(&fix.edits);
            applied.push(place);
        }
    }
    edits.sort_by_key(|edit| edit.span.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, applied)
}

/// `text` as a YAML scalar in the place of `written`, with the quotes that this has; quoted where it has none and YAML needs them.
#[must_use]
pub fn scalar_like(written: &str, text: &str) -> String {
    let double = || format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let is_text = resolve(text) == YamlValue::String;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"$._-/".contains(&byte);
    match written.bytes().next() {
        Some(b'\'') => format!("'{}'", text.replace('\'', "''")),
        Some(b'"') => double(),
        _ if is_text && text.bytes().all(plain) && !text.starts_with('-') => text.to_owned(),
        _ => double(),
    }
}

/// The range to take out so that the list entry at `item` is gone: with its comma in `[…]`, with its whole line after `- `.
///
/// `None` where it is not clear what belongs to it: a comment behind it, or the only entry.
#[must_use]
pub fn list_entry(text: &str, item: Span) -> Option<Span> {
    let (before, after) = (text.get(..item.start)?, text.get(item.end..)?);
    let ahead = after.trim_start_matches(' ');
    if let Some(rest) = ahead.strip_prefix(',') {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        return Some(Span::new(item.start, text.len() - rest.len() + blanks));
    }
    if ahead.starts_with(']') {
        let head = before.trim_end_matches(' ').strip_suffix(',')?;
        return Some(Span::new(head.len(), item.end));
    }
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let is_entry = before.get(line..)?.trim_start_matches(' ').trim_end_matches(' ') == "-";
    let rest = ahead.strip_prefix('\r').unwrap_or(ahead);
    (is_entry && rest.starts_with('\n')).then(|| Span::new(line, text.len() - rest.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, word: &str) -> Span {
        let start = text.find(word).unwrap();
        Span::new(start, start + word.len())
    }

    #[test]
    fn applies_what_goes_together_and_leaves_the_rest() {
        let text = "a: one  # why\nb: two\n";
        let one = Fix::replace("", span(text, "one"), "1");
        let same = Fix::replace("", span(text, "one"), "2");
        let two = Fix::replace("", span(text, "two"), "\"zwei\"");
        let beyond = Fix::replace("", Span::new(90, 91), "x");
        let (out, applied) = apply(text, &[&one, &same, &two, &beyond]);
        assert_eq!(out, "a: 1  # why\nb: \"zwei\"\n");
        assert_eq!(applied, [0, 2]);
    }

    #[test]
    fn keeps_the_quotes() {
        for (written, text, expected) in [
            ("x", "y", "y"),
            ("'x'", "it's", "'it''s'"),
            ("\"x\"", "a\"b", "\"a\\\"b\""),
            ("x", "$.a[*].b", "\"$.a[*].b\""),
            ("x", "-1", "\"-1\""),
            ("1", "123456789012", "\"123456789012\""),
            ("1", "true", "\"true\""),
            ("x", "$.requestParameters.alarmName", "$.requestParameters.alarmName"),
        ] {
            assert_eq!(scalar_like(written, text), expected, "{written} {text}");
        }
    }

    #[test]
    fn takes_out_a_list_entry() {
        for (text, word, expected) in [
            ("k: [aa, bb, cc]", "aa", Some("k: [bb, cc]")),
            ("k: [aa, bb, cc]", "bb", Some("k: [aa, cc]")),
            ("k: [aa, bb]", "bb", Some("k: [aa]")),
            ("k: [aa]", "aa", None),
            ("k:\n  - aa\n  - bb\n", "aa", Some("k:\n  - bb\n")),
            ("k:\n  - aa\n  - bb # why\n", "bb", None),
            ("k: aa\n", "aa", None),
        ] {
            let cut = list_entry(text, span(text, word));
            let out = cut.map(|cut| apply(text, &[&Fix::replace("", cut, "")]).0);
            assert_eq!(out.as_deref(), expected, "{text}");
        }
    }
}
