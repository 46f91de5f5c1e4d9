//! What must be true of all policies together: ids are unique, names resolve, definitions run in no ring.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::policy::error::{Code, PolicyError};
use crate::policy::model::{Condition, Define, PathRoot, Policy, Rule, Spanned};
use crate::policy::operator::{Case, PatternKind, Scalar};
use crate::policy::parse::{closest, network};
use crate::policy::pattern::{PatternError, pattern};
use crate::policy::set::{PolicyIndex, PolicySet, home};
use crate::policy::waiver::Waiver;
use crate::policy::walk::{self, Inside, Reference};

/// Longest chain of definitions that use each other.
const CHAIN_LIMIT: usize = 100;

/// Checks one set.
pub struct Check<'s> {
    set: &'s PolicySet,
    errors: Vec<PolicyError>,
    /// Whether a definition has `.paths` outside any element condition.
    needs_element: HashMap<(PolicyIndex, &'s str), bool>,
}

impl<'s> Check<'s> {
    /// A check of `set`.
    pub fn new(set: &'s PolicySet) -> Self {
        Self { set, errors: Vec::new(), needs_element: HashMap::new() }
    }

    /// Everything that is wrong with the set, in no order.
    pub fn errors(mut self) -> Vec<PolicyError> {
        self.rule_ids();
        self.waiver_names();
        self.names();
        self.errors
    }

    fn rule_ids(&mut self) {
        let mut seen: HashMap<&str, (PolicyIndex, &Rule)> = HashMap::new();
        for (index, rule) in self.set.rules() {
            let (first_index, first) = *seen.entry(&rule.id.value.0).or_insert((index, rule));
            if std::ptr::eq(first, rule) {
                continue;
            }
            let (Some(here), Some(there)) = (self.set.policy(index), self.set.policy(first_index)) else { continue };
            let id = &rule.id.value;
            let help = "each rule needs an id of its own: reports, exceptions and baselines go by it";
            let error = PolicyError::new(Code::DuplicateRule, &here.source, format!("rule id `{id}` is used twice"));
            self.errors.push(if index == first_index {
                error.label(first.id.span, "first here").label(rule.id.span, "again here").help(help)
            } else {
                error.label(rule.id.span, "again here").help(help).related(
                    PolicyError::note(Code::DuplicateRule, &there.source, format!("`{id}` stands first here"))
                        .label(first.id.span, "first here"),
                )
            });
        }
    }

    fn waiver_names(&mut self) {
        let mut seen: HashMap<&str, (PolicyIndex, &Waiver)> = HashMap::new();
        for (index, waiver) in self.set.waivers() {
            let name = waiver.name.value.as_str();
            let (first_index, first) = *seen.entry(name).or_insert((index, waiver));
            if std::ptr::eq(first, waiver) {
                continue;
            }
            let (Some(here), Some(there)) = (self.set.policy(index), self.set.policy(first_index)) else { continue };
            let help = "each waiver needs a name of its own: reports go by it";
            let message = format!("two waivers are called `{name}`");
            let error = PolicyError::new(Code::DuplicateWaiver, &here.source, message).help(help);
            self.errors.push(if index == first_index {
                error.label(first.name.span, "first here").label(waiver.name.span, "again here")
            } else {
                error.label(waiver.name.span, "again here").related(
                    PolicyError::note(Code::DuplicateWaiver, &there.source, format!("`{name}` stands first here"))
                        .label(first.name.span, "first here"),
                )
            });
        }
    }

    fn names(&mut self) {
        for (index, policy) in self.set.policies.iter().enumerate() {
            let index = PolicyIndex(index);
            for (name, define) in &policy.defines {
                self.references(index, &define.condition);
                self.ring(index, name, define);
            }
            for condition in conditions(policy) {
                self.references(index, condition);
            }
        }
        if !self.errors.is_empty() {
            return;
        }
        for (index, policy) in self.set.policies.iter().enumerate() {
            for condition in conditions(policy) {
                self.elements(PolicyIndex(index), policy, condition);
            }
        }
    }

    fn references(&mut self, index: PolicyIndex, condition: &'s Condition) {
        walk::condition(condition, Inside::Event, &mut |reference, _| match reference {
            Reference::Define(name) => self.known(index, name, &self.set.defines, "definition", Code::UndefinedName),
            Reference::List(name) => self.known(index, name, &self.set.lists, "list", Code::UndefinedList),
            Reference::NetworkList(name) => {
                self.known(index, name, &self.set.lists, "list", Code::UndefinedList);
                self.networks(index, name);
            }
            Reference::PatternList(name, kind) => {
                self.known(index, name, &self.set.lists, "list", Code::UndefinedList);
                self.patterns(index, name, kind);
            }
            Reference::Path(_) => {}
        });
    }

    fn known(
        &mut self,
        index: PolicyIndex,
        name: &Spanned<String>,
        names: &BTreeMap<String, Vec<PolicyIndex>>,
        what: &str,
        code: Code,
    ) {
        let Some(policy) = self.set.policy(index) else { return };
        let own = match code {
            Code::UndefinedList => policy.lists.contains_key(&name.value),
            _ => policy.defines.contains_key(&name.value),
        };
        let Err(homes) = home(names, index, own, &name.value) else { return };
        if homes.is_empty() {
            let words: Vec<&str> = names.keys().map(String::as_str).collect();
            let place = if what == "list" { "lists" } else { "define" };
            let help = if let Some(word) = closest(&name.value, &words) {
                format!("did you mean `{word}`?")
            } else if what == "definition" && self.set.lists.contains_key(&name.value) {
                format!("it is a list, which stands where values may: `{{in: {{list: {}}}}}`", name.value)
            } else {
                format!("add it under `{place}:` in this file or in another of the run")
            };
            self.errors.push(
                PolicyError::new(code, &policy.source, format!("no {what} is called `{}`", name.value))
                    .label(name.span, format!("no such {what}"))
                    .help(help),
            );
            return;
        }
        let files: Vec<String> = homes
            .iter()
            .filter_map(|home| self.set.policy(*home))
            .map(|home| format!("`{}`", home.source.name))
            .collect();
        self.errors.push(
            PolicyError::new(
                Code::AmbiguousName,
                &policy.source,
                format!("`{}` is defined in several files", name.value),
            )
            .label(name.span, format!("which {what}?"))
            .help(format!("{} have it: rename all but one, or define it in this file too", files.join(" and "))),
        );
    }

    fn networks(&mut self, index: PolicyIndex, name: &Spanned<String>) {
        self.list_values(index, name, Code::Cidr, "cidr", &|scalar| match scalar {
            Scalar::String(text) => network(text).err().map(|help| ("not a network", help)),
            Scalar::Number(_) => Some(("not a network", "write it in quotes".to_owned())),
            Scalar::Bool(_) => Some(("not a network", "write a network such as `10.0.0.0/8`".to_owned())),
        });
    }

    fn patterns(&mut self, index: PolicyIndex, name: &Spanned<String>, kind: PatternKind) {
        let word = if kind == PatternKind::Glob { "glob" } else { "regex" };
        self.list_values(index, name, Code::Regex, word, &|scalar| match scalar {
            Scalar::String(text) => match pattern(kind, text, Case::Sensitive) {
                Ok(_) => None,
                Err(PatternError::Syntax { message, .. }) => Some(("not a regex", message)),
                Err(PatternError::TooLarge) => Some(("too large", "write it with smaller repetitions".to_owned())),
            },
            Scalar::Number(_) | Scalar::Bool(_) => Some(("not a text", "write it in quotes".to_owned())),
        });
    }

    /// Records each value of the list `name` that is nothing for the operator it is used for.
    ///
    /// `wrong` answers what a value is (not), and what to do about it.
    fn list_values(
        &mut self,
        index: PolicyIndex,
        name: &Spanned<String>,
        code: Code,
        operator: &str,
        wrong: &dyn Fn(&Scalar) -> Option<(&'static str, String)>,
    ) {
        let Some((home, list)) = self.set.list(index, &name.value) else { return };
        let (Some(user), Some(owner)) = (self.set.policy(index), self.set.policy(home)) else { return };
        for entry in &list.entries {
            let Some((what, help)) = wrong(&entry.value.value) else { continue };
            let (value, list) = (&entry.value.value, &name.value);
            let message = format!("`{value}` is {what}, and `{list}` is used for `{operator}`");
            let error = PolicyError::new(code, &owner.source, message).label(entry.value.span, what).help(help);
            self.errors.push(if home == index {
                error.label(name.span, "used here")
            } else {
                let used = format!("`{list}` is used for `{operator}` here");
                error.related(PolicyError::note(code, &user.source, used).label(name.span, "used here"))
            });
        }
    }

    /// Records a ring that begins and ends at the definition `name`; a ring is recorded once, at its first name.
    fn ring(&mut self, index: PolicyIndex, name: &'s str, define: &'s Define) {
        let start = (index, name);
        let mut path = vec![start];
        let mut visited = HashSet::new();
        if !self.reaches(start, &define.condition, index, &mut path, &mut visited) {
            return;
        }
        let Some(policy) = self.set.policy(index) else { return };
        if path.len() > CHAIN_LIMIT {
            self.errors.push(
                PolicyError::new(
                    Code::CyclicDefine,
                    &policy.source,
                    format!("definitions use each other more than {CHAIN_LIMIT} levels deep"),
                )
                .label(define.span, "the first of them")
                .help("write out some of them"),
            );
            return;
        }
        if path.iter().any(|other| *other < start) {
            return;
        }
        let mut names: Vec<&str> = path.iter().map(|(_, name)| *name).collect();
        names.push(name);
        self.errors.push(
            PolicyError::new(Code::CyclicDefine, &policy.source, format!("the definition `{name}` uses itself"))
                .label(define.span, names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" uses "))
                .help("take one `use` out of the ring"),
        );
    }

    fn reaches(
        &self,
        target: (PolicyIndex, &'s str),
        condition: &'s Condition,
        index: PolicyIndex,
        path: &mut Vec<(PolicyIndex, &'s str)>,
        visited: &mut HashSet<(PolicyIndex, &'s str)>,
    ) -> bool {
        if path.len() > CHAIN_LIMIT {
            return true;
        }
        let mut uses: Vec<&'s str> = Vec::new();
        walk::condition(condition, Inside::Event, &mut |reference, _| {
            if let Reference::Define(name) = reference {
                uses.push(&name.value);
            }
        });
        for name in uses {
            let Some((home, define)) = self.set.define(index, name) else { continue };
            if (home, name) == target {
                return true;
            }
            if !visited.insert((home, name)) {
                continue;
            }
            path.push((home, name));
            if self.reaches(target, &define.condition, home, path, visited) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Records each `use` outside an element of a definition that needs one.
    fn elements(&mut self, index: PolicyIndex, policy: &'s Policy, condition: &'s Condition) {
        let mut uses: Vec<&'s Spanned<String>> = Vec::new();
        walk::condition(condition, Inside::Event, &mut |reference, inside| {
            if let (Reference::Define(name), Inside::Event) = (reference, inside) {
                uses.push(name);
            }
        });
        for name in uses {
            let mut visiting = HashSet::new();
            if self.needs_element(index, &name.value, &mut visiting) {
                self.errors.push(
                    PolicyError::new(
                        Code::NoElement,
                        &policy.source,
                        format!("`{}` speaks of the current element, and there is none here", name.value),
                    )
                    .label(name.span, "no current element")
                    .help("use it under a path that yields elements, such as `$.resources[*]: {use: …}`"),
                );
            }
        }
    }

    fn needs_element(
        &mut self,
        index: PolicyIndex,
        name: &'s str,
        visiting: &mut HashSet<(PolicyIndex, &'s str)>,
    ) -> bool {
        let Some((home, define)) = self.set.define(index, name) else { return false };
        if let Some(known) = self.needs_element.get(&(home, name)) {
            return *known;
        }
        if !visiting.insert((home, name)) {
            return false;
        }
        let mut needs = false;
        let mut uses: Vec<&'s str> = Vec::new();
        walk::condition(&define.condition, Inside::Event, &mut |reference, inside| match (reference, inside) {
            (Reference::Path(path), Inside::Event) => needs |= path.root == PathRoot::Element,
            (Reference::Define(name), Inside::Event) => uses.push(&name.value),
            _ => {}
        });
        let needs = needs || uses.into_iter().any(|name| self.needs_element(home, name, visiting));
        self.needs_element.insert((home, name), needs);
        needs
    }
}

/// The conditions of a policy's rules, and of a waivers file's waivers.
fn conditions(policy: &Policy) -> impl Iterator<Item = &Condition> {
    let of_waivers = policy.waivers.iter().flatten().filter_map(|waiver| waiver.condition.as_ref());
    policy.rules.iter().flat_map(walk::conditions).chain(of_waivers)
}
