//! `-f asff`: the AWS Security Finding Format, in batches that `BatchImportFindings` takes.
//!
//! A run goes in; a line of JSON for each batch of findings comes out. `reporter` makes the batches, `home` says which findings go
//! together, `finding` and `resource` make a violation's finding, `text` fits text to the limits of its fields.

mod finding;
mod home;
pub mod reporter;
mod resource;
mod text;

pub use reporter::AsffReporter;
