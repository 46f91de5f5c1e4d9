//! The names that messages of obligations over time may hold: what they mean, and that they mean something in their rule.

use crate::json::Path;
use crate::policy::error::Code;
use crate::policy::model::{Spanned, Template, TemplatePart};
use crate::policy::node::{Style, YamlScalar, YamlValue};
use crate::policy::obligation::{Key, Obligation};
use crate::policy::parse::lower::{Lower, Scope, closest, list_words};

/// What a name in a message stands for.
#[derive(Debug, Clone)]
pub enum Name {
    /// `{count}`.
    Count,
    /// `{span}`.
    Span,
    /// `{by}` or `{key}`: all parts of the key.
    Key,
    /// `{by.NAME}`: one part of the key, by its name.
    By(String),
    /// `{key:PATH}`: one part of the key, by its path.
    KeyAt(Path),
    /// `{first:PATH}`: a value of the first event.
    First(Path),
    /// `{last:PATH}`: a value of the last event.
    Last(Path),
    /// `{step.NAME:PATH}`: a value of the event that is this step.
    Step(String, Path),
}

/// What `word` stands for, whatever the rule; `None` where it can stand for nothing.
#[must_use]
pub fn name_of(word: &str) -> Option<Name> {
    let (head, path) = match word.split_once(':') {
        Some((head, path)) => (head, Some(Path::parse(path.trim()).ok()?)),
        None => (word, None),
    };
    Some(match (head, path) {
        ("count", None) => Name::Count,
        ("span", None) => Name::Span,
        ("by" | "key", None) => Name::Key,
        ("key", Some(path)) => Name::KeyAt(path),
        ("first", Some(path)) => Name::First(path),
        ("last", Some(path)) => Name::Last(path),
        (head, Some(path)) => Name::Step(head.strip_prefix("step.")?.to_owned(), path),
        (head, None) => Name::By(head.strip_prefix("by.")?.to_owned()),
    })
}

impl Lower<'_> {
    /// Records the names of `message` that mean nothing in a rule with this obligation.
    pub fn message_names(&mut self, message: &Template, obligation: &Obligation) {
        for part in &message.parts {
            if let TemplatePart::Name(name) = part {
                self.message_name(name, obligation);
            }
        }
    }

    fn message_name(&mut self, name: &Spanned<String>, obligation: &Obligation) {
        let Some(key) = key_of(obligation) else { return };
        let word = name.value.as_str();
        let said = format!("`{{{word}}}` means nothing");
        if let Some((_, path)) = word.split_once(':') {
            let path = YamlScalar { text: path.trim().to_owned(), style: Style::Plain, value: YamlValue::String };
            if self.path(&path, name.span, Scope::Event).is_none() {
                return;
            }
        }
        let parts: Vec<&str> = key.parts.iter().map(|part| part.name.as_str()).collect();
        let steps: Vec<&str> = match obligation {
            Obligation::Sequence(sequence) => {
                sequence.steps.iter().filter(|step| !step.absent).map(|step| step.name.value.as_str()).collect()
            }
            _ => Vec::new(),
        };
        let meant = |wanted: &str, known: &[&str], form: &dyn Fn(&str) -> String| {
            closest(wanted, known).map(|near| format!("did you mean `{{{}}}`?", form(near)))
        };
        let (label, help) = match name_of(word) {
            Some(Name::By(wanted)) if !parts.contains(&wanted.as_str()) => (
                "no part of `by` is called so",
                meant(&wanted, &parts, &|near| format!("by.{near}"))
                    .unwrap_or_else(|| format!("its parts are {}", list_words(&parts))),
            ),
            Some(Name::KeyAt(path)) if !key.parts.iter().any(|part| part.path.text() == path.text()) => {
                let paths: Vec<&str> = key.parts.iter().map(|part| part.path.text()).collect();
                let help = meant(path.text(), &paths, &|near| format!("key:{near}")).unwrap_or_else(|| {
                    format!("its paths are {}; for another write `{{first:{}}}`", list_words(&paths), path.text())
                });
                ("no part of `by` has this path", help)
            }
            Some(Name::Step(wanted, path)) if !steps.contains(&wanted.as_str()) => {
                let help =
                    meant(&wanted, &steps, &|near| format!("step.{near}:{}", path.text())).unwrap_or_else(|| {
                        if steps.is_empty() {
                            format!("only a `sequence` has steps; write `{{first:{}}}`", path.text())
                        } else {
                            format!("steps that happen are {}", list_words(&steps))
                        }
                    });
                ("no such step", help)
            }
            Some(_) => return,
            None => (
                "not a name of a message",
                "write `{count}`, `{span}`, `{by}`, `{by.NAME}`, `{key:PATH}`, `{first:PATH}`, `{last:PATH}` or \
                 `{step.NAME:PATH}`"
                    .to_owned(),
            ),
        };
        self.error(Code::Template, name.span, said, label, help);
    }
}

fn key_of(obligation: &Obligation) -> Option<&Key> {
    Some(match obligation {
        Obligation::Forbid(_) | Obligation::Require(_) => return None,
        Obligation::Threshold(threshold) => &threshold.by,
        Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => &follow.by,
        Obligation::Sequence(sequence) => &sequence.by,
        Obligation::FirstSeen(first) => &first.by,
    })
}
