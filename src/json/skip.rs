//! Finds the end of a JSON value and checks it on the way, as [`scan`](crate::json::scan) does, without saying what is wrong: an
//! offset in, the offset behind out, or `None`.
//!
//! Strings are not checked to be UTF-8: whoever turns the text into a `str` does that for all of it at once, several times as fast.

use crate::json::scan::{DEPTH_LIMIT, skip_space};
use crate::json::strings::Strings;
use crate::json::token;

/// A member of an object, or its end.
#[derive(Debug, Clone, Copy)]
pub enum Member {
    /// Its key begins here, with a quote.
    Key(usize),
    /// The object ends before this offset.
    End(usize),
}

/// In an object whose inside begins at `at`: its first member.
#[inline]
pub fn first_member(text: &[u8], at: usize) -> Option<Member> {
    let at = skip_space(text, at);
    match text.get(at)? {
        b'"' => Some(Member::Key(at)),
        b'}' => Some(Member::End(at + 1)),
        _ => None,
    }
}

/// Behind a member of an object, that ended before `at`: the next one.
#[inline]
pub fn next_member(text: &[u8], at: usize) -> Option<Member> {
    match text.get(at..)? {
        [b',', b'"', ..] => Some(Member::Key(at + 1)),
        [b'}', ..] => Some(Member::End(at + 1)),
        _ => next_member_in_space(text, at),
    }
}

fn next_member_in_space(text: &[u8], at: usize) -> Option<Member> {
    let at = skip_space(text, at);
    match text.get(at)? {
        b',' => {
            let key = skip_space(text, at + 1);
            (text.get(key) == Some(&b'"')).then_some(Member::Key(key))
        }
        b'}' => Some(Member::End(at + 1)),
        _ => None,
    }
}

/// Where the value begins whose key ended before `at`.
#[inline]
pub fn colon(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [b':', next, ..] if *next > b' ' => Some(at + 1),
        _ => colon_in_space(text, at),
    }
}

fn colon_in_space(text: &[u8], at: usize) -> Option<usize> {
    let at = skip_space(text, at);
    (text.get(at) == Some(&b':')).then(|| skip_space(text, at + 1))
}

/// Behind the value at `at`, which lies `depth` levels deep, and whether it is a string with a backslash.
#[inline]
pub fn value(text: &[u8], at: usize, depth: usize, strings: &mut Strings<'_>) -> Option<(usize, bool)> {
    let end = match text.get(at)? {
        b'"' => return strings.string(at),
        b'{' => object(text, at, depth, strings),
        b'[' => array(text, at, depth, strings),
        _ => plain(text, at),
    };
    Some((end?, false))
}

/// Behind the literal or number at `at`.
fn plain(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => Some(at + 4),
        [b'f', b'a', b'l', b's', b'e', ..] => Some(at + 5),
        [b'-' | b'0'..=b'9', ..] => token::number(text, at).ok(),
        _ => None,
    }
}

/// Behind the object at `at`.
fn object(text: &[u8], at: usize, depth: usize, strings: &mut Strings<'_>) -> Option<usize> {
    if depth >= DEPTH_LIMIT {
        return None;
    }
    let mut member = first_member(text, at + 1)?;
    loop {
        match member {
            Member::Key(key) => {
                let at = colon(text, strings.string(key)?.0)?;
                member = next_member(text, value(text, at, depth + 1, strings)?.0)?;
            }
            Member::End(end) => return Some(end),
        }
    }
}

/// Behind the array at `at`.
fn array(text: &[u8], at: usize, depth: usize, strings: &mut Strings<'_>) -> Option<usize> {
    if depth >= DEPTH_LIMIT {
        return None;
    }
    let mut at = skip_space(text, at + 1);
    if text.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        at = skip_space(text, value(text, at, depth + 1, strings)?.0);
        match text.get(at)? {
            b',' => at = skip_space(text, at + 1),
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}
