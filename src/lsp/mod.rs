//! What an editor asks about policies: texts of policy files go in, whole or half written, and answers in the types of the language
//! server protocol come out.
//!
//! Pure, like what it stands on: `cli` reads the files and speaks the protocol.

pub mod complete;
pub mod cursor;
pub mod diagnostics;
#[cfg(test)]
mod edits;
pub mod field;
pub mod hover;
pub mod keyword;
pub mod navigate;
pub mod outline;
pub mod place;
pub mod position;
pub mod project;
pub mod sample;
pub mod service;
