//! Arguments of the subcommands that help to write policies.

use clap::{Args, ValueEnum};

/// Print the JSON Schema (draft 2020-12) of a file that people write, for editors.
///
/// Save it, and name it in the first line of the file, relative to it: `# yaml-language-server: $schema=policy.schema.json`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of which file.
    #[arg(value_name = "FILE", default_value = "policy")]
    pub of: SchemaOf,
}

/// What `trailgate schema` describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// A policy file.
    Policy,
    /// A waivers file.
    Waivers,
    /// The configuration, trailgate.yaml.
    Config,
}
