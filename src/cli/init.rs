//! `trailgate init`: a folder in, a repository of policies out: an example, the configuration, a CI job and commit hooks.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::audit::input::in_words;
use crate::cli::args::{Ci, InitArgs};
use crate::cli::configuration;
use crate::cli::diagnostics::{print_error, say};
use crate::cli::exit::Exit;
use crate::cli::replace::replace;
use crate::policy::schema;

const POLICY: &str = include_str!("../../integrations/init/policy.yaml");
const CONFIGURATION: &str = include_str!("../../integrations/init/trailgate.yaml");
const LOG: &str = include_str!("../../integrations/init/log.json");
const GITHUB: &str = include_str!("../../integrations/init/github.yml");
const GITLAB: &str = include_str!("../../integrations/init/gitlab.yml");
const PRE_COMMIT: &str = include_str!("../../integrations/init/pre-commit.yaml");

/// Runs `trailgate init`.
pub fn init(arguments: &InitArgs) -> Exit {
    let mut kept = 0_usize;
    let here = arguments.dir == Path::new(".");
    for (name, text) in files(arguments) {
        let path = if here { name } else { arguments.dir.join(name) };
        match write(&path, &text, arguments.force) {
            Ok(Written::Made) => say(&format!("wrote  {}", path.display())),
            Ok(Written::Same) => say(&format!("same   {}", path.display())),
            Ok(Written::Kept) => {
                kept += 1;
                say(&format!("kept   {}: it is there already", path.display()));
            }
            Err(error) => {
                print_error(&format!("`{}` cannot be written: {}", path.display(), in_words(&error)));
                return Exit::Usage;
            }
        }
    }
    for line in next(arguments, kept) {
        say(&line);
    }
    Exit::Done
}

/// What became of a file.
enum Written {
    Made,
    /// It was there, with this text.
    Same,
    /// It was there, with another text.
    Kept,
}

fn write(path: &Path, text: &str, force: bool) -> io::Result<Written> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::File::options().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| Written::Made),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if std::fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
                Ok(Written::Same)
            } else if force {
                replace(path, text).map(|()| Written::Made)
            } else {
                Ok(Written::Kept)
            }
        }
        Err(error) => Err(error),
    }
}

/// The files, by their places in the repository.
fn files(arguments: &InitArgs) -> Vec<(PathBuf, String)> {
    let filled = |text: &str| {
        text.replace("@REPOSITORY@", &arguments.repository).replace("@VERSION@", env!("CARGO_PKG_VERSION"))
    };
    let mut files = vec![
        ("trailgate.yaml", CONFIGURATION.to_owned()),
        ("policies/example.yaml", POLICY.to_owned()),
        ("logs/example.json", LOG.to_owned()),
        (".trailgate/policy.schema.json", format!("{:#}\n", schema::policy())),
        (".trailgate/config.schema.json", format!("{:#}\n", configuration::schema())),
        (".pre-commit-config.yaml", PRE_COMMIT.to_owned()),
    ];
    match arguments.ci {
        Ci::Github => files.push((".github/workflows/trailgate.yml", filled(GITHUB))),
        Ci::Gitlab => files.push((".gitlab-ci.yml", filled(GITLAB))),
        Ci::None => {}
    }
    files.into_iter().map(|(name, text)| (PathBuf::from(name), text)).collect()
}

/// What to do then.
fn next(arguments: &InitArgs, kept: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    if kept > 0 {
        lines.push("Files that were there already are as they were; --force overwrites them.".to_owned());
    }
    lines.push("Next:".to_owned());
    if arguments.dir != Path::new(".") {
        lines.push(format!("  cd {}", arguments.dir.display()));
    }
    lines.push("  trailgate test                     runs the tests of the example".to_owned());
    lines.push("  trailgate check logs               checks the example log".to_owned());
    lines.push("  trailgate new --from-event LOG     drafts a rule from a recorded event".to_owned());
    lines.push("  pre-commit install                 formats and tests policies at every commit".to_owned());
    if arguments.ci != Ci::None && arguments.repository == InitArgs::NO_REPOSITORY {
        lines.push(format!(
            "The CI job builds trailgate from github.com/{}: put the owner of yours in its place.",
            arguments.repository
        ));
    }
    lines
}
