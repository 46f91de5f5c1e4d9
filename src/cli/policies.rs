//! Finds, reads and selects the policies of a run; all errors of all files come together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use walkdir::WalkDir;

use crate::audit::input::in_words;
use crate::cli::args::ColorArg;
use crate::cli::diagnostics::print_policy_errors;
use crate::cli::exit::Exit;
use crate::cli::revision::Revision;
use crate::policy::bundled::{bundled, without_tests};
use crate::policy::error::{Code, PolicyError, PolicyErrors};
use crate::policy::model::Policy;
use crate::policy::parse::closest;
use crate::policy::{PolicySet, parse, parse_waivers};
use crate::text::{Source, Span};

/// The policies that `paths` name, without a path the folder `policies`, else the bundled ones; and the files of waivers.
///
/// # Errors
/// Everything that is wrong with any of the files.
pub fn load(paths: &[String], waivers: &[String]) -> Result<PolicySet, PolicyErrors> {
    load_changed(paths, waivers, &BTreeMap::new())
}

/// As [`load`]; what is wrong with the files is printed.
///
/// # Errors
/// The exit of a run that cannot begin.
pub fn load_or_say(paths: &[String], waivers: &[String], color: ColorArg) -> Result<PolicySet, Exit> {
    said(load(paths, waivers), color)
}

/// As [`load_or_say`], for whoever runs no tests: bundled rules come without theirs.
///
/// # Errors
/// As [`load_or_say`].
pub fn load_rules_or_say(paths: &[String], waivers: &[String], color: ColorArg) -> Result<PolicySet, Exit> {
    said(join(find(paths, waivers), Tests::NotOfBundled), color)
}

fn said(loaded: Result<PolicySet, PolicyErrors>, color: ColorArg) -> Result<PolicySet, Exit> {
    loaded.map_err(|errors| {
        print_policy_errors(&errors.0, color);
        Exit::Usage
    })
}

/// As [`load`], with other texts in the place of some files, by the names that their sources have.
///
/// # Errors
/// Everything that is wrong with any of the files.
pub fn load_changed(
    paths: &[String],
    waivers: &[String],
    changed: &BTreeMap<String, String>,
) -> Result<PolicySet, PolicyErrors> {
    let mut files = find(paths, waivers);
    for file in &mut files.found {
        if let File::Read { source, .. } = file
            && let Some(text) = changed.get(source.name.as_ref())
        {
            *source = Source::new(source.name.clone(), text.as_str());
        }
    }
    join(files, Tests::All)
}

/// The files that [`load`] reads.
fn find(paths: &[String], waivers: &[String]) -> Files {
    let mut files = Files { found: Vec::new(), kind: Kind::Policy };
    if paths.is_empty() {
        if Path::new("policies").is_dir() {
            files.path("policies");
        } else {
            files.bundled(None);
        }
    }
    for path in paths {
        files.path(path);
    }
    files.kind = Kind::Waivers;
    for path in waivers {
        files.file(Path::new(path));
    }
    files
}

/// The policies of one side of a comparison: a file, a folder, `bundled`, or those of a git revision, `REV` or `REV:PATH`, where
/// `text` names nothing else. Without a path a revision's are at `default_path`.
///
/// # Errors
/// Everything that is wrong with any of the files, or with the revision.
pub fn load_side(text: &str, default_path: &str) -> Result<PolicySet, PolicyErrors> {
    let mut files = Files { found: Vec::new(), kind: Kind::Policy };
    if text == "bundled" || text.starts_with("bundled:") || Path::new(text).exists() {
        files.path(text);
        return join(files, Tests::All);
    }
    match Revision::policies(text, default_path) {
        Ok((revision, found)) => {
            for (path, bytes) in found {
                let name = revision.name_of(&path);
                match bytes {
                    Ok(bytes) => {
                        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                        files.bytes(&name, bytes, Home::Revision(revision.clone(), folder));
                    }
                    Err(cause) => files.fail(
                        Code::Unreadable,
                        &name,
                        format!("the policy file `{name}` cannot be read: {cause}"),
                        "keep it as a plain file".to_owned(),
                    ),
                }
            }
        }
        Err(error) => files.fail(Code::NoPolicies, text, error.message, error.help),
    }
    join(files, Tests::All)
}

fn join(files: Files, tests: Tests) -> Result<PolicySet, PolicyErrors> {
    let names: Vec<_> = files.found.iter().map(File::name).collect();
    let mut errors = Vec::new();
    let mut policies = Vec::new();
    let read: Vec<Result<Policy, Vec<PolicyError>>> =
        files.found.into_par_iter().map(|file| file.policy(tests)).collect();
    for parsed in read {
        match parsed {
            Ok(policy) => policies.push(policy),
            Err(more) => errors.extend(more),
        }
    }
    // Names may resolve in a file that could not be read: only whole sets are joined, but ids used twice are told in any case.
    match PolicySet::new(policies) {
        Ok(set) if errors.is_empty() => return Ok(set),
        Ok(_) => {}
        Err(more) if errors.is_empty() => errors.extend(more.0),
        Err(more) => errors.extend(more.0.into_iter().filter(|error| error.code == Code::DuplicateRule)),
    }
    errors.sort_by_cached_key(|error| (names.iter().position(|name| *name == error.source.name), error.offset()));
    Err(PolicyErrors(errors))
}

/// Which rules come with their tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tests {
    All,
    NotOfBundled,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Policy,
    Waivers,
}

impl Kind {
    const fn words(self) -> &'static str {
        match self {
            Self::Policy => "policy file",
            Self::Waivers => "waivers file",
        }
    }
}

/// A file that was asked for.
enum File {
    /// Its text, where its list files are, and what it holds.
    Read { source: Source, home: Home, kind: Kind },
    /// Why there is no text.
    Failed(Box<PolicyError>),
}

/// What a policy's list files are relative to.
enum Home {
    /// A folder.
    Folder(PathBuf),
    /// A folder in a git revision, from its root.
    Revision(Revision, String),
    /// Nothing: there are none.
    Bundled,
}

impl File {
    fn name(&self) -> Arc<str> {
        match self {
            Self::Read { source, .. } => Arc::clone(&source.name),
            Self::Failed(error) => Arc::clone(&error.source.name),
        }
    }

    /// The policy or the waivers that it holds.
    fn policy(self, tests: Tests) -> Result<Policy, Vec<PolicyError>> {
        let (source, home, kind) = match self {
            Self::Read { source, home, kind } => (source, home, kind),
            Self::Failed(error) => return Err(vec![*error]),
        };
        let list_file = |name: &str| match &home {
            Home::Folder(folder) => std::fs::read_to_string(folder.join(name)).map_err(|error| in_words(&error)),
            Home::Revision(revision, folder) => revision.text(&format!("{folder}/{name}")),
            Home::Bundled => Err("bundled policies have no files beside them".to_owned()),
        };
        let parsed = match kind {
            Kind::Policy if tests == Tests::NotOfBundled && matches!(home, Home::Bundled) => {
                parse(&Source::new(source.name.clone(), without_tests(&source.text)), &list_file)
            }
            Kind::Policy => parse(&source, &list_file),
            Kind::Waivers => parse_waivers(&source, &list_file),
        };
        parsed.map_err(|errors| errors.0)
    }
}

struct Files {
    /// In the order asked for.
    found: Vec<File>,
    /// What those that are added hold.
    kind: Kind,
}

impl Files {
    fn path(&mut self, text: &str) {
        let path = Path::new(text);
        if text == "bundled" {
            self.bundled(None);
        } else if let Some(name) = text.strip_prefix("bundled:") {
            self.bundled(Some(name));
        } else if path.is_dir() {
            self.folder(path);
        } else {
            self.file(path);
        }
    }

    fn bundled(&mut self, name: Option<&str>) {
        let all = bundled();
        let Some(name) = name else {
            self.found.extend(all.into_iter().map(|source| File::Read {
                source,
                home: Home::Bundled,
                kind: Kind::Policy,
            }));
            return;
        };
        let stem = name.strip_suffix(".yaml").unwrap_or(name);
        let wanted = format!("bundled:{stem}.yaml");
        // Definitions that bundled files share come along, so that one of them can be used alone.
        let shared = "bundled:identity.yaml";
        if all.iter().any(|source| *source.name == *wanted) {
            self.found.extend(
                all.into_iter()
                    .filter(|source| *source.name == *wanted || &*source.name == shared)
                    .map(|source| File::Read { source, home: Home::Bundled, kind: Kind::Policy }),
            );
            return;
        }
        let names: Vec<&str> = all
            .iter()
            .filter_map(|source| source.name.strip_prefix("bundled:").and_then(|name| name.strip_suffix(".yaml")))
            .collect();
        let help = closest(stem, &names).map_or_else(
            || format!("bundled files are {}", names.join(", ")),
            |word| format!("did you mean `bundled:{word}`?"),
        );
        self.fail(
            Code::NoPolicies,
            &format!("bundled:{name}"),
            format!("no bundled policy file is called `{name}`"),
            help,
        );
    }

    fn folder(&mut self, folder: &Path) {
        let before = self.found.len();
        for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    let extension = entry.path().extension().and_then(|extension| extension.to_str());
                    if matches!(extension, Some("yaml" | "yml")) {
                        self.file(entry.path());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let name = error.path().unwrap_or(folder).display().to_string();
                    let cause =
                        error.io_error().map_or_else(|| "a link that leads back into itself".to_owned(), in_words);
                    self.fail(
                        Code::Unreadable,
                        &name,
                        format!("`{name}` cannot be read: {cause}"),
                        "check its permissions".to_owned(),
                    );
                }
            }
        }
        if self.found.len() == before {
            let name = folder.display().to_string();
            let help =
                "policy files end in `.yaml` or `.yml`; `-p bundled` uses those that ship with trailgate".to_owned();
            self.fail(Code::NoPolicies, &name, format!("the folder `{name}` holds no policy file"), help);
        }
    }

    fn file(&mut self, path: &Path) {
        let name = path.display().to_string();
        if self.found.iter().any(|file| *file.name() == *name) {
            return;
        }
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let help = match self.kind {
                    Kind::Policy => "give a file, a folder, `bundled` or `bundled:NAME`".to_owned(),
                    Kind::Waivers => "give a file; `trailgate waive` makes one".to_owned(),
                };
                self.fail(
                    Code::Unreadable,
                    &name,
                    format!("the {} `{name}` cannot be read: {}", self.kind.words(), in_words(&error)),
                    help,
                );
                return;
            }
        };
        let home = Home::Folder(path.parent().map(Path::to_owned).unwrap_or_default());
        self.bytes(&name, bytes, home);
    }

    fn bytes(&mut self, name: &str, bytes: Vec<u8>, home: Home) {
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                self.found.push(File::Read { source: Source::new(name, text), home, kind: self.kind });
            }
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let source = Source::new(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
                let words = self.kind.words();
                let error = PolicyError::new(Code::NotUtf8, &source, format!("the {words} `{name}` is no UTF-8"))
                    .label(
                        Span::new(offset, offset + '\u{fffd}'.len_utf8()),
                        format!("byte {offset} is not part of a character"),
                    )
                    .help("save it as UTF-8");
                self.found.push(File::Failed(Box::new(error)));
            }
        }
    }

    fn fail(&mut self, code: Code, name: &str, message: String, help: String) {
        let error = PolicyError::new(code, &Source::new(name, ""), message).help(help);
        self.found.push(File::Failed(Box::new(error)));
    }
}

/// The files of waivers of a run: those named, else `waivers.yaml` where there is one.
pub fn waiver_files(named: &[String]) -> Vec<String> {
    let usual = "waivers.yaml";
    if named.is_empty() && Path::new(usual).is_file() { vec![usual.to_owned()] } else { named.to_vec() }
}
