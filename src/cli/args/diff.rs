//! The arguments of `trailgate diff`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::civil::Date;

use super::{ColorArg, EXIT_CODES, Format, FormatArg, SeverityArg, day, size, threads};

/// Show what a change of policies changes in what they find.
///
/// Both policy sets are run over the same logs, which are read once. A violation is the same in both where its rule and event are.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct DiffArgs {
    /// The policies before: a file, a folder, `bundled`, or a git revision, `REV` or `REV:PATH`.
    #[arg(value_name = "POLICIES_A", value_parser = NonEmptyStringValueParser::new())]
    pub before: String,

    /// The policies after, as well.
    #[arg(value_name = "POLICIES_B", value_parser = NonEmptyStringValueParser::new())]
    pub after: String,

    /// Logs: files, folders (all files below), globs, or `-` for standard input.
    #[arg(long, required = true, num_args = 1.., value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub logs: Vec<String>,

    /// Where the policies are in a git revision, from the root of the repository, unless it is `REV:PATH`.
    #[arg(long, value_name = "PATH", default_value = "policies")]
    pub policies_path: String,

    /// Compare as if no rule had exceptions.
    #[arg(long)]
    pub ignore_waivers: bool,

    /// The day that exceptions and list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// The least severity of a violation that fails the run, where it counts after and did not before.
    #[arg(long, value_name = "SEVERITY", default_value = "low", env = "TRAILGATE_FAIL_ON")]
    pub fail_on: SeverityArg,

    /// Pass even where something could not be read.
    #[arg(long)]
    pub allow_problems: bool,

    /// How to report: human, json, markdown; `FORMAT=FILE` writes to a file. Repeatable.
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", default_value = "human", value_parser = format)]
    pub formats: Vec<FormatArg>,

    /// Violations listed of each rule and kind; 0 lists all. JSON always has all.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub max_violations: usize,

    /// Colours in errors.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,

    /// No progress bar.
    #[arg(long)]
    pub no_progress: bool,

    /// Threads, at most 1024; 0 is one for each processor.
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, value_parser = threads, env = "TRAILGATE_THREADS")]
    pub threads: usize,

    /// The most that one compressed file may inflate to, with K, M or G.
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = size)]
    pub max_inflated: u64,
}

fn format(text: &str) -> Result<FormatArg, String> {
    let wrong = || "formats of `diff` are human, json, markdown".to_owned();
    let format: FormatArg = match text.split_once('=') {
        Some((_, "")) => text.parse()?,
        _ => text.parse().map_err(|_: String| wrong())?,
    };
    match format.format {
        Format::Human | Format::Json | Format::Markdown => Ok(format),
        _ => Err(wrong()),
    }
}
