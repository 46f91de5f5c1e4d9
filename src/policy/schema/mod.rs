//! JSON Schema (draft 2020-12) of policy and waivers files, for editors: the tables of `policy::keywords` in, a document out.
//!
//! The parser decides what a policy may say; the schema allows what it allows, and refuses what can be told without reading paths,
//! patterns and names. `tests/schema.rs` holds the two together.

mod condition;
mod document;
mod obligation;
mod part;
mod rule;
mod rule_test;
mod waiver;

pub use document::{policy, waivers};
