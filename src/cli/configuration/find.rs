//! Looks for the configuration: the one that is named, else `trailgate.yaml` in the working folder or the nearest folder above it.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

/// The name of a configuration that is found by itself.
const NAME: &str = "trailgate.yaml";

/// The configuration that `given` (arguments of a subcommand that has `--config` and `--no-config`) asks for, where there is one.
///
/// A path above the working folder begins with `..`, as a person there would write it. The search ends with the folder that
/// holds `.git`: a repository does not depend on what lies around it.
///
/// # Errors
/// `--config` and `--no-config` together, in words.
pub fn find(given: &ArgMatches) -> Result<Option<PathBuf>, String> {
    let named: Option<&PathBuf> = given.get_one("config");
    if given.get_flag("no_config") {
        return match given.value_source("config") {
            Some(ValueSource::CommandLine) => Err("`--config` and `--no-config` exclude each other".to_owned()),
            _ => Ok(None),
        };
    }
    Ok(named.cloned().or_else(|| upwards(&std::env::current_dir().ok()?)))
}

/// The nearest configuration from `folder` upwards, relative to `folder`.
fn upwards(folder: &Path) -> Option<PathBuf> {
    let mut way = PathBuf::new();
    for folder in folder.ancestors() {
        if folder.join(NAME).is_file() {
            return Some(way.join(NAME));
        }
        // A work tree has a file there, not a folder.
        if folder.join(".git").exists() {
            return None;
        }
        way.push("..");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_up_to_the_repository_and_no_further() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("repository/a/b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir(root.path().join("repository/.git")).unwrap();
        std::fs::write(root.path().join(NAME), "version: 1").unwrap();
        assert_eq!(upwards(&deep), None);
        std::fs::write(root.path().join("repository").join(NAME), "version: 1").unwrap();
        assert_eq!(upwards(&deep), Some(PathBuf::from("../../trailgate.yaml")));
        std::fs::write(deep.join(NAME), "version: 1").unwrap();
        assert_eq!(upwards(&deep), Some(PathBuf::from("trailgate.yaml")));
    }
}
