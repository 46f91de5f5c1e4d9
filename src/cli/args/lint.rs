//! Arguments of `trailgate lint`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::cli::args::ColorArg;
use crate::cli::args::values::day;

const LINT_EXIT_CODES: &str = "\
Exit codes:
  0    the policies can be used
  1    there are warnings (with --strict), denied codes, or changes to make (--diff)
  2    the arguments or the policies are wrong, or a file could not be written";

/// Check the policies themselves, without logs.
///
/// Prints every error, warning and advice about the files: what `check` would refuse, what is correct and may let a violation pass,
/// and what is left out or said twice. Names may stand in one file and be used in another, so all files of a set are given together.
/// A comment `# trailgate: allow CODE` on the line, or alone on the line above, allows one place.
#[derive(Debug, Args)]
#[command(after_help = LINT_EXIT_CODES)]
pub struct LintArgs {
    /// Policy files, folders of them, `bundled`, or `bundled:NAME` for one bundled file.
    ///
    /// Left out: the folder `policies` where there is one, else the bundled policies.
    #[arg(value_name = "POLICIES", value_parser = NonEmptyStringValueParser::new())]
    pub policies: Vec<String>,

    /// Fail on warnings too.
    #[arg(long)]
    pub strict: bool,

    /// Print the advice too, not only how much of it there is (JSON and SARIF always have it).
    #[arg(long)]
    pub advice: bool,

    /// Do not tell of CODE, or of any `advice` (repeatable).
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub allow: Vec<String>,

    /// Fail on CODE, or on any `advice` (repeatable).
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub deny: Vec<String>,

    /// Mend what can be mended safely, in the files; print what was changed and what is left.
    #[arg(long, conflicts_with_all = ["diff", "explain"])]
    pub fix: bool,

    /// Write nothing; print what --fix would change.
    #[arg(long, conflicts_with = "explain")]
    pub diff: bool,

    /// Print the page about CODE: why it matters, a wrong and a right form.
    #[arg(long, value_name = "CODE", conflicts_with = "policies")]
    pub explain: Option<String>,

    /// How to print.
    #[arg(short, long, value_name = "FORMAT", default_value = "human")]
    pub format: LintFormat,

    /// The day that exceptions and list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// Colours in the messages.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

/// How `trailgate lint` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people, on standard error.
    Human,
    /// One JSON document, with the edits that mend.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations in GitHub Actions.
    Github,
}
