//! Finds the ends of strings, many bytes at a time.

use crate::json::token;

/// Bytes that are looked at at once.
const BLOCK: usize = 64;

/// Finds the ends of strings in a text, one after another.
///
/// The quotes of a block are all found at once, before anybody asks for them: to look for each from where the one before stands is a chain
/// in which every step waits for the last, and a processor that could do much beside has nothing to do.
#[derive(Debug)]
pub struct Strings<'t> {
    text: &'t [u8],
    /// Where the block begins.
    block: usize,
    /// A bit for each byte of the block that ends a plain run of a string and is not passed yet.
    ahead: u64,
}

impl<'t> Strings<'t> {
    /// Of `text` from `at` on.
    #[must_use]
    #[inline]
    pub fn new(text: &'t [u8], at: usize) -> Self {
        Self { text, block: at, ahead: ahead(text, at) }
    }

    /// The offset behind the string that begins with a quote at `open`, behind all strings before, and whether it holds a backslash.
    /// `None` where it is not valid, and then nothing more is to be asked.
    #[inline]
    pub fn string(&mut self, open: usize) -> Option<(usize, bool)> {
        let behind = without_first(self.ahead);
        let end = self.block + place_of_first(behind);
        if behind != 0 && self.block + place_of_first(self.ahead) == open && self.text.get(end) == Some(&b'"') {
            self.ahead = without_first(behind);
            return Some((end + 1, false));
        }
        self.string_beyond(open)
    }

    /// As [`Strings::string`], of one that reaches beyond the block, has escapes, or stands behind white space.
    #[inline(never)]
    fn string_beyond(&mut self, open: usize) -> Option<(usize, bool)> {
        let inside = (open + 1).wrapping_sub(self.block);
        if inside < BLOCK {
            self.ahead &= u64::MAX << inside;
        } else {
            *self = Self::new(self.text, open + 1);
        }
        let end = self.next();
        if self.text.get(end) == Some(&b'"') {
            return Some((end + 1, false));
        }
        self.unusual(end)
    }

    /// The next byte that ends a plain run.
    #[inline]
    fn next(&mut self) -> usize {
        while self.ahead == 0 {
            self.block += BLOCK;
            if self.block >= self.text.len() {
                return usize::MAX;
            }
            self.ahead = ahead(self.text, self.block);
        }
        let next = self.block + place_of_first(self.ahead);
        self.ahead = without_first(self.ahead);
        next
    }

    /// As [`Strings::string`], from where a byte is no plain one.
    #[cold]
    fn unusual(&mut self, mut at: usize) -> Option<(usize, bool)> {
        let mut escaped = false;
        loop {
            match self.text.get(at)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    at = token::escape(self.text, at).ok()?;
                }
                0..=0x1f => return None,
                _ => at += 1,
            }
        }
        *self = Self::new(self.text, at + 1);
        Some((at + 1, escaped))
    }
}

/// The place of the first bit of `bits`.
#[inline]
fn place_of_first(bits: u64) -> usize {
    // At most 64.
    usize::try_from(bits.trailing_zeros()).unwrap_or_default()
}

/// `bits` without the first one.
#[inline]
const fn without_first(bits: u64) -> u64 {
    bits & bits.wrapping_sub(1)
}

/// A bit for each byte of the block of `text` at `at` that ends a plain run of a string.
#[inline]
fn ahead(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(block) => token::special_of_64(block),
        None => last(rest),
    }
}

#[cold]
fn last(rest: &[u8]) -> u64 {
    let mut block = [b' '; BLOCK];
    block.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    token::special_of_64(&block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads all strings of `text`, one behind the other, and holds each to the strict way.
    fn agrees(text: &str, from: usize) -> Result<usize, TestCaseError> {
        let bytes = text.as_bytes();
        let mut strings = Strings::new(bytes, from);
        let (mut at, mut count) = (from, 0);
        while let Some(open) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)).map(|place| at + place) {
            let wanted = token::string(bytes, open).ok().map(|string| (string.end, string.escaped));
            prop_assert_eq!(strings.string(open), wanted, "{} at {}", text, open);
            let Some((end, _)) = wanted else { break };
            at = end;
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn strings_end_where_the_strict_way_says() {
        let long = "x".repeat(200);
        for (count, text) in [
            (2, r#"{"a":"b"}"#.to_owned()),
            (2, format!(r#"{{"{long}":"{long}"}}"#)),
            (3, format!("\"a\"{}\"b\" \n\n \"c\"", "\n".repeat(70))),
            (3, format!(r#""a\"{long}\\" "\\" "{long}""#)),
            (1, format!("\"a\" \"{long}\n\"")),
            (1, "\"a\" \"b".to_owned()),
            (1, r#""a" "\x" "c""#.to_owned()),
            (0, String::new()),
        ] {
            assert_eq!(agrees(&text, 0).unwrap(), count, "{text}");
        }
        // Quotes on both sides of every border between blocks.
        for before in 0..140 {
            for length in 0..140 {
                let text = format!("{}\"{}\":\"\",\"b\"", " ".repeat(before), "x".repeat(length));
                assert_eq!(agrees(&text, before).unwrap(), 3);
                assert_eq!(agrees(&text, 0).unwrap(), 3);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn strings_of_any_text_end_where_the_strict_way_says(
            text in "(\"[a-c]{0,90}\"|\"([a-c]|\\\\[\"\\\\nx]){0,20}\"|[ \n,:]{0,70}|\\\\|\n|\"){0,12}",
            from in 0..8_usize,
        ) {
            agrees(&text, from.min(text.len()))?;
        }
    }
}
