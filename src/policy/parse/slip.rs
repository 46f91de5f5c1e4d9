//! What authors tend to mean: the help for words that are no keyword or operator, and for comparisons that compare nothing.

use crate::json::Path;
use crate::policy::error::Code;
use crate::policy::keywords::{CONDITION, OPERATORS, QUANTIFIERS};
use crate::policy::node::{Entry, Node, Style, YamlValue};
use crate::policy::parse::lower::{Lower, Scope, closest, list_words};
use crate::text::Span;

/// Operators of other languages and what they are here; without `_`, `-` and capitals.
const OTHER_OPERATORS: &[(&str, &str)] = &[
    ("eq", "equals"),
    ("equal", "equals"),
    ("is", "equals"),
    ("==", "equals"),
    ("ne", "not"),
    ("neq", "not"),
    ("notequal", "not"),
    ("notequals", "not"),
    ("!=", "not"),
    ("notin", "not"),
    ("nin", "not"),
    ("anythingbut", "not"),
    ("oneof", "in"),
    ("anyof", "in"),
    ("like", "glob"),
    ("wildcard", "glob"),
    ("matches", "regex"),
    ("match", "regex"),
    ("re", "regex"),
    ("pattern", "regex"),
    ("startswith", "starts_with"),
    ("prefix", "starts_with"),
    ("endswith", "ends_with"),
    ("suffix", "ends_with"),
    ("includes", "contains"),
    ("substring", "contains"),
    (">", "gt"),
    (">=", "gte"),
    ("<", "lt"),
    ("<=", "lte"),
    ("greaterthan", "gt"),
    ("lessthan", "lt"),
    ("ge", "gte"),
    ("le", "lte"),
    ("min", "gte"),
    ("max", "lte"),
    ("present", "exists"),
    ("size", "length"),
    ("len", "length"),
    ("ip", "cidr"),
    ("network", "cidr"),
    ("caseinsensitive", "ignore_case"),
    ("nocase", "ignore_case"),
    ("equalsignorecase", "ignore_case"),
];

/// Keywords of other languages and what they are here; without `_`, `-` and capitals.
const OTHER_KEYWORDS: &[(&str, &str)] = &[
    ("and", "all"),
    ("allof", "all"),
    ("or", "any"),
    ("anyof", "any"),
    ("oneof", "any"),
    ("nor", "not"),
    ("ref", "use"),
    ("expr", "where"),
];

fn elsewhere(word: &str, table: &[(&str, &'static str)]) -> Option<&'static str> {
    let letters = word.to_lowercase().replace(['_', '-'], "");
    table.iter().find(|(other, _)| *other == letters).map(|(_, here)| *here)
}

/// `word` as a path without its `$`, where the `$.` was left out.
pub fn meant_path(word: &str) -> String {
    if Path::parse(&format!("$.{word}")).is_ok() {
        return format!(".{word}");
    }
    let quoted = |name: &str| format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"));
    let is_plain = |name: &str| Path::parse(&format!("$.{name}")).is_ok();
    let mut path = String::new();
    for part in word.split('.') {
        path.push_str(&if is_plain(part) { format!(".{part}") } else { quoted(part) });
    }
    if path.starts_with('[') && !word.contains('.') { quoted(word) } else { path }
}

impl Lower<'_> {
    /// Records a key of a condition that is neither a path nor a keyword.
    pub fn unknown_condition_key(&mut self, entry: &Entry, scope: Scope) {
        let key = &entry.key;
        let path = meant_path(key);
        let relative = if path.starts_with('[') { format!(".{path}") } else { path.clone() };
        let help = match elsewhere(key, OTHER_KEYWORDS).or_else(|| closest(key, CONDITION)) {
            Some(word) => format!("did you mean `{word}:`?"),
            None if key.is_empty() => "write a path such as `$.eventName`".to_owned(),
            None if scope == Scope::Element => {
                format!(
                    "did you mean `{relative}`? a path from the element begins with `.`, one from the event with `$`"
                )
            }
            None => format!("did you mean `${path}`? a path begins with `$`"),
        };
        let message = format!("unknown keyword `{key}`");
        self.error(Code::UnknownKeyword, entry.key_span, message, "not a keyword here", help);
    }

    /// Records a key of a test that is no operator.
    pub fn unknown_operator(&mut self, entry: &Entry) {
        let key = &entry.key;
        if QUANTIFIERS.contains(&key.as_str()) {
            let message = format!("`{key}` cannot stand inside an operator");
            let help = format!("{} stand directly under the path, side by side", list_words(QUANTIFIERS));
            self.error(Code::UnknownOperator, entry.key_span, message, "not an operator", help);
            return;
        }
        let words: Vec<&str> = OPERATORS.iter().chain(QUANTIFIERS).copied().collect();
        let help = match (key.as_str(), elsewhere(key, OTHER_OPERATORS).or_else(|| closest(key, &words))) {
            ("list", _) => "a list stands where values may: `{in: {list: NAME}}`".to_owned(),
            ("path" | "template", _) => format!("it stands where a value may: `{{equals: {{{key}: …}}}}`"),
            ("missing", _) => "write `{exists: false}`, or plain `null` for missing or null".to_owned(),
            (_, Some(word)) => format!("did you mean `{word}`?"),
            (_, None) => {
                let path = meant_path(key);
                let dot = if path.starts_with('[') { "." } else { "" };
                format!("a field of the value is written `{dot}{path}`; operators are {}", list_words(OPERATORS))
            }
        };
        self.error(Code::UnknownOperator, entry.key_span, format!("unknown operator `{key}`"), "not an operator", help);
    }

    /// Warns of a text with `*` that is compared as it is; `operator` says that it is meant.
    pub fn warn_of_star(&mut self, node: &Node, operator: &str) {
        let Some(scalar) = node.scalar() else { return };
        if scalar.value == YamlValue::String && scalar.text.len() > 1 && scalar.text.contains('*') {
            let text = &scalar.text;
            let help = match operator {
                "equals" => {
                    format!("write `{{glob: \"{text}\"}}` for a pattern, `{{equals: \"{text}\"}}` for this very text")
                }
                _ => "write `{glob: […]}` for patterns, `{in: […]}` for these very texts".to_owned(),
            };
            let message = format!("`{text}` is compared as it is: `*` is no wildcard here");
            self.warn(Code::GlobInEquality, node.span, message, "equal to this very text", help);
        }
    }

    /// Refuses a value that was left out, which YAML reads as null. `None` where it was recorded.
    pub fn refuse_nothing(&mut self, node: &Node) -> Option<()> {
        if !node.span.is_empty() {
            return Some(());
        }
        let help = "write what it must be, or `null` for missing or null";
        self.error(Code::EmptyCondition, node.span, "a path has no value", "nothing here", help);
        None
    }

    /// Refuses a comparison that was written as a text (`< 5`) or that YAML read as a block (`>5`). `None` where it was recorded.
    pub fn refuse_comparison_text(&mut self, node: &Node) -> Option<()> {
        let Some(scalar) = node.scalar() else { return Some(()) };
        if scalar.style == Style::Block {
            // The place of a block begins at its header or behind it.
            let behind = self.source.text.get(node.span.start..).unwrap_or_default().starts_with(['>', '|']);
            let before = self.source.text.get(..node.span.start + usize::from(behind)).unwrap_or_default();
            let start = before.rfind(['>', '|']).unwrap_or(node.span.start);
            let header = self.source.text.get(start..).unwrap_or_default();
            let word: String = header.chars().take_while(|c| !c.is_whitespace()).collect();
            if !scalar.text.trim().is_empty() && !word.contains(|c: char| c.is_ascii_digit()) {
                return Some(());
            }
            self.comparison_in_block(Span::new(start, start + word.len()), &word);
            return None;
        }
        let sign = ["<=", ">=", "!=", "==", "=~", "<", ">", "="].iter().find(|sign| scalar.text.starts_with(**sign));
        let Some(sign) = sign.filter(|_| scalar.style == Style::Plain && scalar.value == YamlValue::String) else {
            return Some(());
        };
        let operand = scalar.text.trim_start_matches(sign).trim();
        let form = match *sign {
            "<=" => format!("{{lte: {operand}}}"),
            ">=" => format!("{{gte: {operand}}}"),
            "<" => format!("{{lt: {operand}}}"),
            ">" => format!("{{gt: {operand}}}"),
            "!=" => format!("{{not: {operand}}}"),
            "=~" => format!("{{regex: '{operand}'}}"),
            _ => operand.to_owned(),
        };
        let message = format!("`{}` is a text here, it compares nothing", scalar.text);
        let help = format!("write `{form}`; if the text is meant, quote it");
        self.error(Code::ComparisonText, node.span, message, "equal to this very text", help);
        None
    }

    fn comparison_in_block(&mut self, span: Span, word: &str) {
        let number = word.trim_start_matches(['>', '|', '=', '+', '-']);
        let number = if number.is_empty() { "5" } else { number };
        self.error(
            Code::ComparisonText,
            span,
            format!("`{word}` begins a YAML block text, it compares nothing"),
            "not a comparison",
            format!("write `{{gt: {number}}}` or `{{gte: {number}}}`"),
        );
    }
}
