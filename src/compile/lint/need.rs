//! What a condition needs of single fields: for each definite path the scalars it must be one of. What can be told of a condition
//! without an event follows from that: that it never holds, or that another one covers it.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::Step;
use crate::policy::model::{Condition, PathCondition, PathRoot};
use crate::policy::operator::{Case, ListTest, NodeTest, Operator, OperatorKind, Scalar, Value, Values};
use crate::policy::{PolicyIndex, PolicySet};
use crate::text::Span;

/// A scalar in a form that equal ones share; what is missing or null is one too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Nothing,
    Text(String),
    Number(String),
    Bool(bool),
}

impl Key {
    pub(super) fn of(scalar: &Scalar) -> Self {
        match scalar {
            Scalar::String(text) => Self::Text(text.clone()),
            Scalar::Bool(value) => Self::Bool(*value),
            // `1` and `1.0` are the same number.
            Scalar::Number(number) => {
                Self::Number(number.as_f64().map_or_else(|| number.to_string(), |float| float.to_string()))
            }
        }
    }
}

/// What must be true of one field.
#[derive(Debug, Clone)]
pub(super) struct Need {
    /// What it must be one of.
    pub one_of: BTreeSet<Key>,
    /// The path as written.
    pub written: String,
    /// Where it is asked for: the path, or the `use` that leads to it.
    pub span: Span,
}

/// Path (steps from the event) → what it must be.
pub(super) type Needs = BTreeMap<Vec<Step>, Need>;

/// Two places that ask for what no field can be.
#[derive(Debug, Clone)]
pub(super) struct Clash {
    pub first: Need,
    pub second: Need,
}

/// Gathers needs along a conjunction.
pub(super) struct Gather<'s> {
    pub set: &'s PolicySet,
}

impl Gather<'_> {
    /// Adds to `needs` what `condition` of `home` needs; `via` is the place of the `use` that led there.
    ///
    /// # Errors
    /// The first clash with what is in `needs`.
    pub(super) fn add(
        &self,
        home: PolicyIndex,
        condition: &Condition,
        via: Option<Span>,
        needs: &mut Needs,
    ) -> Result<(), Box<Clash>> {
        match condition {
            Condition::All(parts) => parts.iter().try_for_each(|part| self.add(home, part, via, needs)),
            Condition::Use(name) => match self.set.define(home, &name.value) {
                Some((other, define)) => self.add(other, &define.condition, via.or(Some(name.span)), needs),
                None => Ok(()),
            },
            Condition::Path(path) => match self.of_path(home, path) {
                Some((steps, one_of)) => {
                    let need =
                        Need { one_of, written: path.path.written().into_owned(), span: via.unwrap_or(path.path.span) };
                    join(needs, steps, need)
                }
                None => Ok(()),
            },
            Condition::Any(_) | Condition::Not(_) | Condition::Where(_) => Ok(()),
        }
    }

    /// What `condition` needs; empty where it clashes with itself.
    pub(super) fn needs(&self, home: PolicyIndex, condition: &Condition) -> Needs {
        let mut needs = Needs::new();
        if self.add(home, condition, None, &mut needs).is_err() { Needs::new() } else { needs }
    }

    /// All that `condition` asks, where it asks nothing but what [`Needs`] can say.
    pub(super) fn whole(&self, home: PolicyIndex, condition: &Condition) -> Option<Needs> {
        self.is_whole(home, condition).then(|| self.needs(home, condition)).filter(|needs| !needs.is_empty())
    }

    fn is_whole(&self, home: PolicyIndex, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) => parts.iter().all(|part| self.is_whole(home, part)),
            Condition::Use(name) => self
                .set
                .define(home, &name.value)
                .is_some_and(|(other, define)| self.is_whole(other, &define.condition)),
            Condition::Path(path) => {
                let single = matches!(path.tests.as_slice(), [ListTest::Default(NodeTest::Operators(operators))] if operators.len() == 1);
                single && self.of_path(home, path).is_some()
            }
            Condition::Any(_) | Condition::Not(_) | Condition::Where(_) => false,
        }
    }

    fn of_path(&self, home: PolicyIndex, path: &PathCondition) -> Option<(Vec<Step>, BTreeSet<Key>)> {
        let steps = path.path.path.definite().filter(|_| path.path.root == PathRoot::Event)?;
        let mut one_of: Option<BTreeSet<Key>> = None;
        for test in &path.tests {
            let (ListTest::Default(NodeTest::Operators(operators))
            | ListTest::Some(NodeTest::Operators(operators))
            | ListTest::Every(NodeTest::Operators(operators))) = test
            else {
                continue;
            };
            for allowed in operators.iter().filter_map(|operator| self.allowed(home, operator)) {
                one_of = Some(match one_of {
                    None => allowed,
                    Some(before) => before.intersection(&allowed).cloned().collect(),
                });
            }
        }
        one_of.map(|one_of| (steps.to_vec(), one_of))
    }

    fn allowed(&self, home: PolicyIndex, operator: &Operator) -> Option<BTreeSet<Key>> {
        let literal = |value: &Value| match value {
            Value::Literal(literal) => Some(Key::of(&literal.value)),
            Value::Path(_) | Value::Template(_) => None,
        };
        match &operator.kind {
            OperatorKind::MissingOrNull | OperatorKind::Exists(false) => Some(BTreeSet::from([Key::Nothing])),
            OperatorKind::Equals(value, Case::Sensitive) => literal(value).map(|key| BTreeSet::from([key])),
            OperatorKind::In(Values::Items(items), Case::Sensitive) => items.iter().map(literal).collect(),
            OperatorKind::In(Values::List(name), Case::Sensitive) => {
                let (_, list) = self.set.list(home, &name.value)?;
                Some(list.entries.iter().map(|entry| Key::of(&entry.value.value)).collect())
            }
            _ => None,
        }
    }
}

fn join(needs: &mut Needs, steps: Vec<Step>, need: Need) -> Result<(), Box<Clash>> {
    let Some(before) = needs.get_mut(&steps) else {
        // A test that clashes with itself: `{equals: a, in: [b]}`.
        if need.one_of.is_empty() {
            return Err(Box::new(Clash { first: need.clone(), second: need }));
        }
        needs.insert(steps, need);
        return Ok(());
    };
    let both: BTreeSet<Key> = before.one_of.intersection(&need.one_of).cloned().collect();
    if both.is_empty() {
        return Err(Box::new(Clash { first: before.clone(), second: need }));
    }
    before.one_of = both;
    Ok(())
}

/// Whether every event that meets `narrow` meets `wide`, which is all that is asked there.
pub(super) fn covers(wide: &Needs, narrow: &Needs) -> bool {
    wide.iter().all(|(steps, need)| narrow.get(steps).is_some_and(|other| other.one_of.is_subset(&need.one_of)))
}
