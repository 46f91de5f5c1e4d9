//! Plain text: byte spans, named sources, line and column of an offset. Stands at the bottom of the walk; knows nothing of
//! JSON, YAML or policies.

pub mod lines;
pub mod sanitize;
pub mod source;
pub mod span;
pub mod time;

pub use lines::{LineColumn, Lines};
pub use source::{Source, SourceId};
pub use span::Span;
