//! Baseline files: read before a run, written after it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::audit::input::in_words;
use crate::report::baseline::write_baseline;
use crate::violation::Baseline;

/// The baseline in the file at `path`.
///
/// # Errors
/// Why there is none that can be used, in words: a missing or damaged file is never an empty baseline.
pub fn read(path: &Path) -> Result<Baseline, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        let help = match error.kind() {
            io::ErrorKind::NotFound => ": `--write-baseline` alone writes a first one",
            _ => "",
        };
        format!("cannot read the baseline `{name}`: {}{help}", in_words(&error))
    })?;
    Baseline::parse(&text).map_err(|error| format!("cannot use the baseline `{name}`: {error}"))
}

/// Makes sure before a run that a baseline can be written to `path` after it.
///
/// # Errors
/// Why not, in words.
pub fn prepare(path: &Path) -> Result<(), String> {
    let folder = folder(path);
    if path.is_dir() {
        Err(format!("cannot write the baseline `{}`: it is a folder", path.display()))
    } else if folder.is_dir() {
        Ok(())
    } else {
        Err(format!("cannot write the baseline `{}`: there is no folder `{}`", path.display(), folder.display()))
    }
}

/// Writes `baseline` to `path` as a whole or not at all: a reader never meets half a file.
///
/// # Errors
/// Why not, in words. What stood there stays.
pub fn write(path: &Path, baseline: &Baseline) -> Result<(), String> {
    // A link stays one: what it leads to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fresh = folder(&target).join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_whole(&fresh, baseline).and_then(|()| fs::rename(&fresh, &target));
    written.map_err(|error| {
        let _gone = fs::remove_file(&fresh);
        format!("cannot write the baseline `{}`: {}", path.display(), in_words(&error))
    })
}

fn write_whole(fresh: &Path, baseline: &Baseline) -> io::Result<()> {
    let mut out = BufWriter::new(File::options().create_new(true).write(true).open(fresh)?);
    write_baseline(baseline, env!("CARGO_PKG_VERSION"), &mut out)?;
    out.flush()?;
    out.get_ref().sync_all()
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
