//! Model conditions become [`Matcher`]s: definitions are written out, lists taken in as of today, definite paths given slots.

use ipnet::{IpNet, Ipv4Net};
use jiff::civil::Date;

use crate::compile::matcher::{
    DynamicValue, ListMatcher, Matcher, NodeMatcher, NumberSource, OperatorMatcher, Place, TemplateMatcher, TimeSource,
    ValuePath, ValueSet,
};
use crate::json::SlotTable;
use crate::policy::model::{Condition, PathRef, PathRoot, Spanned, TemplatePart};
use crate::policy::operator::{
    Case, ListTest, Networks, NodeTest, NumberOperand, OperatorKind, Pattern, PatternKind, Patterns, Scalar,
    TimeOperand, Value, Values,
};
use crate::policy::parse::network;
use crate::policy::pattern::pattern;
use crate::policy::{PolicyIndex, PolicySet};

/// Builds the matchers of one program.
pub struct Builder<'s> {
    /// The policies.
    pub set: &'s PolicySet,
    /// The slots given so far.
    pub slots: &'s mut SlotTable,
    /// The day it is, for list values with a last day.
    pub today: Date,
}

impl Builder<'_> {
    /// The matcher of `condition`, which stands in `policy`.
    pub fn condition(&mut self, policy: PolicyIndex, condition: &Condition) -> Matcher {
        match condition {
            Condition::All(parts) => Matcher::All(parts.iter().map(|part| self.condition(policy, part)).collect()),
            Condition::Any(parts) => Matcher::Any(parts.iter().map(|part| self.condition(policy, part)).collect()),
            Condition::Not(inner) => Matcher::Not(Box::new(self.condition(policy, inner))),
            // Invariant: a PolicySet resolves every name, so the empty `any` (never true) is never built.
            Condition::Use(name) => match self.set.define(policy, &name.value) {
                Some((home, define)) => self.condition(home, &define.condition),
                None => Matcher::Any(Vec::new()),
            },
            Condition::Where(filter) => Matcher::Where(filter.value.clone()),
            Condition::Path(path) => Matcher::Path {
                place: self.place(&path.path),
                tests: path.tests.iter().map(|test| self.list_test(policy, test)).collect(),
            },
        }
    }

    /// Where the nodes of `path` are found.
    pub fn place(&mut self, path: &PathRef) -> Place {
        match (path.root, path.path.definite()) {
            (PathRoot::Event, _) => Place::of(&path.path, self.slots),
            (PathRoot::Element, Some(steps)) => Place::Element(steps.to_vec()),
            (PathRoot::Element, None) => Place::ElementPath(path.path.clone()),
        }
    }

    fn value_path(&mut self, path: &PathRef) -> ValuePath {
        ValuePath { place: self.place(path), written: path.written().into_owned() }
    }

    fn list_test(&mut self, policy: PolicyIndex, test: &ListTest) -> ListMatcher {
        match test {
            ListTest::Default(test) => ListMatcher::Default(self.node_test(policy, test)),
            ListTest::Some(test) => ListMatcher::Some(self.node_test(policy, test)),
            ListTest::Every(test) => ListMatcher::Every(self.node_test(policy, test)),
            ListTest::None(test) => ListMatcher::None(self.node_test(policy, test)),
            ListTest::Count(test) => ListMatcher::Count(test.clone()),
            ListTest::Distinct(test) => ListMatcher::Distinct(test.clone()),
        }
    }

    fn node_test(&mut self, policy: PolicyIndex, test: &NodeTest) -> NodeMatcher {
        match test {
            NodeTest::Element(inner) => NodeMatcher::Element(Box::new(self.condition(policy, inner))),
            NodeTest::Operators(operators) => {
                NodeMatcher::Operators(operators.iter().map(|operator| self.operator(policy, &operator.kind)).collect())
            }
        }
    }

    fn operator(&mut self, policy: PolicyIndex, kind: &OperatorKind) -> OperatorMatcher {
        match kind {
            OperatorKind::MissingOrNull => OperatorMatcher::MissingOrNull,
            OperatorKind::Equals(value, case) => {
                OperatorMatcher::In(self.value_set(std::slice::from_ref(value), *case))
            }
            OperatorKind::In(values, case) => OperatorMatcher::In(self.values(policy, values, *case)),
            OperatorKind::Text(place, values, case) => {
                OperatorMatcher::Text(*place, self.values(policy, values, *case))
            }
            OperatorKind::Pattern(kind, patterns) => {
                OperatorMatcher::Pattern(*kind, self.patterns(policy, *kind, patterns))
            }
            OperatorKind::Cidr(networks) => OperatorMatcher::Cidr(self.networks(policy, networks)),
            OperatorKind::IsIp(kind) => OperatorMatcher::IsIp(*kind),
            OperatorKind::Compare(order, operand) => OperatorMatcher::Compare(
                *order,
                match operand {
                    NumberOperand::Literal(number) => NumberSource::Literal(number.clone()),
                    NumberOperand::Path(path) => NumberSource::Path(self.value_path(path)),
                },
            ),
            OperatorKind::Time(order, operand) => OperatorMatcher::Time(
                *order,
                match operand {
                    TimeOperand::Literal { text, time } => TimeSource::Literal(text.clone(), *time),
                    TimeOperand::Path(path) => TimeSource::Path(self.value_path(path)),
                },
            ),
            OperatorKind::Length(test) => OperatorMatcher::Length(test.clone()),
            OperatorKind::Exists(wanted) => OperatorMatcher::Exists(*wanted),
            OperatorKind::Empty(wanted) => OperatorMatcher::Empty(*wanted),
            OperatorKind::Type(types) => OperatorMatcher::Type(types.clone()),
            OperatorKind::Not(inner) => OperatorMatcher::Not(Box::new(self.node_test(policy, inner))),
            OperatorKind::Json(inner) => OperatorMatcher::Json(Box::new(self.condition(policy, inner))),
        }
    }

    fn values(&mut self, policy: PolicyIndex, values: &Values, case: Case) -> ValueSet {
        let name = match values {
            Values::Items(items) => return self.value_set(items, case),
            Values::List(name) => name,
        };
        let literals = self.in_force(policy, &name.value).cloned().collect();
        ValueSet { list: Some(name.value.clone()), ..ValueSet::of(literals, case) }
    }

    /// The values of the list `name` that count today.
    fn in_force(&self, policy: PolicyIndex, name: &str) -> impl Iterator<Item = &Scalar> {
        let entries = self.set.list(policy, name).map(|(_, list)| list.entries.as_slice()).unwrap_or_default();
        let counts = |until: &Spanned<Date>| until.value >= self.today;
        entries.iter().filter(move |entry| entry.until.as_ref().is_none_or(counts)).map(|entry| &entry.value.value)
    }

    fn value_set(&mut self, items: &[Value], case: Case) -> ValueSet {
        let mut literals = Vec::new();
        let mut dynamic = Vec::new();
        for item in items {
            match item {
                Value::Literal(scalar) => literals.push(scalar.value.clone()),
                Value::Path(path) => dynamic.push(DynamicValue::Path(self.value_path(path))),
                Value::Template(template) => {
                    let parts = template.parts.iter().filter_map(|part| match part {
                        TemplatePart::Text(text) => Some(TemplateMatcher::Text(text.clone())),
                        TemplatePart::Path(path) => Some(TemplateMatcher::Path(self.value_path(path))),
                        TemplatePart::Name(_) => None,
                    });
                    dynamic.push(DynamicValue::Template(parts.collect()));
                }
            }
        }
        ValueSet { dynamic, ..ValueSet::of(literals, case) }
    }

    fn patterns(&mut self, policy: PolicyIndex, kind: PatternKind, patterns: &Patterns) -> Vec<Pattern> {
        let (name, case) = match patterns {
            Patterns::Items(items) => return items.iter().map(|pattern| pattern.value.clone()).collect(),
            Patterns::List(name, case) => (name, *case),
        };
        self.in_force(policy, &name.value)
            .filter_map(|scalar| match scalar {
                Scalar::String(text) => pattern(kind, text, case).ok(),
                _ => None,
            })
            .collect()
    }

    fn networks(&mut self, policy: PolicyIndex, networks: &Networks) -> Vec<IpNet> {
        let name = match networks {
            Networks::Items(items) => return items.iter().map(|network| unmapped(network.value)).collect(),
            Networks::List(name) => name,
        };
        self.in_force(policy, &name.value)
            .filter_map(|scalar| match scalar {
                Scalar::String(text) => network(text).ok().map(unmapped),
                _ => None,
            })
            .collect()
    }
}

/// `::ffff:10.0.0.0/104` as `10.0.0.0/8`, since `::ffff:a.b.c.d` counts as `a.b.c.d`; any other network as it is.
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let v4 = v6.network().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    v4.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok()).map_or(network, IpNet::V4)
}

impl ValueSet {
    fn of(literals: Vec<Scalar>, case: Case) -> Self {
        let mut set = Self { case: Some(case), ..Self::default() };
        let mut strings = Vec::new();
        for literal in &literals {
            match literal {
                Scalar::String(text) if set.ignores_case() => strings.push(text.to_lowercase()),
                Scalar::String(text) => strings.push(text.clone()),
                Scalar::Number(number) => set.numbers.push(number.clone()),
                Scalar::Bool(true) => set.has_true = true,
                Scalar::Bool(false) => set.has_false = true,
            }
        }
        Self { strings: strings.into_iter().collect(), literals, ..set }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_networks_are_v4_networks() {
        for (written, meant) in [
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.0.0.1/128", "10.0.0.1/32"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("::fffe:0:0/95", "::fffe:0:0/95"),
            ("10.0.0.0/8", "10.0.0.0/8"),
        ] {
            assert_eq!(unmapped(written.parse().unwrap()), meant.parse().unwrap(), "{written}");
        }
    }
}
