//! What audited systems write: the bytes of a log file become records, whatever they are wrapped in. A broken record becomes a
//! [`Problem`] and the rest goes on.

pub mod border;
pub mod catalog;
#[cfg(test)]
mod damage;
#[cfg(test)]
pub(crate) mod edits;
pub mod envelope;
pub mod field_note;
pub mod gzip;
pub mod known_value;
mod layer;
mod ledger;
#[cfg(test)]
mod pieces;
mod plain;
pub mod problem;
pub mod reader;
#[cfg(test)]
mod reading;
pub mod record;
mod recover;
mod row;
pub mod seam;
mod select;
pub mod services;
pub mod template;
mod top;
mod torn;
mod unwrap;
mod walk;

pub use envelope::looks_like_log;
pub use plain::Fields;
pub use problem::{Problem, ProblemKind};
pub use reader::{Census, Ending, Item, RecordFormat, read, read_filled, read_piece};
pub use record::Record;
pub use seam::{Left, Piece, Seam};
