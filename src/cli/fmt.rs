//! `trailgate fmt`: policy files in, the same files in the one form out.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use similar::TextDiff;
use walkdir::WalkDir;

use crate::audit::input::in_words;
use crate::cli::args::FmtArgs;
use crate::cli::diagnostics::{print_diagnostics, print_error, say};
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::cli::replace::replace;
use crate::policy::format::{FormatError, format};
use crate::report::number::count;
use crate::text::Source;

/// How standard input is called.
const STDIN: &str = "<stdin>";

/// What to format.
enum Input {
    File(PathBuf),
    Stdin,
}

impl Input {
    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => STDIN.to_owned(),
        }
    }

    fn text(&self) -> Result<String, String> {
        let bytes = match self {
            Self::File(path) => std::fs::read(path),
            Self::Stdin => {
                let mut bytes = Vec::new();
                io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
            }
        };
        let bytes = bytes.map_err(|error| format!("`{}` cannot be read: {}", self.name(), in_words(&error)))?;
        String::from_utf8(bytes).map_err(|_| format!("`{}` is no UTF-8", self.name()))
    }
}

/// How many files there were of a kind.
#[derive(Debug, Default)]
struct Tally {
    changed: usize,
    unchanged: usize,
    failed: usize,
}

/// Runs `trailgate fmt`.
pub fn fmt(arguments: &FmtArgs) -> Exit {
    let inputs = match inputs(&arguments.policies) {
        Ok(inputs) => inputs,
        Err(message) => {
            print_error(&message);
            return Exit::Usage;
        }
    };
    let mut tally = Tally::default();
    for input in &inputs {
        match one(input, arguments, &mut tally) {
            Ok(()) => {}
            Err(Failed::Told) => tally.failed += 1,
            Err(Failed::Because(message)) => {
                print_error(&message);
                tally.failed += 1;
            }
            Err(Failed::Closed(exit)) => return exit,
        }
    }
    if !inputs.iter().all(|input| matches!(input, Input::Stdin)) {
        say(&summary(&tally, arguments.check || arguments.diff));
    }
    match tally {
        Tally { failed: 1.., .. } => Exit::Usage,
        Tally { changed: 1.., .. } if arguments.check => Exit::Unformatted,
        _ => Exit::Done,
    }
}

/// Why a file was not formatted.
enum Failed {
    /// It was printed.
    Told,
    /// In words.
    Because(String),
    /// Standard output is closed.
    Closed(Exit),
}

fn one(input: &Input, arguments: &FmtArgs, tally: &mut Tally) -> Result<(), Failed> {
    let name = input.name();
    let old = input.text().map_err(Failed::Because)?;
    let new = format(&Source::new(name.as_str(), old.as_str())).map_err(|error| match error {
        FormatError::Yaml(errors) => {
            print_diagnostics(&errors.0, arguments.color, "");
            Failed::Told
        }
        FormatError::Unsafe(_) => Failed::Because(format!("`{name}` is left as it is: {error}")),
    })?;
    let writes = !arguments.check && !arguments.diff;
    let changes = old != new;
    if changes {
        tally.changed += 1;
    } else {
        tally.unchanged += 1;
    }
    if arguments.diff && changes {
        let diff = TextDiff::from_lines(&old, &new);
        let text = diff.unified_diff().context_radius(3).header(&name, &format!("{name} (formatted)")).to_string();
        print(text.as_bytes()).map_err(Failed::Closed)?;
    }
    match input {
        Input::Stdin if writes => print(new.as_bytes()).map_err(Failed::Closed),
        Input::File(path) if writes && changes => replace(path, &new)
            .map(|()| say(&format!("formatted {name}")))
            .map_err(|error| Failed::Because(format!("`{name}` cannot be written: {}", in_words(&error)))),
        _ => {
            if arguments.check && changes {
                say(&format!("would format {name}"));
            }
            Ok(())
        }
    }
}

fn summary(tally: &Tally, only_told: bool) -> String {
    let would = if only_told { "would be formatted" } else { "formatted" };
    let mut parts = Vec::new();
    if tally.changed > 0 {
        parts.push(format!("{} {would}", count(tally.changed, "file")));
    }
    if tally.unchanged > 0 || (tally.changed == 0 && tally.failed == 0) {
        parts.push(format!("{} unchanged", count(tally.unchanged, "file")));
    }
    if tally.failed > 0 {
        parts.push(format!("{} not formatted", count(tally.failed, "file")));
    }
    parts.join(", ")
}

/// The files that `paths` name, each once; without a path those of the folder `policies`.
fn inputs(paths: &[String]) -> Result<Vec<Input>, String> {
    let usual = ["policies".to_owned()];
    let paths = if paths.is_empty() {
        if !Path::new("policies").is_dir() {
            return Err("there is no folder `policies` here: name the files to format".to_owned());
        }
        &usual
    } else {
        paths
    };
    let mut found = Vec::new();
    for path in paths {
        if path == "-" {
            found.push(Input::Stdin);
        } else if path == "bundled" || path.starts_with("bundled:") {
            return Err("the bundled policies are part of the program: name files to format".to_owned());
        } else if Path::new(path).is_dir() {
            let before = found.len();
            folder(Path::new(path), &mut found)?;
            if found.len() == before {
                return Err(format!("the folder `{path}` holds no policy file: they end in `.yaml` or `.yml`"));
            }
        } else {
            found.push(Input::File(PathBuf::from(path)));
        }
    }
    let mut names = std::collections::BTreeSet::new();
    found.retain(|input| names.insert(input.name()));
    Ok(found)
}

fn folder(folder: &Path, found: &mut Vec<Input>) -> Result<(), String> {
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let name = error.path().unwrap_or(folder).display().to_string();
            let cause = error.io_error().map_or_else(|| "a link that leads back into itself".to_owned(), in_words);
            format!("`{name}` cannot be read: {cause}")
        })?;
        let extension = entry.path().extension().and_then(|extension| extension.to_str());
        if entry.file_type().is_file() && matches!(extension, Some("yaml" | "yml")) {
            found.push(Input::File(entry.into_path()));
        }
    }
    Ok(())
}
