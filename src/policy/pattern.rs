//! Globs and regexes of the policy language: a text becomes a [`Pattern`], or what is wrong with it.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use crate::policy::operator::{Case, Pattern, PatternKind};

/// Largest compiled regex, in bytes.
pub const SIZE_LIMIT: usize = 4 << 20;

/// Length up to which a regex without counted repetitions cannot be too large, in bytes.
const SURELY_SMALL: usize = 128;

/// A regex that is known to be right. Where it is certain to be small it is compiled at its first use: in a large set of policies most
/// are never used by themselves, since the index asks all of a field's at once.
#[derive(Debug, Clone)]
pub struct LazyRegex {
    expression: String,
    compiled: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    /// For `expression`, whose syntax is right.
    ///
    /// # Errors
    /// [`PatternError::TooLarge`].
    fn new(expression: String) -> Result<Self, PatternError> {
        let lazy = Self { expression, compiled: OnceLock::new() };
        let small = lazy.expression.len() <= SURELY_SMALL && !lazy.expression.contains('{');
        if small || lazy.compiled().is_some() { Ok(lazy) } else { Err(PatternError::TooLarge) }
    }

    fn compiled(&self) -> Option<&Regex> {
        let build = || RegexBuilder::new(&self.expression).size_limit(SIZE_LIMIT).build().ok();
        self.compiled.get_or_init(build).as_ref()
    }

    /// Whether it matches somewhere in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        // Invariant: `new` lets no regex pass that does not compile.
        self.compiled().is_some_and(|regex| regex.is_match(text))
    }

    /// The expression, case folding included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.expression
    }
}

impl PartialEq for LazyRegex {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

impl Eq for LazyRegex {}

impl std::hash::Hash for LazyRegex {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.expression.hash(state);
    }
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// The regex is wrong between these byte offsets.
    Syntax {
        /// What is wrong.
        message: String,
        /// First wrong byte.
        start: usize,
        /// One past the last.
        end: usize,
    },
    /// It compiles to something larger than [`SIZE_LIMIT`].
    TooLarge,
}

/// The pattern that `text` is.
///
/// # Errors
/// Where a regex is not one, or a pattern would be too large. A glob is never wrong.
pub fn pattern(kind: PatternKind, text: &str, case: Case) -> Result<Pattern, PatternError> {
    let expression = match kind {
        PatternKind::Glob => glob_expression(text),
        PatternKind::Regex => {
            check_syntax(text)?;
            text.to_owned()
        }
    };
    // In the text and not by the builder: `as_str` then says all, and the index can join patterns to a set.
    let expression = if case == Case::Ignored { format!("(?i){expression}") } else { expression };
    LazyRegex::new(expression).map(|regex| Pattern { text: text.to_owned(), regex })
}

/// `*` is any run of characters, `?` any one, `\\` takes the next as it is; the whole text must match.
fn glob_expression(text: &str) -> String {
    let mut expression = String::from("^(?s:");
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '\\' => expression.push_str(&regex::escape(&characters.next().unwrap_or('\\').to_string())),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push_str(")$");
    expression
}

/// Parses `text` with the same syntax as the regex crate, for the place of an error.
fn check_syntax(text: &str) -> Result<(), PatternError> {
    let Err(error) = regex_syntax::ParserBuilder::new().build().parse(text) else { return Ok(()) };
    let (message, start, end) = match &error {
        regex_syntax::Error::Parse(error) => {
            (error.kind().to_string(), error.span().start.offset, error.span().end.offset)
        }
        regex_syntax::Error::Translate(error) => {
            (error.kind().to_string(), error.span().start.offset, error.span().end.offset)
        }
        _ => (error.to_string(), 0, text.len()),
    };
    Err(PatternError::Syntax { message, start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_the_whole_text() {
        let matches =
            |glob: &str, text: &str| pattern(PatternKind::Glob, glob, Case::Sensitive).unwrap().regex.is_match(text);
        assert!(matches("arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/a/b"));
        assert!(matches("a?c", "aéc") && !matches("a?c", "ac"));
        assert!(matches(r"\*.x", "*.x") && !matches(r"\*.x", "a.x"));
        assert!(matches("*", "") && matches("a*", "a\nb") && !matches("a", "a\n"));
        assert!(matches("[x]", "[x]") && matches(r"a\", r"a\"));
    }

    #[test]
    fn a_short_regex_is_never_too_large() {
        for piece in [r"\w", r"\W", r"\pL", r"\PL", ".", "[^a]", r"[\w--\d]", "(.)", r"(\w+)*", "a|", "(?i:k)", r"\b\w"]
        {
            for flags in ["", "(?i)", "(?is)"] {
                let expression = format!("{flags}{}", piece.repeat((SURELY_SMALL - flags.len()) / piece.len()));
                let regex = LazyRegex::new(expression.clone()).unwrap();
                assert!(regex.compiled().is_some(), "{expression}");
            }
        }
    }

    #[test]
    fn says_where_a_regex_is_wrong() {
        let wrong = |text: &str| pattern(PatternKind::Regex, text, Case::Sensitive).unwrap_err();
        assert!(matches!(wrong("ab(c"), PatternError::Syntax { start: 2, end: 3, .. }));
        assert!(matches!(wrong("(a{1000}){1000}"), PatternError::TooLarge));
    }
}
