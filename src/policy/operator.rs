//! What can be asked of the nodes of a path: the operators of the policy language as data. Everything that can be built while
//! parsing (regexes, networks, times) is built, so that evaluating cannot fail.

use std::fmt;

use ipnet::IpNet;
use jiff::Timestamp;
use serde_json::Number;

use crate::policy::model::{Condition, PathRef, Spanned, Template};
use crate::policy::pattern::LazyRegex;
use crate::text::Span;

/// What is asked of the node list of a path.
#[derive(Debug, Clone)]
pub enum ListTest {
    /// Some node passes; of no node, *missing* passes.
    Default(NodeTest),
    /// At least one node passes.
    Some(NodeTest),
    /// There is a node, and all pass.
    Every(NodeTest),
    /// No node passes.
    None(NodeTest),
    /// So many nodes there are.
    Count(NumberTest),
    /// So many different values there are.
    Distinct(NumberTest),
}

/// What is asked of one node.
#[derive(Debug, Clone)]
pub enum NodeTest {
    /// All of them hold. Never empty.
    Operators(Vec<Operator>),
    /// The condition holds with the node as current element. False of a missing node.
    Element(Box<Condition>),
}

/// One operator with its operand.
#[derive(Debug, Clone)]
pub struct Operator {
    /// What it asks.
    pub kind: OperatorKind,
    /// Where it stands: the keyword, or the scalar or list that stands for `equals` or `in`.
    pub span: Span,
}

/// The operators.
#[derive(Debug, Clone)]
pub enum OperatorKind {
    /// The bare `null`: missing or null.
    MissingOrNull,
    /// `equals`.
    Equals(Value, Case),
    /// `in`.
    In(Values, Case),
    /// `starts_with`, `ends_with`, `contains`.
    Text(TextPlace, Values, Case),
    /// `glob`: one of the patterns matches the whole string. `regex`: one is found in the string.
    Pattern(PatternKind, Patterns),
    /// `cidr`.
    Cidr(Networks),
    /// `is_ip`.
    IsIp(IpKind),
    /// `gt`, `gte`, `lt`, `lte`.
    Compare(Comparison, NumberOperand),
    /// `before`, `after`.
    Time(TimeOrder, TimeOperand),
    /// `length`.
    Length(NumberTest),
    /// `exists`.
    Exists(bool),
    /// `empty`.
    Empty(bool),
    /// `type`.
    Type(Vec<JsonType>),
    /// `not`.
    Not(Box<NodeTest>),
    /// `json`.
    Json(Box<Condition>),
}

/// Whether letters of different case are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// They are not.
    Sensitive,
    /// They are: both sides are lower-cased (`str::to_lowercase`).
    Ignored,
}

/// A scalar of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// A string.
    String(String),
    /// A number. Equal numbers are equal whatever their notation: `1` is `1.0`.
    Number(Number),
    /// A boolean.
    Bool(bool),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Bool(value) => value.fmt(f),
        }
    }
}

/// A value to compare with.
#[derive(Debug, Clone)]
pub enum Value {
    /// A scalar.
    Literal(Spanned<Scalar>),
    /// The value of another, singular, path.
    Path(PathRef),
    /// A string made out of other paths.
    Template(Template),
}

/// Values to compare with.
#[derive(Debug, Clone)]
pub enum Values {
    /// These.
    Items(Vec<Value>),
    /// Those of a named list.
    List(Spanned<String>),
}

/// How a pattern is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatternKind {
    /// `glob`.
    Glob,
    /// `regex`.
    Regex,
}

/// Patterns to match with.
#[derive(Debug, Clone)]
pub enum Patterns {
    /// These.
    Items(Vec<Spanned<Pattern>>),
    /// Those of a named list.
    List(Spanned<String>, Case),
}

/// Networks to look in.
#[derive(Debug, Clone)]
pub enum Networks {
    /// These.
    Items(Vec<Spanned<IpNet>>),
    /// Those of a named list.
    List(Spanned<String>),
}

/// Where in a string another must lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextPlace {
    /// At its start.
    Start,
    /// At its end.
    End,
    /// Anywhere; of an array: it is one of the elements.
    Anywhere,
}

/// A glob or regex: what was written, and the regex that decides it (case folding included).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// Decides it: `is_match`.
    pub regex: LazyRegex,
}

/// Which addresses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IpKind {
    /// Any.
    Any,
    /// None: a string that is no address.
    None,
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// An order between numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `equals`, in number tests.
    Equal,
    /// `gt`.
    Greater,
    /// `gte`.
    GreaterOrEqual,
    /// `lt`.
    Less,
    /// `lte`.
    LessOrEqual,
}

/// A number to compare with.
#[derive(Debug, Clone)]
pub enum NumberOperand {
    /// A number.
    Literal(Number),
    /// The number at another, singular, path.
    Path(PathRef),
}

/// An order between times, strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeOrder {
    /// `before`.
    Before,
    /// `after`.
    After,
}

/// A time to compare with.
#[derive(Debug, Clone)]
pub enum TimeOperand {
    /// A time; the text is as written.
    Literal {
        /// As written.
        text: String,
        /// The time.
        time: Timestamp,
    },
    /// The time at another, singular, path.
    Path(PathRef),
}

/// What is asked of a count or a length: all of these hold. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NumberTest(pub Vec<(Comparison, u64)>);

/// Types of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonType {
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl JsonType {
    /// Every type and its word.
    pub const WORDS: &[(&str, Self)] = &[
        ("string", Self::String),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("null", Self::Null),
        ("array", Self::Array),
        ("object", Self::Object),
    ];
}
