//! Policies become a program: definite paths become slots, operators become matchers, literals of the population become an index.
//! It cannot fail: parsing built everything that could.

pub mod build;
mod check;
mod definition;
pub mod described;
mod fields;
pub mod gate;
pub mod index;
pub mod lint;
pub mod matcher;
pub mod part;
pub mod population;
pub mod program;
pub mod services;
pub mod strings;
mod waivers;
pub mod window;

pub use lint::{advise, lint, lint_expired, lint_policy};
pub use program::{Program, compile, compile_rule, compile_rules};
