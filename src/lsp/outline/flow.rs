//! `{…}` and `[…]` of the outline.

use crate::lsp::outline::scalar::{quoted_length, scalar, unquoted};
use crate::lsp::outline::{DEPTH_LIMIT, Scanner};
use crate::policy::node::{Entry, Node, NodeKind, Style};
use crate::text::Span;

impl Scanner<'_> {
    /// The flow collection or scalar that begins here. One that is not closed ends before the next line that is at `column` or
    /// above it and does not begin with a bracket.
    pub(super) fn flow(&mut self, column: usize) -> Node {
        if self.depth >= DEPTH_LIMIT {
            let node = self.empty();
            self.end_line();
            return node;
        }
        self.depth += 1;
        let node = match self.rest().chars().next() {
            Some('{') => self.flow_mapping(column),
            Some('[') => self.flow_sequence(column),
            Some('"' | '\'') => self.quoted(column),
            _ => self.flow_plain(),
        };
        self.depth -= 1;
        node
    }

    fn flow_mapping(&mut self, column: usize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        while self.skip_flow_space(column) {
            let here = self.at;
            match self.rest().chars().next() {
                Some('}') => {
                    self.at += 1;
                    break;
                }
                Some(']') => break,
                Some(',') => self.at += 1,
                _ => {
                    let (key, key_span, key_style) = self.flow_key();
                    let value = self.flow_value(column);
                    if !key.is_empty() {
                        entries.push(Entry { key, key_span, key_style, value });
                    }
                }
            }
            self.step_from(here);
        }
        Node { kind: NodeKind::Mapping(entries), span: Span::new(start, self.at) }
    }

    fn flow_sequence(&mut self, column: usize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        while self.skip_flow_space(column) {
            let here = self.at;
            match self.rest().chars().next() {
                Some(']') => {
                    self.at += 1;
                    break;
                }
                Some('}') => break,
                Some(',') => self.at += 1,
                _ => items.push(self.flow(column)),
            }
            self.step_from(here);
        }
        Node { kind: NodeKind::Sequence(items), span: Span::new(start, self.at) }
    }

    fn flow_key(&mut self) -> (String, Span, Style) {
        if let Some(quote @ ('"' | '\'')) = self.rest().chars().next() {
            let length = quoted_length(self.line(), quote).unwrap_or_else(|| self.line().trim_end().len());
            let span = Span::new(self.at, self.at + length);
            self.at = span.end;
            let style = if quote == '"' { Style::Double } else { Style::Single };
            return (unquoted(span.of(self.text)), span, style);
        }
        let span = self.flow_word();
        self.at = span.end;
        (span.of(self.text).to_owned(), span, Style::Plain)
    }

    /// The value behind the colon that may follow a key.
    fn flow_value(&mut self, column: usize) -> Node {
        self.skip_spaces();
        if !self.rest().starts_with(':') {
            return self.empty();
        }
        self.at += 1;
        let here = self.empty();
        if !self.skip_flow_space(column) || self.rest().starts_with([',', '}', ']']) {
            return here;
        }
        self.flow(column)
    }

    fn flow_plain(&mut self) -> Node {
        let span = self.flow_word();
        self.at = span.end;
        scalar(span.of(self.text).to_owned(), Style::Plain, span)
    }

    fn flow_word(&self) -> Span {
        let line = self.rest();
        let mut end = line.len();
        for (at, character) in line.char_indices() {
            let next = line.get(at + 1..).and_then(|rest| rest.chars().next());
            let is_over = match character {
                '\n' | ',' | '[' | ']' | '{' | '}' => true,
                ':' => next.is_none_or(|next| next.is_whitespace() || ",[]{}".contains(next)),
                '#' => at > 0 && line.get(..at).is_some_and(|before| before.ends_with([' ', '\t'])),
                _ => false,
            };
            if is_over {
                end = at;
                break;
            }
        }
        let word = line.get(..end).unwrap_or_default().trim_end();
        Span::new(self.at, self.at + word.len())
    }

    /// Goes to the next byte that is no white space and no comment; false where the collection ends unclosed.
    fn skip_flow_space(&mut self, column: usize) -> bool {
        self.skip_spaces();
        if !self.is_line_over() {
            return true;
        }
        match self.next_line() {
            Some((at, next))
                if next > column || self.text.get(at..).is_some_and(|rest| rest.starts_with([']', '}'])) =>
            {
                self.at = at;
                true
            }
            _ => false,
        }
    }

    /// Steps over one character where nothing was read since `here`.
    fn step_from(&mut self, here: usize) {
        if self.at <= here {
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
    }
}
