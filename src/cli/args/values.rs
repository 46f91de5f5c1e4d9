//! The values that arguments take, and how they are read.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use crate::policy::Severity;

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

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// A table.
    Human,
    /// A JSON document.
    Json,
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

pub(super) fn whole(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "write a whole number from 0 on".to_owned())
}

pub(super) fn threads(text: &str) -> Result<usize, String> {
    let threads = text.parse().ok().filter(|threads| *threads <= MOST_THREADS);
    threads.ok_or_else(|| format!("write a whole number up to {MOST_THREADS}; 0 is one for each processor"))
}

pub(super) fn fingerprint(text: &str) -> Result<String, String> {
    if (8..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_lowercase());
    }
    Err("write 8 to 32 hexadecimal digits, as a report shows them".to_owned())
}

pub(super) fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD, such as 2026-03-14".to_owned())
}

/// Bytes out of `512M`.
pub(super) fn size(text: &str) -> Result<u64, String> {
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
