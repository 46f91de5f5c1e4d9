//! Where a violation stands: files as URIs, regions with the value's text, normalized paths as logical locations.
//!
//! A record's text says how long a value is. Only a record that lies in its file as it is tells how long it is *there*: one that
//! lies in a string, escaped, or in a row has other lengths in the file, and its values are marked by their first character.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location, LogicalLocation, Message, PhysicalLocation, Region,
};

use crate::json::locate;
use crate::report::sarif::words::{line, number};
use crate::text::{LineColumn, Span};
use crate::violation::{Evidence, Violation};

/// Characters of a snippet.
const SNIPPET: usize = 200;
/// Characters shown before a value.
const BEFORE: usize = 60;
/// Characters of a normalized path.
const PATH: usize = 1000;
/// Characters of what was found, and of what was wanted.
const VALUE: usize = 300;

/// What stands in a path of a URI as it is; `/` too.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `file` as a URI: a relative path stays one, with forward slashes; an absolute one becomes `file:///…`.
pub(in crate::report) fn uri(file: &str) -> String {
    let drive = matches!(file.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let slashed = if drive || cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    let encode = |path: &str| utf8_percent_encode(path, ENCODED).to_string();
    match slashed.get(..1).filter(|_| drive) {
        Some(letter) => format!("file:///{letter}:{}", encode(slashed.get(2..).unwrap_or_default())),
        None if slashed.starts_with('/') => format!("file://{}", encode(&slashed)),
        None => match encode(slashed.trim_start_matches("./")) {
            // An empty URI would name the document itself.
            empty if empty.is_empty() => "unnamed".to_owned(),
            path => path,
        },
    }
}

/// A place in `file` that is known by line and column at most.
pub(super) fn file_location(file: &str, at: Option<LineColumn>, offset: Option<usize>) -> Location {
    let region = at.map(|at| Region { byte_offset: offset.map(number), ..point(at) });
    Location { physical_location: Some(physical(file, region, None)), ..Location::default() }
}

/// The item of evidence that a result points at: the first that the event holds a value for.
pub(super) fn primary(violation: &Violation) -> Option<&Evidence> {
    violation.evidence.iter().find(|evidence| evidence.at.is_some()).or_else(|| violation.evidence.first())
}

/// Where `evidence` stands, and what was found and wanted there. Without evidence, or where the event has no such value, it is
/// where the record begins.
pub(super) fn location(violation: &Violation, evidence: Option<&Evidence>) -> Location {
    let record = violation.record_text.as_ref();
    let place = evidence.and_then(|evidence| Some((evidence, evidence.at?, evidence.offset?)));
    let (region, context) = match place {
        Some((evidence, at, offset)) => match locate(record, &evidence.location) {
            Some(span) if violation.offset.checked_add(span.start) == Some(offset) => {
                (exact(record, span, at, offset), context(record, span, at, offset))
            }
            span => (first_character(at, offset, span.map(|span| span.of(record))), None),
        },
        None => (first_character(violation.at, violation.offset, Some(record)), None),
    };
    Location {
        physical_location: Some(physical(&violation.file, Some(region), context)),
        logical_locations: evidence.map(|evidence| {
            vec![LogicalLocation {
                fully_qualified_name: Some(line(&evidence.path(), PATH)),
                kind: Some("property".to_owned()),
                ..LogicalLocation::default()
            }]
        }),
        message: evidence.map(|evidence| text(&words(evidence))),
        ..Location::default()
    }
}

/// A message of `text`.
pub(super) fn text(text: &str) -> Message {
    Message { text: Some(text.to_owned()), ..Message::default() }
}

fn words(evidence: &Evidence) -> String {
    let wanted = line(&evidence.expected, VALUE);
    match &evidence.observed {
        None => format!("missing; wanted: {wanted}"),
        Some(value) => format!("found {}; wanted: {wanted}", line(&value.to_string(), VALUE)),
    }
}

fn physical(file: &str, region: Option<Region>, context_region: Option<Region>) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: Some(ArtifactLocation { uri: Some(uri(file)), ..ArtifactLocation::default() }),
        region,
        context_region,
        ..PhysicalLocation::default()
    }
}

/// The one character at `at`. GitHub wants a region's end.
fn point(at: LineColumn) -> Region {
    Region {
        start_line: Some(number(at.line)),
        start_column: Some(number(at.column)),
        end_line: Some(number(at.line)),
        end_column: Some(number(at.column.saturating_add(1))),
        ..Region::default()
    }
}

/// The first character of a value, which shows as `text`.
fn first_character(at: LineColumn, offset: usize, text: Option<&str>) -> Region {
    Region { byte_offset: Some(number(offset)), snippet: text.and_then(snippet), ..point(at) }
}

/// The value at `span` of a record that lies in its file as it is.
fn exact(record: &str, span: Span, at: LineColumn, offset: usize) -> Region {
    let value = span.of(record);
    let feeds = value.bytes().filter(|byte| *byte == b'\n').count();
    let last = value.rsplit('\n').next().unwrap_or_default().chars().count();
    let end_column = if feeds == 0 { at.column.saturating_add(last) } else { last.saturating_add(1) };
    Region {
        start_line: Some(number(at.line)),
        start_column: Some(number(at.column)),
        end_line: Some(number(at.line.saturating_add(feeds))),
        end_column: Some(number(end_column)),
        byte_offset: Some(number(offset)),
        byte_length: Some(number(value.len())),
        snippet: snippet(value),
        ..Region::default()
    }
}

/// The value at `span` with what stands around it in the same line. `None` where the value alone fills a snippet.
fn context(record: &str, span: Span, at: LineColumn, offset: usize) -> Option<Region> {
    let value = span.of(record);
    let length = value.chars().take(SNIPPET).count();
    if length + BEFORE > SNIPPET || value.contains('\n') {
        return None;
    }
    let (before, after) = (record.get(..span.start)?, record.get(span.end..)?);
    let back: Vec<char> = before.chars().rev().take_while(|character| *character != '\n').take(BEFORE).collect();
    let ahead = after.chars().take_while(|character| !matches!(character, '\n' | '\r'));
    let ahead: usize = ahead.take(SNIPPET - length - back.len()).map(char::len_utf8).sum();
    let back_bytes: usize = back.iter().map(|character| character.len_utf8()).sum();
    let shown = record.get(span.start.checked_sub(back_bytes)?..span.end.checked_add(ahead)?)?;
    let start = at.column.checked_sub(back.len()).filter(|column| *column > 0)?;
    Some(Region {
        start_line: Some(number(at.line)),
        start_column: Some(number(start)),
        end_line: Some(number(at.line)),
        end_column: Some(number(start.saturating_add(shown.chars().count()))),
        byte_offset: Some(number(offset.checked_sub(back_bytes)?)),
        byte_length: Some(number(shown.len())),
        snippet: snippet(shown),
        ..Region::default()
    })
}

fn snippet(text: &str) -> Option<ArtifactContent> {
    let text = line(text, SNIPPET);
    (!text.is_empty()).then(|| ArtifactContent { text: Some(text), ..ArtifactContent::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_uri() {
        let cases = [
            ("logs/a b.json.gz", "logs/a%20b.json.gz"),
            ("./logs/x.json", "logs/x.json"),
            ("/var/log/é.json", "file:///var/log/%C3%A9.json"),
            ("C:\\logs\\x.json", "file:///C:/logs/x.json"),
            ("<stdin>", "%3Cstdin%3E"),
            ("a:b?c#d%.json", "a%3Ab%3Fc%23d%25.json"),
            ("a\u{1b}\n\u{202e}", "a%1B%0A%E2%80%AE"),
            ("../x", "../x"),
            ("", "unnamed"),
        ];
        for (file, expected) in cases {
            assert_eq!(uri(file), expected);
        }
    }

    #[test]
    fn a_region_ends_behind_its_value() {
        let record = "{\"é\": [1,\n 2], \"b\": \"x\"}";
        let of = |value: &str| {
            let start = record.find(value).unwrap();
            Span::new(start, start + value.len())
        };
        let start = LineColumn { line: 7, column: 7 };
        let list = exact(record, of("[1,\n 2]"), start, 107);
        assert_eq!((list.end_line, list.end_column, list.byte_length), (Some(8), Some(4), Some(7)));
        let word = of("\"x\"");
        let at = LineColumn { line: 8, column: 11 };
        let around = context(record, word, at, 100 + word.start).unwrap();
        assert_eq!((around.start_column, around.end_column), (Some(1), Some(15)));
        assert_eq!(around.snippet.unwrap().text.unwrap(), " 2], \"b\": \"x\"}");
        assert_eq!(around.byte_offset, Some(number(100 + record.find(" 2]").unwrap())));
    }
}
