//! trailgate checks audit logs against policies written in YAML.
//!
//! Two streams rise side by side and meet in [`engine`]: what authors write ([`policy`]) and what the audited system
//! writes ([`event`]). [`compile`] turns policies into matchers, [`engine`] runs them over the bytes of a log and
//! yields a [`violation::FileReport`]; [`report`] renders what [`audit`] gathered. Everything below [`audit`] is pure:
//! bytes and values in, values out.

#![cfg_attr(test, allow(clippy::as_conversions))]

pub mod audit;
pub mod cli;
pub mod compile;
pub mod engine;
pub mod event;
pub mod json;
pub mod lsp;
pub mod policy;
pub mod report;
pub mod text;
pub mod violation;
