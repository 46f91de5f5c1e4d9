//! Writes a deterministic corpus of CloudTrail-shaped logs, or a set of rules, for benchmarks: the same seed gives the same bytes.
//!
//! `cargo run --release --example corpus -- logs --shape gz --bytes 1G target/corpus/gz`

mod event;
mod rules;
mod write;

use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Writes a deterministic corpus for benchmarks.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write logs into a folder, or one NDJSON log to a file or (`-`) to standard output.
    Logs(LogArguments),
    /// Write a policy with so many rules to standard output.
    Rules {
        /// How many.
        count: usize,
    },
}

/// What logs to write.
#[derive(Debug, clap::Args)]
pub struct LogArguments {
    /// Where to.
    pub to: PathBuf,
    /// What the files look like.
    #[arg(long, default_value = "gz")]
    pub shape: Shape,
    /// Bytes in all, not compressed, with K, M or G.
    #[arg(long, default_value = "1G", value_parser = size)]
    pub bytes: u64,
    /// Files; of the shapes with one file, none but 1.
    #[arg(long, default_value_t = 100)]
    pub files: u64,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Of a thousand events, so many break a rule.
    #[arg(long, default_value_t = 1)]
    pub violating: u64,
}

/// What the files look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// `{"Records":[…]}` on one line, gzip.
    Gz,
    /// The same, plain.
    Json,
    /// One file, an event a line.
    Ndjson,
    /// One file, an event a line, in one gzip member.
    NdjsonGz,
}

fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.strip_suffix(['K', 'M', 'G']) {
        Some(digits) => (digits, text.as_bytes().last().copied().unwrap_or_default()),
        None => (text, b'1'),
    };
    let unit = match unit {
        b'K' => 1_000,
        b'M' => 1_000_000,
        b'G' => 1_000_000_000,
        _ => 1,
    };
    digits.parse::<u64>().map(|number| number * unit).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Logs(arguments) => write::logs(&arguments),
        Command::Rules { count } => rules::write(count, BufWriter::new(io::stdout().lock())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
