//! Why a text is no RFC 9535 query: the place, what was wanted there, and what to write instead.

use thiserror::Error;

/// Why a text is no RFC 9535 query.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} at byte {offset}")]
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

impl PathError {
    /// The same error with a help.
    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
