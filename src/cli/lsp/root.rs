//! A folder of the workspace: which of its files are policies, and the project that they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::Uri;
use walkdir::WalkDir;

use crate::audit::input::in_words;
use crate::cli::lsp::address::uri_of;
use crate::cli::lsp::log;
use crate::lsp::project::{Name, Project, is_policy};
use crate::text::Source;

/// Most YAML files that are looked at where no folder of policies is named.
const FILES_LIMIT: usize = 5_000;
/// How deep they may lie.
const DEPTH_LIMIT: usize = 12;

/// A folder and its policies.
#[derive(Debug)]
pub struct Root {
    folder: PathBuf,
    scope: Scope,
    /// The policies.
    pub project: Project,
    addresses: BTreeMap<Name, Uri>,
}

/// Which files are policies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// Every YAML file at or below these paths, and those that a client opens and that look like waivers.
    Named(Vec<PathBuf>),
    /// YAML files at or below the folder that look like policies, down to this depth.
    LookLike { depth: usize },
}

impl Root {
    /// The policies of a workspace folder: `policies` are paths in it, left out its folder `policies`, else whatever looks like one.
    pub fn of_workspace(folder: &Path, policies: &[String]) -> Self {
        let usual = folder.join("policies");
        let scope = if !policies.is_empty() {
            Scope::Named(policies.iter().map(|path| folder.join(path)).collect())
        } else if usual.is_dir() {
            let waivers = folder.join("waivers.yaml");
            Scope::Named(std::iter::once(usual).chain(waivers.is_file().then_some(waivers)).collect())
        } else {
            Scope::LookLike { depth: DEPTH_LIMIT }
        };
        Self::new(folder, scope)
    }

    /// The policies beside a document that is in no workspace folder.
    pub fn of_document(path: &Path) -> Self {
        Self::new(path.parent().unwrap_or(path), Scope::LookLike { depth: 1 })
    }

    fn new(folder: &Path, scope: Scope) -> Self {
        Self { folder: folder.to_owned(), scope, project: Project::default(), addresses: BTreeMap::new() }
    }

    /// Finds no more files, where it is the root of `folder`.
    pub fn leave(&mut self, folder: &Path) {
        if self.folder == folder {
            self.scope = Scope::Named(Vec::new());
        }
    }

    /// Whether documents at `path` belong here.
    pub fn holds(&self, path: &Path) -> bool {
        match &self.scope {
            Scope::Named(paths) => path.starts_with(&self.folder) || paths.iter().any(|named| path.starts_with(named)),
            Scope::LookLike { depth: 1 } => path.parent() == Some(&self.folder),
            Scope::LookLike { .. } => path.starts_with(&self.folder),
        }
    }

    /// Whether `path` is a policy file whatever is in it.
    pub fn names(&self, path: &Path) -> bool {
        match &self.scope {
            Scope::Named(paths) => paths.iter().any(|named| path.starts_with(named)),
            Scope::LookLike { .. } => false,
        }
    }

    /// Reads all files from disk, but for those that `is_open` says are open.
    pub fn load(&mut self, is_open: &dyn Fn(&Path) -> bool) {
        let gone: Vec<Name> =
            self.addresses.keys().filter(|name| !is_open(&self.folder.join(&***name))).cloned().collect();
        for name in gone {
            self.forget(&name);
        }
        for path in self.found() {
            if !is_open(&path) {
                self.read(&path);
            }
        }
    }

    /// Takes in the file at `path` as it is on disk: nothing, where it is gone or is no policy.
    pub fn read(&mut self, path: &Path) {
        match std::fs::read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) if self.names(path) || is_policy(&text) => self.set(path, &text, uri_of(path)),
                Ok(_) => self.forget(&self.name(path)),
                Err(_) => {
                    log(&format!("{} is no UTF-8 and is left out", path.display()));
                    self.forget(&self.name(path));
                }
            },
            Err(error) => {
                if path.exists() {
                    log(&format!("{} cannot be read and is left out: {}", path.display(), in_words(&error)));
                }
                self.forget(&self.name(path));
            }
        }
    }

    /// Takes in the file at `path` as it is in `text`.
    pub fn set(&mut self, path: &Path, text: &str, uri: Option<Uri>) {
        let name = self.name(path);
        let folder = path.parent().unwrap_or(path);
        let list_files = |list: &str| std::fs::read_to_string(folder.join(list)).map_err(|error| in_words(&error));
        // A byte order mark takes no part in places: editors do not show it.
        self.project.set(Source::new(Name::clone(&name), text.strip_prefix('\u{feff}').unwrap_or(text)), &list_files);
        if let Some(uri) = uri {
            self.addresses.insert(name, uri);
        }
    }

    /// Forgets the file of this name.
    pub fn forget(&mut self, name: &str) {
        self.project.remove(name);
        self.addresses.remove(name);
    }

    /// What the file at `path` is called: its path from the folder.
    pub fn name(&self, path: &Path) -> Name {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string().into()
    }

    /// The address of the file of this name, as the client has it where it opened it.
    pub fn address(&self, name: &str) -> Option<Uri> {
        self.addresses.get(name).cloned()
    }

    /// The YAML files that may be policies, in order.
    fn found(&self) -> Vec<PathBuf> {
        let (starts, depth) = match &self.scope {
            Scope::Named(paths) => (paths.clone(), usize::MAX),
            Scope::LookLike { depth } => (vec![self.folder.clone()], *depth),
        };
        let mut found = Vec::new();
        for start in starts {
            let entries = WalkDir::new(&start).max_depth(depth).sort_by_file_name().into_iter().filter_entry(|entry| {
                let name = entry.file_name().to_string_lossy();
                entry.depth() == 0 || !(name.starts_with('.') || name == "node_modules" || name == "target")
            });
            for entry in entries {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        log(&error.to_string());
                        continue;
                    }
                };
                if entry.file_type().is_file() && is_yaml(entry.path()) {
                    if found.len() == FILES_LIMIT {
                        let folder = start.display();
                        log(&format!(
                            "more than {FILES_LIMIT} YAML files in {folder}: the rest is left out; name the policies in `policies`"
                        ));
                        return found;
                    }
                    found.push(entry.into_path());
                }
            }
        }
        found
    }
}

/// Whether a file's name is one that policies have.
pub fn is_yaml(path: &Path) -> bool {
    matches!(path.extension().and_then(|extension| extension.to_str()), Some("yaml" | "yml"))
}
