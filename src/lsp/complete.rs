//! What may be written where somebody types: keywords, paths, values and names, each with what it means.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind, TextEdit,
};

use crate::lsp::cursor::{Cursor, entries, typed};
use crate::lsp::field::{KnownField, fields, type_word, values};
use crate::lsp::keyword::{self, Keyword};
use crate::lsp::place::Place;
use crate::lsp::position::Positions;
use crate::lsp::project::{File, Project};
use crate::lsp::sample::Sample;
use crate::lsp::service;
use crate::policy::node::{NodeKind, Style};
use crate::text::Span;

/// Offers for what is being typed at byte `offset` of `file`.
#[must_use]
pub fn complete(project: &Project, file: &File, sample: &Sample, offset: usize) -> Vec<CompletionItem> {
    let text: &str = &file.source.text;
    let Some((cursor, before)) = typed(text, offset) else { return Vec::new() };
    let place = Place::of(&cursor);
    let mut offers = Offers { project, file, sample, text, cursor: &cursor, items: Vec::new() };
    offers.gather(&place, &before, offset);
    offers.items
}

struct Offers<'a> {
    project: &'a Project,
    file: &'a File,
    sample: &'a Sample,
    text: &'a str,
    cursor: &'a Cursor,
    items: Vec<CompletionItem>,
}

/// What is offered.
struct Offer<'o> {
    word: &'o str,
    kind: CompletionItemKind,
    detail: Option<String>,
    meaning: String,
}

impl Offers<'_> {
    fn gather(&mut self, place: &Place, before: &str, offset: usize) {
        let is_block = self.cursor.style == Style::Block;
        if let Place::Template(_) = place {
            // Inside braces that are open stands a path.
            if let Some((_, path)) =
                before.rsplit_once('{').filter(|(_, path)| !path.contains(|c: char| c == '}' || c.is_whitespace()))
            {
                self.paths(Span::new(offset - path.len(), offset), "$", false);
            }
            return;
        }
        if is_block {
            return;
        }
        if self.cursor.is_key {
            self.keys(place, false);
            return;
        }
        // What stands alone on its line may become the first key of a map.
        if self.begins_line() && self.cursor.style == Style::Plain {
            self.keys(place, true);
        }
        self.values(place);
    }

    fn keys(&mut self, place: &Place, is_first: bool) {
        let taken: Vec<String> = if is_first {
            Vec::new()
        } else {
            let word = &self.cursor.word;
            let others = self.cursor.nodes().last().map(|node| entries(node)).unwrap_or_default();
            others
                .iter()
                .map(|entry| entry.key.clone())
                .filter(|key| key != word && !key.contains('\u{e000}'))
                .collect()
        };
        for keyword in place.keys(self.file.is_waivers) {
            if !taken.iter().any(|key| key == keyword.word) && self.cursor.style == Style::Plain {
                self.keyword(&keyword, &self.key_text(keyword.word));
            }
        }
        if let Some(base) = place.path_keys() {
            self.paths(self.cursor.span, base.as_deref().unwrap_or("$"), true);
        }
    }

    fn values(&mut self, place: &Place) {
        if let Place::Word(key) = place {
            keyword::values(key).iter().for_each(|keyword| self.keyword(keyword, keyword.word));
        }
        match place {
            Place::DefineName => self.names("define"),
            Place::ListName => self.names("lists"),
            Place::RuleName => {
                let rules: Vec<_> = self.project.files().flat_map(File::rules).map(|(id, ..)| id.to_owned()).collect();
                rules.iter().for_each(|id| self.add(&Offer::plain(id, ""), None));
            }
            Place::Path(base) => self.paths(self.cursor.span, base.as_deref().unwrap_or("$"), false),
            Place::Key => self.paths(self.cursor.span, "$", false),
            Place::Test(path) | Place::NodeTest(path) => {
                self.field_values(path);
                self.add(&Offer::plain("null", "Missing, or null."), None);
            }
            Place::Operand(operator, path) => {
                if matches!(*operator, "equals" | "in" | "set" | "starts_with" | "ends_with" | "contains" | "glob") {
                    self.field_values(path);
                }
            }
            _ => {}
        }
    }

    fn keyword(&mut self, keyword: &Keyword, text: &str) {
        let offer = Offer {
            word: keyword.word,
            kind: CompletionItemKind::KEYWORD,
            detail: None,
            meaning: keyword.meaning.clone(),
        };
        self.add(&offer, Some((self.cursor.span, text.to_owned())));
    }

    /// The names that `section` of this file, or of another that this one may use, defines.
    fn names(&mut self, section: &str) {
        let mut found: Vec<(String, String, String)> = Vec::new();
        let own = std::iter::once(self.file).chain(self.project.files().filter(|other| !other.is_waivers));
        for file in own {
            for (name, _, node) in file.named(section) {
                if !found.iter().any(|(known, ..)| known == name) {
                    let stands = file.text_of(node);
                    found.push((name.to_owned(), format!("in {}", file.source.name), stands));
                }
            }
        }
        for (name, home, stands) in found {
            let offer = Offer {
                word: &name,
                kind: CompletionItemKind::REFERENCE,
                detail: Some(home),
                meaning: format!("```yaml\n{stands}\n```"),
            };
            self.add(&offer, None);
        }
    }

    fn field_values(&mut self, path: &str) {
        let call = self.cursor.call();
        let mut known = values(path, self.project, self.sample);
        for (value, note) in service::values(path, &call) {
            if !known.iter().any(|(other, _)| *other == value) {
                known.push((value, note));
            }
        }
        // What is being typed is in these policies already.
        known.retain(|(value, _)| value.trim_matches('"') != self.cursor.word);
        for (value, note) in known {
            let quoted = value.starts_with('"');
            let bare = value.trim_matches('"').to_owned();
            let text = if self.cursor.style == Style::Plain { value.clone() } else { bare.clone() };
            let offer = Offer { word: &bare, kind: CompletionItemKind::VALUE, detail: None, meaning: note };
            // Without this, a client that goes by the text would not find a quoted value by its letters.
            let edit = quoted.then_some((self.cursor.span, text));
            self.add(&offer, edit);
        }
    }

    /// Paths below `base`, from the event and, below an element, from there.
    fn paths(&mut self, span: Span, base: &str, is_key: bool) {
        let word = span.of(self.text).to_owned();
        let call = self.cursor.call();
        let known = fields(self.project, self.sample, &call);
        for field in known {
            let relative = (base != "$").then(|| element_path(base, &field.path)).flatten();
            let from_element = relative.filter(|_| !word.starts_with('$'));
            let from_event = (!word.starts_with('.')).then(|| field.path.clone());
            for path in from_element.into_iter().chain(from_event) {
                if path != word {
                    self.path(&path, &field, span, is_key);
                }
            }
        }
    }

    fn path(&mut self, path: &str, field: &KnownField, span: Span, is_key: bool) {
        let needs_quotes = self.cursor.style == Style::Plain && path.contains(['[', ',', '{']) && self.is_flow();
        let quoted = if needs_quotes { format!("\"{path}\"") } else { path.to_owned() };
        let text = if is_key { self.key_text(&quoted) } else { quoted };
        let offer = Offer {
            word: path,
            kind: CompletionItemKind::FIELD,
            detail: field.kind.map(|kind| type_word(kind).to_owned()),
            meaning: field.note.clone().unwrap_or_default(),
        };
        self.add(&offer, Some((span, text)));
    }

    fn add(&mut self, offer: &Offer<'_>, edit: Option<(Span, String)>) {
        let (span, text) = edit.unwrap_or_else(|| (self.cursor.span, offer.word.to_owned()));
        let range = Positions::new(self.text).range(span);
        self.items.push(CompletionItem {
            label: offer.word.to_owned(),
            kind: Some(offer.kind),
            detail: offer.detail.clone(),
            documentation: (!offer.meaning.is_empty()).then(|| {
                Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: offer.meaning.clone() })
            }),
            filter_text: (text != offer.word).then(|| offer.word.to_owned()),
            sort_text: Some(format!("{:04}", self.items.len())),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: text })),
            ..CompletionItem::default()
        });
    }

    /// What is written for a key: with its colon, unless that is there.
    fn key_text(&self, key: &str) -> String {
        let behind = self.text.get(self.cursor.span.end..).unwrap_or_default();
        let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind).trim_start_matches([' ', '\t']);
        if behind.starts_with(':') || self.cursor.style != Style::Plain { key.to_owned() } else { format!("{key}: ") }
    }

    /// Whether the cursor's word is the first of its line, but for the dash of a list.
    fn begins_line(&self) -> bool {
        let before = self.text.get(..self.cursor.span.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim_start_matches([' ', '\t', '-']).is_empty()
    }

    /// Whether the cursor is inside `{…}` or `[…]`.
    fn is_flow(&self) -> bool {
        let nodes = self.cursor.nodes();
        nodes.iter().any(|node| {
            let is_collection = !matches!(node.kind, NodeKind::Scalar(_));
            is_collection && self.text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['{', '[']))
        })
    }
}

impl<'o> Offer<'o> {
    fn plain(word: &'o str, meaning: &str) -> Self {
        Self { word, kind: CompletionItemKind::VALUE, detail: None, meaning: meaning.to_owned() }
    }
}

/// `path` from the element at `base`, where it lies below.
fn element_path(base: &str, path: &str) -> Option<String> {
    let rest = path.strip_prefix(base)?;
    match rest.chars().next()? {
        '.' => Some(rest.to_owned()),
        '[' => Some(format!(".{rest}")),
        _ => None,
    }
}
