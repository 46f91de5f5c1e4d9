//! All that lies below a folder, in the order of the names, links followed; its folders are listed on all threads.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use crate::audit::input::in_words;

/// What lies below a folder.
pub(super) enum Found {
    /// A file, no link.
    File {
        path: PathBuf,
        /// Hash of its canonical path. To ask the system for that of each file would take longer than to read it.
        identity: u128,
    },
    /// A link to a file.
    Linked { path: PathBuf },
    /// What cannot be read, and why.
    Unreadable { path: PathBuf, cause: String },
}

/// A folder that is to be listed.
struct Folder {
    path: PathBuf,
    canonical: PathBuf,
    /// The place of the one it lies in.
    parent: Option<usize>,
}

/// What lies in a folder.
enum Entry {
    Found(Found),
    /// A folder that may lie elsewhere.
    Folder {
        path: PathBuf,
        canonical: PathBuf,
        way: Way,
    },
    /// A folder that was given this place.
    Placed(usize),
}

/// How a folder was come to.
#[derive(PartialEq, Eq)]
enum Way {
    Direct,
    Linked,
}

/// All that lies below a folder.
pub(super) struct Tree {
    /// What lies in each folder, by its place.
    listed: Vec<Vec<Entry>>,
    /// Whether a link leads to a file or folder: without one, no file comes twice.
    pub linked: bool,
}

impl Tree {
    /// All that lies below `folder`. What is called `.git` is no folder of logs.
    pub fn below(folder: &Path) -> Self {
        let canonical = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let mut folders = vec![Folder { path: folder.to_owned(), canonical, parent: None }];
        let mut tree = Self { listed: Vec::new(), linked: false };
        // Level by level, so that the folders of one can be listed at the same time.
        while let Some(level) = folders.get(tree.listed.len()..).filter(|level| !level.is_empty()) {
            let first = tree.listed.len();
            let lists: Vec<Vec<Entry>> = match level {
                [only] => vec![list(only)],
                level => level.par_iter().map(list).collect(),
            };
            for (place, mut list) in (first..).zip(lists) {
                for entry in &mut list {
                    tree.linked |= entry.is_linked();
                    entry.place(place, &mut folders);
                }
                tree.listed.push(list);
            }
        }
        tree
    }

    /// How many files there are, at most.
    pub fn most(&self) -> usize {
        self.listed.iter().map(Vec::len).sum()
    }

    /// Hands all of it to `sink`, in the order of the names.
    pub fn each(mut self, mut sink: impl FnMut(Found)) {
        let mut open = Vec::new();
        open.extend(take(&mut self.listed, 0));
        while let Some(entries) = open.last_mut() {
            match entries.next() {
                Some(Entry::Found(found)) => sink(found),
                Some(Entry::Placed(place)) => open.extend(take(&mut self.listed, place)),
                Some(Entry::Folder { .. }) => {}
                None => {
                    open.pop();
                }
            }
        }
    }
}

fn take(listed: &mut [Vec<Entry>], place: usize) -> Option<std::vec::IntoIter<Entry>> {
    Some(std::mem::take(listed.get_mut(place)?).into_iter())
}

impl Entry {
    const fn is_linked(&self) -> bool {
        matches!(self, Self::Found(Found::Linked { .. }) | Self::Folder { way: Way::Linked, .. })
    }

    /// Gives a folder, which lies in the one at `parent`, a place among `folders`.
    fn place(&mut self, parent: usize, folders: &mut Vec<Folder>) {
        let Self::Folder { path, canonical, way } = self else { return };
        let (path, canonical) = (std::mem::take(path), std::mem::take(canonical));
        if *way == Way::Linked && leads_back(&canonical, parent, folders) {
            let cause = "a link that leads back into itself".to_owned();
            *self = Self::Found(Found::Unreadable { path, cause });
            return;
        }
        *self = Self::Placed(folders.len());
        folders.push(Folder { path, canonical, parent: Some(parent) });
    }
}

/// Whether the folder at `place` is `canonical` or lies in it, by the way that led there.
fn leads_back(canonical: &Path, place: usize, folders: &[Folder]) -> bool {
    let mut place = Some(place);
    while let Some(folder) = place.and_then(|place| folders.get(place)) {
        if folder.canonical == canonical {
            return true;
        }
        place = folder.parent;
    }
    false
}

/// What lies in `folder`, sorted by name behind what cannot be read.
fn list(folder: &Folder) -> Vec<Entry> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Entry::Found(Found::Unreadable { path: path.to_owned(), cause: in_words(error) })
    };
    let entries = match fs::read_dir(&folder.path) {
        Ok(entries) => entries,
        Err(error) => return vec![unreadable(&folder.path, &error)],
    };
    let mut list = Vec::new();
    let mut names: Vec<(OsString, fs::FileType)> = Vec::new();
    for entry in entries {
        match entry.map(|entry| (entry.file_type(), entry)) {
            Ok((Ok(kind), entry)) => names.push((entry.file_name(), kind)),
            Ok((Err(error), entry)) => list.push(unreadable(&entry.path(), &error)),
            Err(error) => list.push(unreadable(&folder.path, &error)),
        }
    }
    names.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    list.reserve(names.len());
    let mut identities = Identities::of(&folder.canonical);
    for (name, kind) in names {
        let path = folder.path.join(&name);
        let entry = if kind.is_symlink() {
            match fs::metadata(&path) {
                Ok(target) if target.is_dir() => {
                    let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
                    Entry::Folder { path, canonical, way: Way::Linked }
                }
                Ok(_) => Entry::Found(Found::Linked { path }),
                Err(error) => unreadable(&path, &error),
            }
        } else if kind.is_dir() {
            Entry::Folder { path, canonical: folder.canonical.join(&name), way: Way::Direct }
        } else {
            Entry::Found(Found::File { path, identity: identities.identity(&name) })
        };
        let is_git = name == ".git" && matches!(entry, Entry::Folder { .. });
        if !is_git {
            list.push(entry);
        }
    }
    list
}

/// Hashes of the canonical paths of the files in one folder.
struct Identities {
    path: Vec<u8>,
    /// Length of what comes before the name.
    folder: usize,
}

impl Identities {
    fn of(folder: &Path) -> Self {
        // With the separator, where there is none yet.
        let path = folder.join("").into_os_string().into_encoded_bytes();
        Self { folder: path.len(), path }
    }

    fn identity(&mut self, name: &OsStr) -> u128 {
        self.path.truncate(self.folder);
        self.path.extend_from_slice(name.as_encoded_bytes());
        xxh3_128(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names = Vec::new();
        let short = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
        Tree::below(folder).each(|found| {
            names.push(match found {
                Found::File { path, identity } => {
                    let canonical = path.canonicalize().unwrap();
                    assert_eq!(identity, xxh3_128(canonical.as_os_str().as_encoded_bytes()), "{path:?}");
                    short(&path)
                }
                Found::Linked { path } => format!("-> {}", short(&path)),
                Found::Unreadable { path, cause } => format!("{}: {cause}", short(&path)),
            });
        });
        names
    }

    #[test]
    fn files_come_in_the_order_of_names_whatever_the_depth() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b/2/x", "b/10/y", "b/a", "a", "c", "b.json", "d/.git/config", "e/.git", "f/g/h/i/j"] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(names(root.path()), ["a", "b/10/y", "b/2/x", "b/a", "b.json", "c", "e/.git", "f/g/h/i/j"]);
        assert_eq!(names(&root.path().join("gone")), [": no such file or directory"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once() {
        use std::os::unix::fs::symlink;

        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("x"), "").unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::write(root.path().join("a/b/y"), "").unwrap();
        symlink(elsewhere.path(), root.path().join("a/there")).unwrap();
        symlink(root.path(), elsewhere.path().join("back")).unwrap();
        symlink("b", root.path().join("a/c")).unwrap();
        symlink("b/y", root.path().join("a/d")).unwrap();
        symlink("..", root.path().join("a/up")).unwrap();
        symlink("gone", root.path().join("a/z")).unwrap();
        assert_eq!(
            names(root.path()),
            [
                "a/b/y",
                "a/c/y",
                "-> a/d",
                "a/there/back: a link that leads back into itself",
                "a/there/x",
                "a/up: a link that leads back into itself",
                "a/z: no such file or directory",
            ]
        );
    }
}
