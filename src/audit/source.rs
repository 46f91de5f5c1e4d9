//! The text of a long input, a batch at a time, inflated on the way if it is compressed.

use std::io::Read;

use crate::audit::input::in_words;
use crate::event::gzip::{GzipError, Inflater};
use crate::event::{Ending, ProblemKind};

/// Compressed bytes that are read at once.
const PACKED_BYTES: usize = 256 * 1024;

/// An input that is being read.
pub struct Source {
    reader: Box<dyn Read + Send>,
    packed: Option<Packed>,
}

struct Packed {
    inflater: Inflater,
    bytes: Vec<u8>,
    /// What was read into `bytes` and not yet inflated.
    begin: usize,
    end: usize,
}

/// How a source ended.
#[derive(Debug)]
pub struct End {
    /// Whether its text is all of the input.
    pub ending: Ending,
    /// What is wrong with it.
    pub trouble: Option<Trouble>,
}

/// What is wrong with a source.
#[derive(Debug)]
pub enum Trouble {
    /// It could not be read on.
    Unreadable(String),
    /// The compressed stream is damaged, or larger than allowed.
    Gzip(GzipError),
}

impl Trouble {
    /// The kind of problem and its message.
    #[must_use]
    pub fn told(self) -> (ProblemKind, String) {
        match self {
            Self::Unreadable(cause) => (ProblemKind::Unreadable, format!("it could not be read to its end: {cause}")),
            Self::Gzip(error) => (error.problem_kind(), error.message),
        }
    }
}

impl Source {
    /// Reads text as it is.
    #[must_use]
    pub fn plain(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, packed: None }
    }

    /// Reads compressed text, of which at most `limit_bytes` are inflated.
    #[must_use]
    pub fn packed(reader: Box<dyn Read + Send>, limit_bytes: u64) -> Self {
        let inflater = Inflater::new(limit_bytes);
        Self { reader, packed: Some(Packed { inflater, bytes: vec![0; PACKED_BYTES], begin: 0, end: 0 }) }
    }

    /// Appends to `text` until it is about `enough` bytes long; answers how the input ended, if it did.
    pub fn fill(&mut self, text: &mut Vec<u8>, enough: usize) -> Option<End> {
        let Some(packed) = &mut self.packed else {
            let wanted = enough.saturating_sub(text.len());
            let limit = u64::try_from(wanted).unwrap_or(u64::MAX);
            return match self.reader.by_ref().take(limit).read_to_end(text) {
                Ok(count) if count < wanted => Some(End { ending: Ending::Whole, trouble: None }),
                Ok(_) => None,
                Err(error) => Some(unreadable(&error)),
            };
        };
        loop {
            let waiting = packed.bytes.get(packed.begin..packed.end).unwrap_or_default();
            packed.begin += packed.inflater.push(waiting, text, enough);
            if text.len() >= enough {
                return None;
            }
            let count = if packed.inflater.is_over() {
                0
            } else {
                match read(&mut self.reader, &mut packed.bytes) {
                    Ok(count) => count,
                    Err(error) => return Some(unreadable(&error)),
                }
            };
            if count == 0 {
                let error = packed.inflater.finish(text);
                let ending = error.as_ref().map_or(Ending::Whole, GzipError::ending);
                return Some(End { ending, trouble: error.map(Trouble::Gzip) });
            }
            (packed.begin, packed.end) = (0, count);
        }
    }
}

fn unreadable(error: &std::io::Error) -> End {
    End { ending: Ending::Cut, trouble: Some(Trouble::Unreadable(in_words(error))) }
}

/// Reads some bytes, whatever interrupts.
pub(super) fn read(reader: &mut dyn Read, bytes: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match reader.read(bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
