//! Gzip in pieces: compressed bytes are pushed in as they come and the text comes out, in memory that does not grow with either.
//! What it says is what [`inflate`](super::inflate) says of the whole.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::event::gzip::{GzipError, GzipErrorKind, Header, LEVELS, MAGIC, fault, header, is_gzip, number};

/// The window of deflate.
const WINDOW: usize = 32 * 1024;
/// Text that is inflated in one step, at most.
const STEP: usize = 4 * WINDOW;
/// The longest header of a member.
const HEADER_BYTES: usize = 1 << 20;

/// Inflates a gzip stream, and what comes out again as long as it is one (three levels at most).
#[derive(Debug)]
pub struct Inflater {
    limit: usize,
    outer: Level,
    inner: Option<Box<Inflater>>,
    levels: usize,
    /// The first byte of the text, while it is not known what the text is; then text for `inner`.
    held: Vec<u8>,
    /// How much of `held` was read.
    read: usize,
    /// Whether it is known what the text is.
    known: bool,
}

impl Inflater {
    /// For a stream whose text is read up to `limit_bytes`.
    #[must_use]
    pub fn new(limit_bytes: u64) -> Self {
        Self::nested(usize::try_from(limit_bytes).unwrap_or(usize::MAX), LEVELS)
    }

    fn nested(limit: usize, levels: usize) -> Self {
        Self { limit, outer: Level::new(limit), inner: None, levels, held: Vec::new(), read: 0, known: levels == 1 }
    }

    /// Whether nothing more is to be had of the stream, whatever follows.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.outer.state == State::Over && self.read >= self.held.len()
            || self.inner.as_ref().is_some_and(|inner| inner.is_over())
    }

    /// Inflates the next bytes of the stream and appends their text to `text`, until that is about `enough` long. Answers how many
    /// bytes it took: fewer than there are only where there is enough.
    pub fn push(&mut self, bytes: &[u8], text: &mut Vec<u8>, enough: usize) -> usize {
        let mut taken = 0;
        while text.len() < enough {
            if let Some(inner) = &mut self.inner {
                let waiting = self.held.get(self.read..).unwrap_or_default();
                self.read += inner.push(waiting, text, enough);
                if self.read < self.held.len() {
                    break;
                }
                self.held.clear();
                self.read = 0;
            }
            let (count, out) = self.outer.step(bytes.get(taken..).unwrap_or_default());
            taken += count;
            if count == 0 && out.is_empty() {
                break;
            }
            if self.inner.is_some() || !self.known {
                self.held.extend_from_slice(out);
            } else {
                text.extend_from_slice(out);
            }
            if !self.known && self.held.len() >= MAGIC.len() {
                self.known = true;
                if is_gzip(&self.held) {
                    self.inner = Some(Box::new(Self::nested(self.limit, self.levels - 1)));
                } else {
                    text.append(&mut self.held);
                }
            }
        }
        taken
    }

    /// Says that the stream ends here; answers the first thing that is wrong with it. What was held back is appended to `text`.
    pub fn finish(&mut self, text: &mut Vec<u8>) -> Option<GzipError> {
        let error = self.outer.finish();
        let inner = match &mut self.inner {
            Some(inner) => inner.finish(text),
            None => {
                text.append(&mut self.held);
                None
            }
        };
        error.or(inner)
    }
}

/// One gzip stream.
#[derive(Debug)]
struct Level {
    limit: usize,
    stream: Decompress,
    crc: Crc,
    chunk: Vec<u8>,
    state: State,
    /// The bytes of a header, a trailer, or behind a member that do not yet tell all.
    pending: Vec<u8>,
    /// Text of all members, and before this one.
    text: usize,
    begin: usize,
    error: Option<GzipError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Deflate,
    Trailer,
    /// Behind a member.
    Behind,
    /// Behind the last member, so many bytes, of which all are zero or not.
    Rest(usize, bool),
    Over,
}

impl Level {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            stream: Decompress::new(false),
            crc: Crc::new(),
            chunk: vec![0; STEP],
            state: State::Header,
            pending: Vec::new(),
            text: 0,
            begin: 0,
            error: None,
        }
    }

    /// Takes some of `bytes`, answers how many and the text that came of it; neither where more bytes are needed.
    fn step(&mut self, bytes: &[u8]) -> (usize, &[u8]) {
        let count = match self.state {
            State::Deflate => return self.deflate(bytes),
            State::Header => self.header(bytes),
            State::Trailer => self.trailer(bytes),
            State::Behind => self.behind(bytes),
            State::Rest(rest, zero) => {
                self.state = State::Rest(rest + bytes.len(), zero && bytes.iter().all(|byte| *byte == 0));
                bytes.len()
            }
            State::Over => bytes.len(),
        };
        (count, &[])
    }

    fn header(&mut self, bytes: &[u8]) -> usize {
        let before = self.pending.len();
        self.pending.extend_from_slice(bytes);
        match header(&self.pending) {
            Header::Ends(end) => {
                self.pending.clear();
                self.stream.reset(false);
                self.crc = Crc::new();
                self.begin = self.text;
                self.state = State::Deflate;
                end.saturating_sub(before)
            }
            Header::Truncated if self.pending.len() > HEADER_BYTES => self.corrupt(": its header does not end", bytes),
            Header::Truncated => bytes.len(),
            Header::Unknown(what) => self.corrupt(&format!(": {what}"), bytes),
        }
    }

    fn corrupt(&mut self, what: &str, bytes: &[u8]) -> usize {
        let message = format!("the gzip stream is damaged after {} bytes of text{what}", self.text);
        self.fail(GzipErrorKind::Corrupt, message);
        self.state = State::Over;
        bytes.len()
    }

    fn fail(&mut self, kind: GzipErrorKind, message: String) {
        self.error.get_or_insert_with(|| fault(kind, message));
    }

    fn deflate(&mut self, bytes: &[u8]) -> (usize, &[u8]) {
        let (read, wrote) = (self.stream.total_in(), self.stream.total_out());
        // The inflater hands out its window when that is full. With room for whole windows alone, nothing is left in it at a damage.
        let into_window = usize::try_from(wrote % (1 << 15)).unwrap_or_default();
        let room = self.chunk.get_mut(into_window..).unwrap_or_default();
        let status = self.stream.decompress(bytes, room, FlushDecompress::None);
        let produced = usize::try_from(self.stream.total_out() - wrote).unwrap_or_default();
        let consumed = usize::try_from(self.stream.total_in() - read).unwrap_or_default();
        let left = self.limit - self.text.min(self.limit);
        let kept = produced.min(left);
        let end = into_window + kept;
        self.crc.update(self.chunk.get(into_window..end).unwrap_or_default());
        self.text += kept;
        if produced > left {
            let limit = self.limit;
            let message = format!("the inflated text is larger than the limit of {limit} bytes; the rest was not read");
            self.fail(GzipErrorKind::TooLarge, message);
            self.state = State::Over;
        } else {
            match status {
                Err(_) => {
                    self.corrupt("", bytes);
                }
                Ok(Status::StreamEnd) => self.state = State::Trailer,
                Ok(_) => {}
            }
        }
        (consumed, self.chunk.get(into_window..end).unwrap_or_default())
    }

    fn trailer(&mut self, bytes: &[u8]) -> usize {
        let wanted = 8 - self.pending.len();
        let taken = bytes.get(..wanted.min(bytes.len())).unwrap_or_default();
        self.pending.extend_from_slice(taken);
        if let (Some(sum), Some(size)) = (number(&self.pending, 0), number(&self.pending, 4)) {
            let length = u32::try_from((self.text - self.begin) % (1 << 32)).unwrap_or_default();
            if sum != self.crc.sum() {
                let message = "the checksum of the gzip stream differs from that of its text: the text may be damaged";
                self.fail(GzipErrorKind::Checksum, message.to_owned());
            } else if size != length {
                let message = format!("the gzip stream says it holds {size} bytes but holds {length}");
                self.fail(GzipErrorKind::Checksum, message);
            }
            self.pending.clear();
            self.state = State::Behind;
        }
        taken.len()
    }

    fn behind(&mut self, bytes: &[u8]) -> usize {
        let wanted = MAGIC.len() - self.pending.len();
        let taken = bytes.get(..wanted.min(bytes.len())).unwrap_or_default();
        self.pending.extend_from_slice(taken);
        if is_gzip(&self.pending) {
            self.state = State::Header;
        } else if self.pending.len() >= MAGIC.len() {
            self.rest();
        }
        taken.len()
    }

    fn rest(&mut self) {
        self.state = State::Rest(self.pending.len(), self.pending.iter().all(|byte| *byte == 0));
    }

    fn finish(&mut self) -> Option<GzipError> {
        if self.state == State::Behind && !self.pending.is_empty() {
            self.rest();
        }
        match self.state {
            State::Header | State::Deflate | State::Trailer => {
                let message = format!("the gzip stream ends early, after {} bytes of text", self.text);
                self.fail(GzipErrorKind::Truncated, message);
            }
            State::Rest(rest, false) => {
                if let Some(fault) = self.error.as_mut().filter(|fault| fault.kind == GzipErrorKind::Checksum) {
                    // Neither the sum nor the end is where it should be: the damage made the stream end too early.
                    fault.kind = GzipErrorKind::Corrupt;
                    fault.message = format!("the gzip stream is damaged before or after {} bytes of text", self.text);
                }
                let message = format!("{rest} bytes that are no gzip follow the gzip stream; they were not read");
                self.fail(GzipErrorKind::TrailingBytes, message);
            }
            State::Behind | State::Rest(_, true) | State::Over => {}
        }
        self.error.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::gzip::{Inflated, inflate};
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gz(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn noise(bytes: usize) -> Vec<u8> {
        let mut state = 0x2545_f491_u32;
        let mut text = Vec::new();
        while text.len() < bytes {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(format!("{state:x}").as_bytes());
        }
        text.truncate(bytes);
        text
    }

    fn in_pieces(bytes: &[u8], limit: u64, size: usize, enough: usize) -> Inflated {
        let mut inflater = Inflater::new(limit);
        let mut all = Vec::new();
        let mut text = Vec::new();
        for piece in bytes.chunks(size) {
            let mut read = 0;
            loop {
                read += inflater.push(&piece[read..], &mut text, enough);
                let more = text.len() >= enough;
                all.append(&mut text);
                if !more {
                    break;
                }
            }
            assert!(read == piece.len());
        }
        let error = inflater.finish(&mut text);
        all.append(&mut text);
        Inflated { text: all, error }
    }

    fn agree(bytes: &[u8], limit: u64) {
        let wanted = inflate(bytes, limit);
        for (size, enough) in [(1, 1), (7, 1000), (1000, 100_000), (1 << 20, 1 << 30)] {
            if bytes.len() / size > 50_000 {
                continue;
            }
            let given = in_pieces(bytes, limit, size, enough);
            assert_eq!(given.error, wanted.error, "{size}");
            assert!(given.text == wanted.text, "{size} {} {}", given.text.len(), wanted.text.len());
        }
    }

    #[test]
    fn says_what_is_said_of_the_whole() {
        let text = noise(300_000);
        let mut members = gz(b"a");
        members.extend(gz(&text));
        members.extend(gz(b""));
        members.extend(gz(b"z"));
        agree(&members, u64::MAX);
        agree(&members, 200_000);
        agree(&members, 300_002);
        agree(&gz(&gz(&text)), u64::MAX);
        agree(&gz(&gz(&gz(b"{}"))), u64::MAX);
        agree(&gz(&gz(&gz(&gz(b"{}")))), u64::MAX);
        agree(&gz(b"\x1f"), u64::MAX);
        for behind in [b"\0\0\0\0".as_slice(), b"\0\0x", b"\x1f", b"\x1f\x8b", b"x", b"\0", b"\x1f\x8b\x07\0"] {
            agree(&[members.as_slice(), behind].concat(), u64::MAX);
        }
        let mut wrong = gz(b"one ");
        let sum = wrong.len() - 8;
        wrong[sum] ^= 1;
        agree(&wrong, u64::MAX);
        agree(&[wrong.as_slice(), b"garbage"].concat(), u64::MAX);
        wrong.extend(gz(b"two"));
        agree(&wrong, u64::MAX);
    }

    #[test]
    fn keeps_what_came_before_a_damage_or_a_cut() {
        let text = noise(200_000);
        let bytes = gz(&text);
        for cut in (0..bytes.len()).step_by(9973).chain(bytes.len() - 9..bytes.len()).filter(|cut| *cut > 1) {
            agree(&bytes[..cut], u64::MAX);
        }
        for place in (bytes.len() / 8..bytes.len() - 8).step_by(bytes.len() / 20) {
            let mut damaged = bytes.clone();
            damaged[place..place + 4].fill(0xff);
            agree(&damaged, u64::MAX);
        }
        for size in [10_usize, 65_535, 65_536, 65_537, 90_000, 131_072, 200_001] {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&noise(size)).unwrap();
            encoder.flush().unwrap();
            let mut bytes = encoder.get_ref().clone();
            bytes.push(0b110);
            agree(&bytes, u64::MAX);
        }
        let small = gz(&noise(5000));
        for place in (2..small.len()).step_by(3) {
            for value in [0, 0x7f, 0xff] {
                let mut damaged = small.clone();
                damaged[place] = value;
                agree(&damaged, 10_000);
            }
        }
    }
}
