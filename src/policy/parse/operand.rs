//! What operators compare with: scalars, values, networks, numbers, times, durations.

use ipnet::IpNet;
use serde_json::Number;

use crate::policy::error::Code;
use crate::policy::keywords::{self, OPERATORS};
use crate::policy::model::{PathRef, Spanned};
use crate::policy::node::{Entry, Node, NodeKind, YamlValue};
use crate::policy::operator::{Comparison, Networks, NumberOperand, NumberTest, Scalar, Value, Values};
use crate::policy::parse::lower::{Lower, Scope, closest};
use crate::text::time;

impl Lower<'_> {
    /// A scalar that is not null.
    pub fn scalar(&mut self, node: &Node) -> Option<Scalar> {
        let Some(scalar) = node.scalar() else {
            self.wrong_type(
                node,
                "a value",
                "a text, a number or a boolean",
                "for the parts of an object or array write paths, such as `$.a.b` or `$.a[0]`",
            );
            return None;
        };
        match &scalar.value {
            YamlValue::Null => {
                self.error(
                    Code::NullInList,
                    node.span,
                    "null cannot stand among values",
                    "no value",
                    "to allow missing or null too, write `any:` with one condition for `null` and one for the values",
                );
                None
            }
            YamlValue::Bool(value) => Some(Scalar::Bool(*value)),
            YamlValue::Number(number) => {
                let digits = scalar.text.len() == 12 && scalar.text.bytes().all(|byte| byte.is_ascii_digit());
                if digits {
                    self.error(
                        Code::AccountId,
                        node.span,
                        format!("`{}` without quotes is a number; CloudTrail writes account ids as texts", scalar.text),
                        "a number, never equal to a text",
                        format!("write \"{}\"", scalar.text),
                    );
                    self.mend_word(node.span, &scalar.text);
                    return None;
                }
                Some(Scalar::Number(number.clone()))
            }
            YamlValue::String => Some(Scalar::String(scalar.text.clone())),
        }
    }

    /// A value: a scalar, `{path: …}` or `{template: …}`.
    pub fn value(&mut self, node: &Node, what: &str, scope: Scope) -> Option<Value> {
        match &node.kind {
            NodeKind::Scalar(_) => self.scalar(node).map(|scalar| Value::Literal(Spanned::new(scalar, node.span))),
            NodeKind::Sequence(_) => {
                self.wrong_type(node, what, "one value", "for one of several values write a plain list, or `in:`");
                None
            }
            NodeKind::Mapping(entries) => match entries.as_slice() {
                [entry] if entry.key == "path" => self.path_operand(&entry.value, scope).map(Value::Path),
                [entry] if entry.key == "template" => {
                    let template = self.template(&entry.value, "`template`", scope, super::template::Place::Value)?;
                    Some(Value::Template(template))
                }
                [entry] if entry.key == "list" => {
                    self.error(
                        Code::WrongType,
                        entry.key_span,
                        format!("{what} takes one value, not a list"),
                        "a list",
                        format!(
                            "write `{{in: {{list: {}}}}}`",
                            entry.value.scalar().map_or("name", |scalar| scalar.text.as_str())
                        ),
                    );
                    None
                }
                _ => {
                    self.operand_map(node, entries, what, keywords::VALUE);
                    None
                }
            },
        }
    }

    pub(super) fn operand_map(&mut self, node: &Node, entries: &[Entry], what: &str, known: &[&str]) {
        let Some(entry) = entries.iter().find(|entry| !known.contains(&entry.key.as_str())) else {
            self.wrong_type(node, what, "one value", format!("write one of `{}` alone", known.join("`, `")));
            return;
        };
        let help = if let Some(word) = closest(&entry.key, known) {
            format!("did you mean `{word}`?")
        } else if OPERATORS.contains(&entry.key.as_str()) {
            format!("an operator stands around its values: `{{{}: […]}}`", entry.key)
        } else {
            let forms: Vec<String> = known.iter().map(|word| format!("`{{{word}: …}}`")).collect();
            format!("write a scalar or {}", forms.join(" or "))
        };
        self.error(
            Code::UnknownKeyword,
            entry.key_span,
            format!("unknown keyword `{}` in the value of {what}", entry.key),
            "not a value",
            help,
        );
    }

    /// The path of `{path: …}`, which must yield at most one node.
    pub(super) fn path_operand(&mut self, node: &Node, scope: Scope) -> Option<PathRef> {
        let Some(scalar) = node.scalar() else {
            self.wrong_type(node, "`path`", "a path", "such as `{path: $.userIdentity.userName}`");
            return None;
        };
        let path = self.path(scalar, node.span, scope)?;
        self.require_singular(path, "a value to compare with")
    }

    /// `path`, where it can yield at most one node; that it can yield more is recorded.
    pub fn require_singular(&mut self, path: PathRef, what: &str) -> Option<PathRef> {
        if path.path.is_singular() {
            return Some(path);
        }
        self.error(
            Code::ManyNodes,
            path.span,
            format!("`{}` can yield many nodes, and {what} is one", path.written()),
            "many nodes",
            "name one node: no `*`, `..`, slices or filters",
        );
        None
    }

    /// A list of values, or `{list: name}`.
    pub fn value_list(&mut self, node: &Node, what: &str, scope: Scope) -> Option<Values> {
        match &node.kind {
            NodeKind::Mapping(entries) => match entries.as_slice() {
                [entry] if entry.key == "list" => self
                    .words(&entry.value, "the name of a list")
                    .map(|name| Values::List(Spanned::new(name, entry.value.span))),
                _ => {
                    self.operand_map(node, entries, what, keywords::LIST);
                    None
                }
            },
            NodeKind::Scalar(_) => {
                self.wrong_type(
                    node,
                    what,
                    "a list of values or `{list: name}`",
                    "for one value write it plainly, or `equals:`",
                );
                None
            }
            NodeKind::Sequence(items) => {
                let items = if items.is_empty() { self.items(node, what)? } else { items };
                let values: Vec<_> = items.iter().filter_map(|item| self.value(item, what, scope)).collect();
                (values.len() == items.len()).then_some(Values::Items(values))
            }
        }
    }

    /// Networks, or `{list: name}`.
    pub fn networks(&mut self, node: &Node) -> Option<Networks> {
        if let NodeKind::Mapping(entries) = &node.kind {
            return match entries.as_slice() {
                [entry] if entry.key == "list" => self
                    .words(&entry.value, "the name of a list")
                    .map(|name| Networks::List(Spanned::new(name, entry.value.span))),
                _ => {
                    self.operand_map(node, entries, "`cidr`", keywords::LIST);
                    None
                }
            };
        }
        let items = self.items(node, "`cidr`")?;
        let mut networks = Vec::new();
        for item in items {
            let Some(text) = self.word(item, "`cidr`", "a network") else { continue };
            match network(text) {
                Ok(network) => networks.push(Spanned::new(network, item.span)),
                Err(help) => {
                    self.error(Code::Cidr, item.span, format!("`{text}` is not a network"), "not a network", help)
                }
            }
        }
        (networks.len() == items.len()).then_some(Networks::Items(networks))
    }

    /// A number, or `{path: …}`.
    pub fn number_operand(&mut self, node: &Node, what: &str, scope: Scope) -> Option<NumberOperand> {
        match &node.kind {
            NodeKind::Mapping(entries) => match entries.as_slice() {
                [entry] if entry.key == "path" => self.path_operand(&entry.value, scope).map(NumberOperand::Path),
                _ => {
                    self.operand_map(node, entries, what, keywords::PATH);
                    None
                }
            },
            _ => match node.scalar().map(|scalar| &scalar.value) {
                Some(YamlValue::Number(number)) => Some(NumberOperand::Literal(number.clone())),
                _ => {
                    let help = if node.scalar().is_some_and(|scalar| time::parse(&scalar.text).is_some()) {
                        "for times write `before:` and `after:`"
                    } else {
                        "write digits without quotes, such as `5`"
                    };
                    self.wrong_type(node, what, "a number or `{path: …}`", help);
                    None
                }
            },
        }
    }

    /// A count: a whole number, or a map of `equals gt gte lt lte`.
    pub fn number_test(&mut self, node: &Node, what: &str) -> Option<NumberTest> {
        let NodeKind::Mapping(entries) = &node.kind else {
            return self.whole(node, what).map(|number| NumberTest(vec![(Comparison::Equal, number)]));
        };
        if entries.is_empty() {
            self.error(
                Code::EmptyCondition,
                node.span,
                format!("{what} is empty"),
                "nothing here",
                "write a number, or a comparison such as `{gt: 1}`",
            );
            return None;
        }
        let mut tests = Vec::new();
        for entry in entries {
            let comparison = match entry.key.as_str() {
                _ if !keywords::COUNT.contains(&entry.key.as_str()) => None,
                "equals" => Some(Comparison::Equal),
                "gt" => Some(Comparison::Greater),
                "gte" => Some(Comparison::GreaterOrEqual),
                "lt" => Some(Comparison::Less),
                "lte" => Some(Comparison::LessOrEqual),
                _ => None,
            };
            let Some(comparison) = comparison else {
                self.unknown_keyword(entry, what, keywords::COUNT);
                return None;
            };
            tests.push((comparison, self.whole(&entry.value, &format!("`{}`", entry.key))?));
        }
        Some(NumberTest(tests))
    }
}

/// A network out of `10.0.0.0/8` or a single address; else what to write.
pub fn network(text: &str) -> Result<IpNet, String> {
    if let Ok(network) = text.parse::<IpNet>() {
        let whole = network.trunc();
        if whole != network {
            return Err(format!(
                "bits are set behind the prefix: the network is `{whole}`, the one address `{}`",
                network.addr()
            ));
        }
        return Ok(network);
    }
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Ok(IpNet::from(address));
    }
    Err(match text.split_once('/') {
        Some((address, prefix)) if address.parse::<std::net::IpAddr>().is_ok() => {
            format!("the prefix `{prefix}` must be 0 to {}", if address.contains(':') { 128 } else { 32 })
        }
        _ => "write a network such as `10.0.0.0/8` or `2001:db8::/32`, or one address".to_owned(),
    })
}

/// The JSON value of a node, mappings and lists included.
#[must_use]
pub fn json_value(node: &Node) -> serde_json::Value {
    match &node.kind {
        NodeKind::Scalar(scalar) => match &scalar.value {
            YamlValue::Null => serde_json::Value::Null,
            YamlValue::Bool(value) => serde_json::Value::Bool(*value),
            YamlValue::Number(number) => serde_json::Value::Number(Number::clone(number)),
            YamlValue::String => serde_json::Value::String(scalar.text.clone()),
        },
        NodeKind::Sequence(items) => serde_json::Value::Array(items.iter().map(json_value).collect()),
        NodeKind::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), json_value(&entry.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
