//! `-f html`: one page that can be sent on. It asks nothing of a network, and can be read without its script and on paper.
//!
//! A log is written by whoever calls the audited service. Its text goes through `shown` and then through the template's escaping,
//! never into a tag, an attribute that is followed, or the script.

mod control;
mod data;
mod events;
mod evidence;
mod fact;
mod group;
mod input;
mod page;
mod reporter;
mod rule;
pub(in crate::report) mod shown;
mod status;
mod timeline;

pub use reporter::HtmlReporter;
