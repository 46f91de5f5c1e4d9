//! Templates: texts with `{PATH}` places.

use crate::policy::error::Code;
use crate::policy::model::{Spanned, Template, TemplatePart};
use crate::policy::node::{Node, Style, YamlScalar, YamlValue};
use crate::policy::parse::lower::{Lower, Scope};
use crate::policy::parse::slip::meant_path;

/// What messages of obligations over time may name beside paths.
const WINDOW_NAMES: &[&str] = &["count", "span", "by", "first", "last", "key", "step"];

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A rule's message; `windowed` messages may name counts and steps.
    Message {
        /// Whether the rule's obligation speaks of several events.
        windowed: bool,
    },
    /// A value to compare with: each path yields at most one node.
    Value,
}

impl Lower<'_> {
    /// A template.
    pub fn template(&mut self, node: &Node, what: &str, scope: Scope, place: Place) -> Option<Template> {
        let text = self.words(node, what)?;
        let scalar = node.scalar()?;
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut complete = true;
        let mut rest = text.char_indices().peekable();
        while let Some((at, character)) = rest.next() {
            match character {
                '{' | '}' if rest.peek().is_some_and(|(_, next)| *next == character) => {
                    plain.push(character);
                    let _second = rest.next();
                }
                '{' => {
                    let inner = text.get(at + 1..).unwrap_or_default();
                    let Some(len) = closing(inner) else {
                        let label = self.inside(scalar, node.span, at, 1);
                        self.error(
                            Code::Template,
                            label,
                            format!("{what} has an open `{{`"),
                            "no `}` follows",
                            "close it with `}`, or write `{{` for the character itself",
                        );
                        return None;
                    };
                    if !plain.is_empty() {
                        parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
                    }
                    let word = inner.get(..len).unwrap_or_default();
                    match self.place(node, scalar, at + 1, word, scope, place) {
                        Some(part) => parts.push(part),
                        None => complete = false,
                    }
                    while rest.next_if(|(next, _)| *next <= at + 1 + len).is_some() {}
                }
                '}' => {
                    let label = self.inside(scalar, node.span, at, 1);
                    self.error(
                        Code::Template,
                        label,
                        format!("{what} has a `}}` without `{{`"),
                        "closes nothing",
                        "write `}}` for the character itself",
                    );
                    return None;
                }
                other => plain.push(other),
            }
        }
        if !plain.is_empty() {
            parts.push(TemplatePart::Text(plain));
        }
        complete.then_some(Template { text, parts, span: node.span })
    }

    fn place(
        &mut self,
        node: &Node,
        scalar: &YamlScalar,
        at: usize,
        word: &str,
        scope: Scope,
        place: Place,
    ) -> Option<TemplatePart> {
        let span = self.inside(scalar, node.span, at, word.len());
        if word.starts_with(['$', '.']) {
            let path = self.path(
                &YamlScalar { text: word.to_owned(), style: Style::Plain, value: YamlValue::String },
                span,
                scope,
            )?;
            let path = if place == Place::Value { self.require_singular(path, "a part of a value")? } else { path };
            return Some(TemplatePart::Path(path));
        }
        let head = word.split(['.', ':']).next().unwrap_or_default();
        let is_name = matches!(place, Place::Message { .. }) && WINDOW_NAMES.contains(&head);
        if is_name && place == (Place::Message { windowed: true }) {
            return Some(TemplatePart::Name(Spanned::new(word.to_owned(), span)));
        }
        let path = meant_path(word);
        let (label, help) = if is_name {
            ("of an obligation over time", format!("this rule speaks of one event; for a field write `{{${path}}}`"))
        } else if word.is_empty() {
            ("nothing here", "write a path, `{$.eventName}`, or `{{}}` for the braces themselves".to_owned())
        } else if word.contains(|character: char| "\"' {:".contains(character)) {
            ("not a path", "write `{{` and `}}` for the braces themselves".to_owned())
        } else {
            ("a path begins with `$`", format!("write `{{${path}}}`, or `{{{{{word}}}}}` for the braces themselves"))
        };
        self.error(Code::Template, span, format!("`{{{word}}}` is no path"), label, help);
        None
    }
}

/// Length of the text before the `}` that closes a place; one inside quotes does not count.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), other) if open == other => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '}') => return Some(at),
            (None, _) => {}
        }
    }
    None
}
