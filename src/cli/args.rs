//! The arguments of each subcommand: types and help texts, no behaviour.

mod authoring;
mod diff;
mod docs;
mod explain;
mod lint;
mod list;
mod lsp;
mod test;
mod values;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use jiff::civil::Date;

pub use values::{ColorArg, Format, FormatArg, SeverityArg, TableFormat};
use values::{day, fingerprint, size, threads, whole};

pub use self::authoring::{Ci, FmtArgs, InitArgs, NewArgs, SchemaArgs, SchemaOf};
pub use self::diff::DiffArgs;
pub use self::docs::{DocsArgs, DocsFormat};
pub use self::explain::{ExplainArgs, ExplainFormat};
pub use self::lint::{LintArgs, LintFormat};
pub use self::list::ListArgs;
pub use self::lsp::LspArgs;
pub use self::test::TestArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0    no violation at or above --fail-on
  1    violations
  2    the arguments, the configuration or the policies are wrong
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
    /// Explain a rule: in words, for one event, or over logs.
    ///
    /// Answers "why did this rule not find anything?". Alone, a rule is said in words. With --event its whole decision tree is shown
    /// for one event: what each predicate asks and found, and which one decided. With logs the events are counted that each part of
    /// the rule leaves, and those are shown that one predicate alone kept from being a violation.
    Explain(Box<ExplainArgs>),
    /// Write a waiver for a violation of a report.
    Waive(Box<WaiveArgs>),
    /// Run the tests that stand beside the rules.
    Test(Box<TestArgs>),
    /// Check the policies themselves, without logs.
    Lint(LintArgs),
    /// Set a repository of policies up.
    Init(InitArgs),
    /// Draft a rule and its tests, from a recorded event or the name of one.
    New(NewArgs),
    /// Bring policy files into the one form; comments stay.
    Fmt(FmtArgs),
    /// List rules, or the controls that they support.
    List(Box<ListArgs>),
    /// Help an editor with policies: a language server on standard input and output.
    Lsp(LspArgs),
    /// Write the rules as pages to read.
    Docs(DocsArgs),
    /// Print the JSON Schema of a file that people write, for editors.
    Schema(SchemaArgs),
    /// Print the settings of `check` and what made them so.
    Config(ConfigArgs),
    /// Print what a shell reads to complete the command line.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or write one for each subcommand.
    Man {
        /// Write the pages of all subcommands into this folder.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// Print the settings of `check` and what made them so: a flag, the environment, trailgate.yaml or nothing.
///
/// Takes the options of `check`, so that it shows what `check` would make of them.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// How to print.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: TableFormat,
}

/// Check logs against policies.
///
/// Reads plain and gzip files in every form CloudTrail events come in: trail files, NDJSON, lookup-events, EventBridge, CloudWatch Logs,
/// Athena and Lake rows. What cannot be read is reported and counted; the rest is checked all the same.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct CheckArgs {
    /// Logs: files, folders (all files below), globs, or `-` for standard input.
    ///
    /// Left out: `logs` of the configuration.
    #[arg(value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub paths: Vec<String>,

    /// A policy file, a folder of them, `bundled`, or `bundled:NAME` for one bundled file; repeatable.
    ///
    /// Left out: the folder `policies` where there is one, else the bundled policies.
    #[arg(
        short,
        long = "policies",
        value_name = "PATH",
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

    /// A file of waivers; repeatable. Left out: `waivers.yaml` in the working folder, where there is one.
    #[arg(
        long = "waivers",
        value_name = "FILE",
        value_delimiter = ',',
        value_parser = NonEmptyStringValueParser::new(),
        help_heading = "Policies"
    )]
    pub waivers: Vec<String>,

    /// Check as if no rule had exceptions, and there were no waivers.
    #[arg(long, help_heading = "Policies")]
    pub ignore_waivers: bool,

    /// The day that exceptions, waivers and list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, help_heading = "Policies")]
    pub as_of: Option<Date>,

    /// The least severity that fails the run.
    #[arg(long, value_name = "SEVERITY", default_value = "low", help_heading = "Verdict")]
    pub fail_on: SeverityArg,

    /// Pass even where something could not be read: problems are reported and do not count for the exit code.
    #[arg(long, help_heading = "Verdict")]
    pub allow_problems: bool,

    /// Pass even where it is not known yet whether some events are violations: what must follow or precede them may lie outside the logs.
    #[arg(long, help_heading = "Verdict")]
    pub allow_pending: bool,

    /// Fail only on violations that are not in this baseline; the others are shown and counted.
    ///
    /// A violation is known by its rule and event alone: logs may be moved, compressed or reordered. With --write-baseline and
    /// the same file, the run is held against the file, which then takes what this run found.
    #[arg(long, value_name = "FILE", help_heading = "Verdict")]
    pub baseline: Option<PathBuf>,

    /// Write the violations of this run, waived ones left out, to a baseline; the exit code stays what it is.
    #[arg(long, value_name = "FILE", help_heading = "Verdict")]
    pub write_baseline: Option<PathBuf>,
    /// Fail, with exit code 1, where an exception or waiver has expired, covered no violation, or is for a rule that is not waivable.
    #[arg(long, conflicts_with = "ignore_waivers", help_heading = "Verdict")]
    pub strict_waivers: bool,

    /// How to report: human, json, ndjson, sarif, junit, github, gitlab, markdown, html, csv, ocsf, asff; `FORMAT=FILE` writes to a file. Repeatable.
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", default_value = "human", help_heading = "Report")]
    pub formats: Vec<FormatArg>,

    /// Violations shown in full for each rule; 0 shows all. Human report only.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole, help_heading = "Report")]
    pub max_violations: usize,

    /// Say less: violations, problems, and a verdict other than passed.
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Report")]
    pub quiet: bool,

    /// Say more: every rule with its status, every problem, the skipped files, and on standard error how fast the logs were read.
    #[arg(short, long, help_heading = "Report")]
    pub verbose: bool,

    /// Show on standard error what the run spent its time on: each step, and the slowest rules.
    #[arg(long, help_heading = "Report")]
    pub profile: bool,

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
        help_heading = "Reading"
    )]
    pub threads: usize,

    /// The most that one compressed file may inflate to, with K, M or G. What lies beyond is not read, and reported.
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = size, help_heading = "Reading")]
    pub max_inflated: u64,

    /// What earlier runs have seen, for `first_seen` rules: read where it is there, and written after the run.
    ///
    /// Without it such a rule only learns from the logs of the run itself. A rule that was changed forgets what it had seen. The file
    /// is not written where the run is interrupted.
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub state: Option<PathBuf>,

    /// The memory that events for rules over time may take, with K, M or G. What is more goes to temporary files.
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = size, help_heading = "Reading")]
    pub fact_memory: u64,

    /// The configuration; left out, `trailgate.yaml` in this folder or the nearest above it.
    #[arg(long, value_name = "FILE", env = "TRAILGATE_CONFIG", hide_env = true, help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// No configuration.
    #[arg(long, help_heading = "Configuration")]
    pub no_config: bool,
}

/// Write a waiver for a violation of a report.
///
/// Finds the violation by its fingerprint and adds a waiver for it, and for nothing else, to a waivers file; what stands in the file
/// stays as it is.
#[derive(Debug, Args)]
pub struct WaiveArgs {
    /// The fingerprint of the violation, or its first 8 digits or more.
    #[arg(value_name = "FINGERPRINT", value_parser = fingerprint)]
    pub fingerprint: String,

    /// The report that shows the violation, of `-f json` or `-f ndjson`; `-` is standard input.
    #[arg(long, value_name = "REPORT", value_parser = NonEmptyStringValueParser::new())]
    pub from: String,

    /// Why the violation is accepted.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub reason: String,

    /// Who answers for it.
    #[arg(long, value_name = "WHO", value_parser = NonEmptyStringValueParser::new())]
    pub owner: String,

    /// The last day it holds.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub until: Date,

    /// Where it was agreed.
    #[arg(long, value_name = "TICKET", value_parser = NonEmptyStringValueParser::new())]
    pub ticket: Option<String>,

    /// What to call it; left out, the rule and the first digits of the fingerprint.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,

    /// The waivers file; it is made where there is none.
    #[arg(long, value_name = "FILE", default_value = "waivers.yaml")]
    pub file: PathBuf,

    /// The policies that have the rule, as for `check`; repeatable.
    #[arg(
        short,
        long = "policies",
        value_name = "PATH",
        env = "TRAILGATE_POLICIES",
        value_delimiter = ',',
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub policies: Vec<String>,

    /// The day that `--until` is judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// Colours in errors.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}
