//! The text of a policy becomes a tree, whatever state it is in: what `policy::yaml` refuses for a missing colon or bracket, an
//! editor asks about all the same.
//!
//! Nothing here says what is valid. Of valid text the tree is the one of `policy::yaml` (a test holds the two against each other
//! on every bundled policy), but for what places do not need: tags, anchors and merge keys are stepped over, and an alias is a scalar,
//! because what it stands for lies elsewhere in the text.
//! Where the text is broken, indentation decides: a bracket or quote that nobody closes ends where its line's indentation does, a
//! line that is too deep belongs to the map above it, and a word without a colon is a key without a value.

mod flow;
mod scalar;

use crate::policy::node::{Entry, Node, NodeKind, Style, YamlScalar, YamlValue};
use crate::text::Span;

/// Deepest nesting that is read; `policy::yaml` refuses files that go deeper.
const DEPTH_LIMIT: usize = 64;

/// The tree of `text`; of an empty text, an empty scalar. One pass, in the order of the text.
#[must_use]
pub fn outline(text: &str) -> Node {
    let mut scanner = Scanner { text, at: 0, depth: 0 };
    if text.starts_with('\u{feff}') {
        scanner.at = '\u{feff}'.len_utf8();
    }
    scanner.document()
}

struct Scanner<'t> {
    text: &'t str,
    /// Byte to read next: the begin of a line, or something in it.
    at: usize,
    /// How deep the node lies that is being read.
    depth: usize,
}

impl<'t> Scanner<'t> {
    fn document(&mut self) -> Node {
        let mut root = self.empty();
        while let Some((at, column)) = self.content() {
            self.at = at;
            if self.rest().starts_with("---") || self.rest().starts_with("...") || self.rest().starts_with('%') {
                self.skip_line();
                continue;
            }
            let node = self.node(column);
            root = match (root.kind, node.kind) {
                (NodeKind::Mapping(mut entries), NodeKind::Mapping(more)) => {
                    entries.extend(more);
                    Node { kind: NodeKind::Mapping(entries), span: root.span.to(node.span) }
                }
                (kind @ NodeKind::Mapping(_), _) => Node { kind, span: root.span },
                (_, kind) => Node { kind, span: node.span },
            };
            if self.at <= at {
                self.skip_line();
            }
        }
        root
    }

    /// The node that begins here, at `column`; afterwards the scanner stands at the begin of a line.
    fn node(&mut self, column: usize) -> Node {
        if self.depth >= DEPTH_LIMIT {
            let node = self.empty();
            self.end_line();
            return node;
        }
        self.depth += 1;
        let node = if self.is_dash() {
            self.sequence(column)
        } else if self.key().is_some() || self.is_bare_key(column) {
            self.mapping(column)
        } else {
            self.value(column.saturating_sub(1))
        };
        self.depth -= 1;
        self.end_line();
        node
    }

    /// Whether a word without a colon stands here in front of keys, so that it must be one itself.
    fn is_bare_key(&mut self, column: usize) -> bool {
        let is_word =
            self.rest().starts_with(|first: char| !first.is_whitespace() && !"{}[]\"'|>#&*!,".contains(first));
        let here = self.at;
        self.end_line();
        let before_keys = self.content().is_some_and(|(at, next)| {
            self.at = at;
            next == column && self.key().is_some()
        });
        self.at = here;
        is_word && before_keys
    }

    fn mapping(&mut self, column: usize) -> Node {
        let start = self.at;
        let mut entries: Vec<Entry> = Vec::new();
        let mut end = start;
        loop {
            let entry = match self.key() {
                Some(key) => {
                    self.at = key.value_at;
                    let value = self.value(column);
                    Entry { key: key.text, key_span: key.span, key_style: key.style, value }
                }
                None => {
                    let span = self.bare();
                    self.at = span.end;
                    Entry {
                        key: span.of(self.text).to_owned(),
                        key_span: span,
                        key_style: Style::Plain,
                        value: self.empty(),
                    }
                }
            };
            end = end.max(entry.key_span.end).max(entry.value.span.end);
            if !entry.key.is_empty() {
                entries.push(entry);
            }
            self.end_line();
            // A list that belongs to nothing is stepped over.
            while let Some((at, next)) = self.content().filter(|(_, next)| *next > column) {
                self.at = at;
                if !self.is_dash() {
                    break;
                }
                self.node(next);
            }
            match self.content() {
                Some((at, next)) if next >= column => self.at = at,
                _ => break,
            }
            if self.is_dash() || self.is_document_mark() {
                self.at -= self.column();
                break;
            }
        }
        Node { kind: NodeKind::Mapping(entries), span: Span::new(start, end) }
    }

    fn sequence(&mut self, column: usize) -> Node {
        let start = self.at;
        let mut items: Vec<Node> = Vec::new();
        loop {
            self.at += 1;
            self.skip_spaces();
            let item = if self.is_line_over() {
                self.below(column + 1)
            } else {
                let column = self.column();
                self.node(column)
            };
            items.push(item);
            self.end_line();
            // Keys between the column of the list and that of its item belong to the item.
            while let Some((at, next)) = self.content().filter(|(_, next)| *next > column) {
                self.at = at;
                let more = self.node(next);
                if let (Some(Node { kind: NodeKind::Mapping(entries), span }), NodeKind::Mapping(rest)) =
                    (items.last_mut(), more.kind)
                {
                    entries.extend(rest);
                    *span = span.to(more.span);
                }
                if self.at <= at {
                    self.skip_line();
                }
            }
            match self.content() {
                Some((at, next)) if next == column => self.at = at,
                _ => break,
            }
            if !self.is_dash() {
                self.at -= self.column();
                break;
            }
        }
        let end = items.last().map_or(start + 1, |item| item.span.end);
        Node { kind: NodeKind::Sequence(items), span: Span::new(start, end.max(start + 1)) }
    }

    /// The value behind a key whose map stands at `column`, or a node that is neither map nor list.
    fn value(&mut self, column: usize) -> Node {
        self.skip_spaces();
        while self.rest().starts_with(['&', '!']) {
            let word = self.rest().find(char::is_whitespace).unwrap_or(self.rest().len());
            self.at += word;
            self.skip_spaces();
        }
        if self.is_line_over() {
            let here = self.empty();
            let is_list = |scanner: &Self, at: usize| Scanner { text: scanner.text, at, depth: 0 }.is_dash();
            return match self.next_line() {
                Some((at, next)) if next == column && is_list(self, at) => {
                    self.at = at;
                    self.node(next)
                }
                Some((_, next)) if next > column => self.below(column + 1),
                _ => here,
            };
        }
        match self.rest().chars().next() {
            Some('{' | '[') => self.flow(column),
            Some('|' | '>') => self.block_scalar(column),
            Some('"' | '\'') => self.quoted(column),
            _ => self.plain(column),
        }
    }

    /// The node on the lines below this one, where they are at `least` or deeper.
    fn below(&mut self, least: usize) -> Node {
        let here = self.empty();
        match self.next_line() {
            Some((at, column)) if column >= least => {
                self.at = at;
                self.node(column)
            }
            _ => here,
        }
    }

    /// The next line with something on it that is behind this one, as [`Scanner::content`]; the scanner stays.
    fn next_line(&self) -> Option<(usize, usize)> {
        let mut ahead = Scanner { text: self.text, at: self.at, depth: 0 };
        ahead.end_line();
        ahead.content()
    }

    /// The first byte that is no white space and no comment from the begin of this line on, and its column.
    fn content(&self) -> Option<(usize, usize)> {
        if self.rest().is_empty() {
            return None;
        }
        let mut start = self.at - self.column();
        loop {
            let line = self.text.get(start..)?.split_inclusive('\n').next()?;
            let indent = line.len() - line.trim_start().len();
            let rest = line.trim_start();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Some((start + indent, indent));
            }
            start += line.len();
        }
    }

    /// Bytes between the begin of the line and the scanner.
    fn column(&self) -> usize {
        let before = self.text.get(..self.at).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn line(&self) -> &'t str {
        self.rest().split('\n').next().unwrap_or_default()
    }

    /// Goes to the begin of the next line, unless at the begin of one.
    fn end_line(&mut self) {
        if self.column() > 0 || self.rest().starts_with(['\n', '\r']) {
            self.skip_line();
        }
    }

    /// Goes to the begin of the next line.
    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |newline| newline + 1);
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    fn is_line_over(&self) -> bool {
        self.rest().is_empty() || self.rest().starts_with(['#', '\n', '\r'])
    }

    fn is_dash(&self) -> bool {
        self.rest().strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
    }

    fn is_document_mark(&self) -> bool {
        self.column() == 0 && (self.rest().starts_with("---") || self.rest().starts_with("..."))
    }

    fn empty(&self) -> Node {
        Node {
            kind: NodeKind::Scalar(YamlScalar { text: String::new(), style: Style::Plain, value: YamlValue::Null }),
            span: Span::at(self.at),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::bundled::bundled;
    use crate::policy::yaml;
    use crate::text::Source;

    /// A tree as lines: each key and scalar with its place.
    fn shown(node: &Node, depth: usize, lines: &mut Vec<String>) {
        let indent = "  ".repeat(depth);
        match &node.kind {
            NodeKind::Scalar(scalar) if scalar.style == Style::Plain && !node.span.is_empty() => {
                lines.push(format!("{indent}{:?} {:?} {}", node.span, scalar.value, scalar.text));
            }
            // Where nothing stands, and where a block begins, the parsers may differ.
            NodeKind::Scalar(scalar) => lines.push(format!("{indent}{:?}", scalar.style)),
            NodeKind::Sequence(items) => {
                lines.push(format!("{indent}-"));
                items.iter().for_each(|item| shown(item, depth + 1, lines));
            }
            NodeKind::Mapping(entries) => {
                lines.push(format!("{indent}: {}", node.span.start));
                for entry in entries {
                    lines.push(format!("{indent}{:?} {:?} {}", entry.key_span, entry.key_style, entry.key));
                    shown(&entry.value, depth + 1, lines);
                }
            }
        }
    }

    fn lines_of(node: &Node) -> Vec<String> {
        let mut lines = Vec::new();
        shown(node, 0, &mut lines);
        lines
    }

    /// `node` of an outline with its aliases replaced by what they stand for, as the strict tree has them; `done` are the nodes that
    /// came before, in the order of `text`.
    fn expanded(node: &Node, text: &str, done: &mut Vec<Node>) -> Node {
        if let NodeKind::Scalar(YamlScalar { text: word, style: Style::Plain, .. }) = &node.kind
            && let Some(name) = word.strip_prefix('*')
        {
            let mark = format!("&{name}");
            let marks = text[..node.span.start].match_indices(&mark).map(|(at, mark)| at + mark.len());
            let mark = marks.filter(|end| text[*end..].starts_with(char::is_whitespace)).last().unwrap();
            return done.iter().find(|node| node.span.start > mark).unwrap().clone();
        }
        let place = done.len();
        done.push(node.clone());
        let mut whole = node.clone();
        match &mut whole.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter_mut().for_each(|item| *item = expanded(item, text, done)),
            NodeKind::Mapping(entries) => {
                entries.iter_mut().for_each(|entry| entry.value = expanded(&entry.value, text, done));
            }
        }
        done[place] = whole.clone();
        whole
    }

    #[test]
    fn agrees_with_the_strict_tree_on_every_bundled_policy() {
        let policies = bundled();
        assert!(policies.len() > 5);
        for source in policies {
            let strict = yaml::parse(&source, &mut Vec::new()).unwrap();
            let ours = expanded(&outline(&source.text), &source.text, &mut Vec::new());
            let (strict, ours) = (lines_of(&strict), lines_of(&ours));
            for (place, (strict, ours)) in strict.iter().zip(&ours).enumerate() {
                assert_eq!(ours, strict, "{} line {place} of the tree", source.name);
            }
            assert_eq!(ours.len(), strict.len(), "{}", source.name);
        }
    }

    #[test]
    fn agrees_with_the_strict_tree_on_other_styles() {
        for text in [
            "a: [1, {b: c}, 'it''s', \"x\\\"y\"]\nd: plain\n  goes on\ne: |\n  text: no key\n\n  more\nf:\n- x\n- y: z\n  w: [\n    1,\n    2\n  ]\n",
            "---\n# comment\na:\n    b: c # comment\n    'q k': 1\n\"d k\" : {x: y,\n  z: w}\n",
            "{a: b, c: {d: [e, f]}, g}",
            "- - a\n  - b\n- c\n",
            "a:\n  - b: 1\n\n    c: 2\n  -\n    d: 3\n",
            "a: http://x/y#z\nb: arn:aws:iam::1:x # c\n",
        ] {
            let strict = yaml::parse(&Source::new("p.yaml", text), &mut Vec::new()).unwrap();
            assert_eq!(lines_of(&outline(text)), lines_of(&strict), "{text}");
        }
    }

    /// The keys of a tree with their depths.
    fn keys(text: &str) -> Vec<String> {
        fn walk(node: &Node, depth: usize, keys: &mut Vec<String>) {
            match &node.kind {
                NodeKind::Scalar(_) => {}
                NodeKind::Sequence(items) => items.iter().for_each(|item| walk(item, depth, keys)),
                NodeKind::Mapping(entries) => {
                    for entry in entries {
                        keys.push(format!("{}{}", ".".repeat(depth), entry.key));
                        walk(&entry.value, depth + 1, keys);
                    }
                }
            }
        }
        let mut found = Vec::new();
        walk(&outline(text), 0, &mut found);
        found
    }

    #[test]
    fn reads_what_is_broken() {
        // A key without its colon, before others and at the end.
        assert_eq!(
            keys("when:\n  $.ev\n  $.a: x\nforbid:\n  $.b: y\n  $.c"),
            ["when", ".$.ev", ".$.a", "forbid", ".$.b", ".$.c"]
        );
        // Brackets and quotes that nobody closes.
        assert_eq!(keys("- forbid: {$.a: {in: [x,\n  id: y\n- id: z"), ["forbid", ".$.a", "..in", "id", "id"]);
        assert_eq!(keys("a: \"x\nb: 'y\nc: z\n"), ["a", "b", "c"]);
        assert_eq!(keys("a: {b: \"x\nc: ]\nd: }\n"), ["a", ".b", "c", "d"]);
        // Lines that are too deep or not deep enough.
        assert_eq!(keys("- id: x\n   title: y\n severity: z\n- id: w"), ["id", "title", "severity", "id"]);
        assert_eq!(keys("a: b\n   c: d\n  - x\ne: f"), ["a", "c", "e"]);
        assert_eq!(keys("a:\n\tb: c\n"), ["a", ".b"]);
        assert_eq!(keys("x\n- y\na: b\n"), ["a"]);
    }

    #[test]
    fn is_not_slow_on_hostile_text() {
        for text in [
            "[".repeat(100_000),
            "- ".repeat(100_000),
            "{a: ".repeat(100_000),
            "a: \"\n".repeat(20_000),
            "[x, ".repeat(60) + &"y, ".repeat(100_000),
        ] {
            let start = std::time::Instant::now();
            let _tree = outline(&text);
            assert!(start.elapsed().as_secs() < 5, "{} bytes that begin {:?}", text.len(), text.get(..9));
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_places_in_the_text(text in "[-a{}\\[\\],:#'\"|>&*!\\\\ é\n\t$.]{0,80}") {
            fn within(node: &Node, text: &str) {
                assert!(text.get(node.span.start..node.span.end).is_some(), "{:?} of {text:?}", node.span);
                match &node.kind {
                    NodeKind::Scalar(_) => {}
                    NodeKind::Sequence(items) => items.iter().for_each(|item| within(item, text)),
                    NodeKind::Mapping(entries) => entries.iter().for_each(|entry| {
                        assert!(text.get(entry.key_span.start..entry.key_span.end).is_some());
                        within(&entry.value, text);
                    }),
                }
            }
            within(&outline(&text), &text);
        }
    }
}
