//! `-f sarif`: SARIF 2.1.0, as GitHub code scanning takes it.
//!
//! One run in one document: the rules, the worst 5,000 violations, what could not be read and what is odd with the policies.
//! The objects are those of the crate `serde-sarif`. Texts of logs stand in them as one line, with what a terminal acts on shown.

mod flow;
mod invocation;
pub(in crate::report) mod place;
pub mod reporter;
mod results;
mod rules;
pub(in crate::report) mod words;

pub use reporter::SarifReporter;
