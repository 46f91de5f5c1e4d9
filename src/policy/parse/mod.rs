//! YAML nodes become the model: each part of the language has its file. All errors of a file are gathered, none stops the rest.

mod condition;
mod file;
mod lower;
pub mod message;
mod operand;
mod operators;
mod pattern;
mod rule;
mod rule_test;
mod slip;
mod template;
mod time;
mod waiver;
mod window;

pub use file::{ListFiles, parse};
pub use lower::{closest, list_words};
pub use operand::network;
pub use waiver::parse_waivers;
