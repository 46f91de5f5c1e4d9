//! Writes a run's reports to where they go.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use crate::audit::input::in_words;
use crate::cli::args::{CheckArgs, Format, FormatArg};
use crate::cli::diagnostics::{print_error, use_color, width};
use crate::cli::exit::Exit;
use crate::report::{
    AsffReporter, Color, CsvReporter, Detail, GithubReporter, GitlabReporter, HtmlReporter, HumanOptions,
    HumanReporter, JsonReporter, JunitReporter, MarkdownReporter, NdjsonReporter, OcsfReporter, Reporter, RunReport,
    SarifReporter,
};

/// Makes the files that reports will be written to, so that a run is not begun whose report has no place.
///
/// What is in them stays until the report is written.
///
/// # Errors
/// Which file cannot be written, and why.
pub fn prepare(formats: &[FormatArg]) -> Result<(), String> {
    for path in formats.iter().filter_map(|format| format.file.as_deref()) {
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|error| cannot_write(path, &error))?;
    }
    Ok(())
}

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
            Format::Sarif => &SarifReporter,
            Format::Junit => &JunitReporter,
            Format::Github => &GithubReporter,
            Format::Gitlab => &GitlabReporter,
            Format::Markdown => &MarkdownReporter,
            Format::Html => &HtmlReporter,
            Format::Csv => &CsvReporter,
            Format::Ocsf => &OcsfReporter,
            Format::Asff => &AsffReporter,
        };
        write_to(file.as_deref(), &|out| reporter.report(run, out))?;
    }
    Ok(())
}

/// Has `write` write a report to the file `path`, or to standard output.
///
/// # Errors
/// That it could not be written, and why. A reader of standard output that went away is no error.
pub fn write_to(path: Option<&Path>, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let whole = |mut out: Box<dyn Write>| {
        write(&mut *out)?;
        out.flush()
    };
    match path {
        Some(path) => File::create(path)
            .and_then(|file| whole(Box::new(BufWriter::new(file))))
            .map_err(|error| cannot_write(path, &error)),
        None => unless_closed(whole(Box::new(BufWriter::new(io::stdout().lock()))))
            .map_err(|error| format!("cannot write the report: {}", in_words(&error))),
    }
}

/// Prints `bytes` to standard output; why that was not possible is printed too.
///
/// # Errors
/// The exit that follows. A reader that went away is no error.
pub fn print(bytes: &[u8]) -> Result<(), Exit> {
    let mut out = io::stdout().lock();
    unless_closed(out.write_all(bytes).and_then(|()| out.flush())).map_err(|error| {
        print_error(&format!("cannot write to standard output: {}", in_words(&error)));
        Exit::Usage
    })
}

/// That nobody reads on is no error.
fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> String {
    format!("cannot write the report `{}`: {}", path.display(), in_words(error))
}
