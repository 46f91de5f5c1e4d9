//! The paths of a command line become inputs, in a stable order: files, folders (all that lies below, links followed), globs, `-`.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use walkdir::WalkDir;
use xxhash_rust::xxh3::xxh3_128;

use crate::audit::input::{Given, Input, in_words};

/// The inputs that `paths` name: in the order given, folders sorted by name, each file once.
#[must_use]
pub fn inputs(paths: &[String]) -> Vec<Input> {
    let mut walk = Walk { inputs: Vec::new(), seen: FxHashSet::default(), folder: None };
    for path in paths {
        walk.path(path);
    }
    walk.inputs
}

struct Walk {
    inputs: Vec<Input>,
    /// Hashes of the canonical paths: they are many.
    seen: FxHashSet<u128>,
    /// The folder of the last file that was found, as it was found and canonical.
    folder: Option<(PathBuf, PathBuf)>,
}

impl Walk {
    fn path(&mut self, text: &str) {
        if text == "-" {
            if !self.inputs.contains(&Input::Stdin) {
                self.inputs.push(Input::Stdin);
            }
            return;
        }
        let path = Path::new(text);
        if path.is_dir() {
            self.folder(path);
        } else if path.exists() {
            self.file(path.to_owned(), Given::Named);
        } else if text.contains(['*', '?', '[']) {
            self.glob(text);
        } else {
            self.unreadable(text, "no such file or folder");
        }
    }

    fn file(&mut self, path: PathBuf, given: Given) {
        let identity = hash(&path.canonicalize().unwrap_or_else(|_| path.clone()));
        if self.seen.insert(identity) {
            self.inputs.push(Input::File { path, given });
        }
    }

    /// A file, no link, that lies in a folder. Asking the system for the canonical path of each would take longer than reading it.
    fn found(&mut self, path: PathBuf) {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return self.file(path, Given::Found);
        };
        let canonical = match &self.folder {
            Some((known, canonical)) if known == folder => canonical,
            _ => {
                let canonical = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
                &self.folder.insert((folder.to_owned(), canonical)).1
            }
        };
        if self.seen.insert(hash(&canonical.join(name))) {
            self.inputs.push(Input::File { path, given: Given::Found });
        }
    }

    fn folder(&mut self, folder: &Path) {
        let before = self.inputs.len();
        let mut entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    if entry.depth() > 0 && entry.file_name() == ".git" {
                        entries.skip_current_dir();
                    }
                }
                Ok(entry) if entry.path_is_symlink() => self.file(entry.into_path(), Given::Found),
                Ok(entry) => self.found(entry.into_path()),
                Err(error) => {
                    let name = error.path().unwrap_or(folder).display().to_string();
                    let cause = match error.io_error() {
                        Some(io) => in_words(io),
                        None => "a link that leads back into itself".to_owned(),
                    };
                    self.unreadable(&name, &cause);
                }
            }
        }
        if self.inputs.len() == before && self.seen.is_empty() {
            self.unreadable(&folder.display().to_string(), "the folder holds no file");
        }
    }

    fn glob(&mut self, pattern: &str) {
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        let found = match glob::glob_with(pattern, options) {
            Ok(found) => found,
            Err(error) => return self.unreadable(pattern, &format!("not a valid pattern: {}", error.msg)),
        };
        let mut any = false;
        for entry in found {
            any = true;
            match entry {
                Ok(path) if path.is_dir() => self.folder(&path),
                Ok(path) => self.file(path, Given::Named),
                Err(error) => {
                    let name = error.path().display().to_string();
                    self.unreadable(&name, &in_words(error.error()));
                }
            }
        }
        if !any {
            self.unreadable(pattern, "no file matches this pattern");
        }
    }

    fn unreadable(&mut self, name: &str, cause: &str) {
        self.inputs.push(Input::Unreadable { name: name.to_owned(), cause: cause.to_owned() });
    }
}

fn hash(path: &Path) -> u128 {
    xxh3_128(path.as_os_str().as_encoded_bytes())
}
