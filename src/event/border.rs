//! Where a long text may be cut: guesses, for pieces that are read at the same time. Whether a seam lies there shows when the piece
//! before was read.

use memchr::memmem;

use crate::event::seam::Seam;
use crate::json::scan::{skip_space, string};

/// Guesses that are looked at for one border.
const MOST_TRIES: usize = 1000;

/// Where seams may lie behind one.
#[derive(Debug, Clone)]
pub struct Borders {
    between: Between,
}

#[derive(Debug, Clone)]
enum Between {
    /// Top-level values.
    Values,
    /// Elements of an array that begin with this key, quotes included.
    Elements(Box<[u8]>),
    /// Nothing that could be guessed.
    Nothing,
}

impl Borders {
    /// For a text of which `beginning` is behind `seam`.
    #[must_use]
    pub fn new(beginning: &[u8], seam: &Seam) -> Self {
        let between = match (seam.is_in_array(), first_key(beginning)) {
            (false, _) => Between::Values,
            (true, Some(key)) => Between::Elements(key.into()),
            (true, None) => Between::Nothing,
        };
        Self { between }
    }

    /// Whether any can be guessed.
    #[must_use]
    pub fn are_known(&self) -> bool {
        !matches!(self.between, Between::Nothing)
    }

    /// The last place of `text` behind `from` and not behind `to` where a seam may lie: the end of a value that another follows.
    #[must_use]
    pub fn last(&self, text: &[u8], from: usize, to: usize) -> Option<usize> {
        let stretch = text.get(from + 1..to.min(text.len()))?;
        let end = match &self.between {
            Between::Values => lines(stretch).or_else(|| memmem::rfind(stretch, b"}{\"").map(|place| place + 1)),
            Between::Elements(key) => elements(stretch, key),
            Between::Nothing => None,
        };
        end.map(|end| from + 1 + end)
    }
}

/// The end of the last line that ends with a value and is followed by one.
fn lines(text: &[u8]) -> Option<usize> {
    memchr::memrchr_iter(b'\n', text).take(MOST_TRIES).find_map(|line| {
        let follows = matches!(text.get(line + 1), Some(b'{' | b'[' | b'0'..=b'9'));
        let end = last_of(text, line)?;
        (follows && matches!(text.get(end - 1), Some(b'}' | b']'))).then_some(end)
    })
}

/// The end of the last element before one that begins with `key`.
fn elements(text: &[u8], key: &[u8]) -> Option<usize> {
    memmem::rfind_iter(text, key).take(MOST_TRIES).find_map(|place| {
        let mut end = place;
        for wanted in [b'{', b','] {
            end = last_of(text, end)?;
            end = (text.get(end - 1) == Some(&wanted)).then_some(end - 1)?;
        }
        let end = last_of(text, end)?;
        matches!(text.get(end - 1), Some(b'}')).then_some(end)
    })
}

/// Offset behind the last byte before `at` that is no white space.
fn last_of(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    before.iter().rposition(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).map(|place| place + 1)
}

/// The first key of the element behind the seam at the start of `text`, quotes included.
fn first_key(text: &[u8]) -> Option<&[u8]> {
    let mut at = skip_space(text, 0);
    for mark in [b',', b'{'] {
        if text.get(at) == Some(&mark) {
            at = skip_space(text, at + 1);
        } else if mark == b'{' {
            return None;
        }
    }
    let key = string(text, at).ok()?;
    text.get(key.start..key.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_ends_of_values() {
        let outside = Seam::default();
        let array = Seam { head: b"[".as_slice().into(), ..Seam::default() };
        for (text, seam, wanted) in [
            ("{\"a\":1}\n{\"a\":2}\r\n{\"b\":3}", &outside, Some(15)),
            ("{\"a\":1}{\"a\":2}{\"b\":3}", &outside, Some(14)),
            ("{\n \"a\": {\n}\n}\n{\n \"a\": 2\n}\n", &outside, Some(13)),
            ("{\"a\":1}", &outside, None),
            (",{\"a\":1},{\"a\":2},{\"b\":3}", &array, Some(8)),
            ("{\"a\":1},\n  {\n \"a\":2},{\"b\":[{\"a\":1}]}", &array, Some(7)),
            (",[1],{\"a\":2}", &array, None),
        ] {
            let text = text.as_bytes();
            assert_eq!(Borders::new(text, seam).last(text, 0, text.len()), wanted, "{}", text.escape_ascii());
        }
    }
}
