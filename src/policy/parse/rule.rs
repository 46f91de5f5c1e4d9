//! Rules: their keywords, their one obligation, and their exceptions.

use std::collections::BTreeMap;

use crate::policy::error::{Code, PolicyError};
use crate::policy::keywords;
use crate::policy::model::{Exception, Rule, RuleId, Severity, Spanned};
use crate::policy::node::{Node, NodeKind, YamlScalar, YamlValue};
use crate::policy::obligation::Obligation;
use crate::policy::parse::lower::{Fields, Lower, Scope, closest, list_words};
use crate::policy::parse::template::Place;

impl Lower<'_> {
    /// A rule. Everything that is wrong in it is recorded; `None` where anything was.
    pub fn rule(&mut self, node: &Node) -> Option<Rule> {
        let before = self.count_errors();
        let what = "a rule";
        let fields = self.fields(node, what, keywords::RULE)?;
        let id = fields.required(self, "id", what, "iam.user-created").and_then(|node| self.rule_id(node));
        let title =
            fields.required(self, "title", what, "IAM user created").and_then(|node| self.words(node, "`title`"));
        let severity = fields.required(self, "severity", what, "medium").and_then(|node| self.severity(node));
        let when = fields.value("when").map(|node| self.condition(node, Scope::Event));
        let obligation = self.obligation(&fields, id.as_ref());
        let windowed = obligation.as_ref().is_some_and(|(obligation, _)| obligation.is_windowed());
        let message = fields
            .value("message")
            .map(|node| self.template(node, "`message`", Scope::Event, Place::Message { windowed }));
        if let (Some(Some(message)), Some((obligation, _))) = (&message, &obligation) {
            self.message_names(message, obligation);
        }
        let rationale = fields.value("rationale").and_then(|node| self.words(node, "`rationale`"));
        let remediation = fields.value("remediation").and_then(|node| self.words(node, "`remediation`"));
        let controls = fields.value("controls").map(|node| self.controls(node)).unwrap_or_default();
        let references = fields.value("references").map(|node| self.texts(node, "`references`")).unwrap_or_default();
        let tags = fields.value("tags").map(|node| self.texts(node, "`tags`")).unwrap_or_default();
        let exceptions = fields.value("except").map(|node| self.exceptions(node)).unwrap_or_default();
        let waivable = fields.value("waivable").map_or(Some(true), |node| self.boolean(node, "`waivable`"));
        let tests = fields.value("tests").map(|node| self.rule_tests(node)).unwrap_or_default();
        if waivable == Some(false)
            && let (Some(except), Some(waivable)) = (fields.entry("except"), fields.entry("waivable"))
        {
            self.errors.push(
                PolicyError::new(Code::NotWaivable, self.source, "exceptions on a rule that is not waivable")
                    .label(except.key_span, "exceptions")
                    .label(waivable.key_span, "forbids them")
                    .help("remove `except`, or `waivable: false`"),
            );
        }
        if self.count_errors() > before {
            return None;
        }
        let (obligation, obligation_span) = obligation?;
        Some(Rule {
            id: id?,
            title: title?,
            severity: severity?,
            when: when.flatten(),
            obligation,
            obligation_span,
            message: message.flatten(),
            rationale,
            remediation,
            controls,
            references,
            tags,
            exceptions,
            waivable: waivable?,
            tests,
        })
    }

    fn rule_id(&mut self, node: &Node) -> Option<Spanned<RuleId>> {
        let text = self.words(node, "`id`")?;
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.split(['.', '-']).all(word) {
            return Some(Spanned::new(RuleId(text), node.span));
        }
        let mended: String = text
            .to_lowercase()
            .chars()
            .map(|character| {
                if character.is_ascii_lowercase() || character.is_ascii_digit() || character == '.' {
                    character
                } else {
                    '-'
                }
            })
            .collect();
        let mended = mended
            .split('.')
            .map(|part| part.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-"))
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(".");
        self.error(
            Code::RuleId,
            node.span,
            format!("`{text}` is no rule id"),
            "words of `a-z` and `0-9`, joined by `-` and `.`",
            if mended.is_empty() {
                "such as `iam.user-created`".to_owned()
            } else {
                format!("did you mean `{mended}`?")
            },
        );
        None
    }

    fn severity(&mut self, node: &Node) -> Option<Severity> {
        let text = self.word(node, "`severity`", "a severity such as `medium`")?;
        if let Some(severity) = Severity::ALL.into_iter().find(|severity| severity.word() == text) {
            return Some(severity);
        }
        let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
        let other = match text.to_lowercase().as_str() {
            "warn" | "warning" | "moderate" => Some("medium"),
            "error" | "major" => Some("high"),
            "informational" | "note" | "notice" => Some("info"),
            "fatal" | "blocker" => Some("critical"),
            "minor" => Some("low"),
            _ => None,
        };
        let meant = other.or_else(|| closest(text, &words));
        let help = meant
            .map_or_else(|| format!("severities are {}", list_words(&words)), |word| format!("did you mean `{word}`?"));
        self.error(Code::Severity, node.span, format!("unknown severity `{text}`"), "not a severity", help);
        if let Some(word) = meant {
            self.mend_word(node.span, word);
        }
        None
    }

    fn obligation(
        &mut self,
        fields: &Fields<'_>,
        id: Option<&Spanned<RuleId>>,
    ) -> Option<(Obligation, crate::text::Span)> {
        let found: Vec<_> = keywords::OBLIGATIONS.iter().filter_map(|keyword| fields.entry(keyword)).collect();
        match found.as_slice() {
            [] if fields.mistypes(keywords::OBLIGATIONS) => None,
            [] => {
                let place = id.map_or(fields.place(), |id| id.span);
                self.error(
                    Code::Obligation,
                    place,
                    "a rule has no obligation",
                    "this rule says nothing that could be violated",
                    "add `forbid:` with what must not be, or `require:` with what must be",
                );
                None
            }
            [entry] => {
                let obligation = match entry.key.as_str() {
                    "forbid" => self.condition(&entry.value, Scope::Event).map(Obligation::Forbid),
                    "require" => self.condition(&entry.value, Scope::Event).map(Obligation::Require),
                    keyword => self.windowed(keyword, &entry.value),
                };
                obligation.map(|obligation| (obligation, entry.key_span))
            }
            [first, more @ ..] => {
                let mut error = PolicyError::new(Code::Obligation, self.source, "a rule has several obligations")
                    .label(first.key_span, "one");
                for entry in more {
                    error = error.label(entry.key_span, "another");
                }
                self.errors.push(
                    error.help("keep one; make the others rules of their own, or move what they say into `when:`"),
                );
                None
            }
        }
    }

    fn controls(&mut self, node: &Node) -> BTreeMap<String, Vec<String>> {
        let NodeKind::Mapping(entries) = &node.kind else {
            self.wrong_type(node, "`controls`", "a map of framework to controls", "such as `{cis-aws-5.0: [\"4.3\"]}`");
            return BTreeMap::new();
        };
        let mut controls = BTreeMap::new();
        for entry in entries {
            let mut ids = Vec::new();
            for item in self.items(&entry.value, &format!("the controls of `{}`", entry.key)).unwrap_or_default() {
                match item.scalar() {
                    Some(YamlScalar { text, value: YamlValue::Number(number), .. }) => {
                        let number = number.to_string();
                        let label =
                            if number == *text { "a number".to_owned() } else { format!("the number {number}") };
                        let message = format!("control `{text}` without quotes is a number");
                        self.error(Code::ControlId, item.span, message, label, format!("write \"{text}\""));
                    }
                    _ => ids.extend(self.words(item, "a control")),
                }
            }
            controls.insert(entry.key.clone(), ids);
        }
        controls
    }

    fn exceptions(&mut self, node: &Node) -> Vec<Exception> {
        let NodeKind::Sequence(items) = &node.kind else {
            self.wrong_type(
                node,
                "`except`",
                "a list of exceptions",
                "write `- name: …` with `reason`, `until` and `condition`",
            );
            return Vec::new();
        };
        items.iter().filter_map(|item| self.exception(item)).collect()
    }

    fn exception(&mut self, node: &Node) -> Option<Exception> {
        let what = "an exception";
        let fields = self.fields(node, what, keywords::EXCEPTION)?;
        let name = fields
            .required(self, "name", what, "deploy-pipeline")
            .and_then(|node| self.words(node, "`name`").map(|name| Spanned::new(name, node.span)));
        let reason = fields
            .required(self, "reason", what, "why this is no violation")
            .and_then(|node| self.words(node, "`reason`"));
        let until = fields.required(self, "until", what, "2027-06-30").and_then(|node| self.date(node, "`until`"));
        let condition = fields
            .required(self, "condition", what, "{$.userIdentity.arn: …}")
            .and_then(|node| self.condition(node, Scope::Event));
        let owner = fields.value("owner").and_then(|node| self.words(node, "`owner`"));
        Some(Exception { name: name?, reason: reason?, owner, until: until?, condition: condition? })
    }

    /// How many errors, warnings left out, were recorded.
    pub fn count_errors(&self) -> usize {
        self.errors.iter().filter(|error| error.level == crate::policy::error::Level::Error).count()
    }
}
