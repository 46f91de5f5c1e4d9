//! The arguments of `trailgate explain`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::values::{ColorArg, day, size, threads};

const EXIT_CODES: &str = "\
Exit codes:
  0    explained, whatever the rule says
  2    the arguments or the policies are wrong, or no rule has this id
  3    not everything could be read
  130  ended by Ctrl-C";

const EXAMPLES: &str = "\
Examples:
  trailgate explain iam.console-login-without-mfa
      what the rule is about and what it asks, in words
  trailgate explain iam.console-login-without-mfa --event trail.json.gz:17
      why it does, or does not, find a violation in the record with ordinal 17
  trailgate explain iam.console-login-without-mfa logs/
      how many events each of its parts leaves, and which were one predicate away";

/// What to explain, and how.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct ExplainArgs {
    /// The rule's id; `*` is any run of characters.
    #[arg(value_name = "RULE", value_parser = NonEmptyStringValueParser::new())]
    pub rule: String,

    /// Logs to run the rule over: files, folders, globs, or `-` for standard input.
    #[arg(value_name = "LOGS", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "event")]
    pub logs: Vec<String>,

    /// One event: the record with ordinal N, from 0, of this file, or of `-` for standard input. Left out, N is 0.
    ///
    /// Reports name a violation's record by the same ordinal.
    #[arg(long, value_name = "FILE[:N]", value_parser = NonEmptyStringValueParser::new())]
    pub event: Option<String>,

    /// A policy file, a folder of them, `bundled`, or `bundled:NAME` for one bundled file; repeatable.
    ///
    /// Left out: the folder `policies` where there is one, else the bundled policies.
    #[arg(
        short,
        long = "policies",
        value_name = "PATH",
        env = "TRAILGATE_POLICIES",
        value_delimiter = ',',
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub policies: Vec<String>,

    /// A file of waivers; repeatable. Left out: `waivers.yaml` in the working folder, where there is one.
    #[arg(long = "waivers", value_name = "FILE", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub waivers: Vec<String>,

    /// The day that exceptions, waivers and list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// How to print.
    #[arg(short, long, value_name = "FORMAT", default_value = "human")]
    pub format: ExplainFormat,

    /// Say it in one line for each rule.
    #[arg(short, long)]
    pub quiet: bool,

    /// Colours in what is printed.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,

    /// No progress bar.
    #[arg(long)]
    pub no_progress: bool,

    /// Threads, at most 1024; 0 is one for each processor.
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, value_parser = threads)]
    pub threads: usize,

    /// The most that one compressed file may inflate to, with K, M or G.
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = size)]
    pub max_inflated: u64,
}

/// How `trailgate explain` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For people.
    Human,
    /// A JSON document.
    Json,
}
