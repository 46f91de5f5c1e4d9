//! Arguments of the subcommands that help to write policies.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, ValueEnum};

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

const NEW_EXAMPLES: &str = "\
Examples:
  trailgate new --from-event trail.json.gz:12 --out policies/trail.yaml
  trailgate new --event-source iam.amazonaws.com --event-name CreateUser";

/// Draft a rule and its tests, from a recorded event or the name of one.
///
/// The rule's population is calls such as the recorded one, and a violation is one by the same type of caller: narrow it down from
/// there. Its tests are the record, the same call by somebody else, and the call with another outcome; they pass. Account ids, keys,
/// addresses, mail addresses and the names of users, roles and groups are replaced by made-up ones, the same for the same.
#[derive(Debug, Args)]
#[command(after_help = NEW_EXAMPLES, group = ArgGroup::new("event").args(["from_event", "event_source"]).required(true))]
pub struct NewArgs {
    /// A log, plain or gzip and in any form that `check` reads, and which of its records, from 0; left out, the first. `-` is
    /// standard input.
    #[arg(long, value_name = "FILE[:N]", value_parser = NonEmptyStringValueParser::new())]
    pub from_event: Option<String>,

    /// The called service, such as `iam.amazonaws.com`.
    #[arg(long, value_name = "SOURCE", requires = "event_name", value_parser = NonEmptyStringValueParser::new())]
    pub event_source: Option<String>,

    /// The called action, such as `CreateUser`.
    #[arg(long, value_name = "NAME", requires = "event_source", value_parser = NonEmptyStringValueParser::new())]
    pub event_name: Option<String>,

    /// The rule's id; left out, made out of the event: `iam.create-user-called`.
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub id: Option<String>,

    /// Write to this file, which must not be there yet; left out, standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Colours in errors.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

/// Set a repository of policies up.
///
/// Writes an example policy with tests and a log that it is clean on, trailgate.yaml, schemas for editors, a CI job, and hooks for
/// pre-commit. A file that is there already stays as it is.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder; it is made where there is none.
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,

    /// For which CI to write a job.
    #[arg(long, value_name = "CI", default_value = "github")]
    pub ci: Ci,

    /// Where on GitHub the CI job takes trailgate from.
    #[arg(long, value_name = "OWNER/NAME", default_value = InitArgs::NO_REPOSITORY, value_parser = repository)]
    pub repository: String,

    /// Overwrite files that are there already.
    #[arg(long)]
    pub force: bool,
}

impl InitArgs {
    /// Stands where no repository was given.
    pub const NO_REPOSITORY: &str = "OWNER/trailgate";
}

/// Which CI `trailgate init` writes a job for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// GitHub Actions: .github/workflows/trailgate.yml.
    Github,
    /// GitLab CI: .gitlab-ci.yml.
    Gitlab,
    /// None.
    None,
}

/// `OWNER/NAME`, of the characters that GitHub allows.
fn repository(text: &str) -> Result<String, String> {
    let part = |part: &str| {
        let fits = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        !part.is_empty() && part.chars().all(fits)
    };
    match text.split_once('/') {
        Some((owner, name)) if part(owner) && part(name) => Ok(text.to_owned()),
        _ => Err("write the owner and the name: `OWNER/trailgate`".to_owned()),
    }
}
