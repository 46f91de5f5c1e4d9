//! What the targets share with `tests/agree.rs`: the generators, both evaluators, and what is asked of any bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs, dead_code)]

#[path = "../../tests/agree/condition.rs"]
pub mod condition;
#[path = "../../tests/agree/dice.rs"]
pub mod dice;
#[path = "../../tests/agree/event.rs"]
pub mod event;
#[path = "../../tests/agree/fast.rs"]
pub mod fast;
#[path = "../../tests/agree/hunt.rs"]
pub mod hunt;
#[path = "../../tests/agree/policy.rs"]
pub mod policy;
#[path = "../../tests/agree/test.rs"]
pub mod test;
#[path = "../../tests/agree/words.rs"]
pub mod words;
