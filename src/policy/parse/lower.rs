//! What every part of lowering needs: gathering errors, checking the keywords of a map, and finding the place of a character
//! inside a quoted scalar.

use crate::policy::error::{Code, PolicyError};
use crate::policy::yaml::{Entry, Node, NodeKind, Style, YamlScalar, YamlValue};
use crate::text::{Source, Span};

/// Where a condition stands, which decides whether `.paths` may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// At the event: there is no current element.
    Event,
    /// Inside an element condition.
    Element,
    /// In a definition: decided where it is used.
    Define,
}

/// Lowers one file: the source and what was found wrong in it.
pub struct Lower<'s> {
    /// The file.
    pub source: &'s Source,
    /// Errors and warnings, in the order found.
    pub errors: Vec<PolicyError>,
}

impl<'s> Lower<'s> {
    /// Records an error labelled at `span`, with a help.
    pub fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.errors.push(PolicyError::new(code, self.source, message).label(span, label).help(help));
    }

    /// Records a warning labelled at `span`, with a help.
    pub fn warn(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.errors.push(PolicyError::warning(code, self.source, message).label(span, label).help(help));
    }

    /// Records that `node` should have been `wanted` (with its article).
    pub fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str, help: impl Into<String>) {
        let found = node.describe();
        self.error(
            Code::WrongType,
            node.span,
            format!("{what} must be {wanted}, found {found}"),
            format!("this is {found}"),
            help,
        );
    }

    /// The entries of a map whose keys must be among `known`; an unknown key is recorded.
    ///
    /// `what` is the thing with its article ("a rule").
    pub fn fields<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<Fields<'n>> {
        let NodeKind::Mapping(entries) = &node.kind else {
            let help = format!("write a map with the keys {}", list_words(known));
            self.wrong_type(node, what, "a map", help);
            return None;
        };
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                self.unknown_keyword(entry, what, known);
            }
        }
        Some(Fields { entries, span: node.span })
    }

    /// Records a key that is none of `known`.
    pub fn unknown_keyword(&mut self, entry: &Entry, what: &str, known: &[&str]) {
        let key = &entry.key;
        let help = match closest(key, known) {
            Some(word) => format!("did you mean `{word}`?"),
            None if key.starts_with(['$', '.']) => {
                format!(
                    "a path stands in a condition (`when:`, `forbid:`, `require:`); {what} has the keys {}",
                    list_words(known)
                )
            }
            None => format!("{what} has the keys {}", list_words(known)),
        };
        self.error(
            Code::UnknownKeyword,
            entry.key_span,
            format!("unknown keyword `{key}`"),
            "not a keyword here",
            help,
        );
    }

    /// A text: a string scalar, or a number or boolean that was written without quotes where only a text can be meant.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar(scalar) if scalar.value != YamlValue::Null => {
                Some(scalar.text.trim_end_matches('\n').to_owned())
            }
            _ => {
                self.wrong_type(node, what, "a text", "write it in quotes where YAML reads something else");
                None
            }
        }
    }

    /// A text that is not empty.
    pub fn words(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.text(node, what)?;
        if text.trim().is_empty() {
            self.error(Code::WrongType, node.span, format!("{what} is empty"), "nothing here", "write at least a word");
            return None;
        }
        Some(text)
    }

    /// A boolean.
    pub fn boolean(&mut self, node: &Node, what: &str) -> Option<bool> {
        match node.scalar().map(|scalar| &scalar.value) {
            Some(YamlValue::Bool(value)) => Some(*value),
            _ => {
                self.wrong_type(
                    node,
                    what,
                    "`true` or `false`",
                    "only `true` and `false` are booleans; `yes` and `no` are texts",
                );
                None
            }
        }
    }

    /// A whole number from 0 on.
    pub fn whole(&mut self, node: &Node, what: &str) -> Option<u64> {
        match node.scalar().map(|scalar| &scalar.value) {
            Some(YamlValue::Number(number)) if number.is_u64() => number.as_u64(),
            _ => {
                self.wrong_type(node, what, "a whole number", "write digits without quotes, such as `5`");
                None
            }
        }
    }

    /// The items of a list, or of one item standing for a list of itself.
    pub fn items<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        match &node.kind {
            NodeKind::Sequence(items) if items.is_empty() => {
                self.error(
                    Code::EmptyCondition,
                    node.span,
                    format!("{what} is an empty list"),
                    "nothing here",
                    "list at least one item, or leave the key out",
                );
                None
            }
            NodeKind::Sequence(items) => Some(items),
            NodeKind::Scalar(_) | NodeKind::Mapping(_) => Some(std::slice::from_ref(node)),
        }
    }

    /// A list of texts, or one text.
    pub fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        let items = self.items(node, what).unwrap_or_default();
        items.iter().filter_map(|item| self.words(item, what)).collect()
    }

    /// Place in the file of bytes `offset..offset + len` of a scalar's text; the whole scalar where that cannot be told.
    pub fn inside(&self, scalar: &YamlScalar, span: Span, offset: usize, len: usize) -> Span {
        let raw = span.of(&self.source.text);
        let places = match scalar.style {
            Style::Plain if raw == scalar.text => Some((offset, offset + len)),
            Style::Single => {
                let map = quoted_places(raw, Style::Single);
                Some((map(offset), map(offset + len)))
            }
            Style::Double if !raw.contains('\n') => {
                let map = quoted_places(raw, Style::Double);
                Some((map(offset), map(offset + len)))
            }
            _ => None,
        };
        match places {
            Some((start, end)) if end <= span.len() => Span::new(span.start + start, span.start + end),
            _ => span,
        }
    }
}

/// Maps an offset in a quoted scalar's text to one in its raw text (quotes included).
fn quoted_places(raw: &str, style: Style) -> impl Fn(usize) -> usize {
    // place[i] is where byte i of the text lies in the raw text.
    let mut places = Vec::with_capacity(raw.len());
    let mut rest = raw.char_indices().skip(1).peekable();
    while let Some((at, character)) = rest.next() {
        let mut written = character.len_utf8();
        match (style, character) {
            (Style::Single, '\'') if rest.next().is_none() => break,
            (Style::Double, '"') => break,
            (Style::Double, '\\') => {
                let escape = rest.next().map_or(' ', |(_, escape)| escape);
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                let code: String = rest.by_ref().take(digits).map(|(_, digit)| digit).collect();
                written = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).map_or(1, char::len_utf8);
            }
            _ => {}
        }
        places.extend(std::iter::repeat_n(at, written));
    }
    let end = raw.len().saturating_sub(1);
    move |offset| places.get(offset).copied().unwrap_or(end)
}

/// The entries of a map whose keys were checked.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'n> {
    entries: &'n [Entry],
    /// The map's place.
    pub span: Span,
}

impl<'n> Fields<'n> {
    /// The entry of `key`.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of `key`.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of `key`; that it is missing is recorded.
    pub fn required(&self, lower: &mut Lower<'_>, key: &str, what: &str, example: &str) -> Option<&'n Node> {
        let found = self.value(key);
        if found.is_none() {
            let place = self.entries.first().map_or(self.span, |entry| entry.key_span);
            lower.error(
                Code::MissingKeyword,
                place,
                format!("{what} has no `{key}`"),
                format!("this {} needs `{key}`", what.rsplit(' ').next().unwrap_or("map")),
                format!("add `{key}: {example}`"),
            );
        }
        found
    }
}

/// The word of `known` that `word` is most likely a slip of.
#[must_use]
pub fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = word.to_lowercase().replace('-', "_");
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len().max(lower.len()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `a`, `b`, `c` in backticks.
#[must_use]
pub fn list_words(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
