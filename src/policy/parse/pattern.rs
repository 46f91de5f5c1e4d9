//! Patterns: globs and regexes, compiled while parsing.

use regex::RegexBuilder;

use crate::policy::error::Code;
use crate::policy::node::{Node, Style, YamlValue};
use crate::policy::operator::{Case, Pattern};
use crate::policy::parse::lower::Lower;

/// Largest compiled regex, in bytes.
const REGEX_SIZE_LIMIT: usize = 4 << 20;

impl Lower<'_> {
    /// One pattern or a list of them, each made by `build`.
    pub fn patterns(
        &mut self,
        node: &Node,
        what: &str,
        case: Case,
        build: fn(&mut Self, &Node, Case) -> Option<Pattern>,
    ) -> Option<Vec<Pattern>> {
        let items = self.items(node, what)?;
        let mut complete = true;
        let mut patterns = Vec::new();
        for item in items {
            let is_text = item.scalar().is_some_and(|scalar| scalar.value == YamlValue::String);
            let pattern = if is_text {
                build(self, item, case)
            } else {
                self.wrong_type(item, what, "a text or a list of texts", "write the pattern in quotes");
                None
            };
            match pattern {
                Some(pattern) => patterns.push(pattern),
                None => complete = false,
            }
        }
        complete.then_some(patterns)
    }

    /// A glob: see `docs/dsl.md` §5.
    pub fn glob(&mut self, node: &Node, case: Case) -> Option<Pattern> {
        let text = node.scalar()?.text.clone();
        let mut expression = String::from("^(?s:");
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '*' => expression.push_str(".*"),
                '?' => expression.push('.'),
                '\\' => expression.push_str(&regex::escape(&characters.next().unwrap_or('\\').to_string())),
                other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
            }
        }
        expression.push_str(")$");
        self.build_regex(node, text, &expression, case)
    }

    /// A regex, in the syntax of the Rust regex crate.
    pub fn regex(&mut self, node: &Node, case: Case) -> Option<Pattern> {
        let scalar = node.scalar()?;
        let text = scalar.text.clone();
        if let Err(error) = regex_syntax::ParserBuilder::new().build().parse(&text) {
            let (message, start, end) = match &error {
                regex_syntax::Error::Parse(error) => {
                    (error.kind().to_string(), error.span().start.offset, error.span().end.offset)
                }
                regex_syntax::Error::Translate(error) => {
                    (error.kind().to_string(), error.span().start.offset, error.span().end.offset)
                }
                _ => (error.to_string(), 0, text.len()),
            };
            let column = text.get(..start).map_or(0, |before| before.chars().count()) + 1;
            let place = self.inside(scalar, node.span, start, end.saturating_sub(start));
            let help =
                regex_help(&message, scalar.style == Style::Double && node.span.of(&self.source.text).contains('\\'));
            self.error(
                Code::Regex,
                place,
                format!("invalid regex: {message}"),
                format!("column {column} of the regex"),
                help,
            );
            return None;
        }
        let expression = text.clone();
        self.build_regex(node, text, &expression, case)
    }

    fn build_regex(&mut self, node: &Node, text: String, expression: &str, case: Case) -> Option<Pattern> {
        let built =
            RegexBuilder::new(expression).case_insensitive(case == Case::Ignored).size_limit(REGEX_SIZE_LIMIT).build();
        match built {
            Ok(regex) => Some(Pattern { text, regex }),
            Err(_) => {
                let (mega, message) =
                    (REGEX_SIZE_LIMIT >> 20, "this pattern is too large once its repetitions are written out");
                self.error(
                    Code::Regex,
                    node.span,
                    message,
                    format!("more than {mega} MiB"),
                    "write it with smaller repetitions",
                );
                None
            }
        }
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
