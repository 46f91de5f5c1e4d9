//! Gzip by content: compressed bytes in; the text, up to a limit or up to the damage, and what is wrong out.
//!
//! Members are walked by hand (RFC 1952) and only their deflate streams are given to `flate2`: so nothing that was inflated before
//! a damage is lost, what lies behind the last member is seen, and no size that the stream claims is believed.

mod inflater;

use std::sync::Arc;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::event::problem::{Problem, ProblemKind};
use crate::event::reader::Ending;
pub use inflater::Inflater;

/// How often a gzip inside a gzip is inflated: CloudWatch Logs behind Firehose writes such files.
const LEVELS: usize = 3;
/// More than twice the window of deflate.
const CHUNK: usize = 64 * 1024;
/// The largest text that is inflated at once.
const WHOLE_BYTES: usize = 64 << 20;
/// How much a byte of deflate can hold at most.
const MOST_PER_BYTE: usize = 1032;
const MAGIC: &[u8] = &[0x1f, 0x8b];

/// What came out of a gzip stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated {
    /// The text, as far as it could be had.
    pub text: Vec<u8>,
    /// The first thing that is wrong with the stream.
    pub error: Option<GzipError>,
}

/// What is wrong with a gzip stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GzipError {
    /// What kind of trouble.
    pub kind: GzipErrorKind,
    /// The cause; one line.
    pub message: String,
}

/// The kinds of [`GzipError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GzipErrorKind {
    /// The stream ends early.
    Truncated,
    /// The stream is damaged; nothing behind the damage was read.
    Corrupt,
    /// All was inflated, but checksum or length differ from what the stream says.
    Checksum,
    /// Bytes that are no gzip member follow the last member.
    TrailingBytes,
    /// The text is larger than the limit.
    TooLarge,
}

impl GzipError {
    /// The kind of the problem to report.
    #[must_use]
    pub fn problem_kind(&self) -> ProblemKind {
        match self.kind {
            GzipErrorKind::TooLarge => ProblemKind::TooLarge,
            _ => ProblemKind::Gzip,
        }
    }

    /// The problem to report of the file called `name`.
    #[must_use]
    pub fn problem(self, name: &Arc<str>) -> Problem {
        let kind = self.problem_kind();
        Problem { kind, file: Arc::clone(name), record: None, offset: None, at: None, message: self.message }
    }

    /// Whether the text ends where the log did, or where the trouble began: what `reader::read` wants to know.
    #[must_use]
    pub fn ending(&self) -> Ending {
        match self.kind {
            GzipErrorKind::Truncated | GzipErrorKind::Corrupt | GzipErrorKind::TooLarge => Ending::Cut,
            GzipErrorKind::Checksum | GzipErrorKind::TrailingBytes => Ending::Whole,
        }
    }
}

/// Whether `bytes` begin as a gzip stream does.
#[must_use]
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Inflates all members of `bytes`, and what comes out again as long as it is a gzip stream (three levels at most).
///
/// `text` never holds more than `limit_bytes`. All that was inflated before a damage is kept. Zeros behind the last member are
/// padding.
#[must_use]
pub fn inflate(bytes: &[u8], limit_bytes: u64) -> Inflated {
    let mut text = Vec::new();
    let error = inflate_into(bytes, limit_bytes, &mut text);
    Inflated { text, error }
}

/// As [`inflate`], into `text`, whatever that held: a buffer that is used again costs less than one for each stream.
pub fn inflate_into(bytes: &[u8], limit_bytes: u64, text: &mut Vec<u8>) -> Option<GzipError> {
    let limit = usize::try_from(limit_bytes).unwrap_or(usize::MAX);
    if inflate_at_once(bytes, limit, text) {
        return None;
    }
    let mut inflated = members(bytes, limit);
    for _ in 1..LEVELS {
        if !is_gzip(&inflated.text) {
            break;
        }
        let inner = members(&inflated.text, limit);
        inflated = Inflated { text: inner.text, error: inflated.error.or(inner.error) };
    }
    *text = inflated.text;
    inflated.error
}

/// Inflates `bytes` into `text` where that can be done at once and well: one undamaged member, whose text is no gzip stream again
/// and not longer than `limit` or what is ever inflated at once. Whether it was; if not, `text` is spoilt.
#[must_use]
pub fn inflate_at_once(bytes: &[u8], limit: usize, text: &mut Vec<u8>) -> bool {
    whole(bytes, limit, text) && !is_gzip(text)
}

/// Whether `bytes` are one member in which nothing is unusual; then `text` is what it holds.
///
/// libdeflate inflates twice as fast as a streaming inflater. It needs to know the size, which a stream may lie about, so that it
/// is believed in reason; and it does not tell where the member ends, so that more members could be lost: the member's sum and
/// size, which must stand at the end of `bytes`, may stand nowhere before.
fn whole(bytes: &[u8], limit: usize, text: &mut Vec<u8>) -> bool {
    let Header::Ends(start) = header(bytes) else { return false };
    let Some(end) = bytes.len().checked_sub(8).filter(|end| *end > start) else { return false };
    let (Some(sum), Some(size), Some(deflated)) = (number(bytes, end), number(bytes, end + 4), bytes.get(start..end))
    else {
        return false;
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size > limit.min(WHOLE_BYTES) || size / MOST_PER_BYTE > deflated.len() {
        return false;
    }
    if text.capacity() < size {
        // Not both at once: they are the most memory of a run. The files of a log are about as long as each other.
        *text = Vec::new();
        text.reserve_exact(size + size / 8);
    }
    // Not cleared before: what is overwritten need not be zero.
    text.resize(size, 0);
    let inflated = libdeflater::Decompressor::new().deflate_decompress(deflated, text);
    let trailer = bytes.get(end..).unwrap_or_default();
    let before = bytes.get(start..bytes.len() - 1).unwrap_or_default();
    inflated == Ok(size) && libdeflater::crc32(text) == sum && memchr::memmem::find(before, trailer).is_none()
}

fn members(bytes: &[u8], limit: usize) -> Inflated {
    let mut text = Vec::with_capacity(bytes.len().saturating_mul(4).min(limit));
    // Shared by the members: there may be many small ones.
    let mut tools = Tools { stream: Decompress::new(false), chunk: vec![0; CHUNK] };
    let mut error = None;
    let mut rest = bytes;
    loop {
        match member(rest, limit, &mut text, &mut tools) {
            Ok(after) => rest = after,
            Err((fault, after)) => {
                error.get_or_insert(fault);
                match after {
                    Some(after) => rest = after,
                    None => break,
                }
            }
        }
        if rest.iter().all(|byte| *byte == 0) {
            break;
        }
        if !is_gzip(rest) {
            if let Some(fault) = error.as_mut().filter(|fault| fault.kind == GzipErrorKind::Checksum) {
                // Neither the sum nor the end is where it should be: the damage made the stream end too early.
                fault.kind = GzipErrorKind::Corrupt;
                fault.message = format!("the gzip stream is damaged before or after {} bytes of text", text.len());
            }
            error.get_or_insert_with(|| {
                fault(
                    GzipErrorKind::TrailingBytes,
                    format!("{} bytes that are no gzip follow the gzip stream; they were not read", rest.len()),
                )
            });
            break;
        }
    }
    Inflated { text, error }
}

struct Tools {
    stream: Decompress,
    chunk: Vec<u8>,
}

fn fault(kind: GzipErrorKind, message: String) -> GzipError {
    GzipError { kind, message }
}

/// A fault, and where the next member begins if one can be read in spite of it.
type Fault<'b> = (GzipError, Option<&'b [u8]>);

fn member<'b>(bytes: &'b [u8], limit: usize, text: &mut Vec<u8>, tools: &mut Tools) -> Result<&'b [u8], Fault<'b>> {
    let early = |text: &[u8]| {
        let message = format!("the gzip stream ends early, after {} bytes of text", text.len());
        (fault(GzipErrorKind::Truncated, message), None)
    };
    let deflated = match header(bytes) {
        Header::Ends(at) => bytes.get(at..).unwrap_or_default(),
        Header::Truncated => return Err(early(text)),
        Header::Unknown(what) => {
            let message = format!("the gzip stream is damaged after {} bytes of text: {what}", text.len());
            return Err((fault(GzipErrorKind::Corrupt, message), None));
        }
    };
    let begin = text.len();
    let mut crc = Crc::new();
    let consumed = match deflate(deflated, limit, text, &mut crc, tools) {
        Ok(consumed) => consumed,
        Err(Stop::Truncated) => return Err(early(text)),
        Err(Stop::Corrupt) => {
            let message = format!("the gzip stream is damaged after {} bytes of text", text.len());
            return Err((fault(GzipErrorKind::Corrupt, message), None));
        }
        Err(Stop::TooLarge) => {
            let message = format!("the inflated text is larger than the limit of {limit} bytes; the rest was not read");
            return Err((fault(GzipErrorKind::TooLarge, message), None));
        }
    };
    let trailer = deflated.get(consumed..).unwrap_or_default();
    let (Some(sum), Some(size), Some(after)) = (number(trailer, 0), number(trailer, 4), trailer.get(8..)) else {
        return Err(early(text));
    };
    let length = u32::try_from((text.len() - begin) % (1 << 32)).unwrap_or_default();
    if sum != crc.sum() {
        let message =
            "the checksum of the gzip stream differs from that of its text: the text may be damaged".to_owned();
        return Err((fault(GzipErrorKind::Checksum, message), Some(after)));
    }
    if size != length {
        let message = format!("the gzip stream says it holds {size} bytes but holds {length}");
        return Err((fault(GzipErrorKind::Checksum, message), Some(after)));
    }
    Ok(after)
}

enum Header {
    Ends(usize),
    Truncated,
    Unknown(&'static str),
}

/// Source: RFC 1952 §2.3.
fn header(bytes: &[u8]) -> Header {
    let (Some(method), Some(flags)) = (bytes.get(2), bytes.get(3)) else { return Header::Truncated };
    if *method != 8 {
        return Header::Unknown("its compression method is unknown");
    }
    if flags & 0xe0 != 0 {
        return Header::Unknown("its header has unknown flags");
    }
    let mut at = 10;
    if flags & 4 != 0 {
        let (Some(low), Some(high)) = (bytes.get(at), bytes.get(at + 1)) else { return Header::Truncated };
        at += 2 + usize::from(u16::from_le_bytes([*low, *high]));
    }
    for named in [8, 16] {
        if flags & named != 0 {
            match bytes.get(at..).and_then(|rest| memchr::memchr(0, rest)) {
                Some(end) => at += end + 1,
                None => return Header::Truncated,
            }
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    if at > bytes.len() { Header::Truncated } else { Header::Ends(at) }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

enum Stop {
    Truncated,
    Corrupt,
    TooLarge,
}

/// Appends what the deflate stream at the start of `bytes` holds; answers how many bytes it takes.
fn deflate(bytes: &[u8], limit: usize, text: &mut Vec<u8>, crc: &mut Crc, tools: &mut Tools) -> Result<usize, Stop> {
    let begin = text.len();
    let Tools { stream, chunk } = tools;
    stream.reset(false);
    let mut read = 0;
    loop {
        let (input, wrote) = (bytes.get(read..).unwrap_or_default(), stream.total_out());
        let status = stream.decompress(input, chunk, FlushDecompress::None);
        if status.is_err() {
            salvage(bytes, begin, limit, text);
            return Err(Stop::Corrupt);
        }
        let count = usize::try_from(stream.total_out() - wrote).unwrap_or_default();
        let consumed = usize::try_from(stream.total_in()).unwrap_or_default();
        let stalled = count == 0 && consumed == read;
        read = consumed;
        let new = chunk.get(..count).unwrap_or_default();
        let room = limit - text.len().min(limit);
        let kept = new.get(..room.min(count)).unwrap_or_default();
        crc.update(kept);
        text.extend_from_slice(kept);
        if count > room {
            return Err(Stop::TooLarge);
        }
        match status {
            Ok(Status::StreamEnd) => return Ok(read),
            _ if stalled => return Err(Stop::Truncated),
            _ => {}
        }
    }
}

/// Appends what the inflater had produced when it met the damage and did not hand out for want of room.
///
/// It loses up to a window (32 KiB) then, so the damaged stream is inflated once more, with ample room from the last whole chunk on.
fn salvage(bytes: &[u8], begin: usize, limit: usize, text: &mut Vec<u8>) {
    let mut stream = Decompress::new(false);
    let mut left = text.len() - begin;
    let mut chunk = vec![0; CHUNK * 4];
    loop {
        let read = usize::try_from(stream.total_in()).unwrap_or_default();
        let wrote = stream.total_out();
        let size = if left == 0 { chunk.len() } else { left.min(CHUNK) };
        let room = chunk.get_mut(..size).unwrap_or_default();
        let status = stream.decompress(bytes.get(read..).unwrap_or_default(), room, FlushDecompress::None);
        let count = usize::try_from(stream.total_out() - wrote).unwrap_or_default();
        if left == 0 {
            let space = limit - text.len().min(limit);
            text.extend_from_slice(chunk.get(..count.min(space)).unwrap_or_default());
        }
        left = left.saturating_sub(count);
        if status.is_err() || count == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    const NO_LIMIT: u64 = u64::MAX;

    fn gz(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Text that deflate cannot shrink much, so that its stream is long.
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

    fn kind(inflated: &Inflated) -> Option<GzipErrorKind> {
        inflated.error.as_ref().map(|error| error.kind)
    }

    #[test]
    fn every_member_counts() {
        let mut bytes = gz(b"a");
        bytes.extend(gz(&noise(300_000)));
        bytes.extend(gz(b""));
        bytes.extend(gz(b"z"));
        let inflated = inflate(&bytes, NO_LIMIT);
        assert_eq!(inflated.error, None);
        assert_eq!(inflated.text.len(), 300_002);
        assert!(inflated.text.starts_with(b"a") && inflated.text.ends_with(b"z"));
    }

    /// Inflating at once does not see where a member ends: none may be lost behind it.
    #[test]
    fn members_that_say_the_same_count_each() {
        let text = noise(100_000);
        for count in [1, 2, 3] {
            let inflated = inflate(&gz(&text).repeat(count), NO_LIMIT);
            assert_eq!(inflated, Inflated { text: text.repeat(count), error: None });
        }
        let mut padded = gz(&text);
        let trailer = padded[padded.len() - 8..].to_vec();
        padded.extend(b"garbage");
        padded.extend(trailer);
        let inflated = inflate(&padded, NO_LIMIT);
        assert_eq!((inflated.text, inflated.error.unwrap().kind), (text, GzipErrorKind::TrailingBytes));
    }

    #[test]
    fn a_size_that_lies_is_not_believed() {
        let text = noise(100_000);
        let mut buffer = vec![b'x'; 10];
        for size in [0_u32, 1, 99_999, 100_001, 50_000_000, 0xffff_fff0] {
            let mut bytes = gz(&text);
            let end = bytes.len() - 4;
            bytes[end..].copy_from_slice(&size.to_le_bytes());
            let error = inflate_into(&bytes, NO_LIMIT, &mut buffer);
            assert_eq!((error.unwrap().kind, &buffer), (GzipErrorKind::Checksum, &text), "{size}");
            assert!(buffer.capacity() < 1 << 28, "{}", buffer.capacity());
        }
        assert_eq!(inflate_into(&gz(b"short"), NO_LIMIT, &mut buffer), None);
        assert_eq!(buffer, b"short");
    }

    #[test]
    fn reads_every_header_field() {
        let mut bytes = flate2::GzBuilder::new()
            .filename("a.json")
            .comment("c")
            .extra([1, 2, 3])
            .write(Vec::new(), Compression::fast());
        bytes.write_all(b"text").unwrap();
        assert_eq!(inflate(&bytes.finish().unwrap(), NO_LIMIT), Inflated { text: b"text".to_vec(), error: None });
    }

    #[test]
    fn the_limit_holds_to_the_byte() {
        let text = noise(200_000);
        let bytes = gz(&text);
        assert_eq!(inflate(&bytes, 200_000), Inflated { text: text.clone(), error: None });
        for limit in [0_usize, 1, 65_536, 199_999] {
            let inflated = inflate(&bytes, limit as u64);
            assert_eq!(kind(&inflated), Some(GzipErrorKind::TooLarge));
            assert_eq!(inflated.text, text[..limit]);
        }
        let bomb = gz(&vec![b' '; 50_000_000]);
        let inflated = inflate(&bomb, 1000);
        assert_eq!((inflated.text.len(), kind(&inflated)), (1000, Some(GzipErrorKind::TooLarge)));
    }

    #[test]
    fn a_cut_stream_keeps_what_it_held() {
        let text = noise(200_000);
        let bytes = gz(&text);
        let mut longest = 0;
        for cut in (0..bytes.len()).step_by(997).chain(bytes.len() - 9..bytes.len()) {
            let inflated = inflate(&bytes[..cut], NO_LIMIT);
            assert_eq!(kind(&inflated), Some(GzipErrorKind::Truncated), "{cut}");
            assert!(text.starts_with(&inflated.text));
            longest = inflated.text.len();
        }
        assert_eq!(longest, text.len());
        assert_eq!(
            inflate(&bytes[..bytes.len() - 3], NO_LIMIT).error.unwrap().message,
            "the gzip stream ends early, after 200000 bytes of text"
        );
    }

    #[test]
    fn a_damaged_stream_keeps_what_came_before() {
        let text = noise(400_000);
        let bytes = gz(&text);
        for place in (bytes.len() / 8..bytes.len() - 8).step_by(bytes.len() / 40) {
            let mut damaged = bytes.clone();
            damaged[place..place + 4].fill(0xff);
            let inflated = inflate(&damaged, NO_LIMIT);
            assert!(inflated.error.is_some());
            let same = text.iter().zip(&inflated.text).take_while(|(a, b)| a == b).count();
            // Deflate needs more than 7 bits for such a character: nearly all before the damage must be there.
            assert!(same * 8 + 64_000 > place * 8, "{place} {same}");
        }
        // A reserved block type behind more text than one chunk holds: not a byte before it is lost.
        for size in [10_usize, 65_535, 65_536, 65_537, 90_000, 131_072, 200_001] {
            let text = noise(size);
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&text).unwrap();
            encoder.flush().unwrap();
            let mut bytes = encoder.get_ref().clone();
            bytes.push(0b110);
            let inflated = inflate(&bytes, NO_LIMIT);
            assert_eq!((inflated.text.len(), kind(&inflated)), (size, Some(GzipErrorKind::Corrupt)));
            assert_eq!(inflated.text, text);
        }
    }

    #[test]
    fn a_wrong_checksum_keeps_the_text_and_the_next_member() {
        let mut bytes = gz(b"one ");
        let sum = bytes.len() - 8;
        bytes[sum] ^= 1;
        bytes.extend(gz(b"two"));
        let inflated = inflate(&bytes, NO_LIMIT);
        assert_eq!(inflated.text, b"one two");
        assert_eq!(kind(&inflated), Some(GzipErrorKind::Checksum));
        assert!(inflated.error.unwrap().message.contains("checksum"));
    }

    #[test]
    fn a_lying_size_is_an_error_and_no_allocation() {
        let mut bytes = gz(b"text");
        let size = bytes.len() - 4;
        bytes[size..].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
        let inflated = inflate(&bytes, NO_LIMIT);
        assert_eq!((inflated.text.as_slice(), kind(&inflated)), (b"text".as_slice(), Some(GzipErrorKind::Checksum)));
        assert!(inflated.text.capacity() < 4096);
    }

    #[test]
    fn padding_is_fine_and_trailing_bytes_are_not() {
        let mut bytes = gz(b"text");
        bytes.extend([0; 512]);
        assert_eq!(inflate(&bytes, NO_LIMIT).error, None);
        bytes.extend(b"garbage");
        let inflated = inflate(&bytes, NO_LIMIT);
        assert_eq!(inflated.text, b"text");
        assert_eq!(
            inflated.error.unwrap().message,
            "519 bytes that are no gzip follow the gzip stream; they were not read"
        );
    }

    #[test]
    fn inflates_again_up_to_three_levels() {
        let mut twice = gz(&gz(b"{}"));
        assert_eq!(inflate(&twice, NO_LIMIT), Inflated { text: b"{}".to_vec(), error: None });
        twice = gz(&twice);
        assert_eq!(inflate(&twice, NO_LIMIT).text, b"{}");
        let inflated = inflate(&gz(&twice), NO_LIMIT);
        assert!(is_gzip(&inflated.text) && inflated.error.is_none());
    }

    #[test]
    fn garbage_never_panics() {
        let bytes = gz(&noise(5000));
        for place in 2..bytes.len().min(600) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut damaged = bytes.clone();
                damaged[place] = value;
                let inflated = inflate(&damaged, 10_000);
                assert!(inflated.text.len() <= 10_000);
            }
        }
        assert_eq!(kind(&inflate(&[0x1f, 0x8b], 10)), Some(GzipErrorKind::Truncated));
        assert_eq!(kind(&inflate(&[0x1f, 0x8b, 7, 0], 10)), Some(GzipErrorKind::Corrupt));
        assert!(!is_gzip(b"{}"));
    }
}
