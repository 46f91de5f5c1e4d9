//! One operator on one node, down to each value that it compares with.

use serde_json::Value;

use super::{Here, Tracer};
use crate::engine::reference::{self, Scope};
use crate::json::Location;
use crate::policy::PolicyIndex;
use crate::policy::model::{PathRef, Spanned};
use crate::policy::operator::{
    Networks, NumberOperand, Operator, OperatorKind, Patterns, Scalar, TimeOperand, Value as Operand, Values,
};
use crate::policy::pattern::pattern;
use crate::policy::prose::operator as words;
use crate::policy::prose::word::{self, Sense};
use crate::text::Span;
use crate::violation::trace::{Joint, Observed, TraceKind, TraceNode};

impl Tracer<'_> {
    pub(super) fn operator(&self, operator: &Operator, value: Option<&Value>, seen: &Observed) -> TraceNode {
        let holds = self.scope.operator_holds(&operator.kind, value);
        let said = words::operator(operator, Sense::Wanted);
        let mut node = self.node(TraceKind::Operator, operator.span, said, holds);
        node.observed = Some(seen.clone());
        match &operator.kind {
            OperatorKind::Not(test) => {
                node.joint = Joint::NotAll;
                node.children = self.inside(test, value, seen);
            }
            OperatorKind::Json(condition) => {
                if let Some(root) = value.and_then(reference::opened) {
                    // JSON text inside JSON text has no place of its own in the event: it lies where the outer one does.
                    let inner = match value {
                        Some(Value::String(_)) => Some(seen.inner.clone().unwrap_or_default()),
                        _ => seen.inner.clone(),
                    };
                    let here = Here { location: seen.location.clone(), inner };
                    let there = Tracer { scope: Scope { element: Some(&root), ..self.scope }, here };
                    node.children.push(there.condition(condition));
                }
            }
            kind => {
                node.joint = Joint::Any;
                node.children = self.alternatives(kind, operator.span, value);
            }
        }
        node
    }

    /// Each value of several, and the one value where it comes out of the event.
    fn alternatives(&self, kind: &OperatorKind, span: Span, value: Option<&Value>) -> Vec<TraceNode> {
        let each = |items: &[Operand], one: &dyn Fn(Operand) -> OperatorKind| -> Vec<TraceNode> {
            let several = items.len() > 1;
            let shown = items.iter().enumerate().filter(|(_, item)| several || !matches!(item, Operand::Literal(_)));
            shown.map(|(number, item)| self.alternative(number, several, item, &one(item.clone()), value)).collect()
        };
        match kind {
            OperatorKind::Equals(operand, case) => {
                each(std::slice::from_ref(operand), &|item| OperatorKind::Equals(item, *case))
            }
            OperatorKind::In(Values::Items(items), case) => each(items, &|item| OperatorKind::Equals(item, *case)),
            OperatorKind::In(Values::List(name), case) => {
                self.listed(name, value, &|scalar| Some(OperatorKind::Equals(Operand::Literal(scalar.clone()), *case)))
            }
            OperatorKind::Text(place, Values::Items(items), case) => {
                each(items, &|item| OperatorKind::Text(*place, Values::Items(vec![item]), *case))
            }
            OperatorKind::Text(place, Values::List(name), case) => self.listed(name, value, &|scalar| {
                let values = Values::Items(vec![Operand::Literal(scalar.clone())]);
                Some(OperatorKind::Text(*place, values, *case))
            }),
            OperatorKind::Pattern(kind, Patterns::Items(items)) => self.fixed(
                items.iter().map(|item| {
                    let one = OperatorKind::Pattern(*kind, Patterns::Items(vec![item.clone()]));
                    (item.span, format!("`{}`", item.value.text), one)
                }),
                value,
            ),
            OperatorKind::Pattern(kind, Patterns::List(name, case)) => self.listed(name, value, &|scalar| {
                let Scalar::String(text) = &scalar.value else { return None };
                let pattern = pattern(*kind, text, *case).ok()?;
                Some(OperatorKind::Pattern(*kind, Patterns::Items(vec![Spanned::new(pattern, scalar.span)])))
            }),
            OperatorKind::Cidr(Networks::Items(items)) => self.fixed(
                items.iter().map(|item| {
                    (item.span, item.value.to_string(), OperatorKind::Cidr(Networks::Items(vec![item.clone()])))
                }),
                value,
            ),
            OperatorKind::Cidr(Networks::List(name)) => self.listed(name, value, &|scalar| {
                let Scalar::String(text) = &scalar.value else { return None };
                let network = Spanned::new(reference::network(text)?, scalar.span);
                Some(OperatorKind::Cidr(Networks::Items(vec![network])))
            }),
            OperatorKind::Compare(_, NumberOperand::Path(path)) | OperatorKind::Time(_, TimeOperand::Path(path)) => {
                let mut node =
                    self.node(TraceKind::Operand, span, word::path(path), self.scope.operator_holds(kind, value));
                node.observed = Some(self.operand(path));
                vec![node]
            }
            _ => Vec::new(),
        }
    }

    fn alternative(
        &self,
        number: usize,
        several: bool,
        item: &Operand,
        kind: &OperatorKind,
        value: Option<&Value>,
    ) -> TraceNode {
        let (span, observed) = match item {
            Operand::Literal(scalar) => (scalar.span, None),
            Operand::Path(path) => (path.span, Some(self.operand(path))),
            Operand::Template(template) => (template.span, None),
        };
        let what = if several { TraceKind::Alternative } else { TraceKind::Operand };
        let mut said = words::value(item);
        if let Operand::Template(template) = item {
            match self.scope.value(template) {
                Some(text) => said.push_str(&format!(", here {text:?}")),
                None => said.push_str(", of which a part is missing here"),
            }
        }
        let mut node = self.node(what, span, said, self.scope.operator_holds(kind, value));
        node.id.number = number;
        node.observed = observed;
        node
    }

    /// Alternatives that are no values: patterns and networks. One alone is the operator itself.
    fn fixed(
        &self,
        items: impl ExactSizeIterator<Item = (Span, String, OperatorKind)>,
        value: Option<&Value>,
    ) -> Vec<TraceNode> {
        if items.len() < 2 {
            return Vec::new();
        }
        let each = items.enumerate().map(|(number, (span, said, kind))| {
            let mut node = self.node(TraceKind::Alternative, span, said, self.scope.operator_holds(&kind, value));
            node.id.number = number;
            node
        });
        each.collect()
    }

    /// The values of a list that count on the day, each as `one` asks it.
    fn listed(
        &self,
        name: &Spanned<String>,
        value: Option<&Value>,
        one: &dyn Fn(&Spanned<Scalar>) -> Option<OperatorKind>,
    ) -> Vec<TraceNode> {
        let home: PolicyIndex =
            self.scope.set.list(self.scope.policy, &name.value).map_or(self.scope.policy, |(home, _)| home);
        let entries = self.scope.list(name).into_iter().enumerate();
        let each = entries.filter_map(|(number, entry)| {
            let holds = self.scope.operator_holds(&one(&entry.value)?, value);
            let said = word::scalar(&entry.value.value);
            let mut node = self.node(TraceKind::Alternative, entry.value.span, said, holds);
            node.id.policy = home;
            node.id.number = number;
            Some(node)
        });
        each.collect()
    }

    /// What stands at the path that a node is compared with.
    fn operand(&self, path: &PathRef) -> Observed {
        match self.scope.located(path).first() {
            Some((below, value)) => self.here.at(path.root, below).seen(Some(value)),
            None => self.here.at(path.root, &Location(path.path.prefix())).seen(None),
        }
    }
}
