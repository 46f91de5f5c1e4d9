//! Strings, integers and numbers inside a path, by the letter of RFC 9535 §2.3.1.1, §2.1 and §2.3.5.1.

use super::cursor::{Cursor, shown};
use super::error::PathError;
use serde_json::Number;

/// Largest magnitude of an index or a slice bound: 2⁵³ − 1, the range of I-JSON (RFC 7493 §2.2).
const INTEGER_LIMIT: i64 = 9_007_199_254_740_991;

/// The string literal that begins here, in either kind of quotes, escapes resolved.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Result<String, PathError> {
    let quote = match cursor.peek() {
        Some(quote @ ('\'' | '"')) => quote,
        _ => return Err(cursor.expected("a string")),
    };
    cursor.step();
    let mut value = String::new();
    loop {
        let offset = cursor.at();
        match cursor.step() {
            None => return Err(cursor.expected(&format!("`{quote}`")).help("close the string with a quote")),
            Some(end) if end == quote => return Ok(value),
            Some('\\') => value.push(escape(cursor, offset, quote)?),
            Some(control) if u32::from(control) < 0x20 => {
                return Err(PathError {
                    offset,
                    len: control.len_utf8(),
                    message: format!("raw control character U+{:04X} in a string", u32::from(control)),
                    help: Some(format!("write it as `\\u{:04x}`", u32::from(control))),
                });
            }
            Some(other) => value.push(other),
        }
    }
}

/// The character that an escape stands for; its backslash lies at `offset` and is behind the cursor.
fn escape(cursor: &mut Cursor<'_>, offset: usize, quote: char) -> Result<char, PathError> {
    match cursor.step() {
        Some('b') => Ok('\u{8}'),
        Some('f') => Ok('\u{c}'),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('u') => unicode(cursor, offset),
        Some(itself) if itself == quote || matches!(itself, '/' | '\\') => Ok(itself),
        Some(other) => {
            let help = match other {
                '\'' | '"' => format!("write `{other}` without the backslash"),
                _ => "write `\\\\` for a backslash".to_owned(),
            };
            let found = cursor.slice(offset, cursor.at());
            let message = format!("unknown escape `{}`", shown(found));
            Err(PathError { offset, len: found.len(), message, help: Some(help) })
        }
        None => Err(cursor.expected("an escape").help("write `\\\\` for a backslash")),
    }
}

fn unicode(cursor: &mut Cursor<'_>, offset: usize) -> Result<char, PathError> {
    let first = hex(cursor)?;
    let code = match first {
        0xD800..=0xDBFF if cursor.eat("\\u") => match hex(cursor)? {
            second @ 0xDC00..=0xDFFF => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
            _ => return Err(lone_surrogate(cursor, offset)),
        },
        other => other,
    };
    char::from_u32(code).ok_or_else(|| lone_surrogate(cursor, offset))
}

fn lone_surrogate(cursor: &Cursor<'_>, offset: usize) -> PathError {
    let len = 6;
    let message = format!("lone surrogate `{}`", cursor.slice(offset, offset + len));
    let help = "write the character itself, or both halves: `\\ud834\\udd1e`".to_owned();
    PathError { offset, len, message, help: Some(help) }
}

fn hex(cursor: &mut Cursor<'_>) -> Result<u32, PathError> {
    let mut code = 0;
    for _ in 0..4 {
        let Some(digit) = cursor.peek().and_then(|character| character.to_digit(16)) else {
            let found = cursor.peek().map_or(0, char::len_utf8);
            let mut error = cursor.expected("a hex digit").help("write four hex digits behind `\\u`");
            error.len = found;
            return Err(error);
        };
        cursor.step();
        code = code * 16 + digit;
    }
    Ok(code)
}

/// Whether an integer or a number can begin with this character.
pub(super) fn begins_number(character: char) -> bool {
    character == '-' || character.is_ascii_digit()
}

/// The integer of an index or a slice that begins here.
pub(super) fn integer(cursor: &mut Cursor<'_>) -> Result<i64, PathError> {
    let offset = cursor.at();
    if cursor.eat("-") && cursor.looking_at("0") {
        return Err(cursor.expected("a digit from 1 to 9").help("write `0`"));
    }
    digits_without_leading_zero(cursor)?;
    let written = cursor.slice(offset, cursor.at());
    match written.parse::<i64>() {
        Ok(value) if (-INTEGER_LIMIT..=INTEGER_LIMIT).contains(&value) => Ok(value),
        _ => Err(PathError {
            offset,
            len: written.len(),
            message: format!("integer `{}` is out of range", shown(written)),
            help: Some(format!("an integer lies between -{INTEGER_LIMIT} and {INTEGER_LIMIT}")),
        }),
    }
}

/// The number of a filter expression that begins here.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Result<Number, PathError> {
    let offset = cursor.at();
    cursor.eat("-");
    digits_without_leading_zero(cursor)?;
    if cursor.eat(".") {
        digits(cursor)?;
    }
    if cursor.eat("e") || cursor.eat("E") {
        let _sign = cursor.eat("+") || cursor.eat("-");
        digits(cursor)?;
    }
    let written = cursor.slice(offset, cursor.at());
    serde_json::from_str(written).map_err(|_| PathError {
        offset,
        len: written.len(),
        message: format!("number `{}` is out of range", shown(written)),
        help: None,
    })
}

fn digits_without_leading_zero(cursor: &mut Cursor<'_>) -> Result<(), PathError> {
    if !cursor.eat("0") {
        return digits(cursor);
    }
    match cursor.peek() {
        Some('0'..='9') => {
            let mut error =
                cursor.expected("no digit behind a leading `0`").help("write the number without leading zeros");
            error.len = cursor.rest().bytes().take_while(u8::is_ascii_digit).count();
            Err(error)
        }
        _ => Ok(()),
    }
}

fn digits(cursor: &mut Cursor<'_>) -> Result<(), PathError> {
    if cursor.run(|character| character.is_ascii_digit()).is_empty() {
        return Err(cursor.expected("a digit"));
    }
    Ok(())
}
