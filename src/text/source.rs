//! A named policy text that spans point into.

use std::sync::Arc;

/// Place of a [`Source`] in the list of sources of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub usize);

/// A policy file's name and text. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name shown to people: a path as given, or `bundled:iam.yaml`.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// A source out of its name and text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}
