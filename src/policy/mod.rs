//! What authors write: YAML text becomes a checked model, or a list of errors that point at the wrong words.

pub mod model;
pub mod operator;
pub mod set;

pub use model::{Condition, Obligation, Policy, Rule, RuleId, Severity};
pub use set::{PolicyIndex, PolicySet};
