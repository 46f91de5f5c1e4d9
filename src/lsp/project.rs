//! The policy files that belong together, as they stand in the editor or on disk: each text is read once, whenever it changes, and
//! what is wrong with all of them is found together, as `check` and `lint` would.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::compile;
use crate::lsp::cursor::{entries, value};
use crate::lsp::outline::outline;
use crate::policy::error::{Code, Level, PolicyError, PolicyErrors};
use crate::policy::node::{Node, NodeKind};
use crate::policy::parse::ListFiles;
use crate::policy::{Policy, PolicySet, parse, parse_waivers};
use crate::text::{Source, Span};

/// A file's name: the one that messages give it.
pub type Name = Arc<str>;

/// Policy files that are one set.
#[derive(Debug, Clone, Default)]
pub struct Project {
    files: BTreeMap<Name, File>,
}

/// One file, read.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name and text.
    pub source: Source,
    /// Its tree, whatever state it is in.
    pub outline: Node,
    /// Whether it is a waivers file.
    pub is_waivers: bool,
    parsed: Result<Policy, PolicyErrors>,
}

/// What is known of a project at a time.
#[derive(Debug)]
pub struct Findings {
    /// What is wrong or odd, by the file it is in; every file of the project is there.
    pub by_file: BTreeMap<Name, Vec<PolicyError>>,
    /// The policies without errors of their own.
    pub set: PolicySet,
    /// Whether definitions may be followed without end in sight.
    pub has_ring: bool,
}

/// Whether a text found among other YAML is a policy or waivers file: it has `rules`, `define`, `lists` or `waivers` at the top, and
/// says which version of the language it is in.
#[must_use]
pub fn is_policy(text: &str) -> bool {
    let root = outline(text);
    let has = |key: &str| value(&root, key).is_some();
    has("version") && ["rules", "define", "lists", "waivers"].into_iter().any(has)
}

impl Project {
    /// Takes in a file, or what has become of it. `list_files` reads the list files that it names.
    pub fn set(&mut self, source: Source, list_files: ListFiles<'_>) {
        let outline = outline(&source.text);
        let is_waivers = value(&outline, "waivers").is_some() && value(&outline, "rules").is_none();
        let parsed = if is_waivers { parse_waivers(&source, list_files) } else { parse(&source, list_files) };
        self.files.insert(Arc::clone(&source.name), File { source, outline, is_waivers, parsed });
    }

    /// Forgets a file.
    pub fn remove(&mut self, name: &str) {
        self.files.remove(name);
    }

    /// The file of this name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// All files, by name.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.values()
    }

    /// What is wrong or odd on the day `today`.
    ///
    /// A name that a file with errors defines is not missed in the others: the file may be half written.
    #[must_use]
    pub fn findings(&self, today: Date) -> Findings {
        let mut errors: Vec<PolicyError> = Vec::new();
        let mut sound = Vec::new();
        let mut unread: Vec<&str> = Vec::new();
        for file in self.files.values() {
            match &file.parsed {
                Ok(policy) => sound.push(policy.clone()),
                Err(found) => {
                    errors.extend(found.0.iter().cloned());
                    unread.extend(file.names("define").chain(file.names("lists")).map(|(name, _)| name));
                }
            }
        }
        let is_whole = sound.len() == self.files.len();
        let (set, found) = PolicySet::joined(sound);
        let has_ring = found.iter().any(|error| error.code == Code::CyclicDefine);
        errors.extend(found.into_iter().filter(|error| {
            let word = error.labels.first().map(|label| label.span.of(&error.source.text)).unwrap_or_default();
            let word = word.trim_matches(['"', '\'']);
            !(matches!(error.code, Code::UndefinedName | Code::UndefinedList) && unread.contains(&word))
        }));
        if !has_ring {
            // What a rule lacks is for `lint` to tell: while it is written, it always lacks something.
            let lacks = |code| matches!(code, Code::NoTests | Code::NoRemediation | Code::NoControls);
            let advice = compile::advise(&set, today).into_iter().filter(|advice| !lacks(advice.code));
            let found = compile::lint(&set, today).into_iter().chain(advice);
            errors.extend(found.filter(|found| is_whole || !needs_all_files(found.code)));
        }
        let mut by_file: BTreeMap<Name, Vec<PolicyError>> =
            self.files.keys().map(|name| (Arc::clone(name), Vec::new())).collect();
        for error in errors {
            by_file.entry(Arc::clone(&error.source.name)).or_default().push(error);
        }
        for errors in by_file.values_mut() {
            errors.sort_by_key(|error| (error.offset(), error.level != Level::Error));
        }
        Findings { by_file, set, has_ring }
    }

    /// Where `name` of `section` (`define` or `lists`) stands, as `from` means it: in its own file, else in the others.
    #[must_use]
    pub fn definitions<'p>(&'p self, from: &File, section: &str, name: &str) -> Vec<(&'p File, Span, &'p Node)> {
        let mut found = Vec::new();
        for file in self.files.values().filter(|file| !file.is_waivers || file.source.name == from.source.name) {
            let named = file.named(section).filter(|(found, ..)| *found == name);
            found.extend(named.map(|(_, span, node)| (file, span, node)));
        }
        let own = |(file, ..): &(&File, Span, &Node)| file.source.name == from.source.name;
        if found.iter().any(own) {
            found.retain(own);
        }
        found
    }
}

impl File {
    /// The names in `section` (`define` or `lists`), with their places and what they stand for.
    pub fn named<'f>(&'f self, section: &str) -> impl Iterator<Item = (&'f str, Span, &'f Node)> + use<'f> {
        let section = value(&self.outline, section);
        section.into_iter().flat_map(entries).map(|entry| (entry.key.as_str(), entry.key_span, &entry.value))
    }

    fn names<'f>(&'f self, section: &str) -> impl Iterator<Item = (&'f str, Span)> + use<'f> {
        self.named(section).map(|(name, span, _)| (name, span))
    }

    /// The text of `node` in this file, its lines moved to the left.
    #[must_use]
    pub fn text_of(&self, node: &Node) -> String {
        let text: &str = &self.source.text;
        let start = text.get(..node.span.start).unwrap_or_default();
        let column = start.len() - start.rfind('\n').map_or(0, |newline| newline + 1);
        let lines = node.span.of(text).lines().enumerate().map(|(place, line)| {
            let indent = line.len() - line.trim_start().len();
            line.get(if place == 0 { 0 } else { indent.min(column) }..).unwrap_or_default()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Its rules that have an id: the id, its place, and the rule's map.
    pub fn rules(&self) -> impl Iterator<Item = (&str, Span, &Node)> {
        let rules = match value(&self.outline, "rules").map(|node| &node.kind) {
            Some(NodeKind::Sequence(rules)) => rules.as_slice(),
            _ => &[],
        };
        rules.iter().filter_map(|rule| {
            let id = value(rule, "id")?;
            Some((id.scalar()?.text.as_str(), id.span, rule))
        })
    }
}

/// Whether what is told may be wrong where a file of the set could not be read.
const fn needs_all_files(code: Code) -> bool {
    matches!(code, Code::WaiverUnknownRule | Code::UnusedDefine | Code::UnusedList)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> Project {
        let mut project = Project::default();
        for (name, text) in files {
            project.set(Source::new(*name, *text), &|_| Err("no such file".to_owned()));
        }
        project
    }

    /// Errors and warnings; advice about these small policies is beside the point.
    fn messages(project: &Project) -> Vec<String> {
        let findings = project.findings("2026-11-26".parse().unwrap());
        let told = findings.by_file.iter().flat_map(|(name, errors)| errors.iter().map(move |error| (name, error)));
        let told = told.filter(|(_, error)| error.level != Level::Advice);
        told.map(|(name, error)| format!("{name}: {error}")).collect()
    }

    const RULE: &str = "version: 1\nrules:\n- {id: a, title: t, severity: low, forbid: {use: x}}\n";

    #[test]
    fn names_may_stand_in_another_file_that_is_half_written() {
        assert_eq!(
            messages(&project(&[("r.yaml", RULE), ("d.yaml", "version: 1\ndefine: {x: {$.errorCode: null}}\n")])),
            [""; 0]
        );
        let missing = messages(&project(&[("r.yaml", RULE)]));
        assert!(missing[0].starts_with("r.yaml: ") && missing[0].contains("`x`"), "{missing:?}");
        let broken =
            project(&[("r.yaml", RULE), ("d.yaml", "version: 1\ndefine:\n  x: {$.errorCode: null}\n  y: {\n")]);
        assert!(messages(&broken).iter().all(|message| message.starts_with("d.yaml")), "{:?}", messages(&broken));
    }

    #[test]
    fn warns_of_whole_files_beside_broken_ones() {
        let odd = "version: 1\nrules:\n- {id: a, title: t, severity: low, forbid: {$.readOnly: \"true\"}}\n";
        let with_broken = project(&[("a.yaml", odd), ("b.yaml", "rules: [")]);
        assert!(
            messages(&with_broken).iter().any(|message| message.starts_with("a.yaml")),
            "{:?}",
            messages(&with_broken)
        );
    }

    #[test]
    fn a_ring_of_definitions_is_told_and_not_followed() {
        let ring = project(&[("a.yaml", "version: 1\ndefine: {x: {use: y}, y: {use: x}}\n")]);
        assert!(ring.findings("2026-11-26".parse().unwrap()).has_ring);
    }

    #[test]
    fn tells_policies_from_other_yaml() {
        assert!(is_policy("version: 1\nrules:\n  - id: x\n    when: {"));
        assert!(is_policy("version: 1\nwaivers: []\n"));
        assert!(!is_policy("version: 3\nservices: {}\n"));
        assert!(!is_policy("rules:\n  semi: error\n"));
        assert!(!is_policy(""));
    }
}
