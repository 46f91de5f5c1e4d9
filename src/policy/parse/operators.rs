//! Operators: the keywords of a test on a node and the shorthands for `equals`, `in` and "missing or null".

use crate::policy::error::Code;
use crate::policy::keywords::OPERATORS;
use crate::policy::model::Spanned;
use crate::policy::node::{Entry, Node, NodeKind, YamlValue};
use crate::policy::operator::{
    Case, Comparison, IpKind, JsonType, NodeTest, Operator, OperatorKind, PatternKind, TextPlace, TimeOrder, Value,
    Values,
};
use crate::policy::parse::lower::{Lower, Scope, closest, list_words};
use crate::text::Span;

impl Lower<'_> {
    /// A scalar or a list that stands for an operator.
    pub fn plain_test(&mut self, node: &Node, case: Case) -> Option<NodeTest> {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.value == YamlValue::Null => {
                self.refuse_nothing(node)?;
                OperatorKind::MissingOrNull
            }
            NodeKind::Scalar(_) => {
                self.refuse_comparison_text(node)?;
                self.warn_of_star(node, "equals");
                OperatorKind::Equals(Value::Literal(Spanned::new(self.scalar(node)?, node.span)), case)
            }
            NodeKind::Sequence(items) => {
                for item in items {
                    self.refuse_comparison_text(item)?;
                    self.warn_of_star(item, "in");
                }
                OperatorKind::In(self.value_list(node, "the list", Scope::Event)?, case)
            }
            NodeKind::Mapping(_) => return None,
        };
        Some(NodeTest::Operators(vec![Operator { kind, span: node.span }]))
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
        if !OPERATORS.contains(&entry.key.as_str()) {
            self.unknown_operator(entry);
            return None;
        }
        let node = &entry.value;
        let what = format!("`{}`", entry.key);
        match entry.key.as_str() {
            "equals" if node.is_null() => self.refuse_nothing(node).map(|()| OperatorKind::MissingOrNull),
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
        let words: Vec<&str> = JsonType::WORDS.iter().map(|(word, _)| *word).collect();
        let mut types = Vec::new();
        for item in self.items(node, "`type`")? {
            let text = self.word(item, "`type`", "the name of a type")?;
            match JsonType::WORDS.iter().find(|(word, _)| *word == text) {
                Some((_, kind)) => types.push(*kind),
                None => {
                    let help = match (text, closest(text, &words)) {
                        ("bool", _) => "did you mean `boolean`?".to_owned(),
                        ("list", _) => "did you mean `array`?".to_owned(),
                        ("map", _) => "did you mean `object`?".to_owned(),
                        ("integer" | "int" | "float", _) => "did you mean `number`?".to_owned(),
                        (_, Some(word)) => format!("did you mean `{word}`?"),
                        _ => format!("types are {}; a field called `type` is written `.type`", list_words(&words)),
                    };
                    self.error(Code::WrongType, item.span, format!("unknown type `{text}`"), "not a JSON type", help);
                    return None;
                }
            }
        }
        Some(types)
    }
}
