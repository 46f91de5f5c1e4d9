//! Whether a value that is valid JSON by itself is a whole record, told by what follows it.
//!
//! Damage can close a record too early: `{"a":{"b":1}},"c":2}` begins with a valid object. Such a front is not handed out; the
//! record counts as malformed.

use crate::json::scan::{self, JsonError, JsonErrorKind, Members};

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the top-level values of a file.
    Top,
    /// Among the elements of an array.
    Array,
    /// Alone: as the value of a string, or inside a value that was scanned already.
    Alone,
}

/// Longest run of garbage behind a value that is looked through.
const RUN_BYTES: usize = 256;

/// What follows a value in so many bytes tells whether it is whole: a run of garbage, and a key with its colon.
const DECIDED_BYTES: usize = 4096;

/// The error behind the value at `start..end` that shows it to be the front of a broken record; `None` where it is whole.
pub(super) fn torn(text: &[u8], start: usize, end: usize, place: Place) -> Option<JsonError> {
    if place == Place::Alone {
        return None;
    }
    let next = scan::skip_space(text, end);
    let wanted = if place == Place::Array { "`,` or `]`" } else { "the end of the record" };
    let error = Some(JsonError { offset: next, kind: JsonErrorKind::Unexpected(wanted) });
    let container = matches!(text.get(start), Some(b'{' | b'['));
    let continues = match (text.get(next), place) {
        (None | Some(b'{' | b'['), _) | (Some(b']'), Place::Array) => return None,
        (Some(b','), _) if !container => return None,
        _ if place == Place::Top && line_ends(text, start, end, next) => return None,
        (Some(b','), _) => is_further_key(text, start, scan::skip_space(text, next + 1)),
        _ if !container => true,
        _ => {
            let behind = next + run(text, next);
            match text.get(behind) {
                Some(b'"') => is_further_key(text, start, behind),
                Some(b',') => is_further_key(text, start, scan::skip_space(text, behind + 1)),
                Some(b'}') => {
                    let run = text.get(next..behind).unwrap_or_default();
                    let last = place == Place::Array && scan::skip_space(text, behind + 1) == text.len();
                    is_rest_of_number(run) && !last
                }
                _ => false,
            }
        }
    };
    if continues { error } else { None }
}

/// Whether what is known of `text`, which goes on, is enough for [`torn`] to tell of the value that ends at `end`.
pub(super) fn is_decided(text: &[u8], end: usize) -> bool {
    let next = scan::skip_space(text, end);
    let known = text.len() - next.min(text.len());
    match text.get(next) {
        None => false,
        Some(b'{' | b'[' | b']') => true,
        Some(b',') => match text.get(scan::skip_space(text, next + 1)) {
            None => false,
            Some(b'"') => known > DECIDED_BYTES,
            Some(_) => true,
        },
        Some(_) => known > DECIDED_BYTES,
    }
}

/// Whether a line end stands between `end` and `next`, and the value is written in one line as its neighbours will be.
fn line_ends(text: &[u8], start: usize, end: usize, next: usize) -> bool {
    let holds = |from: usize, to: usize| memchr::memchr(b'\n', text.get(from..to).unwrap_or_default()).is_some();
    holds(end, next) && !holds(start, end)
}

/// Length of the text at `at` before the next character that means something in JSON.
fn run(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.get(..RUN_BYTES.min(rest.len())).unwrap_or_default();
    let ends = |byte: &u8| matches!(byte, b',' | b'"' | b'{' | b'}' | b'[' | b']' | b'\n');
    rest.iter().position(ends).unwrap_or(rest.len())
}

/// Whether a number whose head was taken for all of it goes on here.
fn is_rest_of_number(run: &[u8]) -> bool {
    let run = run.trim_ascii();
    !run.is_empty() && run.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
}

/// Whether a key and a colon stand at `at`, and the object at `start` does not have that key: so it went on here.
///
/// Has it the key, then another object of its shape begins here that lost its brace.
fn is_further_key(text: &[u8], start: usize, at: usize) -> bool {
    let Ok(key) = scan::string(text, at) else { return false };
    if text.get(scan::skip_space(text, key.end)) != Some(&b':') {
        return false;
    }
    let Ok(mut members) = Members::open(text, start, 0) else { return true };
    while let Ok(Some(member)) = members.next_key() {
        if member.key.raw(text) == key.raw(text) {
            return false;
        }
        let Ok(()) = scan::value(text, member.value, 1).and_then(|end| members.close_value(end)) else { break };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_torn(text: &str, place: Place) -> bool {
        let start = text.find(['{', '"', '1']).unwrap();
        let end = scan::skip_value(text.as_bytes(), start).unwrap();
        torn(text.as_bytes(), start, end, place).is_some()
    }

    #[test]
    fn tells_fronts_from_whole_records() {
        for text in [
            r#"[{"a":1},"b":2},{"a":3}]"#,
            r#"[{"a":1} "b":2},{"a":3}]"#,
            r#"[{"a":1}3,"b":2},{"a":3}]"#,
            r#"[{"a":1}3},{"a":3}]"#,
            r#"["a":1},{"a":3}]"#,
            r#"[1"a":1},{"a":3}]"#,
        ] {
            assert!(is_torn(text, Place::Array), "{text}");
        }
        for text in [
            r#"[{"a":1},{"a":3}]"#,
            r#"[{"a":1}]"#,
            r#"[{"a":1}"#,
            r#"[{"a":1}{"a":3}]"#,
            r#"[{"a":1}x{"a":3}]"#,
            r#"[{"a":1}x,{"a":3}]"#,
            r#"[{"a":1}"{"a":3}]"#,
            r#"[{"a":1}},{"a":3}]"#,
            r#"[{"a":1},"a":3},{"a":4}]"#,
            r#"[{"a":1},"a",3]"#,
            r#"["a",1]"#,
            r#"[1]"#,
        ] {
            assert!(!is_torn(text, Place::Array), "{text}");
        }
        for text in [
            "{\"a\":1}\n\"b\":2}",
            "{\"a\":1}\nx",
            "{\"a\":1}\0\0",
            "{\"a\":1}, {\"b\":1}",
            "1\n",
            "{\"a\":1}{\"b\":2}",
        ] {
            assert!(!is_torn(text, Place::Top), "{text}");
        }
        for text in ["{\"a\":1} \"b\":2}", "{\n\"a\":1}\n\"b\":2}", "1 \"a\":1}", "{\"a\":1}3}\n"] {
            assert!(is_torn(text, Place::Top), "{text}");
        }
    }
}
