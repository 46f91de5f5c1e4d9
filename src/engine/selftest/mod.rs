//! The tests that stand beside a rule: their events, and running them under both evaluators.

mod coverage;
mod events;
mod mutation;
mod over_time;
mod owners;
mod run;

pub use coverage::{Decided, coverage};
pub use events::{TestCase, TestFiles, cases};
pub use mutation::{Trial, names_used, shares, try_define, try_rule};
pub use run::{Prepared, PreparedTest, RuleRun};
