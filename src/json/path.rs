//! Stub: RFC 9535 paths.

use super::location::{Location, Step};
use serde_json::Value;

/// A checked RFC 9535 query. Two are equal when their texts are.
#[derive(Debug, Clone)]
pub struct Path {
    text: String,
    definite: Option<Vec<Step>>,
}

/// An RFC 9535 logical expression, as stands inside `[?…]`.
#[derive(Debug, Clone)]
pub struct Filter {
    text: String,
}

/// Why a text is no RFC 9535 query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// Byte offset of the first wrong character in the text.
    pub offset: usize,
    /// How many bytes from there are wrong; at least 1, except at the end of the text.
    pub len: usize,
    /// What was found and what was wanted.
    pub message: String,
    /// What to write in place of it, where that is known.
    pub help: Option<String>,
}

impl Path {
    /// Checks `text`, which begins with `$`.
    ///
    /// # Errors
    /// The first place where it is no valid query.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Ok(Self { text: text.to_owned(), definite: None })
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The steps, where the query can select at most one node and uses names and indices from 0 only.
    #[must_use]
    pub fn definite(&self) -> Option<&[Step]> {
        self.definite.as_deref()
    }

    /// Whether it can select at most one node (RFC 9535 §2.3.5.1 singular query; `$.a[-1]` is one).
    #[must_use]
    pub fn is_singular(&self) -> bool {
        false
    }

    /// The nodes it selects in `root`, with their places, in the order of RFC 9535.
    #[must_use]
    pub fn select<'v>(&self, root: &'v Value) -> Vec<(Location, &'v Value)> {
        let _ = root;
        Vec::new()
    }
}

impl Filter {
    /// Checks `text`, a logical expression such as `@.a == @.b && !@.c`.
    ///
    /// # Errors
    /// The first place where it is no valid expression.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Ok(Self { text: text.to_owned() })
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds with `@` being `current` and `$` being `root`.
    #[must_use]
    pub fn holds(&self, root: &Value, current: &Value) -> bool {
        let _ = (root, current);
        false
    }
}
