//! What authors write: YAML text becomes a checked model, or a list of errors that point at the wrong words.

pub mod bundled;
pub mod code;
pub mod error;
pub mod fix;
pub mod format;
pub mod framework;
pub mod keywords;
pub mod lint_page;
pub mod model;
pub mod mutant;
pub mod node;
pub mod obligation;
pub mod operator;
pub mod parse;
pub mod pattern;
pub mod place;
pub mod prose;
pub mod rule_test;
pub mod scalar;
pub mod schema;
pub mod set;
mod snippet;
mod syntax;
pub mod waiver;
pub mod waiver_entry;
pub mod walk;
pub mod yaml;

pub use error::{PolicyError, PolicyErrors};
pub use model::{Condition, Policy, Rule, RuleId, Severity};
pub use obligation::Obligation;
pub use parse::{parse, parse_waivers};
pub use set::{PolicyIndex, PolicySet};
pub use waiver::{Waiver, WaiverIndex};
