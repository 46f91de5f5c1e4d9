//! What is wrong or odd with policies, written for programs: diagnostics in, bytes out. One file a format; for people, miette
//! draws them.

pub mod github;
pub mod json;
mod place;
pub mod sarif;

pub use github::github;
pub use json::json;
pub use sarif::sarif;
