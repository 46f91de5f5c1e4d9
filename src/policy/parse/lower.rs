//! What every part of lowering needs: gathering errors, checking the keywords of a map, and finding the place of a character
//! inside a quoted scalar.

use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::{Fix, scalar_like};
use crate::policy::node::{Entry, Node, NodeKind, Style, YamlScalar, YamlValue};
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

    /// Gives the error recorded last the change that mends it.
    pub fn mend(&mut self, fix: Fix) {
        if let Some(error) = self.errors.last_mut() {
            error.fix = Some(fix);
        }
    }

    /// Gives the error recorded last a fix that writes `word` in the place of the scalar at `span`.
    pub fn mend_word(&mut self, span: Span, word: &str) {
        let text = scalar_like(span.of(&self.source.text), word);
        self.mend(Fix::replace(format!("write `{word}`"), span, text));
    }

    /// Records that `node` should have been `wanted` (with its article).
    pub fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str, help: impl Into<String>) {
        let found = node.describe();
        self.error(
            Code::WrongType,
            node.span,
            format!("{what} must be {wanted}, found {found}"),
            if node.is_null() { "nothing here".to_owned() } else { format!("this is {found}") },
            help,
        );
    }

    /// The entries of a map whose keys must be among `known`; an unknown key is recorded.
    ///
    /// `what` is the thing with its article ("a rule").
    pub fn fields<'n>(&mut self, node: &'n Node, what: &str, known: &'n [&'n str]) -> Option<Fields<'n>> {
        let NodeKind::Mapping(entries) = &node.kind else {
            let first = list_words(known.get(..5).unwrap_or(known));
            let help =
                format!("write a map with {} {first}", if known.len() > 5 { "keys such as" } else { "the keys" });
            self.wrong_type(node, what, "a map", help);
            return None;
        };
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                self.unknown_keyword(entry, what, known);
            }
        }
        Some(Fields { entries, known, span: node.span })
    }

    /// Records a key that is none of `known`.
    pub fn unknown_keyword(&mut self, entry: &Entry, what: &str, known: &[&str]) {
        let key = &entry.key;
        let help = match closest(key, known) {
            Some(word) => format!("did you mean `{word}`?"),
            None if key.starts_with(['$', '.']) => {
                "a path stands in a condition: move it under `when:`, `forbid:` or `require:`".to_owned()
            }
            None if known.len() == 1 => format!("{what} has only the key {}", list_words(known)),
            None => format!("{what} has the keys {}", list_words(known)),
        };
        self.error(
            Code::UnknownKeyword,
            entry.key_span,
            format!("unknown keyword `{key}`"),
            "not a keyword here",
            help,
        );
        if let Some(word) = closest(key, known) {
            self.mend_word(entry.key_span, word);
        }
    }

    /// A text: a string scalar, or a number or boolean that was written without quotes where only a text can be meant.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar(scalar) if scalar.value != YamlValue::Null => {
                Some(scalar.text.trim_end_matches('\n').to_owned())
            }
            _ => {
                let help = match (node.span.of(&self.source.text).chars().next(), &node.kind) {
                    (Some(first @ ('{' | '[')), _) => format!("a text that begins with `{first}` must be quoted"),
                    (_, NodeKind::Scalar(_)) => "write at least a word".to_owned(),
                    _ => "write one text, in quotes where YAML reads something else".to_owned(),
                };
                self.wrong_type(node, what, "a text", help);
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
                    "write `true` or `false`; `yes`, `no`, `on` and `off` are texts",
                );
                None
            }
        }
    }

    /// A whole number from 0 on.
    pub fn whole(&mut self, node: &Node, what: &str) -> Option<u64> {
        match node.scalar().map(|scalar| &scalar.value) {
            Some(YamlValue::Number(number)) if number.is_u64() => number.as_u64(),
            Some(YamlValue::Number(_)) => {
                let text = node.scalar().map_or("", |scalar| scalar.text.as_str());
                self.error(
                    Code::WrongType,
                    node.span,
                    format!("{what} must be a whole number from 0 on, found `{text}`"),
                    "not a whole number from 0 on",
                    "write a number such as `5`",
                );
                None
            }
            _ => {
                self.wrong_type(node, what, "a whole number", "write digits without quotes, such as `5`");
                None
            }
        }
    }

    /// The text of a scalar that is not null; anything else is recorded as not being `wanted` (with its article).
    pub fn word<'n>(&mut self, node: &'n Node, what: &str, wanted: &str) -> Option<&'n str> {
        match node.scalar() {
            Some(scalar) if scalar.value != YamlValue::Null => Some(&scalar.text),
            _ => {
                self.wrong_type(node, what, wanted, format!("write {wanted}"));
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
                    format!("{what} is empty"),
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
        let mut texts = Vec::new();
        for item in self.items(node, what).unwrap_or_default() {
            if item.scalar().is_some() {
                texts.extend(self.words(item, what));
            } else {
                self.wrong_type(item, what, "a list of texts", "write one `- ` and a text for each");
            }
        }
        texts
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
            // Folding moves bytes: look for the words themselves.
            _ => scalar.text.get(offset..offset + len).filter(|words| words.len() > 1).and_then(|words| {
                let mut places = raw.match_indices(words).map(|(place, _)| place);
                let first = places.next()?;
                places.next().is_none().then_some((first, first + len))
            }),
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
    known: &'n [&'n str],
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

    /// Where to say what is wrong with the map as a whole: at its first key.
    #[must_use]
    pub fn place(&self) -> Span {
        self.entries.first().map_or(self.span, |entry| entry.key_span)
    }

    /// Whether an unknown key, which is recorded as such, is most likely a slip of one of `keys`.
    #[must_use]
    pub fn mistypes(&self, keys: &[&str]) -> bool {
        let unknown = self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str()));
        unknown.filter_map(|entry| closest(&entry.key, self.known)).any(|word| keys.contains(&word))
    }

    /// The value of `key`; that it is missing is recorded, unless a mistyped key is.
    pub fn required(&self, lower: &mut Lower<'_>, key: &str, what: &str, example: &str) -> Option<&'n Node> {
        let found = self.value(key);
        if found.is_none() && !self.mistypes(&[key]) {
            lower.error(
                Code::MissingKeyword,
                self.place(),
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
