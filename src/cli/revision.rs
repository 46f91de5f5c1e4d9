//! Policy files of a git revision, read with the `git` program and without touching the working tree.

use std::io;
use std::process::Command;

use crate::audit::input::in_words;

/// A commit.
#[derive(Debug, Clone)]
pub struct Revision {
    /// As the user wrote it.
    name: String,
    /// Its object id.
    id: String,
}

/// Why policies could not be taken out of a revision.
#[derive(Debug)]
pub struct RevisionError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A file's path from the root of its revision, and its bytes or why there are none.
pub type Found = (String, Result<Vec<u8>, String>);

impl Revision {
    /// The policy files that `text`, `REV` or `REV:PATH`, names, sorted by path; without a path those at `default_path`.
    ///
    /// # Errors
    /// That there is no git, no repository, no such revision, or no policy file in it.
    pub fn policies(text: &str, default_path: &str) -> Result<(Self, Vec<Found>), RevisionError> {
        let (name, path) = text.split_once(':').unwrap_or((text, default_path));
        let revision = Self::find(name, text)?;
        let path = normal(path);
        let listed = git(&["ls-tree", "-r", "-z", "--full-tree", &revision.id, "--", &path]);
        let listed = listed.map_err(|cause| RevisionError {
            message: format!("the files of `{text}` cannot be listed: {cause}"),
            help: "check that the repository is whole, `git fsck`".to_owned(),
        })?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let mut found = Vec::new();
        for entry in listed.split('\0') {
            let Some((head, file)) = entry.split_once('\t') else { continue };
            let mut words = head.split(' ');
            let (mode, kind, id) = (words.next(), words.next(), words.next().unwrap_or_default());
            let named = file == path;
            if kind != Some("blob") || !(named || file.ends_with(".yaml") || file.ends_with(".yml")) {
                continue;
            }
            let bytes = match mode {
                Some("120000") => Err("it is a link, which is not followed inside a revision".to_owned()),
                _ => git(&["cat-file", "blob", id]),
            };
            found.push((file.to_owned(), bytes));
        }
        if found.is_empty() {
            return Err(RevisionError {
                message: format!("the revision `{name}` holds no policy file at `{path}`"),
                help: format!("write `{name}:PATH`, or name the folder with --policies-path"),
            });
        }
        found.sort_by(|left, right| left.0.cmp(&right.0));
        Ok((revision, found))
    }

    fn find(name: &str, text: &str) -> Result<Self, RevisionError> {
        let error = |message, help: &str| RevisionError { message, help: help.to_owned() };
        let help = "give a file, a folder, `bundled`, or a git revision, `REV` or `REV:PATH`";
        let nothing = format!("`{text}` is no file or folder, and `{name}` is no git revision");
        // A word with a dash in front would be an option to git.
        if name.is_empty() || name.starts_with('-') {
            return Err(error(nothing, help));
        }
        git(&["rev-parse", "--git-dir"]).map_err(|cause| {
            error(format!("`{text}` is no file or folder, and no git revision can be read here: {cause}"), help)
        })?;
        let commit = format!("{name}^{{commit}}");
        let id = git(&["rev-parse", "--verify", "--quiet", &commit]).map_err(|_| error(nothing, help))?;
        let id = String::from_utf8_lossy(&id).trim().to_owned();
        Ok(Self { name: name.to_owned(), id })
    }

    /// What the file at `path` is called in messages.
    #[must_use]
    pub fn name_of(&self, path: &str) -> String {
        format!("{}:{path}", self.name)
    }

    /// The text of the file at `path`, from the root.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn text(&self, path: &str) -> Result<String, String> {
        let path = normal(path);
        let bytes = git(&["cat-file", "blob", &format!("{}:{path}", self.id)])
            .map_err(|_| format!("the revision `{}` has no file `{path}`", self.name))?;
        String::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())
    }
}

/// `path` without empty parts, `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// What `git` prints, or why it failed: its own words.
fn git(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output =
        Command::new("git").args(arguments).env("LC_ALL", "C").env("GIT_LITERAL_PATHSPECS", "1").output().map_err(
            |error| match error.kind() {
                io::ErrorKind::NotFound => "the program `git` was not found".to_owned(),
                _ => format!("the program `git` cannot be run: {}", in_words(&error)),
            },
        )?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(words.lines().next().unwrap_or("git failed").trim_start_matches("fatal: ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn paths_are_from_the_root() {
        assert_eq!(
            [normal("./policies/"), normal("a/../lists//x"), normal("../x"), normal("")],
            ["policies", "lists/x", "x", "."]
        );
    }
}
