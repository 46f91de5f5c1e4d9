//! The rules of policies as pages to read: one for each rule and policy file, and an index by severity, service and control.
//!
//! A policy set goes in, the pages come out as texts with their paths; the caller writes them. The pages load nothing.

pub mod html;
pub mod markdown;
pub mod model;
mod source;

pub use html::html;
pub use markdown::markdown;
pub use model::{Book, Page};
