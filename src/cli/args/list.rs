//! The arguments of `list`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::civil::Date;

use super::values::{ColorArg, SeverityArg, TableFormat, day};

/// List rules, or the controls that they support.
///
/// What is left out by a filter is counted in the last line.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Policy files, folders of them, `bundled`, or `bundled:NAME` for one bundled file.
    ///
    /// Left out: the folder `policies` where there is one, else the bundled policies.
    #[arg(value_name = "POLICIES", value_parser = NonEmptyStringValueParser::new())]
    pub policies: Vec<String>,

    /// Only rules whose id matches; `*` is any run of characters. Repeatable.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Filters")]
    pub only: Vec<String>,

    /// Only rules with this tag. Repeatable: any of them.
    #[arg(long, value_name = "TAG", value_delimiter = ',', help_heading = "Filters")]
    pub tag: Vec<String>,

    /// Only rules of this severity. Repeatable: any of them.
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',', help_heading = "Filters")]
    pub severity: Vec<SeverityArg>,

    /// Only rules of at least this severity.
    #[arg(long, value_name = "SEVERITY", conflicts_with = "severity", help_heading = "Filters")]
    pub min_severity: Option<SeverityArg>,

    /// Only rules that support this control, or any of a framework: `cis-aws-5.0`, `cis-aws-5.0:4.3`. Repeatable: any of them.
    #[arg(long, value_name = "FRAMEWORK[:CONTROL]", value_delimiter = ',', help_heading = "Filters")]
    pub control: Vec<String>,

    /// Only rules about this service, as its `eventSource` begins: `iam`, `s3`. Repeatable: any of them.
    ///
    /// A rule that names no service can be about any; such rules are counted, and not listed.
    #[arg(long, value_name = "SERVICE", value_delimiter = ',', help_heading = "Filters")]
    pub service: Vec<String>,

    /// List the frameworks and the controls that the rules support; with --control, each control.
    #[arg(long)]
    pub controls: bool,

    /// How to print.
    #[arg(short, long, value_name = "FORMAT", default_value = "human")]
    pub format: TableFormat,

    /// The day that list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// Colours in errors.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}
