//! Writes a run's reports to where they go.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Duration;

use crate::cli::args::{CheckArgs, Format, FormatArg};
use crate::cli::diagnostics::{use_color, width};
use crate::report::{Color, Detail, HumanOptions, HumanReporter, JsonReporter, NdjsonReporter, Reporter, RunReport};

/// Writes `run` in every format asked for.
///
/// # Errors
/// Which report could not be written, and why. A reader of standard output that went away is no error.
pub fn write_reports(run: &RunReport<'_>, arguments: &CheckArgs, elapsed: Duration) -> Result<(), String> {
    for FormatArg { format, file } in &arguments.formats {
        let stdout_is_terminal = io::stdout().is_terminal() && file.is_none();
        let human = HumanReporter::new(HumanOptions {
            width: if stdout_is_terminal { width() } else { 100 },
            color: if use_color(arguments.color, stdout_is_terminal) { Color::Ansi } else { Color::Plain },
            max_violations: arguments.max_violations,
            detail: match (arguments.quiet, arguments.verbose) {
                (true, _) => Detail::Quiet,
                (_, true) => Detail::Verbose,
                _ => Detail::Normal,
            },
            // A file is compared with that of another run: it says nothing that changes from run to run.
            elapsed: stdout_is_terminal.then_some(elapsed),
        });
        let reporter: &dyn Reporter = match format {
            Format::Human => &human,
            Format::Json => &JsonReporter,
            Format::Ndjson => &NdjsonReporter,
        };
        match file {
            Some(path) => File::create(path)
                .and_then(|file| write(reporter, run, BufWriter::new(file)))
                .map_err(|error| format!("cannot write the report `{}`: {error}", path.display()))?,
            None => match write(reporter, run, BufWriter::new(io::stdout().lock())) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                other => other.map_err(|error| format!("cannot write the report: {error}"))?,
            },
        }
    }
    Ok(())
}

fn write(reporter: &dyn Reporter, run: &RunReport<'_>, mut out: impl Write) -> io::Result<()> {
    reporter.report(run, &mut out)?;
    out.flush()
}
