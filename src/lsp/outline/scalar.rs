//! Keys and scalars of the outline.

use crate::lsp::outline::Scanner;
use crate::policy::node::{Node, NodeKind, Style, YamlScalar, YamlValue};
use crate::policy::scalar::resolve;
use crate::text::Span;

/// A key with its colon.
pub(super) struct Key {
    pub text: String,
    pub span: Span,
    pub style: Style,
    /// First byte behind the colon.
    pub value_at: usize,
}

impl Scanner<'_> {
    /// The key that stands here, where the line has one.
    pub(super) fn key(&self) -> Option<Key> {
        let line = self.line();
        let is_end = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t', '\r']);
        let first = line.chars().next()?;
        if first == '"' || first == '\'' {
            let length = quoted_length(line, first)?;
            let (quoted, rest) = line.split_at_checked(length)?;
            let colon = rest.trim_start_matches([' ', '\t']);
            let value_at = self.at + line.len() - colon.len() + 1;
            return colon.strip_prefix(':').filter(|rest| is_end(rest)).map(|_| Key {
                text: unquoted(quoted),
                span: Span::new(self.at, self.at + length),
                style: if first == '"' { Style::Double } else { Style::Single },
                value_at,
            });
        }
        if "{}[]|>#,".contains(first) || self.is_dash() {
            return None;
        }
        // What begins with an anchor or a tag may be a list or map in brackets, whose keys lie inside.
        let marked = line.trim_start_matches(['&', '!']);
        if marked.len() < line.len()
            && marked.split_once([' ', '\t']).is_some_and(|(_, rest)| rest.trim_start().starts_with(['{', '[']))
        {
            return None;
        }
        let comment = line.find(" #").unwrap_or(line.len());
        let (colon, _) = line.match_indices(':').find(|(at, _)| line.get(at + 1..).is_some_and(is_end))?;
        let text = line.get(..colon).filter(|_| colon < comment)?.trim_end();
        Some(Key {
            text: text.to_owned(),
            span: Span::new(self.at, self.at + text.len()),
            style: Style::Plain,
            value_at: self.at + colon + 1,
        })
    }

    /// What stands on the rest of this line, without a comment.
    pub(super) fn bare(&self) -> Span {
        let line = self.line();
        let line = line.get(..line.find(" #").unwrap_or(line.len())).unwrap_or_default();
        Span::new(self.at, self.at + line.trim_end().len())
    }

    /// A plain scalar, over as many lines as are deeper than `column` and have no key.
    pub(super) fn plain(&mut self, column: usize) -> Node {
        let mut span = self.bare();
        let mut text = span.of(self.text).to_owned();
        self.at = span.end;
        while let Some((at, next)) = self.next_line().filter(|(_, next)| *next > column) {
            let between = self.text.get(span.end..at).unwrap_or_default();
            let line = Self { text: self.text, at, depth: 0 };
            // A comment ends a plain scalar.
            if between.contains('#') || line.is_dash() || line.key().is_some() || next == 0 {
                break;
            }
            let more = line.bare();
            text.push(' ');
            text.push_str(more.of(self.text));
            span = span.to(more);
            self.at = more.end;
        }
        scalar(text, Style::Plain, span)
    }

    /// A quoted scalar; one that is closed neither on its line nor on deeper lines below ends with its line.
    pub(super) fn quoted(&mut self, column: usize) -> Node {
        let quote = self.rest().chars().next().unwrap_or('"');
        let style = if quote == '"' { Style::Double } else { Style::Single };
        // A quote that is found only beyond a line of the map above closes another text.
        let is_within = |length: &usize| {
            let lines = self.rest().get(..*length).unwrap_or_default().split('\n').skip(1);
            lines.filter(|line| !line.trim().is_empty()).all(|line| line.len() - line.trim_start().len() > column)
        };
        let length =
            quoted_length(self.rest(), quote).filter(is_within).unwrap_or_else(|| self.line().trim_end().len());
        let span = Span::new(self.at, self.at + length);
        self.at = span.end;
        scalar(unquoted(span.of(self.text)), style, span)
    }

    /// A block scalar: its header and all lines that are deeper than `column`.
    pub(super) fn block_scalar(&mut self, column: usize) -> Node {
        let start = self.at;
        let mut end = start + self.line().trim_end().len();
        let mut at = start;
        let mut text = String::new();
        for (place, line) in self.rest().split_inclusive('\n').enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_blank = line.trim().is_empty();
            if place > 0 && !is_blank && indent <= column {
                break;
            }
            at += line.len();
            if place > 0 {
                text.push_str(line);
            }
            if !is_blank {
                end = at - (line.len() - line.trim_end().len());
            }
        }
        self.at = at;
        scalar(text, Style::Block, Span::new(start, end))
    }
}

pub(super) fn scalar(text: String, style: Style, span: Span) -> Node {
    let value = if style == Style::Plain { resolve(&text) } else { YamlValue::String };
    Node { kind: NodeKind::Scalar(YamlScalar { text, style, value }), span }
}

/// Bytes of the quoted text that begins `text`, quotes and all; `None` where it is not closed.
pub(super) fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote == '"' => {
                characters.next();
            }
            _ if character != quote => {}
            '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                characters.next();
            }
            _ => return Some(at + 1),
        }
    }
    None
}

/// `quoted` without its quotes, with the escapes undone that paths have: `\"`, `\\` and `''`.
pub(super) fn unquoted(quoted: &str) -> String {
    let strip = |quote: char| {
        let inner = quoted.strip_prefix(quote)?;
        Some(inner.strip_suffix(quote).unwrap_or(inner))
    };
    match strip('\'') {
        Some(inner) => inner.replace("''", "'"),
        None => strip('"').unwrap_or(quoted).replace("\\\"", "\"").replace("\\\\", "\\"),
    }
}
