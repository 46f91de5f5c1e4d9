//! `trailgate test --watch`: runs the tests again whenever a file that they depend on changes, until Ctrl-C.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::cli::args::{FormatArg, TestArgs};
use crate::cli::diagnostics::{print_error, say};
use crate::cli::exit::Exit;
use crate::cli::test::once;

/// An editor writes a file in several steps: the tests run once nothing has happened for so long.
const QUIET: Duration = Duration::from_millis(80);

/// Runs the tests, then again after each change.
pub fn watch(arguments: &TestArgs) -> Exit {
    let (sender, changes) = mpsc::channel();
    let watcher = notify::recommended_watcher(move |event| {
        // Nobody listens any longer where the program ends.
        let _ended = sender.send(event);
    });
    let mut watched = match watcher {
        Ok(watcher) => Watched::new(watcher),
        Err(error) => return failed(&error),
    };
    if let Err(error) = watched.policies(&arguments.policies) {
        return failed(&error);
    }
    if watched.folders.is_empty() {
        print_error("nothing to watch: bundled policies do not change");
        return Exit::Usage;
    }
    let written: Vec<PathBuf> = arguments.formats.iter().filter_map(|FormatArg { file, .. }| file.clone()).collect();
    loop {
        if io::stdout().is_terminal() {
            // That nobody reads is no error.
            let _closed = io::stdout().lock().write_all(b"\x1b[2J\x1b[3J\x1b[H");
        }
        let mut named = Vec::new();
        // A policy that cannot be read may want for a file that nothing names yet: then any file matters.
        watched.anything = once(arguments, &mut named) == Exit::Usage;
        for file in &named {
            if let Err(error) = watched.file(file) {
                return failed(&error);
            }
        }
        say("watching for changes; Ctrl-C ends");
        if let Err(error) = watched.wait(&changes, &written) {
            return failed(&error);
        }
    }
}

fn failed(error: &notify::Error) -> Exit {
    print_error(&format!("cannot watch the policies: {error}"));
    Exit::Usage
}

/// What is watched. Of a file its folder is, as editors put a new file into the place of the old one.
struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    /// Folders of policies: any policy file below them matters.
    roots: Vec<PathBuf>,
    /// Other files that matter.
    files: BTreeSet<PathBuf>,
    /// Whether every file in the folders matters.
    anything: bool,
}

impl Watched {
    const fn new(watcher: RecommendedWatcher) -> Self {
        Self { watcher, folders: BTreeSet::new(), roots: Vec::new(), files: BTreeSet::new(), anything: false }
    }

    fn policies(&mut self, given: &[String]) -> notify::Result<()> {
        let usual = ["policies".to_owned()];
        let given = if given.is_empty() { usual.as_slice() } else { given };
        for path in given.iter().map(Path::new) {
            if path.is_dir() {
                let root = path.canonicalize()?;
                self.folder(&root, RecursiveMode::Recursive)?;
                self.roots.push(root);
            } else if path.exists() {
                self.file(path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, file: &Path) -> notify::Result<()> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A folder that is not there cannot be watched: the failed test says that its file is missing.
        let (Ok(folder), Some(name)) = (folder.canonicalize(), file.file_name()) else { return Ok(()) };
        self.folder(&folder, RecursiveMode::NonRecursive)?;
        self.files.insert(folder.join(name));
        Ok(())
    }

    fn folder(&mut self, folder: &Path, mode: RecursiveMode) -> notify::Result<()> {
        if !self.roots.iter().any(|root| folder.starts_with(root)) && self.folders.insert(folder.to_owned()) {
            self.watcher.watch(folder, mode)?;
        }
        Ok(())
    }

    /// Returns once something has changed that matters, and no more is changing.
    fn wait(&self, changes: &Receiver<notify::Result<Event>>, written: &[PathBuf]) -> notify::Result<()> {
        let written: Vec<PathBuf> = written.iter().filter_map(|path| path.canonicalize().ok()).collect();
        loop {
            // The sender lives as long as the watcher.
            let Ok(event) = changes.recv() else { return Ok(()) };
            if self.matters(&event?, &written) {
                break;
            }
        }
        while changes.recv_timeout(QUIET).is_ok() {}
        Ok(())
    }

    fn matters(&self, event: &Event, written: &[PathBuf]) -> bool {
        // Reading a file is an event too.
        if matches!(event.kind, EventKind::Access(_)) {
            return false;
        }
        // Events were lost.
        if event.need_rescan() {
            return true;
        }
        event.paths.iter().any(|path| {
            let is_policy = matches!(path.extension().and_then(|word| word.to_str()), Some("yaml" | "yml"));
            let below = || self.roots.iter().any(|root| path.starts_with(root));
            !written.contains(path) && (self.anything || self.files.contains(path) || (is_policy && below()))
        })
    }
}
