//! RFC 9535 (JSONPath) queries and filter expressions: a text in, a checked [`Path`] or [`Filter`] out, and the nodes they select.
//!
//! `parse` and `logical` read the text by the letter of the RFC and name the first wrong character; `slip` knows what authors
//! tend to mean instead. `select` evaluates for production; `reference` asks the crate `jsonpath-rust` the same question,
//! slowly, so that tests can hold one against the other.

mod cursor;
mod error;
mod literal;
mod logical;
mod model;
mod parse;
mod query;
mod reference;
mod select;
mod slip;

pub use error::PathError;
pub use query::{Filter, Path};
