//! What is odd about policies that are correct: a policy set goes in, warnings and advice come out.
//!
//! A *warning* is about a rule that may let a violation pass: a field or an event that CloudTrail does not have, a condition that
//! never holds. *Advice* is about what hides nothing: what is said twice, used by nobody, or left out. One file an idea;
//! `docs/lints/` has a page for each code.

mod all;
mod branch;
mod comment;
mod complete;
mod context;
mod event;
mod exception;
mod expiry;
mod field;
pub(in crate::compile) mod literal;
mod need;
mod service;
mod unused;

pub use all::{advise, lint, lint_expired, lint_policy};
