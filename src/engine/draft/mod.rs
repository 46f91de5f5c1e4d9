//! Drafts a rule and its tests out of a record: what one event shows becomes policy text in which nobody can be recognised.

mod flow;
mod identities;
mod rule;
mod stand_in;

pub use rule::{Draft, DraftError, draft, skeleton};
