//! What a run found, written for someone: violations and a summary in, bytes out. One file a format.
//!
//! Knows what was found (`violation`), never how (`engine`), and prints nothing itself: the caller names the writer.

pub mod human;
pub mod json;
pub mod ndjson;
pub(crate) mod number;
pub mod reporter;
mod safe_json;
pub mod verdict;
mod view;

pub use human::{Color, Detail, HumanOptions, HumanReporter};
pub use json::JsonReporter;
pub use ndjson::NdjsonReporter;
pub use reporter::{Reporter, RunReport};
pub use verdict::VerdictLine;
