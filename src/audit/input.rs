//! One thing to read: a file or standard input.

use std::fs::File;
use std::io::{Read, Stdin};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A log to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// How it came to be read.
        given: Given,
    },
    /// Standard input.
    Stdin,
    /// A path that cannot be read, and why: it is reported when its turn comes.
    Unreadable {
        /// The path as given.
        name: String,
        /// Why.
        cause: String,
    },
}

/// How a file came to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// It was named: that it holds no log is a problem.
    Named,
    /// It was found in a folder: a file that does not look like a log, by name and content, is skipped and counted.
    Found,
}

impl Input {
    /// What it is called in reports.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Stdin => "<stdin>".to_owned(),
            Self::Unreadable { name, .. } => name.clone(),
        }
    }

    /// The same, to be shared by all that is said of it.
    #[must_use]
    pub fn shared_name(&self) -> Arc<str> {
        match self {
            // Nearly always text as it is: nothing is put together first.
            Self::File { path, .. } => path.to_str().map_or_else(|| self.name().into(), Arc::from),
            _ => self.name().into(),
        }
    }

    /// Whether it can be read a second time, as files can, and pipes cannot. Of what was found in a folder the system is not asked
    /// now, for it may be many files.
    #[must_use]
    pub fn can_be_read_again(&self) -> bool {
        match self {
            Self::File { given: Given::Found, .. } | Self::Unreadable { .. } => true,
            Self::File { given: Given::Named, .. } | Self::Stdin => self.is_regular(),
        }
    }

    /// Whether it is a file in the strict sense, or cannot be read at all.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        match self {
            Self::File { path, .. } => std::fs::metadata(path).map_or(true, |data| data.is_file()),
            Self::Stdin => false,
            Self::Unreadable { .. } => true,
        }
    }

    /// Its bytes, compressed or not.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub fn read(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes).map_err(|error| in_words(&error))?;
        Ok(bytes)
    }

    /// Opens it.
    ///
    /// # Errors
    /// Why it cannot be opened, in words.
    pub fn open(&self) -> Result<Opened, String> {
        match self {
            Self::File { path, .. } => File::open(path).map(Opened::File).map_err(|error| in_words(&error)),
            Self::Stdin => Ok(Opened::Stdin(std::io::stdin())),
            Self::Unreadable { cause, .. } => Err(cause.clone()),
        }
    }
}

/// An input that is being read.
#[derive(Debug)]
pub enum Opened {
    /// A file.
    File(File),
    /// Standard input.
    Stdin(Stdin),
}

impl Read for Opened {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::File(file) => file.read(bytes),
            Self::Stdin(stdin) => stdin.read(bytes),
        }
    }
}

/// An error of the operating system, without its number.
#[must_use]
pub fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => {
            let mut characters = words.chars();
            characters
                .next()
                .map(|first| first.to_lowercase().collect::<String>() + characters.as_str())
                .unwrap_or_default()
        }
        None => text,
    }
}

/// Whether a file's name is one that logs have.
#[must_use]
pub fn has_log_name(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
    matches!(extension.as_deref(), Some("json" | "jsonl" | "ndjson" | "log" | "gz" | "gzip" | "cloudtrail"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_twice_is_known() {
        let named = |path: &str| Input::File { path: path.into(), given: Given::Named };
        assert!(named(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).can_be_read_again());
        assert!(named("/no/such/file").can_be_read_again());
        assert!(!Input::Stdin.can_be_read_again());
        if cfg!(unix) {
            assert!(!named("/dev/null").can_be_read_again());
        }
    }
}
