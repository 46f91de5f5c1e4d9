//! Texts and words of a SARIF document: text of logs and policies in, text that is safe to show and short enough out.

use serde_json::Value;

use crate::policy::Severity;
use crate::text::sanitize::{one_line, one_line_cut};

/// `text` as one line of at most `limit` characters, with every unsafe character shown as an escape.
///
/// A link of SARIF or Markdown (`[text](target)`) is broken by a space: a log does not get to place links in a report.
pub(in crate::report) fn line(text: &str, limit: usize) -> String {
    cut(&one_line_cut(text, limit).replace("](", "] ("), limit)
}

/// As [`line`], of the first of `texts` that is not blank. SARIF for GitHub has no empty texts.
pub(super) fn first_line(texts: &[&str], limit: usize) -> String {
    let text = texts.iter().find(|text| !text.trim().is_empty()).copied().unwrap_or("(no text)");
    line(text.trim(), limit)
}

/// Lines of a policy's text, each safe to show. Links stay: they are the author's.
pub(super) fn lines(text: &str) -> String {
    text.trim().lines().map(one_line).collect::<Vec<_>>().join("\n")
}

/// `text` cut to at most `limit` characters, the last of them `…` where something is gone.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.chars().nth(limit).is_none() {
        return text.to_owned();
    }
    text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

/// A number as SARIF has it.
pub(in crate::report) fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The level of results of a rule of `severity`.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub's `security-severity`, from 0 to 10; `None` for what is no weakness.
///
/// Source: GitHub documentation, "SARIF support for code scanning": above 9.0 critical, from 7.0 high, from 4.0 medium, from 0.1 low.
pub(super) const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.5"),
        Severity::Info => None,
    }
}

/// Priority of a result, from 0 to 100.
pub(super) const fn rank(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 95.0,
        Severity::High => 80.0,
        Severity::Medium => 55.0,
        Severity::Low => 25.0,
        Severity::Info => 1.0,
    }
}

/// A word of a fixed vocabulary.
pub(in crate::report) fn word(word: &str) -> Value {
    Value::from(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_safe_and_short() {
        assert_eq!(line("a\u{1b}[31m\nb\u{202e}", 40), "a\\u{1b}[31m\\nb\\u{202e}");
        assert_eq!(line("[click](https://example.com)", 40), "[click] (https://example.com)");
        assert_eq!(line("\0\0\0", 8), "\\u{0}\\u…");
        assert_eq!(line("éabcdef", 3), "éa…");
        assert_eq!(first_line(&["", " \n", " x "], 9), "x");
        assert_eq!(first_line(&[], 9), "(no text)");
        assert_eq!(lines(" a\u{7}b\r\nc\n"), "a\\u{7}b\nc");
    }
}
