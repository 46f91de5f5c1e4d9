//! What the pages show, before it is Markdown or HTML.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use jiff::civil::Date;

use crate::compile::services::services;
use crate::policy::framework::Framework;
use crate::policy::model::Rule;
use crate::policy::prose::{self, Clause, Names};
use crate::policy::{PolicySet, Severity};
use crate::report::book::source::{self, RuleSource};
use crate::report::compliance::counted;
use crate::text::sanitize::one_line;

/// A page: where it goes below the folder, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// A relative path with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// All rules, as pages show them.
#[derive(Debug)]
pub struct Book<'s> {
    /// In the order of the policies.
    pub(super) rules: Vec<Chapter<'s>>,
    /// The policy files that have rules.
    pub(super) packs: Vec<Pack>,
}

/// A policy file.
#[derive(Debug)]
pub(super) struct Pack {
    /// What its page is called.
    pub(super) name: String,
    /// The file.
    pub(super) file: String,
}

/// A rule.
#[derive(Debug)]
pub(super) struct Chapter<'s> {
    pub(super) rule: &'s Rule,
    /// Its file's place in [`Book::packs`].
    pub(super) pack: usize,
    /// The services it is about; empty is any.
    pub(super) services: BTreeSet<String>,
    pub(super) population: Clause,
    pub(super) obligation: Clause,
    pub(super) exceptions: Vec<Clause>,
    pub(super) source: RuleSource,
}

/// A heading of the index and the rules below it.
#[derive(Debug)]
pub(super) struct Group<'b, 's> {
    pub(super) name: String,
    /// What stands beside the name.
    pub(super) note: Option<String>,
    pub(super) rules: Vec<&'b Chapter<'s>>,
}

/// A framework of the index.
#[derive(Debug)]
pub(super) struct Shelf<'b, 's> {
    pub(super) name: String,
    /// Which part of it is listed, or that it is not.
    pub(super) scope: String,
    pub(super) controls: Vec<Group<'b, 's>>,
}

impl<'s> Book<'s> {
    /// The book of `set`; `today` is the day that list values are judged by.
    #[must_use]
    pub fn new(set: &'s PolicySet, today: Date) -> Self {
        let mut book = Self { rules: Vec::new(), packs: Vec::new() };
        let mut sources: HashMap<String, RuleSource> = HashMap::new();
        let mut last = None;
        for (index, rule) in set.rules() {
            let Some(policy) = set.policy(index) else { continue };
            if last != Some(index) {
                last = Some(index);
                book.add_pack(&policy.source.name);
                sources = source::rules(&policy.source);
            }
            let names = Names { set, policy: index };
            book.rules.push(Chapter {
                rule,
                pack: book.packs.len().saturating_sub(1),
                services: services(set, index, rule, today),
                population: prose::population(names, rule),
                obligation: prose::obligation(names, rule),
                exceptions: rule.exceptions.iter().map(|exception| prose::exception(names, exception)).collect(),
                source: sources.remove(&rule.id.value.0).unwrap_or_default(),
            });
        }
        book
    }

    /// Names the page of a file after its stem; where two have the same, after its place too.
    fn add_pack(&mut self, file: &str) {
        let plain = file.strip_prefix("bundled:").unwrap_or(file);
        let stem = Path::new(plain).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
        let safe =
            |character: char| if character.is_ascii_alphanumeric() || character == '-' { character } else { '-' };
        let stem: String = stem.chars().map(safe).collect();
        let taken = |name: &str| self.packs.iter().any(|pack| pack.name.eq_ignore_ascii_case(name));
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let name = std::iter::once(stem.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(stem);
        self.packs.push(Pack { name, file: one_line(file).into_owned() });
    }

    /// The file of `chapter`.
    pub(super) fn pack_of(&self, chapter: &Chapter<'_>) -> Option<&Pack> {
        self.packs.get(chapter.pack)
    }

    /// The rules of the file at `place`, the worst first.
    pub(super) fn of_pack(&self, place: usize) -> Vec<&Chapter<'s>> {
        worst_first(self.rules.iter().filter(|chapter| chapter.pack == place).collect())
    }

    pub(super) fn by_severity(&self) -> Vec<Group<'_, 's>> {
        let groups = Severity::ALL.into_iter().rev().map(|severity| Group {
            name: severity.word().to_owned(),
            note: None,
            rules: worst_first(self.rules.iter().filter(|chapter| chapter.rule.severity == severity).collect()),
        });
        groups.filter(|group| !group.rules.is_empty()).collect()
    }

    /// A rule about several services stands under each.
    pub(super) fn by_service(&self) -> Vec<Group<'_, 's>> {
        let mut found: BTreeMap<&str, Vec<&Chapter<'s>>> = BTreeMap::new();
        for chapter in &self.rules {
            for service in &chapter.services {
                found.entry(service).or_default().push(chapter);
            }
        }
        let mut groups: Vec<Group<'_, 's>> = found
            .into_iter()
            .map(|(name, rules)| Group { name: one_line(name).into_owned(), note: None, rules: worst_first(rules) })
            .collect();
        let any: Vec<_> = self.rules.iter().filter(|chapter| chapter.services.is_empty()).collect();
        if !any.is_empty() {
            groups.push(Group { name: "any service".to_owned(), note: None, rules: worst_first(any) });
        }
        groups
    }

    /// Listed controls that no rule supports have no rules.
    pub(super) fn by_control(&self) -> Vec<Shelf<'_, 's>> {
        let mut found: BTreeMap<&str, BTreeMap<String, Vec<&Chapter<'s>>>> = BTreeMap::new();
        for chapter in &self.rules {
            for (framework, ids) in &chapter.rule.controls {
                for id in ids {
                    found.entry(framework).or_default().entry(id.clone()).or_default().push(chapter);
                }
            }
        }
        let shelves = found.into_iter().map(|(name, mut controls)| {
            let listed = Framework::named(name);
            let titles: HashMap<String, &str> =
                listed.iter().flat_map(|listed| listed.controls()).map(|known| (known.id, known.title)).collect();
            for id in titles.keys() {
                controls.entry(id.clone()).or_default();
            }
            let mut controls: Vec<Group<'_, 's>> = controls
                .into_iter()
                .map(|(id, rules)| Group {
                    note: titles.get(&id).map(|title| (*title).to_owned()),
                    name: one_line(&id).into_owned(),
                    rules: worst_first(rules),
                })
                .collect();
            controls.sort_by_cached_key(|control| counted(&control.name));
            let scope = match listed {
                Some(listed) => format!("{}: {}", listed.title, listed.part),
                None => "the controls that the rules support, not the whole framework".to_owned(),
            };
            Shelf { name: one_line(name).into_owned(), scope, controls }
        });
        shelves.collect()
    }
}

fn worst_first<'b, 's>(mut rules: Vec<&'b Chapter<'s>>) -> Vec<&'b Chapter<'s>> {
    rules.sort_by_key(|chapter| (Reverse(chapter.rule.severity), &chapter.rule.id.value));
    rules
}

impl Chapter<'_> {
    pub(super) fn id(&self) -> &str {
        &self.rule.id.value.0
    }

    pub(super) fn title(&self) -> String {
        one_line(&self.rule.title).into_owned()
    }

    /// Name, expectation, message and YAML of each test.
    pub(super) fn examples(&self) -> Vec<Example<'_>> {
        let tests = self.rule.tests.iter().enumerate();
        tests
            .map(|(place, test)| Example {
                name: one_line(&test.name.value).into_owned(),
                expect: test.expect.keyword(),
                yaml: self.source.tests.get(place).map(String::as_str).unwrap_or_default(),
            })
            .collect()
    }
}

/// A test, shown as an example.
#[derive(Debug)]
pub(super) struct Example<'c> {
    pub(super) name: String,
    pub(super) expect: &'static str,
    pub(super) yaml: &'c str,
}

/// A text of a policy or of prose in pieces: what stands between backticks is code.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = one_line(&text);
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len().saturating_sub(1);
    let pieces = parts.iter().enumerate().map(|(place, part)| Piece {
        // A backtick without a partner begins no code.
        is_code: place % 2 == 1 && place < last,
        text: (*part).to_owned(),
    });
    pieces.filter(|piece| !piece.text.is_empty()).collect()
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) is_code: bool,
    pub(super) text: String,
}
