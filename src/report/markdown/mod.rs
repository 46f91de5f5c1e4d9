//! `-f markdown`: a comment on a pull request.
//!
//! The verdict, the rules violated, the controls of each framework, the worst violations, what changed since the baseline, what
//! could not be read. What comes out of a log stands in code spans alone, where nothing fires.

mod controls;
mod page;
pub mod reporter;
pub(in crate::report) mod text;

pub use reporter::MarkdownReporter;
