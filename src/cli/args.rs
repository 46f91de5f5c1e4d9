//! The arguments of each subcommand: types and help texts, no behaviour.

mod diff;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::policy::Severity;

pub use self::diff::DiffArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0    no violation at or above --fail-on
  1    violations
  2    the arguments or the policies are wrong
  3    not everything could be read or evaluated (see --allow-problems)
  130  ended by Ctrl-C";

/// Checks audit logs, AWS CloudTrail first, against policies written in YAML.
#[derive(Debug, Parser)]
#[command(name = "trailgate", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check logs against policies.
    Check(Box<CheckArgs>),
    /// Show what a change of policies changes in what they find.
    Diff(Box<DiffArgs>),
}

/// Check logs against policies.
///
/// Reads plain and gzip files in every form CloudTrail events come in: trail files, NDJSON, lookup-events, EventBridge, CloudWatch Logs,
/// Athena and Lake rows. What cannot be read is reported and counted; the rest is checked all the same.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct CheckArgs {
    /// Logs: files, folders (all files below), globs, or `-` for standard input.
    #[arg(required = true, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub paths: Vec<String>,

    /// A policy file, a folder of them, `bundled`, or `bundled:NAME` for one bundled file; repeatable.
    ///
    /// Left out: the folder `policies` where there is one, else the bundled policies.
    #[arg(
        short,
        long = "policies",
        value_name = "PATH",
        env = "TRAILGATE_POLICIES",
        value_delimiter = ',',
        value_parser = NonEmptyStringValueParser::new(),
        help_heading = "Policies"
    )]
    pub policies: Vec<String>,

    /// Only rules whose id matches; `*` is any run of characters. Repeatable.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policies")]
    pub only: Vec<String>,

    /// All rules but those whose id matches. Repeatable.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policies")]
    pub skip: Vec<String>,

    /// Only rules with this tag. Repeatable: any of them.
    #[arg(long, value_name = "TAG", value_delimiter = ',', help_heading = "Policies")]
    pub tag: Vec<String>,

    /// Only rules that support this control, or any of a framework: `cis-aws-5.0`, `cis-aws-5.0:4.3`. Repeatable: any of them.
    #[arg(long, value_name = "FRAMEWORK[:CONTROL]", value_delimiter = ',', help_heading = "Policies")]
    pub control: Vec<String>,

    /// Only rules of at least this severity.
    #[arg(long, value_name = "SEVERITY", help_heading = "Policies")]
    pub min_severity: Option<SeverityArg>,

    /// Check as if no rule had exceptions.
    #[arg(long, help_heading = "Policies")]
    pub ignore_waivers: bool,

    /// The day that exceptions and list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, help_heading = "Policies")]
    pub as_of: Option<Date>,

    /// The least severity that fails the run.
    #[arg(long, value_name = "SEVERITY", default_value = "low", env = "TRAILGATE_FAIL_ON", help_heading = "Verdict")]
    pub fail_on: SeverityArg,

    /// Pass even where something could not be read: problems are reported and do not count for the exit code.
    #[arg(long, help_heading = "Verdict")]
    pub allow_problems: bool,

    /// Fail only on violations that are not in this baseline; the others are shown and counted.
    ///
    /// A violation is known by its rule and event alone: logs may be moved, compressed or reordered. With --write-baseline and
    /// the same file, the run is held against the file, which then takes what this run found.
    #[arg(long, value_name = "FILE", help_heading = "Verdict")]
    pub baseline: Option<PathBuf>,

    /// Write the violations of this run, waived ones left out, to a baseline; the exit code stays what it is.
    #[arg(long, value_name = "FILE", help_heading = "Verdict")]
    pub write_baseline: Option<PathBuf>,

    /// How to report: human, json, ndjson, sarif, junit, github, gitlab, markdown, html, csv, ocsf, asff; `FORMAT=FILE` writes to a file. Repeatable.
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", default_value = "human", help_heading = "Report")]
    pub formats: Vec<FormatArg>,

    /// Violations shown in full for each rule; 0 shows all. Human report only.
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Report")]
    pub max_violations: usize,

    /// Say less: violations, problems, and a verdict other than passed.
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Report")]
    pub quiet: bool,

    /// Say more: every rule with its status, every problem, the skipped files.
    #[arg(short, long, help_heading = "Report")]
    pub verbose: bool,

    /// Colours in the human report.
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Report")]
    pub color: ColorArg,

    /// No progress bar.
    #[arg(long, help_heading = "Report")]
    pub no_progress: bool,

    /// Threads, at most 1024; 0 is one for each processor.
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = threads,
        env = "TRAILGATE_THREADS",
        help_heading = "Reading"
    )]
    pub threads: usize,

    /// The most that one compressed file may inflate to, with K, M or G. What lies beyond is not read, and reported.
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = size, help_heading = "Reading")]
    pub max_inflated: u64,
}

/// A severity on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeverityArg {
    /// Worth knowing.
    Info,
    /// Worth a look.
    Low,
    /// Should be dealt with.
    Medium,
    /// Must be dealt with soon.
    High,
    /// Must be dealt with at once.
    Critical,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Info => Self::Info,
            SeverityArg::Low => Self::Low,
            SeverityArg::Medium => Self::Medium,
            SeverityArg::High => Self::High,
            SeverityArg::Critical => Self::Critical,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A report format and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatArg {
    /// The format.
    pub format: Format,
    /// The file; `None` is standard output.
    pub file: Option<PathBuf>,
}

/// Report formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML.
    Junit,
    /// GitHub workflow commands.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// Markdown, for a pull request.
    Markdown,
    /// One self-contained page.
    Html,
    /// Comma-separated values.
    Csv,
    /// OCSF findings.
    Ocsf,
    /// AWS Security Finding Format.
    Asff,
}

impl std::str::FromStr for FormatArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, file) = match text.split_once('=') {
            Some((_, "")) => return Err("a file name must follow `=`".to_owned()),
            Some((word, file)) => (word, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = match word {
            "human" => Format::Human,
            "json" => Format::Json,
            "ndjson" => Format::Ndjson,
            "sarif" => Format::Sarif,
            "junit" => Format::Junit,
            "github" => Format::Github,
            "gitlab" => Format::Gitlab,
            "markdown" => Format::Markdown,
            "html" => Format::Html,
            "csv" => Format::Csv,
            "ocsf" => Format::Ocsf,
            "asff" => Format::Asff,
            _ => {
                return Err(
                    "formats are human, json, ndjson, sarif, junit, github, gitlab, markdown, html, csv, ocsf, asff"
                        .to_owned(),
                );
            }
        };
        Ok(Self { format, file })
    }
}

/// More threads than any machine has use for, and fewer than it cannot start.
const MOST_THREADS: usize = 1024;

fn threads(text: &str) -> Result<usize, String> {
    let threads = text.parse().ok().filter(|threads| *threads <= MOST_THREADS);
    threads.ok_or_else(|| format!("write a whole number up to {MOST_THREADS}; 0 is one for each processor"))
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD, such as 2026-03-14".to_owned())
}

/// Bytes out of `512M`.
fn size(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(['K', 'M', 'G', 'k', 'm', 'g']);
    let factor: u64 = match text.get(number.len()..).unwrap_or_default() {
        "" => 1,
        "K" | "k" => 1 << 10,
        "M" | "m" => 1 << 20,
        "G" | "g" => 1 << 30,
        _ => return Err("write a whole number with K, M or G, such as 512M".to_owned()),
    };
    let count: u64 = number.parse().map_err(|_| "write a whole number with K, M or G, such as 512M".to_owned())?;
    count
        .checked_mul(factor)
        .filter(|size| *size > 0)
        .ok_or_else(|| "write a number above 0 and below 16 exabytes".to_owned())
}
