//! `trailgate.yaml`: a file of settings becomes the defaults of the command line, so that clap alone decides that a flag goes
//! before the environment and the environment before the file.
//!
//! `keys` is the table of all settings; `find` looks for the file, `file` reads it, `effective` says what came from where.

mod effective;
mod error;
mod file;
mod find;
mod keys;
mod refusal;
mod schema;

pub use effective::{Effective, Setting, SettingSource};
pub use error::ConfigError;
pub use file::Configuration;
pub use find::find;
pub use keys::{Takes, configurable, with_defaults};
pub use schema::schema;
