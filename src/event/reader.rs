//! The bytes of a log file become records: see [`read`].

use crate::event::problem::Problem;
use crate::event::record::Record;
use crate::json::Path;

/// Which records a file holds and how they are wrapped.
#[derive(Debug, Clone)]
pub enum RecordFormat {
    /// CloudTrail events, in any wrapper: recognised by content.
    Cloudtrail,
    /// Records of another audit log, selected by a path in each JSON document of the file.
    Json {
        /// Where the records lie in a document: `$` (it is one), `$[*]`, `$.items[*]`, or any other path.
        records: Path,
    },
}

/// What [`read`] hands out, in the order of the file.
#[derive(Debug)]
pub enum Item<'t> {
    /// A record that is valid JSON.
    Record(Record<'t>),
    /// Something that could not be read.
    Problem(Problem),
}

/// What a file held, besides the items handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Records met: handed out, malformed, and left out as insight events.
    pub records: usize,
    /// Insight events, which are no audit events: counted and left out.
    pub insights: usize,
    /// Digest documents (log file integrity), which hold no events: counted and left out.
    pub digests: usize,
    /// CloudWatch Logs control messages, which hold no events: counted and left out.
    pub control_messages: usize,
}

/// Reads the records of `text`.
pub fn read<'t>(name: &str, text: &'t [u8], format: &RecordFormat, sink: &mut dyn FnMut(Item<'t>)) -> Census {
    let _ = (name, text, format, sink);
    Census::default()
}
