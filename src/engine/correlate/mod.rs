//! Facts become violations over time: sorted facts in, one at a time, and what they are together out. Pure, and in time that grows
//! with the number of facts, however many share a key.
//!
//! `run` goes through rules and keys, each obligation has its file, and `evidence` puts the violations together.

mod any_order;
mod evidence;
mod first_seen;
mod follow;
mod matching;
mod message;
mod run;
mod sequence;
#[cfg(test)]
mod tests;
mod threshold;

pub use run::{correlate, correlate_into};
