//! What audited systems write: the bytes of a log file become records, whatever they are wrapped in. A broken record becomes a
//! [`Problem`] and the rest goes on.

pub mod catalog;
pub mod envelope;
pub mod gzip;
pub mod problem;
pub mod reader;
pub mod record;

pub use problem::{Problem, ProblemKind};
pub use reader::{Census, Item, RecordFormat, read};
pub use record::Record;
