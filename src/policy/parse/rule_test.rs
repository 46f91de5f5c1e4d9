//! The tests of a rule: read and checked here, run by another command.

use std::time::Duration;

use crate::policy::error::{Code, PolicyError};
use crate::policy::keywords;
use crate::policy::model::{PathRef, Spanned};
use crate::policy::node::{Entry, Node, NodeKind, YamlScalar, YamlValue};
use crate::policy::parse::lower::{Lower, Scope, closest, list_words};
use crate::policy::parse::operand::json_value;
use crate::policy::rule_test::{EventTemplate, Expectation, RuleTest, TestEvent, TestInput, Variant};
use crate::text::time;

/// Whether a test runs on one event or on several together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among {
    Alone,
    Several,
}

/// The most events that one `each` may stand for.
const MOST_VARIANTS: usize = 1000;

impl Lower<'_> {
    /// The tests of a rule.
    pub fn rule_tests(&mut self, node: &Node) -> Vec<RuleTest> {
        let NodeKind::Sequence(items) = &node.kind else {
            self.wrong_type(
                node,
                "`tests`",
                "a list of tests",
                "write `- {name: …, event: {from: root}, expect: violation}`",
            );
            return Vec::new();
        };
        items.iter().filter_map(|item| self.rule_test(item)).collect()
    }

    fn rule_test(&mut self, node: &Node) -> Option<RuleTest> {
        let what = "a test";
        let fields = self.fields(node, what, keywords::TEST)?;
        let name = fields.required(self, "name", what, "root does it")?;
        let name = Spanned::new(self.words(name, "a test's name")?, name.span);
        let expect = fields
            .required(self, "expect", what, "violation")
            .and_then(|node| self.one_of(node, "`expect`", Expectation::WORDS));
        let input = match (fields.value("event"), fields.value("events"), fields.value("file")) {
            (Some(event), None, None) => {
                self.test_event(event, Among::Alone).map(|event| TestInput::Events(vec![event]))
            }
            (None, Some(events), None) => {
                let items = self.items(events, "`events`")?;
                let lowered: Vec<_> = items.iter().filter_map(|item| self.test_event(item, Among::Several)).collect();
                (lowered.len() == items.len()).then_some(TestInput::Events(lowered))
            }
            (None, None, Some(file)) => {
                let path = Spanned::new(self.words(file, "`file`")?, file.span);
                let record = match fields.value("record") {
                    None => Some(0),
                    Some(node) => self.whole(node, "`record`").and_then(|record| usize::try_from(record).ok()),
                };
                record.map(|record| TestInput::File { path, record })
            }
            (None, None, None) if fields.mistypes(keywords::TEST_INPUTS) => None,
            (None, None, None) => {
                self.error(
                    Code::MissingKeyword,
                    name.span,
                    "a test has no `event`",
                    "this test runs on nothing",
                    "add `event: {from: root}`, or `events` or `file`",
                );
                None
            }
            _ => {
                let message = "a test has several of `event`, `events` and `file`";
                let found = keywords::TEST_INPUTS.iter().filter_map(|key| fields.entry(key));
                let error = PolicyError::new(Code::MixedTest, self.source, message);
                let error = found.fold(error, |error, entry| error.label(entry.key_span, "what it runs on"));
                self.errors.push(error.help("keep one; make the others tests of their own"));
                None
            }
        };
        let message = fields.value("message").and_then(|node| self.words(node, "`message`"));
        let evidence = fields.value("evidence").map(|node| self.texts(node, "`evidence`")).unwrap_or_default();
        let now = match fields.value("now") {
            None => None,
            Some(node) => {
                let text = self.words(node, "`now`")?;
                if time::parse(&text).is_none() {
                    self.error(
                        Code::Time,
                        node.span,
                        format!("`{text}` is not a time"),
                        "not a time",
                        "write `2026-01-31T10:00:00Z`",
                    );
                }
                Some(text)
            }
        };
        Some(RuleTest { name, input: input?, expect: expect?, message, evidence, now })
    }

    fn test_event(&mut self, node: &Node, among: Among) -> Option<TestEvent> {
        let what = "a test event";
        let fields = self.fields(node, what, keywords::TEST_EVENT)?;
        let from = fields.required(self, "from", what, "root")?;
        let from = Spanned::new(self.one_of(from, "`from`", EventTemplate::WORDS)?, from.span);
        let set = match fields.value("set") {
            None => Vec::new(),
            Some(node) => self.assignments(node, "`set`")?,
        };
        let each = match fields.entry("each") {
            None => Vec::new(),
            Some(entry) if among == Among::Several => {
                self.error(
                    Code::MixedTest,
                    entry.key_span,
                    "`each` cannot stand in `events`",
                    "it makes tests of one event",
                    "write `event:` with `each:`; `events` are run together, as one log",
                );
                return None;
            }
            Some(entry) => self.variants(&entry.value)?,
        };
        let mut unset = Vec::new();
        if let Some(node) = fields.value("unset") {
            for item in self.items(node, "`unset`")? {
                let Some(scalar) = item.scalar() else {
                    self.wrong_type(item, "`unset`", "a list of paths", "such as `[$.readOnly]`");
                    return None;
                };
                unset.push(self.definite(scalar, item.span)?);
            }
        }
        let at = fields.value("at").map_or(Some(Duration::ZERO), |node| {
            match node.scalar().map(|scalar| scalar.text.as_str()) {
                Some("0" | "0s" | "0m") => Some(Duration::ZERO),
                _ => self.duration(node, "`at`"),
            }
        });
        let repeat = fields
            .value("repeat")
            .map_or(Some(1), |node| self.whole(node, "`repeat`").and_then(|times| u32::try_from(times).ok()));
        Some(TestEvent { from, set, each, unset, at: at?, repeat: repeat? })
    }

    /// What `each` stands for: a list of maps is a variant each; a map of lists is every combination of their values.
    fn variants(&mut self, node: &Node) -> Option<Vec<Variant>> {
        let entries = match &node.kind {
            NodeKind::Sequence(_) => {
                let items = self.items(node, "`each`")?;
                let lowered: Vec<_> = items
                    .iter()
                    .filter_map(|item| {
                        Some(Variant { span: item.span, set: self.assignments(item, "each item of `each`")? })
                    })
                    .collect();
                return (lowered.len() == items.len()).then_some(lowered);
            }
            NodeKind::Mapping(entries) if entries.is_empty() => {
                let help = "write paths and the values that each takes, or leave the key out";
                self.error(Code::EmptyCondition, node.span, "`each` is empty", "nothing here", help);
                return None;
            }
            NodeKind::Mapping(entries) => entries,
            NodeKind::Scalar(_) => {
                self.wrong_type(
                    node,
                    "`each`",
                    "a map of paths to lists of values, or a list of maps",
                    "such as `{$.eventName: [StartLogging, StopLogging]}`",
                );
                return None;
            }
        };
        let mut variants = vec![Variant { span: node.span, set: Vec::new() }];
        for entry in entries {
            let path = self.path_key(entry)?;
            let NodeKind::Sequence(items) = &entry.value.kind else {
                self.wrong_type(
                    &entry.value,
                    &format!("`{}` in `each`", entry.key),
                    "a list of values",
                    "one value for all events stands in `set`",
                );
                return None;
            };
            let items = if items.is_empty() { self.items(&entry.value, "a list of values")? } else { items };
            if variants.len().saturating_mul(items.len()) > MOST_VARIANTS {
                self.error(
                    Code::MixedTest,
                    entry.key_span,
                    format!("`each` stands for more than {MOST_VARIANTS} events"),
                    "too many combinations",
                    "write a list of maps, one for each combination that matters",
                );
                return None;
            }
            variants = variants
                .iter()
                .flat_map(|variant| {
                    items.iter().map(|item| {
                        let mut set = variant.set.clone();
                        set.push((path.clone(), json_value(item)));
                        Variant { span: item.span, set }
                    })
                })
                .collect();
        }
        Some(variants)
    }

    fn assignments(&mut self, node: &Node, what: &str) -> Option<Vec<(PathRef, serde_json::Value)>> {
        let NodeKind::Mapping(entries) = &node.kind else {
            self.wrong_type(node, what, "a map of paths to values", "such as `{$.eventName: StopLogging}`");
            return None;
        };
        let mut assignments = Vec::new();
        for entry in entries {
            assignments.push((self.path_key(entry)?, json_value(&entry.value)));
        }
        Some(assignments)
    }

    fn path_key(&mut self, entry: &Entry) -> Option<PathRef> {
        let scalar = YamlScalar { text: entry.key.clone(), style: entry.key_style, value: YamlValue::String };
        self.definite(&scalar, entry.key_span)
    }

    fn definite(&mut self, scalar: &YamlScalar, span: crate::text::Span) -> Option<PathRef> {
        let path = self.path(scalar, span, Scope::Event)?;
        if path.path.definite().is_some() {
            return Some(path);
        }
        self.error(
            Code::ManyNodes,
            span,
            format!("`{}` does not name one place", scalar.text),
            "must be names and indices only",
            "such as `$.requestParameters.name`",
        );
        None
    }

    fn one_of<T: Copy>(&mut self, node: &Node, what: &str, known: &[(&str, T)]) -> Option<T> {
        let text = self.word(node, what, "a word")?;
        if let Some((_, value)) = known.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let help = closest(text, &words)
            .map_or_else(|| format!("it is one of {}", list_words(&words)), |word| format!("did you mean `{word}`?"));
        self.error(Code::WrongType, node.span, format!("{what} cannot be `{text}`"), "not known", help);
        None
    }
}
