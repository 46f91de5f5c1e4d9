//! The arguments of `docs`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::values::{ColorArg, day};

/// Write the rules as pages to read.
///
/// A page for each rule and policy file, and an index by severity, service and control.
#[derive(Debug, Args)]
pub struct DocsArgs {
    /// Policy files, folders of them, `bundled`, or `bundled:NAME` for one bundled file.
    ///
    /// Left out: the folder `policies` where there is one, else the bundled policies.
    #[arg(value_name = "POLICIES", value_parser = NonEmptyStringValueParser::new())]
    pub policies: Vec<String>,

    /// The folder to write into; it is made where there is none.
    ///
    /// Files of the same name are overwritten. Others stay, also pages of rules that are gone: name an empty folder.
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,

    /// What to write.
    #[arg(short, long, value_name = "FORMAT", default_value = "html")]
    pub format: DocsFormat,

    /// The day that list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// Colours in errors.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
}

/// What `trailgate docs` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocsFormat {
    /// Static pages; begin at index.html.
    Html,
    /// Markdown; begin at index.md.
    Markdown,
}
