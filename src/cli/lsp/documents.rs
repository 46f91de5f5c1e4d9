//! The documents that are open in the editor, and the folders they belong to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use crate::cli::lsp::address::path_of;
use crate::cli::lsp::root::Root;
use crate::lsp::cursor::entries;
use crate::lsp::keyword::is_key;
use crate::lsp::outline::outline;
use crate::lsp::position::Positions;
use crate::lsp::project::{File, is_policy};

/// The workspace as the editor sees it.
#[derive(Debug, Default)]
pub struct Documents {
    /// The folders, in the order of the client; those of single documents last.
    pub roots: Vec<Root>,
    open: BTreeMap<Uri, Document>,
}

#[derive(Debug)]
struct Document {
    path: PathBuf,
    text: String,
    /// Which of the folders it belongs to.
    root: usize,
}

impl Documents {
    /// Reads the policies of all folders.
    pub fn load(&mut self) {
        let open: Vec<PathBuf> = self.open.values().map(|document| document.path.clone()).collect();
        for root in &mut self.roots {
            root.load(&|path| open.iter().any(|open| open == path));
        }
        // A list file may have changed.
        let open: Vec<Uri> = self.open.keys().cloned().collect();
        for uri in open {
            self.take_in(&uri);
        }
    }

    /// A folder was taken out of the workspace: of its files only those that are open count.
    pub fn leave(&mut self, folder: &Path) {
        self.roots.iter_mut().for_each(|root| root.leave(folder));
    }

    /// A document was opened.
    pub fn open(&mut self, uri: Uri, text: String) {
        let path = path_of(&uri).unwrap_or_else(|| PathBuf::from(uri.as_str()));
        let known = self.roots.iter().position(|root| root.holds(&path));
        let root = known.unwrap_or_else(|| {
            let mut root = Root::of_document(&path);
            let open = path.clone();
            if path.is_absolute() {
                root.load(&|path| path == open);
            }
            self.roots.push(root);
            self.roots.len() - 1
        });
        self.open.insert(uri.clone(), Document { path, text, root });
        self.take_in(&uri);
    }

    /// An open document was changed; changes come one after the other. Not known are changes of what is not open.
    pub fn change(&mut self, uri: &Uri, changes: Vec<TextDocumentContentChangeEvent>) {
        let Some(document) = self.open.get_mut(uri) else { return };
        for change in changes {
            let Some(range) = change.range else {
                document.text = change.text;
                continue;
            };
            let positions = Positions::new(&document.text);
            let start = positions.offset(range.start);
            let end = positions.offset(range.end).max(start);
            document.text.replace_range(start..end, &change.text);
        }
        self.take_in(uri);
    }

    /// A document was closed: what is on disk counts.
    pub fn close(&mut self, uri: &Uri) {
        let Some(document) = self.open.remove(uri) else { return };
        if let Some(root) = self.roots.get_mut(document.root) {
            root.read(&document.path);
        }
    }

    /// The folder and file of a document that is a policy; also of one that is not open.
    pub fn file(&self, uri: &Uri) -> Option<(&Root, &File)> {
        let (root, path) = match self.open.get(uri) {
            Some(document) => (self.roots.get(document.root)?, document.path.clone()),
            None => {
                let path = path_of(uri)?;
                (self.roots.iter().find(|root| root.holds(&path))?, path)
            }
        };
        Some((root, root.project.file(&root.name(&path))?))
    }

    /// Whether what is wrong with the file is kept from the editor: it is blank, and only its place says that it is a policy.
    pub fn is_blank(&self, uri: &Uri) -> bool {
        self.open.get(uri).is_some_and(|document| {
            let is_named = self.roots.get(document.root).is_some_and(|root| root.names(&document.path));
            document.text.trim().is_empty() && !is_named
        })
    }

    fn take_in(&mut self, uri: &Uri) {
        let Some(document) = self.open.get(uri) else { return };
        let Some(root) = self.roots.get_mut(document.root) else { return };
        let name = root.name(&document.path);
        let is_known = root.project.file(&name).is_some() && !document.text.trim().is_empty();
        if is_known
            || root.names(&document.path)
            || is_policy(&document.text)
            || may_become_one(&document.path, &document.text)
        {
            root.set(&document.path, &document.text, Some(uri.clone()));
        } else {
            root.forget(&name);
        }
    }
}

/// Whether a text has nothing that a policy has not.
fn may_become_one(path: &Path, text: &str) -> bool {
    let is_configuration = path.file_stem().is_some_and(|stem| stem == "trailgate");
    let root = outline(text);
    !is_configuration
        && entries(&root).iter().all(|entry| is_key("policyFile", &entry.key) || is_key("waiversFile", &entry.key))
}
