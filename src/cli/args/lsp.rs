//! The arguments of `trailgate lsp`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::civil::Date;

use crate::cli::args::values::day;

const EXIT_CODES: &str = "\
Exit codes:
  0    the editor ended the conversation
  1    the editor went without a word
  2    the arguments are wrong";

/// Help an editor with policies: a language server on standard input and output.
///
/// Shows what is wrong while it is typed, completes and explains keywords, fields and names, and leads to definitions. An editor
/// starts it: docs/editors.md says how to set up Visual Studio Code, Neovim and Helix. The log is on standard error.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct LspArgs {
    /// Policy files and folders of them, from the workspace folder; repeatable.
    ///
    /// Left out: what the editor says in `initializationOptions.policies`, else the folder `policies` where there is one, else all
    /// YAML files of the workspace that look like policies.
    #[arg(short, long = "policies", value_name = "PATH", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub policies: Vec<String>,

    /// Logs of which hovers and completions tell how often a field occurs, and with which values; repeatable.
    ///
    /// Left out: what the editor says in `initializationOptions.sampleLogs`.
    #[arg(long, value_name = "PATH", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub sample: Vec<String>,

    /// The day that exceptions and list values are judged by; left out, today in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,

    /// Accepted and without meaning: editors that know several ways of talking say which one they use.
    #[arg(long, hide = true)]
    pub stdio: bool,
}
