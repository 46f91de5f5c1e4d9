//! The tree of a YAML file, as data: every key and scalar with its place and how it was written.

use serde_json::Number;

use crate::text::Span;

/// A node of the tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its place: a scalar with its quotes, a collection from its first to its last byte.
    pub span: Span,
}

/// What a [`Node`] is.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// A scalar.
    Scalar(YamlScalar),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, merge keys expanded.
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// The key's place.
    pub key_span: Span,
    /// How the key was written.
    pub key_style: Style,
    /// The value.
    pub value: Node,
}

/// A scalar.
#[derive(Debug, Clone)]
pub struct YamlScalar {
    /// Its text, quotes and escapes undone.
    pub text: String,
    /// How it was written.
    pub style: Style,
    /// What it resolves to.
    pub value: YamlValue,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// As a block (`|`, `>`).
    Block,
}

/// What a scalar resolves to.
#[derive(Debug, Clone, PartialEq)]
pub enum YamlValue {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string: the scalar's text.
    String,
}

impl Node {
    /// Whether the two are read as the same: places and quoting do not count.
    #[must_use]
    pub fn means(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (NodeKind::Scalar(one), NodeKind::Scalar(other)) => one.text == other.text && one.value == other.value,
            (NodeKind::Sequence(one), NodeKind::Sequence(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.means(other))
            }
            (NodeKind::Mapping(one), NodeKind::Mapping(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.key == other.key && one.value.means(&other.value))
            }
            _ => false,
        }
    }

    /// The scalar, where it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&YamlScalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is the null scalar.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.value == YamlValue::Null)
    }

    /// The word for what it is, with its article.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            NodeKind::Sequence(_) => "a list",
            NodeKind::Mapping(_) => "a map",
            NodeKind::Scalar(scalar) => match scalar.value {
                YamlValue::Null => "nothing",
                YamlValue::Bool(_) => "a boolean",
                YamlValue::Number(_) => "a number",
                YamlValue::String => "a string",
            },
        }
    }
}
