//! The bytes of a log file become records: see [`read`].

use crate::event::envelope::looks_like_log;
use crate::event::ledger::Ledger;
use crate::event::problem::Problem;
use crate::event::record::Record;
use crate::event::walk::Walk;
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

/// Whether the text that is read is all of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It is; an unfinished record at its end is a problem of its own.
    Whole,
    /// It was cut (a damaged gzip stream, a limit), and a problem says so already.
    Cut,
}

/// What [`read`] hands out, in the order of the file.
#[derive(Debug)]
pub enum Item<'t> {
    /// A record that is valid JSON.
    Record(Record<'t>),
    /// Something that could not be read.
    Problem(Problem),
}

/// What a file held.
///
/// `records = records handed out + malformed + insights`, always. `malformed` is the number of problems handed out whose kind
/// [is of a record](crate::event::ProblemKind::is_of_a_record), and one more where the text is [`Ending::Cut`] inside a record: the
/// problem of the cut stream, which the caller has, stands for that one. All other kinds of problem are about no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Records met: handed out, malformed, and left out as insight events.
    pub records: usize,
    /// Records that could not be read or are no events.
    pub malformed: usize,
    /// Insight events, which are no audit events: counted and left out.
    pub insights: usize,
    /// Digest documents (log file integrity), which hold no events: counted and left out.
    pub digests: usize,
    /// CloudWatch Logs control messages, which hold no events: counted and left out.
    pub control_messages: usize,
}

/// Reads the records of `text`, the decompressed content of the file called `name`, and hands each to `sink`.
///
/// The text is a sequence of JSON values with white space or nothing between them, and a byte order mark where it likes. Each is
/// recognised by its content: an event; an object or array of events (`Records`, `Events`, `events`, `logEvents`, a bare array);
/// an envelope of EventBridge; a string that holds an event (`CloudTrailEvent`, `message`, `eventJson`); a row of Athena or Lake.
/// Wrappers may lie in each other a few levels deep.
///
/// Damage costs the record it lies in, which becomes one problem; reading goes on at the next record. With many damaged records and
/// little between them it stops after work in proportion to the text, and a problem says how much was given up. For a plain file it
/// costs one strict scan and allocates nothing for a record.
///
/// Text without any record yields one problem of kind `NotALog` if it does not even [look like a log](looks_like_log), an empty
/// text nothing at all.
pub fn read<'t>(
    name: &str,
    text: &'t [u8],
    format: &RecordFormat,
    ending: Ending,
    sink: &mut dyn FnMut(Item<'t>),
) -> Census {
    let ledger = Ledger::new(name, text, ending, sink);
    let mut walk = Walk::new(ledger, format, text);
    walk.documents(looks_like_log(text));
    walk.finish()
}
