//! Operators: the keywords of a test on a node and the shorthands for `equals`, `in` and "missing or null".

use crate::policy::error::Code;
use crate::policy::node::{Entry, Node, NodeKind, Style, YamlScalar, YamlValue};
use crate::policy::operator::{
    Case, Comparison, IpKind, JsonType, NodeTest, Operator, OperatorKind, PatternKind, Patterns, TextPlace, TimeOrder,
    Value, Values,
};
use crate::policy::parse::lower::{Lower, Scope, closest, list_words};
use crate::policy::pattern::{PatternError, pattern};
use crate::text::Span;

/// Every operator of the language.
pub const OPERATORS: &[&str] = &[
    "equals",
    "in",
    "glob",
    "regex",
    "starts_with",
    "ends_with",
    "contains",
    "cidr",
    "is_ip",
    "gt",
    "gte",
    "lt",
    "lte",
    "before",
    "after",
    "length",
    "exists",
    "empty",
    "type",
    "not",
    "json",
    "ignore_case",
];

/// Words of other languages and what they are here.
const OTHER_LANGUAGES: &[(&str, &str)] = &[
    ("eq", "equals"),
    ("equal", "equals"),
    ("is", "equals"),
    ("==", "equals"),
    ("ne", "not"),
    ("neq", "not"),
    ("not_equals", "not"),
    ("!=", "not"),
    ("not_in", "not"),
    ("one_of", "in"),
    ("any_of", "in"),
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
    ("greater_than", "gt"),
    ("less_than", "lt"),
    ("ge", "gte"),
    ("le", "lte"),
    ("min", "gte"),
    ("max", "lte"),
    ("present", "exists"),
    ("missing", "exists"),
    ("size", "length"),
    ("len", "length"),
    ("ip", "cidr"),
    ("network", "cidr"),
    ("case_insensitive", "ignore_case"),
    ("nocase", "ignore_case"),
];

impl Lower<'_> {
    /// A scalar or a list that stands for an operator.
    pub fn plain_test(&mut self, node: &Node, case: Case) -> Option<NodeTest> {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.value == YamlValue::Null => OperatorKind::MissingOrNull,
            NodeKind::Scalar(_) => {
                self.warn_of_star(node);
                OperatorKind::Equals(Value::Literal(self.scalar(node)?), case)
            }
            NodeKind::Sequence(items) => {
                for item in items {
                    self.warn_of_star(item);
                }
                OperatorKind::In(self.values(node, "a list of values")?, case)
            }
            NodeKind::Mapping(_) => return None,
        };
        Some(NodeTest::Operators(vec![Operator { kind, span: node.span }]))
    }

    /// A quoted or plain text with `*` that is compared as it is.
    fn warn_of_star(&mut self, node: &Node) {
        let Some(scalar) = node.scalar() else { return };
        if scalar.value == YamlValue::String && scalar.text.len() > 1 && scalar.text.contains('*') {
            self.warn(
                Code::GlobInEquality,
                node.span,
                format!("`{}` is compared as it is: `*` is no wildcard here", scalar.text),
                "equal to this very text",
                format!(
                    "for a pattern write `{{glob: \"{}\"}}`; if the `*` is meant, say `{{equals: \"{}\"}}`",
                    scalar.text, scalar.text
                ),
            );
        }
    }

    /// A map of operators.
    pub fn operators(&mut self, entries: &[Entry], span: Span, scope: Scope, inherited: Case) -> Option<NodeTest> {
        let case = match entries.iter().find(|entry| entry.key == "ignore_case") {
            None => inherited,
            Some(entry) => {
                let folds = self.boolean(&entry.value, "`ignore_case`")?;
                let acts = |entry: &Entry| {
                    matches!(
                        entry.key.as_str(),
                        "equals" | "in" | "glob" | "regex" | "starts_with" | "ends_with" | "contains" | "not"
                    )
                };
                if !entries.iter().any(acts) {
                    self.error(
                        Code::IgnoreCase,
                        entry.key_span,
                        "`ignore_case` has nothing to act on",
                        "no operator on texts beside it",
                        "it goes with `equals`, `in`, `glob`, `regex`, `starts_with`, `ends_with`, `contains`: `{equals: \"Yes\", ignore_case: true}`",
                    );
                    return None;
                }
                if folds { Case::Ignored } else { Case::Sensitive }
            }
        };
        let mut operators = Vec::new();
        let mut complete = true;
        for entry in entries.iter().filter(|entry| entry.key != "ignore_case") {
            match self.operator(entry, scope, case) {
                Some(kind) => operators.push(Operator { kind, span: entry.key_span }),
                None => complete = false,
            }
        }
        if operators.is_empty() && complete {
            self.error(
                Code::EmptyCondition,
                span,
                "empty test",
                "this says nothing about the value",
                "add an operator such as `equals:`",
            );
            return None;
        }
        complete.then_some(NodeTest::Operators(operators))
    }

    fn operator(&mut self, entry: &Entry, scope: Scope, case: Case) -> Option<OperatorKind> {
        let node = &entry.value;
        let what = format!("`{}`", entry.key);
        match entry.key.as_str() {
            "equals" if node.is_null() => Some(OperatorKind::MissingOrNull),
            "equals" => self.value(node, &what, scope).map(|value| OperatorKind::Equals(value, case)),
            "in" => self.value_list(node, &what, scope).map(|values| OperatorKind::In(values, case)),
            "starts_with" => self.text_operator(node, &what, scope, TextPlace::Start, case),
            "ends_with" => self.text_operator(node, &what, scope, TextPlace::End, case),
            "contains" => self.text_operator(node, &what, scope, TextPlace::Anywhere, case),
            "glob" => self.patterns(node, &what, PatternKind::Glob, case),
            "regex" => self.patterns(node, &what, PatternKind::Regex, case),
            "cidr" => self.networks(node).map(OperatorKind::Cidr),
            "is_ip" => self.ip_kind(node).map(OperatorKind::IsIp),
            "gt" => self.number_operand(node, &what, scope).map(|n| OperatorKind::Compare(Comparison::Greater, n)),
            "gte" => {
                self.number_operand(node, &what, scope).map(|n| OperatorKind::Compare(Comparison::GreaterOrEqual, n))
            }
            "lt" => self.number_operand(node, &what, scope).map(|n| OperatorKind::Compare(Comparison::Less, n)),
            "lte" => self.number_operand(node, &what, scope).map(|n| OperatorKind::Compare(Comparison::LessOrEqual, n)),
            "before" => self.time_operand(node, &what, scope).map(|time| OperatorKind::Time(TimeOrder::Before, time)),
            "after" => self.time_operand(node, &what, scope).map(|time| OperatorKind::Time(TimeOrder::After, time)),
            "length" => self.number_test(node, &what).map(OperatorKind::Length),
            "exists" => self.boolean(node, &what).map(OperatorKind::Exists),
            "empty" => self.boolean(node, &what).map(OperatorKind::Empty),
            "type" => self.types(node).map(OperatorKind::Type),
            "not" => self.node_test(node, scope, case).map(|test| OperatorKind::Not(Box::new(test))),
            "json" => self.condition(node, Scope::Element).map(|condition| OperatorKind::Json(Box::new(condition))),
            _ => {
                self.unknown_operator(entry);
                None
            }
        }
    }

    fn unknown_operator(&mut self, entry: &Entry) {
        let key = &entry.key;
        let known = OTHER_LANGUAGES.iter().find(|(word, _)| *word == key.to_lowercase()).map(|(_, operator)| *operator);
        let mut words: Vec<&str> = OPERATORS.to_vec();
        words.extend(["some", "every", "none", "count", "distinct"]);
        let help = match (key.as_str(), known.or_else(|| closest(key, &words))) {
            ("path" | "template" | "list", _) => {
                format!("`{{{key}: …}}` stands where a value may: `{{equals: {{{key}: …}}}}`, `{{in: {{list: …}}}}`")
            }
            ("missing", _) => "write `{exists: false}`, or plain `null` for missing or null".to_owned(),
            (_, Some(word)) => format!("did you mean `{word}`?"),
            (_, None) => format!("operators are {}; a field of the value is written `.{key}`", list_words(OPERATORS)),
        };
        self.error(Code::UnknownOperator, entry.key_span, format!("unknown operator `{key}`"), "not an operator", help);
    }

    fn text_operator(
        &mut self,
        node: &Node,
        what: &str,
        scope: Scope,
        place: TextPlace,
        case: Case,
    ) -> Option<OperatorKind> {
        let values = match &node.kind {
            NodeKind::Sequence(_) => self.value_list(node, what, scope)?,
            NodeKind::Mapping(entries) if entries.iter().any(|entry| entry.key == "list") => {
                self.value_list(node, what, scope)?
            }
            _ => Values::Items(vec![self.value(node, what, scope)?]),
        };
        Some(OperatorKind::Text(place, values, case))
    }

    fn patterns(&mut self, node: &Node, what: &str, kind: PatternKind, case: Case) -> Option<OperatorKind> {
        if let NodeKind::Mapping(_) = &node.kind {
            let Values::List(name) = self.value_list(node, what, Scope::Event)? else { return None };
            return Some(OperatorKind::Pattern(kind, Patterns::List(name, case)));
        }
        let items = self.items(node, what)?;
        let mut patterns = Vec::new();
        for item in items {
            match item.scalar().filter(|scalar| scalar.value == YamlValue::String) {
                Some(scalar) => match pattern(kind, &scalar.text, case) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(error) => self.pattern_error(item, scalar, &error),
                },
                None => self.wrong_type(item, what, "a text or a list of texts", "write the pattern in quotes"),
            }
        }
        (patterns.len() == items.len()).then_some(OperatorKind::Pattern(kind, Patterns::Items(patterns)))
    }

    fn pattern_error(&mut self, node: &Node, scalar: &YamlScalar, error: &PatternError) {
        let (message, start, end) = match error {
            PatternError::TooLarge(message) => {
                let message = format!("this pattern cannot be used: {message}");
                self.error(Code::Regex, node.span, message, "too large", "write it shorter, with smaller repetitions");
                return;
            }
            PatternError::Syntax { message, start, end } => (message, *start, *end),
        };
        let column = scalar.text.get(..start).map_or(0, |before| before.chars().count()) + 1;
        let place = self.inside(scalar, node.span, start, end.saturating_sub(start));
        let help = if message.contains("look-around") || message.contains("backreference") {
            "Rust regexes have no look-around and no backreferences: use a second operator, such as `not: {regex: …}`"
        } else if scalar.style == Style::Double {
            "in double quotes YAML takes `\\` for itself: single quotes leave a regex as it is"
        } else {
            "the syntax is that of the Rust regex crate; a character that means itself is written `\\.`"
        };
        let label = format!("column {column} of the regex");
        self.error(Code::Regex, place, format!("invalid regex: {message}"), label, help);
    }

    fn ip_kind(&mut self, node: &Node) -> Option<IpKind> {
        let scalar = node.scalar();
        match scalar.map(|scalar| (&scalar.value, scalar.text.as_str())) {
            Some((YamlValue::Bool(true), _)) => Some(IpKind::Any),
            Some((YamlValue::Bool(false), _)) => Some(IpKind::None),
            Some((YamlValue::String, "v4")) => Some(IpKind::V4),
            Some((YamlValue::String, "v6")) => Some(IpKind::V6),
            _ => {
                self.wrong_type(
                    node,
                    "`is_ip`",
                    "`true`, `false`, `v4` or `v6`",
                    "to ask for a network write `{cidr: 10.0.0.0/8}`",
                );
                None
            }
        }
    }

    fn types(&mut self, node: &Node) -> Option<Vec<JsonType>> {
        const TYPES: &[(&str, JsonType)] = &[
            ("string", JsonType::String),
            ("number", JsonType::Number),
            ("boolean", JsonType::Boolean),
            ("null", JsonType::Null),
            ("array", JsonType::Array),
            ("object", JsonType::Object),
        ];
        let words: Vec<&str> = TYPES.iter().map(|(word, _)| *word).collect();
        let mut types = Vec::new();
        for item in self.items(node, "`type`")? {
            let text = item.scalar().map_or("", |scalar| scalar.text.as_str());
            match TYPES.iter().find(|(word, _)| *word == text) {
                Some((_, kind)) => types.push(*kind),
                None => {
                    let help = match (text, closest(text, &words)) {
                        ("bool", _) => "did you mean `boolean`?".to_owned(),
                        ("list", _) => "did you mean `array`?".to_owned(),
                        ("map", _) => "did you mean `object`?".to_owned(),
                        ("integer" | "int" | "float", _) => "did you mean `number`?".to_owned(),
                        (_, Some(word)) => format!("did you mean `{word}`?"),
                        _ => format!("types are {}", list_words(&words)),
                    };
                    self.error(Code::WrongType, item.span, format!("unknown type `{text}`"), "not a JSON type", help);
                    return None;
                }
            }
        }
        Some(types)
    }
}
