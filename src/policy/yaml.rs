//! YAML text becomes a tree in which every key and scalar knows its byte span, its quoting and what it resolves to.
//!
//! First step of a rule's way to a matcher. Tags, duplicate keys, several documents and unbounded aliases are refused here.
//! Plain scalars resolve as they do in `serde_yaml`: only `true`/`false` are booleans; `No`, `012`, `1_000` are strings.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};

use crate::policy::error::{Code, PolicyError};
use crate::policy::node::{Entry, Node, NodeKind, Style, YamlScalar, YamlValue};
use crate::policy::scalar::resolve;
use crate::policy::syntax::syntax_error;
use crate::text::{Source, Span};

/// Deepest nesting of a policy file.
const DEPTH_LIMIT: usize = 64;
/// Most nodes of a policy file, aliases expanded. A pack of 6,000 rules has about 400,000.
const NODE_LIMIT: usize = 2_000_000;
/// Most nodes that aliases may add.
const ALIAS_NODE_LIMIT: usize = 100_000;

/// The tree of the one document in `source`; errors that leave a tree standing (tags, duplicate keys) go to `errors`.
///
/// `None` where there is no tree: the text is no YAML, is empty, or goes beyond a limit; the reason is in `errors`.
pub fn parse(source: &Source, errors: &mut Vec<PolicyError>) -> Option<Node> {
    let text: &str = &source.text;
    let mut builder = Builder { source, errors, anchors: HashMap::new(), nodes: 0, alias_nodes: 0 };
    let mut options = Options::default();
    options.emit_comments = false;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut root = None;
    loop {
        let (event, span) = match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => (event, bytes(span)),
            Some(Err(error)) => {
                let offset = error.marker().byte_offset().unwrap_or_default();
                builder.errors.push(syntax_error(source, offset, &error.kind().to_string()));
                return None;
            }
        };
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(..) if root.is_some() => {
                builder.errors.push(
                    PolicyError::new(Code::YamlDocuments, source, "several YAML documents in one policy file")
                        .label(Span::new(span.start, (span.start + 3).min(text.len())), "a second document begins here")
                        .help("put each policy into a file of its own"),
                );
                break;
            }
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            event => match builder.node(&mut parser, event, span, 0) {
                Ok(node) => root = Some(node),
                Err(Stop) => return None,
            },
        }
    }
    let empty = root.as_ref().is_none_or(|root| root.is_null());
    if empty {
        builder.errors.push(
            PolicyError::new(Code::EmptyFile, source, "the policy file is empty")
                .label(Span::at(0), "nothing here")
                .help("a policy file begins with `version: 1` and has `rules:`, `define:` or `lists:`"),
        );
        return None;
    }
    root
}

/// The comments of `text`, each with its `#`, in order; `None` where it is no YAML.
#[must_use]
pub fn comments(text: &str) -> Option<Vec<Span>> {
    // Invariant: a text has fewer comments than bytes, so that the limit is never met.
    let mut options = Options::default();
    options.max_buffered_comment_events = text.len();
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut found = Vec::new();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.ok()?;
        if let Event::Comment(..) = event {
            found.push(bytes(span));
        }
    }
    // Looking ahead may hand them out behind what they stand in.
    found.sort_by_key(|span| span.start);
    Some(found)
}

/// The error is reported; there is no tree.
struct Stop;

struct Builder<'s, 'e> {
    source: &'s Source,
    errors: &'e mut Vec<PolicyError>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    alias_nodes: usize,
}

impl<'s> Builder<'s, '_> {
    fn node(
        &mut self,
        parser: &mut Parser<'s, granit_parser::StrInput<'s>>,
        event: Event<'s>,
        span: Span,
        depth: usize,
    ) -> Result<Node, Stop> {
        self.nodes += 1;
        if self.nodes > NODE_LIMIT {
            return self.stop(Code::YamlLimit, span, format!("more than {NODE_LIMIT} YAML nodes in one file"));
        }
        if depth > DEPTH_LIMIT {
            return self.stop(Code::YamlLimit, span, format!("nested deeper than {DEPTH_LIMIT} levels"));
        }
        let before = self.nodes;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = self.refuse_tag(tag.as_deref(), span, &text);
                (scalar(&text, style, tagged.map_or(span, |tag| tag.to(span))), anchor)
            }
            Event::Alias(id) => return self.alias(id, span),
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span, "");
                let (items, end) = self.sequence(parser, depth)?;
                (Node { kind: NodeKind::Sequence(items), span: Span::new(span.start, end) }, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span, "");
                let (entries, end) = self.mapping(parser, depth)?;
                (Node { kind: NodeKind::Mapping(entries), span: Span::new(span.start, end) }, anchor)
            }
            _ => return self.stop(Code::YamlSyntax, span, "not a YAML node".to_owned()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before + 1));
        }
        Ok(node)
    }

    fn sequence(
        &mut self,
        parser: &mut Parser<'s, granit_parser::StrInput<'s>>,
        depth: usize,
    ) -> Result<(Vec<Node>, usize), Stop> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            match self.event(parser)? {
                (Event::SequenceEnd, span) => {
                    let end =
                        if span.is_empty() { items.last().map_or(span.end, |node| node.span.end) } else { span.end };
                    return Ok((items, end));
                }
                (event, span) => items.push(self.node(parser, event, span, depth + 1)?),
            }
        }
    }

    fn mapping(
        &mut self,
        parser: &mut Parser<'s, granit_parser::StrInput<'s>>,
        depth: usize,
    ) -> Result<(Vec<Entry>, usize), Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: HashMap<String, Span> = HashMap::new();
        let mut merges: Vec<(Span, Node)> = Vec::new();
        let end = loop {
            let (event, span) = self.event(parser)?;
            if let Event::MappingEnd = event {
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end));
                break if span.is_empty() { last.unwrap_or(span.end) } else { span.end };
            }
            let key = self.node(parser, event, span, depth + 1)?;
            let (event, span) = self.event(parser)?;
            let value = self.node(parser, event, span, depth + 1)?;
            let NodeKind::Scalar(YamlScalar { text, style, value: resolved }) = key.kind else {
                self.errors.push(
                    PolicyError::new(Code::KeyNotText, self.source, "a key must be a text")
                        .label(key.span, "not a text")
                        .help("a value that begins with `{` or `[` must be quoted where a text is meant"),
                );
                continue;
            };
            if text == "<<" && style == Style::Plain {
                merges.push((key.span, value));
                continue;
            }
            let text = if resolved == YamlValue::Null && text.is_empty() { String::new() } else { text };
            if let Some(first) = places.get(&text) {
                self.errors.push(
                    PolicyError::new(Code::DuplicateKey, self.source, format!("duplicate key `{text}`"))
                        .label(*first, "first here")
                        .label(key.span, "again here")
                        .help(if text.starts_with(['$', '.']) {
                            "join the two, or write `all:` and a list of conditions"
                        } else {
                            "keep one of the two"
                        }),
                );
                continue;
            }
            places.insert(text.clone(), key.span);
            entries.push(Entry { key: text, key_span: key.span, key_style: style, value });
        };
        for (span, merge) in merges {
            self.merge(&mut entries, span, merge);
        }
        Ok((entries, end))
    }

    /// Adds the entries of a merge key's value that are not there already.
    fn merge(&mut self, entries: &mut Vec<Entry>, span: Span, value: Node) {
        let sources = match value.kind {
            NodeKind::Mapping(more) => vec![more],
            NodeKind::Sequence(items) if items.iter().all(|item| matches!(item.kind, NodeKind::Mapping(_))) => items
                .into_iter()
                .filter_map(|item| match item.kind {
                    NodeKind::Mapping(more) => Some(more),
                    _ => None,
                })
                .collect(),
            _ => {
                self.errors.push(
                    PolicyError::new(Code::MergeKey, self.source, "`<<` merges maps only")
                        .label(span, "its value is no map")
                        .help("write `<<: *name` where `&name` marks a map"),
                );
                return;
            }
        };
        for entry in sources.into_iter().flatten() {
            if !entries.iter().any(|own| own.key == entry.key) {
                entries.push(entry);
            }
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<Node, Stop> {
        let Some((node, size)) = self.anchors.get(&id) else {
            return self.stop(Code::YamlSyntax, span, "this alias lies inside what it stands for".to_owned());
        };
        self.alias_nodes += size;
        self.nodes += size;
        if self.alias_nodes > ALIAS_NODE_LIMIT {
            return self.stop(Code::YamlLimit, span, format!("aliases expand to more than {ALIAS_NODE_LIMIT} nodes"));
        }
        Ok(node.clone())
    }

    fn event(&mut self, parser: &mut Parser<'s, granit_parser::StrInput<'s>>) -> Result<(Event<'s>, Span), Stop> {
        match parser.next_event() {
            Some(Ok((event, span))) => Ok((event, bytes(span))),
            Some(Err(error)) => {
                let offset = error.marker().byte_offset().unwrap_or_default();
                self.errors.push(syntax_error(self.source, offset, &error.kind().to_string()));
                Err(Stop)
            }
            None => self.stop(Code::YamlSyntax, Span::at(self.source.text.len()), "the text ends too early".to_owned()),
        }
    }

    /// Records a tag; its place, where there is one.
    fn refuse_tag(&mut self, tag: Option<&Tag>, node: Span, scalar: &str) -> Option<Span> {
        tag?;
        // The tag stands before the node, on its line or the one above: find its `!` by walking back.
        let text: &str = &self.source.text;
        let before = text.get(..node.start).unwrap_or_default();
        let start = before.rfind('!').map_or(node.start, |mut start| {
            while start > 0 && before.as_bytes().get(start - 1) == Some(&b'!') {
                start -= 1;
            }
            start
        });
        let word = before.get(start..).unwrap_or_default().split_whitespace().next().unwrap_or("!").to_owned();
        let span = Span::new(start, start + word.len());
        let help = if let Some(operand) = word.strip_prefix("!=") {
            let operand = if operand.is_empty() { scalar } else { operand.trim_end_matches(['}', ']', ',']) };
            format!("`!=` is a YAML tag, not a comparison: write `{{not: {operand}}}`")
        } else {
            format!("remove the tag, or quote the text if it begins with `{word}`")
        };
        self.errors.push(
            PolicyError::new(Code::YamlTag, self.source, format!("YAML tag `{word}`"))
                .label(span, "tags mean nothing here")
                .help(help),
        );
        Some(span)
    }

    fn stop<T>(&mut self, code: Code, span: Span, message: String) -> Result<T, Stop> {
        let help = match code {
            Code::YamlLimit => "no honest policy file needs this: split the file, or look who wrote it",
            _ => "write out what it stands for",
        };
        self.errors.push(PolicyError::new(code, self.source, message).label(span, "here").help(help));
        Err(Stop)
    }
}

fn bytes(span: granit_parser::Span) -> Span {
    span.byte_range().map_or_else(Span::default, |range| Span::new(range.start, range.end))
}

fn scalar(text: &str, style: ScalarStyle, span: Span) -> Node {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        _ => Style::Block,
    };
    let value = if style == Style::Plain { resolve(text) } else { YamlValue::String };
    Node { kind: NodeKind::Scalar(YamlScalar { text: text.to_owned(), style, value }), span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors_of(text: &str) -> Vec<(Code, String)> {
        let mut errors = Vec::new();
        let _tree = parse(&Source::new("p.yaml", text), &mut errors);
        errors.iter().map(|error| (error.code, error.message.clone())).collect()
    }

    #[test]
    fn bounds_what_hostile_files_cost() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let row = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{row}]\n"));
        }
        assert_eq!(errors_of(&bomb).first().map(|error| error.0), Some(Code::YamlLimit));
        assert_eq!(errors_of(&"[".repeat(100_000)).first().map(|error| error.0), Some(Code::YamlLimit));
        assert_eq!(errors_of(&"- ".repeat(100_000)).first().map(|error| error.0), Some(Code::YamlLimit));
        assert_eq!(errors_of(&"{a: ".repeat(100_000)).first().map(|error| error.0), Some(Code::YamlLimit));
    }

    #[test]
    fn merges_and_keeps_own_keys() {
        let mut errors = Vec::new();
        let source = Source::new("p.yaml", "base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3\n");
        let tree = parse(&source, &mut errors).unwrap();
        let NodeKind::Mapping(top) = tree.kind else { panic!("no map") };
        let NodeKind::Mapping(own) = &top[1].value.kind else { panic!("no map") };
        let pairs: Vec<_> =
            own.iter().map(|entry| (entry.key.as_str(), entry.value.scalar().unwrap().text.as_str())).collect();
        assert_eq!(pairs, [("y", "3"), ("x", "1")]);
        assert!(errors.is_empty());
    }
}
