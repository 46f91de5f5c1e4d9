//! What a run found, written for someone: violations and a summary in, bytes out. One file a format.
//!
//! Knows what was found (`violation`), never how (`engine`), and prints nothing itself: the caller names the writer.

pub mod asff;
pub mod baseline;
pub mod book;
mod compliance;
pub mod csv;
pub mod diff;
pub mod explain;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
mod identity;
pub mod json;
pub mod junit;
pub mod lint;
pub mod markdown;
pub mod ndjson;
pub(crate) mod number;
pub mod ocsf;
mod problem_text;
pub mod reporter;
pub mod rule_tests;
mod safe_json;
pub mod sarif;
mod selection;
mod timeline;
pub mod verdict;
mod view;

pub use asff::AsffReporter;
pub use csv::CsvReporter;
pub use github::GithubReporter;
pub use gitlab::GitlabReporter;
pub use html::HtmlReporter;
pub use human::{Color, Detail, HumanOptions, HumanReporter};
pub use json::JsonReporter;
pub use junit::JunitReporter;
pub use markdown::MarkdownReporter;
pub use ndjson::NdjsonReporter;
pub use ocsf::OcsfReporter;
pub use reporter::{Reporter, RunReport};
pub use sarif::SarifReporter;
pub use verdict::VerdictLine;
