//! `-f human`: the report a person reads in a terminal, or in the output of a build.
//!
//! Groups of violations by rule, the worst first; what could not be read; notes; a summary that adds up; the verdict.

mod controls;
pub(in crate::report) mod diagnostic;
mod failed_test;
mod group;
pub(in crate::report) mod label;
pub mod options;
pub(in crate::report) mod page;
pub mod reporter;
pub mod rule_tests;
pub(in crate::report) mod summary;
pub(in crate::report) mod timeline;
mod verdict;

pub use options::{Color, Detail, HumanOptions};
pub use reporter::HumanReporter;
