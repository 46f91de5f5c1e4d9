//! Ways through the files of a project: where a name is defined, where it is used, and which rules a file has.

use lsp_types::{DocumentSymbol, SymbolKind};

use crate::lsp::cursor::{Crumb, at, entries, value};
use crate::lsp::place::Place;
use crate::lsp::position::Positions;
use crate::lsp::project::{File, Project};
use crate::policy::node::{Node, NodeKind};
use crate::text::Span;

/// A place in a file of the project.
#[derive(Debug, Clone, Copy)]
pub struct Target<'p> {
    /// The file.
    pub file: &'p File,
    /// The word there.
    pub span: Span,
}

/// A name of a definition or list.
struct Named {
    section: &'static str,
    name: String,
}

/// Where the name at byte `offset` of `file` is defined.
#[must_use]
pub fn definition<'p>(project: &'p Project, file: &'p File, offset: usize) -> Vec<Target<'p>> {
    let Some(cursor) = at(&file.source.text, offset) else { return Vec::new() };
    if !cursor.is_key && Place::of(&cursor) == Place::RuleName {
        let rules = project.files().flat_map(|file| file.rules().map(move |(id, span, _)| (file, id, span)));
        return rules.filter(|(_, id, _)| *id == cursor.word).map(|(file, _, span)| Target { file, span }).collect();
    }
    let Some(named) = named(file, offset) else { return Vec::new() };
    defined(project, file, &named)
}

fn defined<'p>(project: &'p Project, file: &File, named: &Named) -> Vec<Target<'p>> {
    let found = project.definitions(file, named.section, &named.name);
    found.into_iter().map(|(file, span, _)| Target { file, span }).collect()
}

/// Where the name at byte `offset` of `file` is used, its definition first where that is wanted.
#[must_use]
pub fn references<'p>(project: &'p Project, file: &'p File, offset: usize, with_definition: bool) -> Vec<Target<'p>> {
    let Some(named) = named(file, offset) else { return Vec::new() };
    let homes = defined(project, file, &named);
    let mut targets = if with_definition { homes.clone() } else { Vec::new() };
    for user in project.files() {
        // Of two files that define the name, each means its own.
        let means: Vec<_> = defined(project, user, &named);
        let is_same =
            means.iter().any(|target| homes.iter().any(|home| home.file.source.name == target.file.source.name));
        if is_same || homes.is_empty() {
            let mut spans = Vec::new();
            uses(&user.outline, &named, &mut spans);
            targets.extend(spans.into_iter().map(|span| Target { file: user, span }));
        }
    }
    targets
}

/// The name of a definition or list at `offset`: where it is defined or used.
fn named(file: &File, offset: usize) -> Option<Named> {
    let cursor = at(&file.source.text, offset)?;
    let place = Place::of(&cursor);
    let section = match place {
        Place::DefineName if !cursor.is_key => "define",
        Place::ListName if !cursor.is_key => "lists",
        Place::Defines if cursor.is_key => "define",
        Place::Lists if cursor.is_key => "lists",
        _ => return None,
    };
    let is_top = matches!(cursor.crumbs().first(), Some(Crumb::Entry(_)));
    is_top.then_some(Named { section, name: cursor.word })
}

/// The places below `node` where the name is used.
fn uses(node: &Node, named: &Named, spans: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| uses(item, named, spans)),
        NodeKind::Mapping(_) => {
            for entry in entries(node) {
                if matches!((entry.key.as_str(), named.section), ("use", "define") | ("list", "lists")) {
                    let names = match &entry.value.kind {
                        NodeKind::Sequence(items) => items.as_slice(),
                        _ => std::slice::from_ref(&entry.value),
                    };
                    let same = |name: &&Node| name.scalar().is_some_and(|scalar| scalar.text == named.name);
                    spans.extend(names.iter().filter(same).map(|name| name.span));
                }
                uses(&entry.value, named, spans);
            }
        }
    }
}

/// The rules, definitions and lists of `file`.
#[must_use]
pub fn symbols(file: &File) -> Vec<DocumentSymbol> {
    let positions = Positions::new(&file.source.text);
    let symbol = |name: &str, detail: Option<String>, kind, all: Span, word: Span| {
        #[expect(deprecated, reason = "the type has no constructor, and the field no default")]
        DocumentSymbol {
            name: name.to_owned(),
            detail,
            kind,
            tags: None,
            deprecated: None,
            range: positions.range(all.to(word)),
            selection_range: positions.range(word),
            children: None,
        }
    };
    let mut symbols = Vec::new();
    for (section, kind) in [("lists", SymbolKind::ARRAY), ("define", SymbolKind::FUNCTION)] {
        symbols
            .extend(file.named(section).map(|(name, span, node)| symbol(name, None, kind, span.to(node.span), span)));
    }
    for (id, span, rule) in file.rules().filter(|(id, ..)| !id.is_empty()) {
        let title = value(rule, "title").and_then(Node::scalar).map(|title| title.text.clone());
        symbols.push(symbol(id, title, SymbolKind::CLASS, rule.span, span));
    }
    symbols.sort_by_key(|symbol| (symbol.range.start, symbol.range.end));
    symbols
}
