//! The arguments of `trailgate test`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::civil::Date;
use regex::Regex;

use super::{ColorArg, Format, FormatArg, day};

const EXIT_CODES: &str = "\
Exit codes:
  0    every test passed
  1    a test failed, a rule lacks one (--require-tests), or too little is reached (--coverage-min, --mutate-min)
  2    the arguments or the policies are wrong
  3    no test ran, or a rule with tests is not evaluated

Coverage and mutants are explained in docs/authoring.md.";

/// Run the tests that stand beside the rules.
///
/// Every test is run under both evaluators, which must agree. A failed one is shown with the predicate that decided otherwise.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct TestArgs {
    /// Policy files, folders of them, `bundled`, or `bundled:NAME` for one bundled file.
    ///
    /// Left out: the folder `policies` where there is one, else the bundled policies.
    #[arg(value_name = "POLICIES", value_parser = NonEmptyStringValueParser::new())]
    pub policies: Vec<String>,

    /// Only tests whose `rule-id/test name` the regular expression matches, and only rules with such a test.
    #[arg(long, value_name = "REGEX", value_parser = regex)]
    pub run: Option<Regex>,

    /// Run again whenever a policy, or a file that a test or list names, changes; Ctrl-C ends.
    #[arg(short, long)]
    pub watch: bool,

    /// How to report: human, json, junit; `FORMAT=FILE` writes to a file. Repeatable.
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", default_value = "human", value_parser = format)]
    pub formats: Vec<FormatArg>,

    /// Fail for each rule that has no test of a violation, or none of an event that complies.
    #[arg(long, help_heading = "Quality of the tests")]
    pub require_tests: bool,

    /// List what no test decides: predicates that never held or always did, values and branches that never held.
    #[arg(long, help_heading = "Quality of the tests")]
    pub coverage: bool,

    /// Fail where tests decide less of the predicates, values and branches than this; implies --coverage.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100), help_heading = "Quality of the tests")]
    pub coverage_min: Option<u8>,

    /// Change each rule in one place after another, and list the changes that none of its tests notices.
    #[arg(long, help_heading = "Quality of the tests")]
    pub mutate: bool,

    /// Fail where tests notice less of the changes than this; implies --mutate.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100), help_heading = "Quality of the tests")]
    pub mutate_min: Option<u8>,

    /// The day that exceptions and list values are judged by in tests without `now`; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// Say less: failures, and a verdict other than passed.
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more: every test.
    #[arg(short, long)]
    pub verbose: bool,

    /// Colours in the human report.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

fn regex(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| error.to_string())
}

fn format(text: &str) -> Result<FormatArg, String> {
    let wrong = || "formats of `test` are human, json, junit".to_owned();
    let format: FormatArg = match text.split_once('=') {
        Some((_, "")) => text.parse()?,
        _ => text.parse().map_err(|_: String| wrong())?,
    };
    match format.format {
        Format::Human | Format::Json | Format::Junit => Ok(format),
        _ => Err(wrong()),
    }
}
