//! Filter expressions: RFC 9535 §2.3.5 and §2.4, with the types of the functions checked while reading.

use super::cursor::Cursor;
use super::error::PathError;
use super::model::{Comparison, Extent, Logical, Match, Operand, Pattern, Query};
use super::parse::{self, Parsed};
use super::{literal, select, slip};
use serde_json::Value;
use std::ops::Range;

/// The functions of RFC 9535 §2.4.
pub(super) const FUNCTIONS: [&str; 5] = ["length", "count", "match", "search", "value"];

const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// The whole text as a logical expression; blank space may stand around it, as it may inside `[?…]`.
pub(super) fn filter(text: &str) -> Result<Logical, PathError> {
    let mut cursor = Cursor::new(text);
    cursor.blank();
    let logical = expression(&mut cursor)?;
    cursor.blank();
    if cursor.is_at_end() { Ok(logical) } else { Err(unfinished(&cursor, "the end of the expression")) }
}

/// The error for what stands behind a complete expression that `closer` should end.
pub(super) fn unfinished(cursor: &Cursor<'_>, closer: &str) -> PathError {
    slip::after_operand(cursor, cursor.expected(&format!("`&&`, `||` or {closer}")))
}

/// `logical-or-expr`, as far as it goes; the caller checks what ends it.
pub(super) fn expression(cursor: &mut Cursor<'_>) -> Result<Logical, PathError> {
    chain(cursor, "||", Logical::Or, |cursor| chain(cursor, "&&", Logical::And, basic))
}

fn chain(
    cursor: &mut Cursor<'_>,
    operator: &str,
    join: fn(Vec<Logical>) -> Logical,
    part: impl Fn(&mut Cursor<'_>) -> Result<Logical, PathError>,
) -> Result<Logical, PathError> {
    let first = part(cursor)?;
    let mut parts = vec![first];
    loop {
        let end = cursor.at();
        cursor.blank();
        if !cursor.eat(operator) {
            cursor.go_to(end);
            break;
        }
        cursor.blank();
        parts.push(part(cursor)?);
    }
    Ok(match <[Logical; 1]>::try_from(parts) {
        Ok([only]) => only,
        Err(parts) => join(parts),
    })
}

/// `basic-expr`: a parenthesis, a comparison or a test.
fn basic(cursor: &mut Cursor<'_>) -> Result<Logical, PathError> {
    let negated = cursor.eat("!");
    if negated {
        cursor.blank();
    }
    let inner =
        if cursor.looking_at("(") { parenthesis(cursor, negated)? } else { comparison_or_test(cursor, negated)? };
    Ok(if negated { Logical::Not(Box::new(inner)) } else { inner })
}

/// What stands there without a parenthesis; a negated one is no comparison.
fn comparison_or_test(cursor: &mut Cursor<'_>, negated: bool) -> Result<Logical, PathError> {
    let side = side(cursor)?;
    cursor.blank();
    match comparison(cursor) {
        Some((token, operator)) if !negated && side.kind.is_comparable() => {
            let left = side.operand()?;
            check_operator(cursor)?;
            cursor.eat(token);
            cursor.blank();
            let right = self::side(cursor)?.operand()?;
            return Ok(Logical::Compare(left, operator, right));
        }
        Some(_) => return Err(slip::no_comparison(cursor, negated, side.kind.function())),
        None => {}
    }
    let logical = match side.kind {
        Kind::Query(parsed) => Logical::Exists(parsed.query),
        Kind::Logical(logical) => Logical::Match(logical),
        Kind::Literal(_) | Kind::Value(..) if negated => {
            cursor.go_to(side.span.start);
            let error = cursor.expected("a path, `match(…)`, `search(…)` or `(`");
            return Err(slip::lonely(error, side.kind.function()));
        }
        Kind::Literal(_) | Kind::Value(..) => {
            let error = slip::after_operand(cursor, cursor.expected("a comparison"));
            return Err(if error.help.is_some() { error } else { slip::lonely(error, side.kind.function()) });
        }
    };
    cursor.go_to(side.span.end);
    Ok(logical)
}

fn parenthesis(cursor: &mut Cursor<'_>, negated: bool) -> Result<Logical, PathError> {
    let opener = cursor.at();
    cursor.step();
    let inner = cursor.nested(opener, |cursor| {
        cursor.blank();
        expression(cursor)
    })?;
    cursor.blank();
    if !cursor.eat(")") {
        return Err(unfinished(cursor, "`)`"));
    }
    let end = cursor.at();
    cursor.blank();
    if comparison(cursor).is_some() {
        return Err(slip::no_comparison(cursor, negated, None));
    }
    cursor.go_to(end);
    Ok(inner)
}

/// The comparison operator that stands here.
fn comparison(cursor: &Cursor<'_>) -> Option<(&'static str, Comparison)> {
    COMPARISONS.into_iter().find(|(token, _)| cursor.looking_at(token))
}

/// Refuses `===`, `<>` and the like, which begin with an operator and are none.
fn check_operator(cursor: &Cursor<'_>) -> Result<(), PathError> {
    match slip::operator(cursor) {
        Some(help) => Err(cursor.expected("a comparison operator").help(help)),
        None => Ok(()),
    }
}

/// One side of a comparison, a test, or an argument: what stands there before its type is asked for.
#[derive(Debug)]
struct Side {
    kind: Kind,
    span: Range<usize>,
}

#[derive(Debug)]
enum Kind {
    Literal(Value),
    Query(Parsed),
    /// A function of result ValueType, and its name.
    Value(Operand, &'static str),
    /// A function of result LogicalType.
    Logical(Box<Match>),
}

impl Kind {
    fn is_comparable(&self) -> bool {
        !matches!(self, Self::Logical(_))
    }

    fn function(&self) -> Option<&'static str> {
        match self {
            Self::Literal(_) | Self::Query(_) => None,
            Self::Value(_, name) => Some(name),
            Self::Logical(test) => Some(if test.extent == Extent::Whole { "match" } else { "search" }),
        }
    }
}

impl Side {
    /// As a comparable (RFC 9535 §2.3.5.1).
    fn operand(self) -> Result<Operand, PathError> {
        if let Kind::Query(Parsed { blank: Some(offset), plural: None, .. }) = &self.kind {
            let message = "expected no blank space inside the brackets of a compared path".to_owned();
            let help = "leave it out: `@['a']`".to_owned();
            return Err(PathError { offset: *offset, len: 1, message, help: Some(help) });
        }
        self.value()
    }

    /// As an argument of ValueType.
    fn value(self) -> Result<Operand, PathError> {
        match self.kind {
            Kind::Literal(value) => Ok(Operand::Literal(value)),
            Kind::Value(operand, _) => Ok(operand),
            Kind::Query(Parsed { plural: Some(plural), .. }) => Err(slip::plural(plural)),
            Kind::Query(parsed) => Ok(Operand::Singular(parsed.query)),
            Kind::Logical(_) => Err(slip::no_value(self.span, self.kind.function())),
        }
    }

    /// As an argument of NodesType.
    fn nodes(self, function: &str) -> Result<Query, PathError> {
        match self.kind {
            Kind::Query(parsed) => Ok(parsed.query),
            _ => Err(slip::no_nodes(self.span, function)),
        }
    }
}

fn side(cursor: &mut Cursor<'_>) -> Result<Side, PathError> {
    let start = cursor.at();
    let kind = match cursor.peek() {
        Some('@' | '$') => Kind::Query(parse::query(cursor)?),
        Some('\'' | '"') => Kind::Literal(Value::String(literal::string(cursor)?)),
        Some(first) if literal::begins_number(first) => Kind::Literal(Value::Number(literal::number(cursor)?)),
        Some(first) if parse::is_name_char(first) => word(cursor)?,
        _ => return Err(slip::no_operand(cursor, cursor.expected("a path, a literal or a function"))),
    };
    Ok(Side { kind, span: start..cursor.at() })
}

/// `true`, `false`, `null` or a function call.
fn word(cursor: &mut Cursor<'_>) -> Result<Kind, PathError> {
    let start = cursor.at();
    let word = cursor.run(parse::is_name_char);
    let end = cursor.at();
    let literal = match word {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "null" => Some(Value::Null),
        _ => None,
    };
    cursor.blank();
    let called = cursor.looking_at("(");
    if let Some(literal) = literal
        && !called
    {
        cursor.go_to(end);
        return Ok(Kind::Literal(literal));
    }
    let Some(name) = FUNCTIONS.into_iter().find(|name| called && *name == word) else {
        cursor.go_to(start);
        return Err(slip::unknown_word(cursor, word, called));
    };
    if cursor.at() > end {
        cursor.go_to(end);
        return Err(cursor.expected("`(`").help(format!("write `{name}(` without a space")));
    }
    let opener = cursor.at();
    cursor.step();
    cursor.nested(opener, |cursor| call(cursor, name))
}

/// A function's arguments and `)`.
fn call(cursor: &mut Cursor<'_>, name: &'static str) -> Result<Kind, PathError> {
    cursor.blank();
    let first = argument(cursor, name)?;
    let kind = match name {
        "length" => Kind::Value(Operand::Length(Box::new(first.value()?)), name),
        "count" => Kind::Value(Operand::Count(first.nodes(name)?), name),
        "value" => Kind::Value(Operand::ValueOf(first.nodes(name)?), name),
        _ => {
            let text = first.value()?;
            cursor.blank();
            if !cursor.eat(",") {
                return Err(cursor.expected("`,`").help(slip::signature(name)));
            }
            cursor.blank();
            let extent = if name == "match" { Extent::Whole } else { Extent::Part };
            let second = argument(cursor, name)?;
            let pattern = pattern(cursor, second, extent)?;
            Kind::Logical(Box::new(Match { extent, text, pattern }))
        }
    };
    cursor.blank();
    if cursor.eat(")") { Ok(kind) } else { Err(cursor.expected("`)`").help(slip::signature(name))) }
}

fn argument(cursor: &mut Cursor<'_>, name: &str) -> Result<Side, PathError> {
    match cursor.peek() {
        Some(')' | ',') => Err(cursor.expected("an argument").help(slip::signature(name))),
        _ => side(cursor),
    }
}

fn pattern(cursor: &Cursor<'_>, side: Side, extent: Extent) -> Result<Pattern, PathError> {
    let span = side.span.clone();
    match side.value()? {
        Operand::Literal(Value::String(source)) => match select::regex(&source, extent) {
            Some(regex) => Ok(Pattern::Fixed { source, regex }),
            None => Err(slip::bad_pattern(cursor, span, &source)),
        },
        other => Ok(Pattern::Read(other)),
    }
}
