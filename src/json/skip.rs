//! Finds the end of a JSON value and checks it on the way, as [`scan`](crate::json::scan) does, without saying what is wrong: the
//! answer is an offset or [`BAD`].
//!
//! Offsets are chained: at `BAD` no text has a byte, so that an error needs no branch of its own. Strings are not checked to be
//! UTF-8: whoever turns the text into a `str` does that for all of it at once, several times as fast.

use crate::json::scan::{DEPTH_LIMIT, skip_space};
use crate::json::token;

/// No offset: the text is not valid here.
pub const BAD: usize = usize::MAX;

/// The byte at `at`; 0, which cannot stand outside of a string, where there is none.
#[inline]
pub fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// Where the value begins whose key ended before `at`.
#[inline]
pub fn colon(text: &[u8], at: usize) -> usize {
    let at = skip_space(text, at);
    if byte(text, at) == b':' { skip_space(text, at + 1) } else { BAD }
}

/// Offset behind the value at `at`, which lies `depth` levels deep.
pub fn value(text: &[u8], at: usize, depth: usize) -> usize {
    match byte(text, at) {
        b'"' => string(text, at + 1).0,
        b'{' | b'[' => container(text, at, depth),
        _ => plain(text, at),
    }
}

/// Offset behind the literal or number at `at`.
#[inline]
fn plain(text: &[u8], at: usize) -> usize {
    match byte(text, at) {
        b't' if text.get(at..at + 4) == Some(b"true") => at + 4,
        b'n' if text.get(at..at + 4) == Some(b"null") => at + 4,
        b'f' if text.get(at..at + 5) == Some(b"false") => at + 5,
        b'-' | b'0'..=b'9' => number(text, at),
        _ => BAD,
    }
}

fn number(text: &[u8], at: usize) -> usize {
    token::number(text, at).unwrap_or(BAD)
}

/// Offset behind the object or array at `at`.
fn container(text: &[u8], mut at: usize, depth: usize) -> usize {
    // A bit for each level that is entered: whether it is an object. The limit is below 128.
    let mut objects: u128 = 0;
    let mut level = depth;
    loop {
        at = match byte(text, at) {
            b'"' => string(text, at + 1).0,
            open @ (b'{' | b'[') => {
                if level >= DEPTH_LIMIT {
                    return BAD;
                }
                let object = open == b'{';
                level += 1;
                objects = objects << 1 | u128::from(object);
                at = skip_space(text, at + 1);
                match (byte(text, at), object) {
                    (b'}', true) | (b']', false) => {
                        level -= 1;
                        objects >>= 1;
                        at + 1
                    }
                    (_, true) => {
                        at = key(text, at);
                        continue;
                    }
                    (_, false) => continue,
                }
            }
            _ => plain(text, at),
        };
        loop {
            if level == depth {
                return at;
            }
            at = skip_space(text, at);
            let object = objects & 1 == 1;
            match (byte(text, at), object) {
                (b',', true) => {
                    at = key(text, skip_space(text, at + 1));
                    break;
                }
                (b',', false) => {
                    at = skip_space(text, at + 1);
                    break;
                }
                (b'}', true) | (b']', false) => {
                    level -= 1;
                    objects >>= 1;
                    at += 1;
                }
                _ => return BAD,
            }
        }
    }
}

/// Where the value begins whose key begins at `at`.
#[inline]
fn key(text: &[u8], at: usize) -> usize {
    if byte(text, at) == b'"' { colon(text, string(text, at + 1).0) } else { BAD }
}

/// Offset behind the string whose inside begins at `at`, and whether it holds a backslash. Looks at sixteen bytes at a time.
#[inline]
pub fn string(text: &[u8], mut at: usize) -> (usize, bool) {
    while let Some(bytes) = text.get(at..at.wrapping_add(16)).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
        let special = token::special(bytes);
        if special == 0 {
            at += 16;
            continue;
        }
        // At most 15.
        at += usize::try_from(special.trailing_zeros()).unwrap_or_default();
        if byte(text, at) == b'"' {
            return (at + 1, false);
        }
        break;
    }
    rest(text, at)
}

/// As [`string`], from where a byte is no plain one, or fewer than sixteen are left.
fn rest(text: &[u8], mut at: usize) -> (usize, bool) {
    let mut escaped = false;
    loop {
        match byte(text, at) {
            b'"' => return (at + 1, escaped),
            b'\\' => {
                escaped = true;
                at = token::escape(text, at).unwrap_or(BAD);
            }
            0..=0x1f => return (BAD, escaped),
            _ => at += 1,
        }
    }
}
