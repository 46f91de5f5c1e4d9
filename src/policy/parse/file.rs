//! A whole policy file: [`parse`].

use std::collections::BTreeMap;

use crate::json::Path;
use crate::policy::error::{Code, Level, PolicyError, PolicyErrors};
use crate::policy::keywords;
use crate::policy::model::{Define, List, ListEntry, Policy, RecordSource, Spanned};
use crate::policy::node::{Node, NodeKind, YamlValue};
use crate::policy::operator::Scalar;
use crate::policy::parse::lower::{Fields, Lower, Scope};
use crate::policy::yaml;
use crate::text::Source;

/// Gives the text of a list file named in a policy, or why it cannot be read. The name is as written, relative to the policy file.
pub type ListFiles<'f> = &'f dyn Fn(&str) -> Result<String, String>;

/// The policy in `source`.
///
/// # Errors
/// Everything that is wrong with the file, in the order of its lines. Names that other files may define are checked later, by
/// `PolicySet::new`.
pub fn parse(source: &Source, list_files: ListFiles<'_>) -> Result<Policy, PolicyErrors> {
    lowered(source, &mut |lower, root| lower.policy(root, list_files))
}

/// What `lower_root` makes of the tree of `source`, or all errors.
pub(super) fn lowered(
    source: &Source,
    lower_root: &mut dyn FnMut(&mut Lower<'_>, &Node) -> Option<Policy>,
) -> Result<Policy, PolicyErrors> {
    let mut lower = Lower { source, errors: Vec::new() };
    let root = yaml::parse(source, &mut lower.errors);
    let policy = root.and_then(|root| lower_root(&mut lower, &root));
    let mut errors = lower.errors;
    errors.sort_by_key(PolicyError::offset);
    // Where a key was refused, its map is no empty one.
    let refused: Vec<_> =
        errors.iter().filter(|error| error.code == Code::KeyNotText).map(PolicyError::offset).collect();
    errors.retain(|error| {
        let spans = error.labels.iter().map(|label| label.span);
        let holds_refused = spans.into_iter().any(|span| refused.iter().any(|at| (span.start..span.end).contains(at)));
        error.code != Code::EmptyCondition || !holds_refused
    });
    // An alias repeats what is wrong with its anchor.
    errors.dedup_by(|one, other| one.code == other.code && one.labels == other.labels && one.message == other.message);
    if errors.iter().any(|error| error.level == Level::Error) {
        return Err(PolicyErrors(errors));
    }
    match policy {
        Some(policy) => Ok(Policy { warnings: errors, ..policy }),
        None => Err(PolicyErrors(vec![PolicyError::new(Code::WrongType, source, "this is no policy file")])),
    }
}

impl Lower<'_> {
    fn policy(&mut self, root: &Node, list_files: ListFiles<'_>) -> Option<Policy> {
        let fields = self.fields(root, "a policy file", keywords::FILE)?;
        self.version(&fields, "a policy file");
        let records = fields.value("source").map_or(Some(RecordSource::Cloudtrail), |node| self.record_source(node));
        let lists = fields.value("lists").map(|node| self.lists(node, list_files)).unwrap_or_default();
        let defines = fields.value("define").map(|node| self.defines(node)).unwrap_or_default();
        let rules = match fields.value("rules") {
            None => {
                let says_nothing = fields.entry("define").is_none() && fields.entry("lists").is_none();
                if says_nothing && !fields.mistypes(&["rules", "define", "lists"]) {
                    self.error(
                        Code::EmptyFile,
                        fields.place(),
                        "the policy file has no rules, definitions or lists",
                        "nothing to check",
                        "add `rules:`",
                    );
                }
                Vec::new()
            }
            Some(node) => match &node.kind {
                NodeKind::Sequence(items) => {
                    if items.is_empty() {
                        self.error(
                            Code::EmptyCondition,
                            node.span,
                            "`rules` is an empty list",
                            "nothing here",
                            "add a rule, or leave the key out",
                        );
                    }
                    items.iter().filter_map(|item| self.rule(item)).collect()
                }
                _ => {
                    self.wrong_type(node, "`rules`", "a list of rules", "write `- id: …` for each rule");
                    Vec::new()
                }
            },
        };
        Some(Policy {
            source: self.source.clone(),
            records: records?,
            lists,
            defines,
            rules,
            waivers: None,
            warnings: Vec::new(),
        })
    }

    pub(super) fn version(&mut self, fields: &Fields<'_>, what: &str) {
        let Some(node) = fields.required(self, "version", what, "1") else { return };
        let is_one = node.scalar().is_some_and(|scalar| scalar.value == YamlValue::Number(1.into()));
        if !is_one && node.scalar().is_some_and(|scalar| scalar.text == "1") {
            let message = "`version` must be a number, found a string";
            self.error(Code::Version, node.span, message, "a string", "write `version: 1`, without quotes");
        } else if !is_one {
            let found = node.scalar().map_or_else(|| node.describe().to_owned(), |scalar| format!("`{}`", scalar.text));
            self.error(
                Code::Version,
                node.span,
                format!("unknown version {found}"),
                "not a version of the language",
                "write `version: 1`",
            );
        }
    }

    fn record_source(&mut self, node: &Node) -> Option<RecordSource> {
        if let Some(scalar) = node.scalar() {
            if scalar.text == "cloudtrail" {
                return Some(RecordSource::Cloudtrail);
            }
            self.error(
                Code::UnknownKeyword,
                node.span,
                format!("unknown source `{}`", scalar.text),
                "not a known source",
                "write `cloudtrail`, or for another log `{records: $.items[*], time: $.ts, id: $.uid}`",
            );
            return None;
        }
        if !matches!(node.kind, NodeKind::Mapping(_)) {
            self.wrong_type(
                node,
                "`source`",
                "`cloudtrail` or a map",
                "such as `{records: $.items[*], time: $.ts, id: $.uid}`",
            );
            return None;
        }
        let fields = self.fields(node, "`source`", keywords::SOURCE)?;
        let records = match fields.value("records") {
            None => Path::parse("$").ok(),
            Some(node) => self.source_path(node, "`records`"),
        };
        let time = fields.value("time").map(|node| self.source_path(node, "`time`"));
        let id = fields.value("id").map(|node| self.source_path(node, "`id`"));
        Some(RecordSource::Json { records: records?, time: time.flatten(), id: id.flatten() })
    }

    fn source_path(&mut self, node: &Node, what: &str) -> Option<Path> {
        let Some(scalar) = node.scalar() else {
            self.wrong_type(node, what, "a path", "such as `$.items[*]`");
            return None;
        };
        let path = self.path(scalar, node.span, Scope::Event)?;
        let path = if what == "`records`" { path } else { self.require_singular(path, what)? };
        Some(path.path)
    }

    pub(super) fn defines(&mut self, node: &Node) -> BTreeMap<String, Define> {
        let NodeKind::Mapping(entries) = &node.kind else {
            self.wrong_type(
                node,
                "`define`",
                "a map of names to conditions",
                "such as `succeeded: {$.errorCode: null}`",
            );
            return BTreeMap::new();
        };
        let mut defines = BTreeMap::new();
        for entry in entries {
            if let Some(condition) = self.condition(&entry.value, Scope::Define) {
                defines.insert(entry.key.clone(), Define { span: entry.key_span, condition });
            }
        }
        defines
    }

    pub(super) fn lists(&mut self, node: &Node, list_files: ListFiles<'_>) -> BTreeMap<String, List> {
        let NodeKind::Mapping(entries) = &node.kind else {
            self.wrong_type(node, "`lists`", "a map of names to lists", "such as `break_glass: [arn:…]`");
            return BTreeMap::new();
        };
        let mut lists = BTreeMap::new();
        for entry in entries {
            let values = match &entry.value.kind {
                NodeKind::Mapping(parts) if !parts.iter().any(|part| part.key == "value") => {
                    self.list_file(&entry.value, list_files)
                }
                _ => self.list_entries(&entry.value, &entry.key),
            };
            lists.insert(entry.key.clone(), List { span: entry.key_span, entries: values.unwrap_or_default() });
        }
        lists
    }

    fn list_entries(&mut self, node: &Node, name: &str) -> Option<Vec<ListEntry>> {
        let items = self.items(node, &format!("the list `{name}`"))?;
        Some(items.iter().filter_map(|item| self.list_entry(item)).collect())
    }

    fn list_entry(&mut self, node: &Node) -> Option<ListEntry> {
        if node.is_null() || matches!(node.kind, NodeKind::Sequence(_)) {
            self.wrong_type(node, "a list value", "a scalar or a map", "write one `- ` and a value for each");
            return None;
        }
        if node.scalar().is_some() {
            let value = self.scalar(node)?;
            return Some(ListEntry { value: Spanned::new(value, node.span), reason: None, until: None });
        }
        let what = "a list value";
        let fields = self.fields(node, what, keywords::LIST_VALUE)?;
        let value_node = fields.required(self, "value", what, "203.0.113.0/24")?;
        let value = Spanned::new(self.scalar(value_node)?, value_node.span);
        let reason = fields.value("reason").and_then(|node| self.words(node, "`reason`"));
        let until = fields.value("until").map(|node| self.date(node, "`until`"));
        Some(ListEntry { value, reason, until: until.flatten() })
    }

    fn list_file(&mut self, node: &Node, list_files: ListFiles<'_>) -> Option<Vec<ListEntry>> {
        let what = "a list";
        let fields = self.fields(node, what, keywords::LIST_FILE)?;
        let file = fields.required(self, "file", what, "lists/approved.txt")?;
        let path = self.words(file, "`file`")?;
        match list_files(&path) {
            Err(cause) => {
                self.error(
                    Code::ListFile,
                    file.span,
                    format!("the list file `{path}` cannot be read: {cause}"),
                    "not readable",
                    "the path is relative to this policy file",
                );
                None
            }
            Ok(text) => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                let entries: Vec<_> = lines
                    .map(|line| ListEntry {
                        value: Spanned::new(Scalar::String(line.to_owned()), file.span),
                        reason: None,
                        until: None,
                    })
                    .collect();
                if entries.is_empty() {
                    self.error(
                        Code::ListFile,
                        file.span,
                        format!("the list file `{path}` holds no value"),
                        "no values",
                        "write one value a line",
                    );
                }
                Some(entries)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        match parse(&Source::new("p.yaml", text), &|_| Err("no such file".to_owned())) {
            Ok(policy) => policy.warnings.iter().map(ToString::to_string).collect(),
            Err(errors) => errors.0.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn reads_the_example_of_the_documentation() {
        let text = include_str!("../../../docs/dsl.md");
        let example = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert_eq!(messages(example), Vec::<String>::new());
    }

    #[test]
    fn reports_every_error_in_order() {
        let text = "version: 2\nrules:\n- id: A\n  title: t\n  severity: hihg\n  when: {eventName: x}\n  forbid: {$.a: {equal: 1}}\n";
        assert_eq!(
            messages(text),
            [
                "unknown version `2`",
                "`A` is no rule id",
                "unknown severity `hihg`",
                "unknown keyword `eventName`",
                "unknown operator `equal`"
            ]
        );
    }

    #[test]
    fn refuses_not_over_many_nodes_but_not_beside_element_paths() {
        let define = |test: &str| format!("version: 1\ndefine: {{d: {{\"$.a[*]\": {test}}}}}\n");
        assert_eq!(messages(&define("{not: x}")), ["`not` is ambiguous: `$.a[*]` can yield many nodes"]);
        assert_eq!(messages(&define("{.b: x, not: {.c: y}}")), Vec::<String>::new());
    }
}
