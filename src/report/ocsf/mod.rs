//! `-f ocsf`: findings of the Open Cybersecurity Schema Framework 1.8.0, one JSON object a line.
//!
//! A run goes in; a Detection Finding for each violation and then a Compliance Finding for each control of each rule come out.
//! `detection` and `compliance` say what stands in them, `object` holds the schema's objects that both are made of.

mod compliance;
mod detection;
mod object;
pub mod reporter;

pub use reporter::OcsfReporter;
