//! The controls of each framework, each with the rules that support it and what became of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::report::html::rule::RuleRow;
use crate::report::html::{shown, status};
use crate::report::number::{count, grouped};
use crate::violation::RuleStatus;

/// A framework.
#[derive(Debug)]
pub(super) struct Framework<'a> {
    name: &'a str,
    pub(super) controls: Vec<Control<'a>>,
}

/// A control: a requirement of a framework.
#[derive(Debug)]
pub(super) struct Control<'a> {
    name: &'a str,
    pub(super) rules: Vec<RuleRow<'a>>,
}

/// The frameworks that the cards of `rules` name, and their controls in the order people count in.
pub(super) fn frameworks<'a>(rules: &[RuleRow<'a>]) -> Vec<Framework<'a>> {
    let mut frameworks: BTreeMap<&str, BTreeMap<Vec<Part<'a>>, Control<'a>>> = BTreeMap::new();
    for rule in rules {
        for (framework, controls) in rule.card.iter().flat_map(|card| &card.controls) {
            let of_framework = frameworks.entry(framework).or_default();
            for name in controls {
                let control = of_framework.entry(counted(name)).or_insert_with(|| Control { name, rules: Vec::new() });
                if control.rules.last().is_none_or(|last| last.index != rule.index) {
                    control.rules.push(*rule);
                }
            }
        }
    }
    frameworks
        .into_iter()
        .map(|(name, controls)| Framework { name, controls: controls.into_values().collect() })
        .collect()
}

impl Framework<'_> {
    pub(super) fn name(&self) -> Cow<'_, str> {
        shown::fact(self.name)
    }

    /// `24 controls: 3 violated, 20 clean, 1 not observed`.
    pub(super) fn summary(&self) -> String {
        let all = [RuleStatus::Violated, RuleStatus::NotEvaluated, RuleStatus::Clean, RuleStatus::NotObserved];
        let parts: Vec<String> = all
            .into_iter()
            .map(|wanted| (self.controls.iter().filter(|control| control.outcome() == wanted).count(), wanted))
            .filter(|(controls, _)| *controls > 0)
            .map(|(controls, wanted)| format!("{} {}", grouped(controls), status::word(wanted)))
            .collect();
        format!("{}: {}", count(self.controls.len(), "control"), parts.join(", "))
    }
}

impl Control<'_> {
    pub(super) fn name(&self) -> Cow<'_, str> {
        shown::fact(self.name)
    }

    pub(super) fn population(&self) -> String {
        grouped(self.sum(|rule| rule.summary.population))
    }

    pub(super) fn violations(&self) -> String {
        grouped(self.sum(|rule| rule.summary.violations))
    }

    pub(super) fn waived(&self) -> String {
        grouped(self.sum(|rule| rule.summary.waived))
    }

    pub(super) fn status(&self) -> &'static str {
        status::word(self.outcome())
    }

    pub(super) fn class(&self) -> &'static str {
        status::class(self.outcome())
    }

    pub(super) fn sign(&self) -> &'static str {
        status::sign(self.outcome())
    }

    pub(super) fn order(&self) -> u8 {
        status::order(self.outcome())
    }

    /// What stands against reading the status as that of every rule: `1 of 3 rules not observed`.
    pub(super) fn but(&self) -> Option<String> {
        let outcome = self.outcome();
        let parts: Vec<String> = [RuleStatus::NotEvaluated, RuleStatus::NotObserved]
            .into_iter()
            .filter(|status| *status != outcome)
            .map(|status| (self.with(status), status))
            .filter(|(rules, _)| *rules > 0)
            .map(|(rules, status)| format!("{} of {} {}", rules, count(self.rules.len(), "rule"), status::word(status)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// One violated rule violates the control, and one that was not evaluated leaves it open.
    fn outcome(&self) -> RuleStatus {
        [RuleStatus::Violated, RuleStatus::NotEvaluated, RuleStatus::Clean]
            .into_iter()
            .find(|status| self.with(*status) > 0)
            .unwrap_or(RuleStatus::NotObserved)
    }

    fn with(&self, status: RuleStatus) -> usize {
        self.rules.iter().filter(|rule| rule.summary.status == status).count()
    }

    fn sum(&self, of: impl Fn(&RuleRow<'_>) -> u64) -> u64 {
        self.rules.iter().map(of).fold(0, u64::saturating_add)
    }
}

/// A part of a control's name: a number comes before a word, and 2 before 10.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Number(u64, &'a str),
    Word(&'a str),
}

fn counted(name: &str) -> Vec<Part<'_>> {
    name.split_inclusive(|character: char| !character.is_ascii_alphanumeric())
        .flat_map(|part| {
            let end = part.find(|character: char| !character.is_ascii_digit()).unwrap_or(part.len());
            let (digits, rest) = part.split_at_checked(end).unwrap_or((part, ""));
            let number = digits.parse().ok().map(|number| Part::Number(number, digits));
            let word = if number.is_some() { rest } else { part };
            number.into_iter().chain((!word.is_empty()).then_some(Part::Word(word)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_stand_in_the_order_people_count_in() {
        let mut names = ["4.10", "4.2", "AC-6(9)", "AC-12", "AC-6(10)", "4.2.1", "10"];
        names.sort_by_key(|name| counted(name));
        assert_eq!(names, ["4.2", "4.2.1", "4.10", "10", "AC-6(9)", "AC-6(10)", "AC-12"]);
    }
}
