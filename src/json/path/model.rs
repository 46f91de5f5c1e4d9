//! A checked query as a tree: what `parse` yields, and `select` and `reference` walk.
//!
//! Invariant: function arguments and the sides of a comparison have the types that RFC 9535 §2.4.3 asks for, and integers
//! lie inside the range of I-JSON.

use regex::Regex;
use serde_json::Value;

/// A query: where it starts and the segments from there.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) start: Start,
    pub(super) segments: Vec<Segment>,
}

/// The node a query starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// `$`
    Root,
    /// `@`
    Current,
}

/// `.a`, `[…]` or `..[…]`.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) reach: Reach,
    pub(super) selectors: Vec<Selector>,
}

/// Which nodes a segment's selectors are applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The input nodes.
    Child,
    /// The input nodes and all that lies below them.
    Descendant,
}

/// What picks children of a node.
#[derive(Debug, Clone)]
pub(super) enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice { start: Option<i64>, end: Option<i64>, step: Option<i64> },
    Filter(Logical),
}

/// An expression that holds or does not.
#[derive(Debug, Clone)]
pub(super) enum Logical {
    Or(Vec<Logical>),
    And(Vec<Logical>),
    Not(Box<Logical>),
    /// The query selects at least one node.
    Exists(Query),
    Compare(Operand, Comparison, Operand),
    Match(Box<Match>),
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What yields one value, or Nothing (RFC 9535 §2.4.1 ValueType).
#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// A scalar.
    Literal(Value),
    /// A singular query.
    Singular(Query),
    Length(Box<Operand>),
    Count(Query),
    /// `value(…)`: the value of the one node that the query selects.
    ValueOf(Query),
}

/// `match(text, pattern)` or `search(text, pattern)`.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub(super) extent: Extent,
    pub(super) text: Operand,
    pub(super) pattern: Pattern,
}

/// How much of the string a pattern has to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it: `match`.
    Whole,
    /// Some part of it: `search`.
    Part,
}

/// The second argument of `match` and `search`.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// A string literal, compiled once.
    Fixed { source: String, regex: Regex },
    /// Read from the data; no match where it is no string or no regular expression.
    Read(Operand),
}

impl Selector {
    /// Whether it selects at most one child whatever the node.
    pub(super) fn is_singular(&self) -> bool {
        matches!(self, Self::Name(_) | Self::Index(_))
    }
}

impl Segment {
    /// Whether it yields at most one node for each input node (RFC 9535 §2.3.5.1).
    pub(super) fn is_singular(&self) -> bool {
        self.reach == Reach::Child && matches!(self.selectors.as_slice(), [one] if one.is_singular())
    }
}
