//! Which predicates and alternatives of rules their tests decide.
//!
//! A predicate is covered once it held for one test's event and did not hold for another's; an alternative, a value of a list or a
//! branch of `any`, once it held. `docs/authoring.md` says it to authors.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::engine::reference::asked::{Asked, PartId, alternatives, asked};
use crate::engine::selftest::owners::{Owned, Owners};
use crate::engine::selftest::run::Prepared;
use crate::policy::model::{Condition, PathCondition, PathRef, Rule};
use crate::policy::operator::{ListTest, NodeTest, Operator, OperatorKind};
use crate::policy::prose::{Names, predicate};
use crate::policy::{PolicyIndex, PolicySet, place, walk};
use crate::text::Span;
use crate::violation::{Open, Owner, Share};

/// What tests decided.
#[derive(Debug, Clone, Default)]
pub struct Decided {
    held: HashSet<PartId>,
    failed: HashSet<PartId>,
}

impl Decided {
    /// What the events of `prepared` decide.
    #[must_use]
    pub fn by(prepared: &Prepared<'_>) -> Self {
        let mut decided = Self::default();
        for event in prepared.tests.iter().flat_map(|test| test.cases.iter().map(move |case| (test.today, case))) {
            let (today, case) = event;
            for event in &case.events {
                asked(prepared.set, prepared.policy, prepared.rule, event, today, &mut |asked| {
                    match asked {
                        Asked::Predicate(part, true) | Asked::Alternative(part) => decided.held.insert(part),
                        Asked::Predicate(part, false) => decided.failed.insert(part),
                    };
                });
            }
        }
        decided
    }

    /// What this and `other` decide together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.held.extend(other.held);
        self.failed.extend(other.failed);
        self
    }
}

/// What of the conditions of `rules` of `set` is decided; list values and exceptions count as on `today`.
#[must_use]
pub fn coverage(set: &PolicySet, rules: &[(PolicyIndex, &Rule)], today: Date, decided: &Decided) -> Vec<Share> {
    let mut walk =
        Walk { set, today, decided, owners: Owners::new(set), seen: HashSet::new(), defines: HashSet::new() };
    for (policy, rule) in rules {
        let owned = walk.owners.rule(*policy, rule);
        let dead = |condition: &Condition| {
            rule.exceptions.iter().any(|exception| {
                std::ptr::eq(&raw const exception.condition, condition)
                    && (!rule.waivable || exception.until.value < today)
            })
        };
        for condition in walk::conditions(rule).into_iter().filter(|condition| !dead(condition)) {
            walk.condition(*policy, owned, condition);
        }
    }
    walk.owners.shares()
}

struct Walk<'s, 'd> {
    set: &'s PolicySet,
    today: Date,
    decided: &'d Decided,
    owners: Owners<'s>,
    /// Parts that were met, so that what is shared counts once.
    seen: HashSet<PartId>,
    /// The same for definitions.
    defines: HashSet<(PolicyIndex, String)>,
}

impl<'s> Walk<'s, '_> {
    fn condition(&mut self, policy: PolicyIndex, owner: Owned, condition: &'s Condition) {
        match condition {
            Condition::All(parts) => parts.iter().for_each(|part| self.condition(policy, owner, part)),
            Condition::Any(parts) => {
                for (branch, part) in parts.iter().enumerate() {
                    // Of a single predicate it is asked already whether it ever held.
                    if parts.len() > 1 && !is_single(part) {
                        let what = format!("branch {} of `any`", branch + 1);
                        self.alternative(owner, PartId::of(part), place::condition(part), what);
                    }
                    self.condition(policy, owner, part);
                }
            }
            Condition::Not(inner) => self.condition(policy, owner, inner),
            Condition::Use(name) => {
                if let Some((home, define)) = self.set.define(policy, &name.value)
                    && self.defines.insert((home, name.value.clone()))
                {
                    let owner = self.owners.named(home, Owner::Define(name.value.clone()), define.span);
                    self.condition(home, owner, &define.condition);
                }
            }
            Condition::Where(filter) => {
                let what = format!("`where: {}`", filter.value.text());
                self.predicate(owner, PartId::of(condition), filter.span, what);
            }
            Condition::Path(path) => self.path(policy, owner, path),
        }
    }

    fn path(&mut self, policy: PolicyIndex, owner: Owned, condition: &'s PathCondition) {
        for test in &condition.tests {
            match test {
                ListTest::Default(inner) | ListTest::Some(inner) | ListTest::Every(inner) | ListTest::None(inner) => {
                    self.node_test(policy, owner, &condition.path, inner);
                }
                ListTest::Count(_) | ListTest::Distinct(_) => {
                    let what = self.words(policy, &condition.path, test.clone());
                    self.predicate(owner, PartId::of(test), condition.path.span, what);
                }
            }
        }
    }

    fn node_test(&mut self, policy: PolicyIndex, owner: Owned, path: &PathRef, test: &'s NodeTest) {
        match test {
            NodeTest::Element(inner) => self.condition(policy, owner, inner),
            NodeTest::Operators(operators) => {
                for operator in operators {
                    self.operator(policy, owner, path, operator);
                }
            }
        }
    }

    fn operator(&mut self, policy: PolicyIndex, owner: Owned, path: &PathRef, operator: &'s Operator) {
        match &operator.kind {
            OperatorKind::Not(inner) => return self.node_test(policy, owner, path, inner),
            OperatorKind::Json(inner) => return self.condition(policy, owner, inner),
            _ => {}
        }
        let alone = ListTest::Default(NodeTest::Operators(vec![operator.clone()]));
        let what = self.words(policy, path, alone);
        self.predicate(owner, PartId::of(operator), operator.span, what);
        for alternative in alternatives(self.set, policy, &operator.kind, self.today) {
            let what = format!("the value `{}` of `{}`", alternative.text, path.written());
            match (alternative.list, alternative.span) {
                (Some(list), Some((home, span))) => {
                    let name_span = self.set.list(policy, &list).map_or(span, |(_, list)| list.span);
                    let what = format!("the value `{}`", alternative.text);
                    let owner = self.owners.named(home, Owner::List(list), name_span);
                    self.alternative(owner, alternative.part, span, what);
                }
                (_, span) => {
                    let span = span.map_or(operator.span, |(_, span)| span);
                    self.alternative(owner, alternative.part, span, what);
                }
            }
        }
    }

    fn words(&self, policy: PolicyIndex, path: &PathRef, test: ListTest) -> String {
        predicate(Names { set: self.set, policy }, &PathCondition { path: path.clone(), tests: vec![test] })
    }

    fn predicate(&mut self, owner: Owned, part: PartId, span: Span, what: String) {
        let why = match (self.decided.held.contains(&part), self.decided.failed.contains(&part)) {
            (true, true) => None,
            (false, true) => Some("never held"),
            (true, false) => Some("always held"),
            (false, false) => Some("never asked"),
        };
        self.count(owner, part, span, what, why);
    }

    fn alternative(&mut self, owner: Owned, part: PartId, span: Span, what: String) {
        let why = (!self.decided.held.contains(&part)).then_some("never held");
        self.count(owner, part, span, what, why);
    }

    fn count(&mut self, owner: Owned, part: PartId, span: Span, what: String, why: Option<&str>) {
        if self.seen.insert(part) {
            let open = why.map(|why| Open { span, at: self.owners.at(owner, span), what, why: why.to_owned() });
            self.owners.count(owner, open);
        }
    }
}

/// Whether a condition is one predicate, which is counted as such.
fn is_single(condition: &Condition) -> bool {
    match condition {
        Condition::Where(_) => true,
        Condition::Path(PathCondition { tests, .. }) => match tests.as_slice() {
            [ListTest::Default(NodeTest::Operators(operators)) | ListTest::Some(NodeTest::Operators(operators))] => {
                matches!(operators.as_slice(), [Operator { kind, .. }]
                    if !matches!(kind, OperatorKind::Not(_) | OperatorKind::Json(_)))
            }
            [ListTest::Count(_) | ListTest::Distinct(_)] => true,
            _ => false,
        },
        _ => false,
    }
}
