//! Conditions that never hold, alternatives that never hold or add nothing, and values that stand in their list already.

use std::collections::BTreeSet;

use crate::compile::lint::need::{Clash, Gather, Key, Needs, covers};
use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::{Fix, list_entry};
use crate::policy::model::{Condition, Policy, Rule, Spanned};
use crate::policy::operator::{Case, ListTest, NodeTest, Operator, OperatorKind, Scalar, TextPlace, Value, Values};
use crate::policy::walk;
use crate::policy::{Obligation, PolicyIndex, PolicySet};
use crate::text::Span;

/// Rules, exceptions and alternatives of `policy` that no event can meet.
pub(super) fn unreachable(set: &PolicySet, home: PolicyIndex, policy: &Policy) -> Vec<PolicyError> {
    let mut visit = Visit { gather: Gather { set }, home, policy, found: Vec::new() };
    policy.rules.iter().for_each(|rule| visit.rule(rule));
    for define in policy.defines.values() {
        visit.condition(&define.condition, &Needs::new(), "this definition never holds");
    }
    visit.found
}

/// Alternatives and list values of `policy` that others cover.
pub(super) fn redundant(set: &PolicySet, home: PolicyIndex, policy: &Policy) -> Vec<PolicyError> {
    let gather = Gather { set };
    let mut advice = Vec::new();
    let defines = policy.defines.values().map(|define| &define.condition);
    for condition in defines.chain(policy.rules.iter().flat_map(walk::conditions)) {
        each(condition, &mut |condition| match condition {
            Condition::Any(branches) => advice.extend(redundant_branches(&gather, home, policy, branches)),
            Condition::Path(path) => {
                for operators in path.tests.iter().filter_map(operators) {
                    operators.iter().for_each(|operator| advice.extend(duplicates(policy, operator)));
                }
            }
            _ => {}
        });
    }
    for (name, list) in &policy.lists {
        let mut seen = BTreeSet::new();
        for entry in &list.entries {
            if !seen.insert(Key::of(&entry.value.value)) {
                let message = format!("`{}` is in the list `{name}` twice", entry.value.value);
                advice.push(duplicate(policy, message, entry.value.span));
            }
        }
    }
    advice
}

struct Visit<'s> {
    gather: Gather<'s>,
    home: PolicyIndex,
    policy: &'s Policy,
    found: Vec<PolicyError>,
}

impl Visit<'_> {
    fn rule(&mut self, rule: &Rule) {
        let id = &rule.id.value;
        let mut needs = Needs::new();
        if let Some(when) = &rule.when {
            match self.condition(when, &Needs::new(), &format!("no event is in the population of `{id}`")) {
                Some(population) => needs = population,
                None => return,
            }
        }
        let violation = match &rule.obligation {
            Obligation::Forbid(condition) => {
                match self.condition(condition, &needs, &format!("`{id}` can never be violated")) {
                    Some(needs) => needs,
                    None => return,
                }
            }
            Obligation::Require(condition) => {
                let what = format!("no event of the population can meet what `{id}` requires");
                self.condition(condition, &needs, &what);
                needs
            }
            _ => needs,
        };
        for exception in &rule.exceptions {
            let what = format!("the exception `{}` of `{id}` never applies", exception.name.value);
            self.condition(&exception.condition, &violation, &what);
        }
    }

    /// What holds where `condition` does, beside `needs`; `None` where it never does, which is recorded.
    fn condition(&mut self, condition: &Condition, needs: &Needs, what: &str) -> Option<Needs> {
        let mut joined = needs.clone();
        if let Err(clash) = self.gather.add(self.home, condition, None, &mut joined) {
            self.found.push(self.never(Code::NeverMatches, what, &clash));
            return None;
        }
        let mut branches_of = Vec::new();
        alternatives(condition, &mut branches_of);
        for branches in branches_of {
            let clashes: Vec<Option<Box<Clash>>> = branches
                .iter()
                .map(|branch| self.gather.add(self.home, branch, None, &mut joined.clone()).err())
                .collect();
            if clashes.iter().all(Option::is_some) {
                if let Some(Some(clash)) = clashes.first() {
                    self.found.push(self.never(Code::NeverMatches, what, clash));
                }
                return None;
            }
            for clash in clashes.iter().flatten() {
                self.found.push(self.never(Code::UnreachableBranch, "this alternative never holds", clash));
            }
        }
        Some(joined)
    }

    fn never(&self, code: Code, what: &str, clash: &Clash) -> PolicyError {
        let (first, second) = (&clash.first, &clash.second);
        let one_of = |needs: &BTreeSet<Key>| match needs.iter().take(3).map(shown).collect::<Vec<_>>() {
            shown if shown.is_empty() => "two things at once".to_owned(),
            shown => shown.join(" or ") + if needs.len() > 3 { " or …" } else { "" },
        };
        let message = format!("{what}: `{}` cannot be both", second.written);
        let error = PolicyError::warning(code, &self.policy.source, message)
            .label(second.span, format!("must be {} here", one_of(&second.one_of)))
            .help("take out one of the two, or put alternatives under `any:`");
        if first.span == second.span {
            error
        } else {
            error.label(first.span, format!("and {} here", one_of(&first.one_of)))
        }
    }
}

fn shown(key: &Key) -> String {
    match key {
        Key::Nothing => "missing".to_owned(),
        Key::Text(text) => format!("`{text}`"),
        Key::Number(number) => format!("`{number}`"),
        Key::Bool(value) => format!("`{value}`"),
    }
}

/// The lists of alternatives of which one must hold where `condition` does.
fn alternatives<'c>(condition: &'c Condition, found: &mut Vec<&'c [Condition]>) {
    match condition {
        Condition::All(parts) => parts.iter().for_each(|part| alternatives(part, found)),
        Condition::Any(branches) => found.push(branches),
        _ => {}
    }
}

/// Calls `visit` for `condition` and all conditions in it.
fn each<'c>(condition: &'c Condition, visit: &mut dyn FnMut(&'c Condition)) {
    visit(condition);
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| each(part, visit)),
        Condition::Not(inner) => each(inner, visit),
        Condition::Path(path) => {
            for test in &path.tests {
                if let ListTest::Default(test) | ListTest::Some(test) | ListTest::Every(test) | ListTest::None(test) =
                    test
                    && let NodeTest::Element(inner) = test
                {
                    each(inner, visit);
                }
            }
        }
        Condition::Use(_) | Condition::Where(_) => {}
    }
}

fn operators(test: &ListTest) -> Option<&[Operator]> {
    let (ListTest::Default(test) | ListTest::Some(test) | ListTest::Every(test) | ListTest::None(test)) = test else {
        return None;
    };
    match test {
        NodeTest::Operators(operators) => match operators.as_slice() {
            [Operator { kind: OperatorKind::Not(inner), .. }] => match inner.as_ref() {
                NodeTest::Operators(operators) => Some(operators),
                NodeTest::Element(_) => None,
            },
            operators => Some(operators),
        },
        NodeTest::Element(_) => None,
    }
}

fn redundant_branches(
    gather: &Gather<'_>,
    home: PolicyIndex,
    policy: &Policy,
    branches: &[Condition],
) -> Vec<PolicyError> {
    let wholes: Vec<Option<Needs>> = branches.iter().map(|branch| gather.whole(home, branch)).collect();
    let mut advice = Vec::new();
    for (at, branch) in branches.iter().enumerate() {
        let narrow = gather.needs(home, branch);
        let wider = wholes.iter().enumerate().find_map(|(other, wide)| {
            let wide = wide.as_ref().filter(|wide| other != at && covers(wide, &narrow))?;
            // Of two equal ones the second is told of.
            let equal = other > at && wholes.get(at)?.as_ref().is_some_and(|own| covers(own, wide));
            (!equal).then_some(wide)
        });
        if let (Some(wide), Some(span)) = (wider, span_of(branch)) {
            let message = "this alternative adds nothing: another one holds wherever it does";
            let error = PolicyError::advice(Code::RedundantBranch, &policy.source, message)
                .label(span, "covered")
                .help("take it out, or say what makes it differ");
            advice.push(match wide.values().next() {
                Some(need) if need.span != span => error.label(need.span, "by this one"),
                _ => error,
            });
        }
    }
    advice
}

/// The first word of a condition.
fn span_of(condition: &Condition) -> Option<Span> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.first().and_then(span_of),
        Condition::Not(inner) => span_of(inner),
        Condition::Use(name) => Some(name.span),
        Condition::Where(filter) => Some(filter.span),
        Condition::Path(path) => Some(path.path.span),
    }
}

/// Values of one operator that another value of it covers.
fn duplicates(policy: &Policy, operator: &Operator) -> Vec<PolicyError> {
    let (values, place, case) = match &operator.kind {
        OperatorKind::In(Values::Items(items), case) => (items, None, *case),
        OperatorKind::Text(place, Values::Items(items), case) => (items, Some(*place), *case),
        _ => return Vec::new(),
    };
    let literals: Vec<&Spanned<Scalar>> = values
        .iter()
        .filter_map(|value| match value {
            Value::Literal(literal) => Some(literal),
            Value::Path(_) | Value::Template(_) => None,
        })
        .collect();
    let folded = |literal: &Spanned<Scalar>| match (&literal.value, case) {
        (Scalar::String(text), Case::Ignored) => Key::Text(text.to_lowercase()),
        (scalar, _) => Key::of(scalar),
    };
    let mut advice = Vec::new();
    for (at, literal) in literals.iter().enumerate() {
        let own = folded(literal);
        let others = literals.iter().enumerate().filter(|(other, _)| *other != at);
        for (other, wide) in others {
            let wide = folded(wide);
            if wide == own && other < at {
                let message = format!("`{}` stands here twice", literal.value);
                advice.push(duplicate(policy, message, literal.span));
                break;
            }
            if wide != own && place.is_some_and(|place| within(place, &wide, &own)) {
                let message = format!("`{}` adds nothing: another value is found wherever it is", literal.value);
                advice.push(duplicate(policy, message, literal.span));
                break;
            }
        }
    }
    advice
}

fn within(place: TextPlace, wide: &Key, narrow: &Key) -> bool {
    let (Key::Text(wide), Key::Text(narrow)) = (wide, narrow) else { return false };
    match place {
        TextPlace::Start => narrow.starts_with(wide.as_str()),
        TextPlace::End => narrow.ends_with(wide.as_str()),
        // Of an array it asks for an equal element, so only equal values cover each other.
        TextPlace::Anywhere => false,
    }
}

fn duplicate(policy: &Policy, message: String, span: Span) -> PolicyError {
    let fix = list_entry(&policy.source.text, span)
        .map(|range| Fix::replace(format!("take out {}", span.of(&policy.source.text)), range, ""));
    PolicyError::advice(Code::DuplicateValue, &policy.source, message)
        .label(span, "can be taken out")
        .help("take it out, or write the value that was meant")
        .fix(fix)
}
