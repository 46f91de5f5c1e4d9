//! Segments and selectors: RFC 9535 §2.2 to §2.5, text in, tree out. Filters are read by `logical`.

use super::cursor::{Cursor, Name};
use super::error::PathError;
use super::model::{Query, Reach, Segment, Selector, Start};
use super::{literal, logical, slip};
use std::ops::Range;

/// A query and what a filter has to know about it.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) query: Query,
    /// The bytes it takes.
    pub(super) span: Range<usize>,
    /// The first segment that can select more than one node.
    pub(super) plural: Option<Range<usize>>,
    /// Offset of the first blank space inside brackets, which a compared query may not have (`singular-query-segments`).
    pub(super) blank: Option<usize>,
}

/// The whole text as a query from `$`.
pub(super) fn path(text: &str) -> Result<Query, PathError> {
    let mut cursor = Cursor::new(text);
    if !cursor.looking_at("$") {
        return Err(slip::no_root(&cursor, cursor.expected("`$`")));
    }
    let parsed = query(&mut cursor)?;
    if cursor.is_at_end() {
        return Ok(parsed.query);
    }
    let end = cursor.at();
    cursor.blank();
    if cursor.is_at_end() {
        cursor.go_to(end);
        return Err(cursor.expected("the end of the path").help("leave out the blank space at the end"));
    }
    Err(slip::after_segments(&cursor, cursor.expected("`.` or `[`")))
}

/// The query whose `$` or `@` stands here, as far as it goes.
pub(super) fn query(cursor: &mut Cursor<'_>) -> Result<Parsed, PathError> {
    let begin = cursor.at();
    let start = match cursor.step() {
        Some('@') => Start::Current,
        _ => Start::Root,
    };
    let mut parsed =
        Parsed { query: Query { start, segments: Vec::new() }, span: begin..cursor.at(), plural: None, blank: None };
    loop {
        cursor.blank();
        let offset = cursor.at();
        let Some(segment) = segment(cursor, begin, &mut parsed.blank)? else {
            cursor.go_to(parsed.span.end);
            return Ok(parsed);
        };
        parsed.span.end = cursor.at();
        if parsed.plural.is_none() && !segment.is_singular() {
            parsed.plural = Some(offset..cursor.at());
        }
        parsed.query.segments.push(segment);
    }
}

fn segment(cursor: &mut Cursor<'_>, query: usize, blank: &mut Option<usize>) -> Result<Option<Segment>, PathError> {
    let offset = cursor.at();
    let reach = if cursor.eat("..") {
        Reach::Descendant
    } else if cursor.eat(".") {
        Reach::Child
    } else if cursor.looking_at("[") {
        return Ok(Some(Segment { reach: Reach::Child, selectors: bracketed(cursor, blank)? }));
    } else {
        return Ok(None);
    };
    let selectors = match cursor.peek() {
        Some('*') => {
            cursor.step();
            vec![Selector::Wildcard]
        }
        Some('[') if reach == Reach::Descendant => bracketed(cursor, blank)?,
        Some(first) if is_name_first(first) => {
            let start = cursor.at();
            let name = cursor.run(is_name_char).to_owned();
            cursor.name = Some(Name { query, segment: offset, start, end: cursor.at() });
            vec![Selector::Name(name)]
        }
        _ => {
            let wanted = if reach == Reach::Child { "a name or `*`" } else { "a name, `*` or `[`" };
            return Err(slip::after_dot(cursor, reach, cursor.expected(wanted)));
        }
    };
    Ok(Some(Segment { reach, selectors }))
}

fn is_name_first(character: char) -> bool {
    character == '_' || character.is_ascii_alphabetic() || !character.is_ascii()
}

/// Whether it may stand in a shorthand name.
pub(super) fn is_name_char(character: char) -> bool {
    is_name_first(character) || character.is_ascii_digit()
}

/// The selectors from `[` to `]`.
fn bracketed(cursor: &mut Cursor<'_>, blank: &mut Option<usize>) -> Result<Vec<Selector>, PathError> {
    let opener = cursor.at();
    cursor.step();
    let mut note_blank = |cursor: &mut Cursor<'_>| {
        let offset = cursor.at();
        if cursor.blank() {
            blank.get_or_insert(offset);
        }
    };
    let mut selectors = Vec::new();
    loop {
        note_blank(cursor);
        let selector = selector(cursor, opener)?;
        note_blank(cursor);
        let after_filter = matches!(selector, Selector::Filter(_));
        selectors.push(selector);
        if cursor.eat("]") {
            return Ok(selectors);
        }
        if !cursor.eat(",") {
            return Err(if after_filter {
                logical::unfinished(cursor, "`]`")
            } else {
                slip::after_selector(cursor, cursor.expected("`,` or `]`"))
            });
        }
    }
}

fn selector(cursor: &mut Cursor<'_>, opener: usize) -> Result<Selector, PathError> {
    match cursor.peek() {
        Some('\'' | '"') => literal::string(cursor).map(Selector::Name),
        Some('*') => {
            cursor.step();
            Ok(Selector::Wildcard)
        }
        Some('?') => {
            cursor.step();
            cursor.blank();
            cursor.nested(opener, logical::expression).map(Selector::Filter)
        }
        Some(':') => slice(cursor, None),
        Some(first) if literal::begins_number(first) => {
            let index = literal::integer(cursor)?;
            let end = cursor.at();
            cursor.blank();
            if cursor.looking_at(":") {
                return slice(cursor, Some(index));
            }
            cursor.go_to(end);
            Ok(Selector::Index(index))
        }
        _ => Err(slip::no_selector(cursor, cursor.expected("a quoted name, an index, a slice, `*` or `?`"))),
    }
}

/// The rest of a slice, from its first `:`.
fn slice(cursor: &mut Cursor<'_>, start: Option<i64>) -> Result<Selector, PathError> {
    cursor.step();
    let end = bound(cursor)?;
    let step = if cursor.eat(":") { bound(cursor)? } else { None };
    Ok(Selector::Slice { start, end, step })
}

fn bound(cursor: &mut Cursor<'_>) -> Result<Option<i64>, PathError> {
    cursor.blank();
    let bound = match cursor.peek() {
        Some(first) if literal::begins_number(first) => Some(literal::integer(cursor)?),
        _ => None,
    };
    cursor.blank();
    Ok(bound)
}
