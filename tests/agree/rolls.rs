//! What proptest rolls for a [`Dice`](super::dice::Dice), and how often.

use proptest::collection::vec;
use proptest::prelude::*;

/// Random numbers for a [`Dice`](super::dice::Dice).
pub fn rolls(count: usize) -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), count)
}

/// `usual` cases, or as many as the environment variable `PROPTEST_CASES` says for a longer hunt.
pub fn cases(usual: u32) -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: usual, ..config } }
}
