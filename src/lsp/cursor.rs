//! Where in the tree of a policy a byte of its text lies.

use crate::lsp::field::Call;
use crate::lsp::outline::outline;
use crate::policy::node::{Entry, Node, NodeKind, Style};
use crate::text::Span;

/// Stands in the text where somebody types; for private use, so that no policy means it.
const PROBE: char = '\u{e000}';

/// A key or scalar, and the way to it.
#[derive(Debug)]
pub struct Cursor {
    root: Node,
    /// From the root: the entry or item to go into.
    trail: Vec<usize>,
    /// Whether it is the key of the last entry rather than its value.
    pub is_key: bool,
    /// Its text, without quotes.
    pub word: String,
    /// The place of its text in the file, without quotes.
    pub span: Span,
    /// How it is written.
    pub style: Style,
}

/// One step on the way to a cursor.
#[derive(Debug, Clone, Copy)]
pub enum Crumb<'c> {
    /// Into the value of this entry.
    Entry(&'c Entry),
    /// Into an item of a list.
    Item,
}

/// The key or scalar of `text` at byte `offset`, where there is one.
#[must_use]
pub fn at(text: &str, offset: usize) -> Option<Cursor> {
    let root = outline(text);
    let mut trail = Vec::new();
    let holds = |span: Span, _: &str| span.start <= offset && offset <= span.end && !span.is_empty();
    let is_key = find(&root, &holds, &mut trail)?;
    Cursor::new(root, trail, is_key, text)
}

/// What is being typed at byte `offset` of `text`: the word there, or an empty one, where the text has room for one.
///
/// Also the part of the word before `offset`.
#[must_use]
pub fn typed(text: &str, offset: usize) -> Option<(Cursor, String)> {
    let (before, behind) = text.split_at_checked(offset)?;
    let probed = format!("{before}{PROBE}{behind}");
    let root = outline(&probed);
    let mut trail = Vec::new();
    let is_key = find(&root, &|_, word| word.contains(PROBE), &mut trail)?;
    let mut cursor = Cursor::new(root, trail, is_key, &probed)?;
    let (before, behind) = cursor.word.split_once(PROBE)?;
    let before = before.to_owned();
    cursor.word = format!("{before}{behind}");
    cursor.span.end = cursor.span.end.saturating_sub(PROBE.len_utf8()).max(cursor.span.start);
    Some((cursor, before))
}

fn find(node: &Node, is_it: &dyn Fn(Span, &str) -> bool, trail: &mut Vec<usize>) -> Option<bool> {
    let (keys, values): (Vec<Option<&Entry>>, Vec<&Node>) = match &node.kind {
        NodeKind::Scalar(scalar) => return is_it(node.span, &scalar.text).then_some(false),
        NodeKind::Sequence(items) => items.iter().map(|item| (None, item)).unzip(),
        NodeKind::Mapping(entries) => entries.iter().map(|entry| (Some(entry), &entry.value)).unzip(),
    };
    for (place, (key, value)) in keys.into_iter().zip(values).enumerate() {
        trail.push(place);
        if key.is_some_and(|entry| is_it(entry.key_span, &entry.key)) {
            return Some(true);
        }
        if let Some(found) = find(value, is_it, trail) {
            return Some(found);
        }
        trail.pop();
    }
    None
}

impl Cursor {
    fn new(root: Node, trail: Vec<usize>, is_key: bool, text: &str) -> Option<Self> {
        let mut cursor = Self { root, trail, is_key, word: String::new(), span: Span::default(), style: Style::Plain };
        let (word, span, style) = if is_key {
            let entry = cursor.entry()?;
            (entry.key.clone(), entry.key_span, entry.key_style)
        } else {
            let node = cursor.nodes().last().copied()?;
            let scalar = node.scalar()?;
            (scalar.text.clone(), node.span, scalar.style)
        };
        let quote = match style {
            Style::Single => "'",
            Style::Double => "\"",
            Style::Plain | Style::Block => "",
        };
        let closes = span.len() > 1 && span.of(text).ends_with(quote);
        let inner = Span::new(span.start + quote.len(), if closes { span.end - quote.len() } else { span.end });
        (cursor.word, cursor.span, cursor.style) = (word, inner, style);
        Some(cursor)
    }

    /// The nodes on the way, from the root to the value; of a key, to the map it stands in.
    #[must_use]
    pub fn nodes(&self) -> Vec<&Node> {
        let mut nodes = vec![&self.root];
        let into = self.trail.len() - usize::from(self.is_key && !self.trail.is_empty());
        for place in self.trail.iter().take(into) {
            let next = nodes.last().and_then(|node| match &node.kind {
                NodeKind::Mapping(entries) => entries.get(*place).map(|entry| &entry.value),
                NodeKind::Sequence(items) => items.get(*place),
                NodeKind::Scalar(_) => None,
            });
            nodes.extend(next);
        }
        nodes
    }

    /// The steps on the way, without the key itself.
    #[must_use]
    pub fn crumbs(&self) -> Vec<Crumb<'_>> {
        let nodes = self.nodes();
        let steps = nodes.iter().zip(&self.trail).take(nodes.len().saturating_sub(1));
        let crumbs = steps.filter_map(|(node, place)| match &node.kind {
            NodeKind::Mapping(entries) => entries.get(*place).map(Crumb::Entry),
            _ => Some(Crumb::Item),
        });
        crumbs.collect()
    }

    /// The entry whose key it is.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        let place = self.trail.last().filter(|_| self.is_key)?;
        entries(self.nodes().last()?).get(*place)
    }

    /// The map of the rule it stands in.
    #[must_use]
    pub fn rule(&self) -> Option<&Node> {
        let place =
            self.crumbs().iter().position(|crumb| matches!(crumb, Crumb::Entry(entry) if entry.key == "rules"))?;
        self.nodes().get(place + 2).copied()
    }

    /// What the event is known to be there.
    #[must_use]
    pub fn call(&self) -> Call {
        let nodes = self.nodes();
        let map = nodes.iter().rev().find(|node| matches!(node.kind, NodeKind::Mapping(_)));
        map.map(|map| Call::of(map, self.rule())).unwrap_or_default()
    }
}

/// The entries of a map; none of anything else.
#[must_use]
pub fn entries(node: &Node) -> &[Entry] {
    match &node.kind {
        NodeKind::Mapping(entries) => entries,
        _ => &[],
    }
}

/// The value of `key` in a map.
#[must_use]
pub fn value<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entries(node).iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The way to `|` in `text`, and the word before it.
    fn way(text: &str) -> Option<String> {
        let offset = text.find('|').unwrap();
        let (cursor, before) = typed(&text.replacen('|', "", 1), offset)?;
        let mut way: Vec<String> = cursor
            .crumbs()
            .iter()
            .map(|crumb| match crumb {
                Crumb::Entry(entry) => entry.key.clone(),
                Crumb::Item => "-".to_owned(),
            })
            .collect();
        way.push(format!("{}{before}", if cursor.is_key { "key " } else { "" }));
        Some(way.join(" > "))
    }

    #[test]
    fn finds_the_way_in_text_of_any_state() {
        for (text, expected) in [
            ("rules:\n  - id: x\n    |", "rules > - > key "),
            ("rules:\n  - id: x\n    when:\n      $.ev|\n      $.eventName: y\n", "rules > - > when > key $.ev"),
            ("rules:\n  - id: x\n    when:\n      $.ev|\n", "rules > - > when > $.ev"),
            ("rules:\n  - id: x\n    when:\n      |\n    forbid:\n", "rules > - > when > "),
            (
                "rules:\n  - id: x\n    when: {$.eventName: [A, B|\n    forbid: {}\n",
                "rules > - > when > $.eventName > - > B",
            ),
            ("rules:\n- forbid: {$.a: {|", "rules > - > forbid > $.a > key "),
            ("rules:\n- forbid: {$.a: {list: |}}", "rules > - > forbid > $.a > list > "),
            ("rules:\n- message: \"by {$.us|\n  id: x", "rules > - > message > by {$.us"),
            ("define:\n  a: {use: [b, |]}", "define > a > use > - > "),
            ("rules:\n  - tests:\n      - |", "rules > - > tests > - > "),
            ("|", ""),
            ("# |", "none"),
        ] {
            assert_eq!(way(text).unwrap_or_else(|| "none".to_owned()), expected, "{text}");
        }
    }
}
