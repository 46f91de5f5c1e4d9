//! The paths of a command line become inputs, in a stable order: files, folders (all that lies below, links followed), globs, `-`.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_128;

use crate::audit::folder::{Found, Tree};
use crate::audit::input::{Given, Input, in_words};

/// The inputs that `paths` name: in the order given, folders sorted by name, each file once.
#[must_use]
pub fn inputs(paths: &[String]) -> Vec<Input> {
    let mut walk = Walk { inputs: Vec::new(), seen: FxHashSet::default() };
    let alone = paths.len() == 1;
    for path in paths {
        walk.path(path, alone);
    }
    walk.inputs
}

struct Walk {
    inputs: Vec<Input>,
    /// Hashes of the canonical paths: they are many.
    seen: FxHashSet<u128>,
}

impl Walk {
    /// Adds what `text` names; `alone` says that nothing else is named.
    fn path(&mut self, text: &str, alone: bool) {
        if text == "-" {
            if !self.inputs.contains(&Input::Stdin) {
                self.inputs.push(Input::Stdin);
            }
            return;
        }
        let path = Path::new(text);
        if path.is_dir() {
            self.folder(path, alone);
        } else if path.exists() {
            self.file(path.to_owned(), Given::Named);
        } else if text.contains(['*', '?', '[']) {
            self.glob(text);
        } else {
            self.unreadable(text, "no such file or folder");
        }
    }

    fn file(&mut self, path: PathBuf, given: Given) {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
        self.add(path, given, xxh3_128(canonical.as_os_str().as_encoded_bytes()));
    }

    fn add(&mut self, path: PathBuf, given: Given, identity: u128) {
        if self.seen.insert(identity) {
            self.inputs.push(Input::File { path, given });
        }
    }

    fn folder(&mut self, folder: &Path, alone: bool) {
        let before = self.inputs.len();
        let tree = Tree::below(folder);
        let each_once = alone && !tree.linked;
        self.inputs.reserve(tree.most());
        tree.each(|found| match found {
            Found::File { path, .. } if each_once => self.inputs.push(Input::File { path, given: Given::Found }),
            Found::File { path, identity } => self.add(path, Given::Found, identity),
            Found::Linked { path } => self.file(path, Given::Found),
            Found::Unreadable { path, cause } => self.unreadable(&path.display().to_string(), &cause),
        });
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
                Ok(path) if path.is_dir() => self.folder(&path, false),
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
