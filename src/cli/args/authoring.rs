//! Arguments of the subcommands that help to write policies.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use crate::cli::args::ColorArg;

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

const FMT_EXIT_CODES: &str = "\
Exit codes:
  0    the files are in the one form
  1    a file would be changed (with --check)
  2    the arguments are wrong, or a file cannot be read, formatted or written";

/// Bring policy files into the one form.
///
/// Indentation, spaces, line breaks in braces and brackets, double quotes, and a blank line between rules. The order of keys, the
/// quotes there are, block texts and comments stay. What a file says is read before and after: where it would differ, the file is
/// left as it is. Any file in the YAML of policies may be given, such as waivers and trailgate.yaml.
#[derive(Debug, Args)]
#[command(after_help = FMT_EXIT_CODES)]
pub struct FmtArgs {
    /// Files, folders of them, or `-` for standard input, which goes to standard output.
    ///
    /// Left out: the folder `policies`.
    #[arg(value_name = "POLICIES", value_parser = NonEmptyStringValueParser::new())]
    pub policies: Vec<String>,

    /// Write nothing; name the files that would be changed.
    #[arg(long)]
    pub check: bool,

    /// Write nothing; print what would be changed.
    #[arg(long)]
    pub diff: bool,

    /// Colours in errors.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}
