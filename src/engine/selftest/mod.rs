//! The tests that stand beside a rule: their events, and running them under both evaluators.

mod events;
mod run;

pub use events::{TestCase, TestFiles, cases};
pub use run::RuleRun;
