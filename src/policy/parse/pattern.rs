//! Patterns: globs and regexes, compiled while parsing, and what is told of wrong ones.

use crate::policy::error::Code;
use crate::policy::model::Spanned;
use crate::policy::node::{Node, NodeKind, Style, YamlScalar, YamlValue};
use crate::policy::operator::{Case, OperatorKind, PatternKind, Patterns, Values};
use crate::policy::parse::lower::{Lower, Scope};
use crate::policy::pattern::{PatternError, SIZE_LIMIT, pattern};

impl Lower<'_> {
    /// One pattern, a list of them, or `{list: name}`.
    pub fn patterns(&mut self, node: &Node, what: &str, kind: PatternKind, case: Case) -> Option<OperatorKind> {
        if let NodeKind::Mapping(_) = &node.kind {
            let Values::List(name) = self.value_list(node, what, Scope::Event)? else { return None };
            return Some(OperatorKind::Pattern(kind, Patterns::List(name, case)));
        }
        let items = self.items(node, what)?;
        let mut patterns = Vec::new();
        for item in items {
            match item.scalar().filter(|scalar| scalar.value == YamlValue::String) {
                Some(scalar) => match pattern(kind, &scalar.text, case) {
                    Ok(pattern) => patterns.push(Spanned::new(pattern, item.span)),
                    Err(error) => self.pattern_error(item, scalar, &error),
                },
                None => self.wrong_type(item, what, "a text or a list of texts", "write the pattern in quotes"),
            }
        }
        (patterns.len() == items.len()).then_some(OperatorKind::Pattern(kind, Patterns::Items(patterns)))
    }

    fn pattern_error(&mut self, node: &Node, scalar: &YamlScalar, error: &PatternError) {
        let (message, start, end) = match error {
            PatternError::TooLarge => {
                let message = "this pattern is too large once its repetitions are written out";
                let label = format!("more than {} MiB", SIZE_LIMIT >> 20);
                self.error(Code::Regex, node.span, message, label, "write it with smaller repetitions");
                return;
            }
            PatternError::Syntax { message, start, end } => (message, *start, *end),
        };
        let column = scalar.text.get(..start).map_or(0, |before| before.chars().count()) + 1;
        let place = self.inside(scalar, node.span, start, end.saturating_sub(start));
        let escaped = scalar.style == Style::Double && node.span.of(&self.source.text).contains('\\');
        let label = format!("column {column} of the regex");
        self.error(Code::Regex, place, format!("invalid regex: {message}"), label, regex_help(message, escaped));
    }
}

fn regex_help(message: &str, is_escaped: bool) -> &'static str {
    if message.contains("look-around") || message.contains("backreference") {
        return "Rust regexes have no look-around and no backreferences: use a second operator, such as `not: {regex: …}`";
    }
    if is_escaped {
        return "in double quotes YAML takes `\\` for itself: single quotes leave a regex as it is";
    }
    match message {
        "unclosed group" => "close it with `)`, or write `\\(` for the character itself",
        "unopened group" => "open it with `(`, or write `\\)` for the character itself",
        "unclosed character class" => "close it with `]`, or write `\\[` for the character itself",
        "repetition operator missing expression" => {
            "it repeats what stands before it: `.*` is any text; for `*` alone as any text write `glob:`"
        }
        _ => "the syntax is that of the Rust regex crate; a character that means itself is written `\\.`",
    }
}
