//! What became of each control: the outcomes of the rules that support it put together, with what they rest on.
//!
//! A run goes in; its frameworks, each with its controls, come out, for every report that shows them. docs/compliance.md says what each
//! status claims.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::policy::RuleId;
use crate::policy::framework::Framework as Listed;
use crate::report::number::{count, grouped};
use crate::report::reporter::RunReport;
use crate::text::sanitize::one_line_cut;
use crate::violation::{Extent, RuleCard, RuleStatus, RuleSummary};

/// Accounts, and regions, that are named; more are counted.
const NAMED: usize = 3;
/// Characters of one of them.
const NAME_LIMIT: usize = 40;

/// A framework that rules of the run name.
#[derive(Debug)]
pub(super) struct Framework<'a> {
    pub(super) name: &'a str,
    /// Its list of controls, where there is one: without it no control is known to be not covered.
    pub(super) listed: Option<&'static Listed>,
    /// Whether all of what is listed is shown, not only controls that were asked for.
    pub(super) whole: bool,
    /// In the order people count in.
    pub(super) controls: Vec<Control<'a>>,
}

/// A control of it.
#[derive(Debug)]
pub(super) struct Control<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) title: Option<&'static str>,
    /// The rules that support it, with their places among those of the run.
    pub(super) rules: Vec<(usize, &'a RuleSummary)>,
    pub(super) status: ControlStatus,
    /// What the populations of its rules reach over.
    pub(super) extent: Extent,
}

/// The outcome of a control, in the order in which one goes before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ControlStatus {
    /// One of its rules is violated.
    Violated,
    /// None is, but of one it is not known yet.
    Pending,
    /// None is, but one has not seen enough to say.
    Learning,
    /// All were judged and events were seen, but part of the input could not be read.
    NoEvidence,
    /// Events were seen, none in violation, and everything could be read.
    Clean,
    /// No event that its rules are about was seen.
    NotObserved,
    /// No rule of the run supports it.
    NotCovered,
}

impl ControlStatus {
    pub(super) const ALL: [Self; 7] = [
        Self::Violated,
        Self::Pending,
        Self::Learning,
        Self::NoEvidence,
        Self::Clean,
        Self::NotObserved,
        Self::NotCovered,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Violated => "violated",
            Self::Pending => "pending",
            Self::Learning => "learning",
            Self::NoEvidence => "no evidence",
            Self::Clean => "clean",
            Self::NotObserved => "not observed",
            Self::NotCovered => "not covered",
        }
    }
}

/// The frameworks of `run` in the order of their names: those that were asked for, else all that its rules name.
pub(super) fn frameworks<'a>(run: &RunReport<'a>) -> Vec<Framework<'a>> {
    let cards: HashMap<&RuleId, &'a RuleCard> = run.rules.iter().map(|card| (&card.rule, card)).collect();
    let mut found: BTreeMap<&'a str, BTreeMap<Vec<Part>, Control<'a>>> = BTreeMap::new();
    for (index, summary) in run.summary.rules.iter().enumerate() {
        for (framework, ids) in cards.get(&summary.rule).iter().flat_map(|card| &card.controls) {
            for id in ids.iter().filter(|id| is_wanted(run, framework, id)) {
                let of = found.entry(framework).or_default();
                let control = of.entry(counted(id)).or_insert_with(|| Control::new(Cow::Borrowed(id)));
                if control.rules.last().is_none_or(|(last, _)| *last != index) {
                    control.rules.push((index, summary));
                }
            }
        }
    }
    found
        .into_iter()
        .map(|(name, mut of)| {
            let listed = Listed::named(name);
            for known in listed.iter().flat_map(|listed| listed.controls()) {
                if is_wanted(run, name, &known.id) {
                    let key = counted(&known.id);
                    of.entry(key).or_insert_with(|| Control::new(Cow::Owned(known.id))).title = Some(known.title);
                }
            }
            let mut controls: Vec<Control<'a>> = of.into_values().collect();
            controls.iter_mut().for_each(|control| control.settle(run));
            let whole = run.controls.is_empty() || run.controls.iter().any(|wanted| wanted == name);
            Framework { name, listed, whole, controls }
        })
        .collect()
}

fn is_wanted(run: &RunReport<'_>, framework: &str, id: &str) -> bool {
    run.controls.is_empty()
        || run.controls.iter().any(|wanted| match wanted.split_once(':') {
            Some((of, control)) => of == framework && control == id,
            None => wanted == framework,
        })
}

impl Framework<'_> {
    /// `16 controls: 1 violated, 14 clean, 1 not covered`.
    pub(super) fn counts(&self) -> String {
        let parts: Vec<String> = ControlStatus::ALL
            .into_iter()
            .map(|status| (self.controls.iter().filter(|control| control.status == status).count(), status))
            .filter(|(controls, _)| *controls > 0)
            .map(|(controls, status)| format!("{} {}", grouped(controls), status.word()))
            .collect();
        format!("{}: {}", count(self.controls.len(), "control"), parts.join(", "))
    }

    /// Which part of the framework is shown.
    pub(super) fn scope(&self) -> String {
        match self.listed {
            Some(listed) if self.whole => {
                let others = self.controls.iter().any(|control| control.title.is_none());
                let others = if others { ", and what else rules support" } else { "" };
                format!("{}: {}{others}", listed.title, listed.part)
            }
            Some(listed) => format!("{}: controls that were asked for", listed.title),
            None => "Not the whole framework: the controls that rules of this run support".to_owned(),
        }
    }
}

impl<'a> Control<'a> {
    fn new(id: Cow<'a, str>) -> Self {
        Self { id, title: None, rules: Vec::new(), status: ControlStatus::NotCovered, extent: Extent::default() }
    }

    fn settle(&mut self, run: &RunReport<'_>) {
        for (_, rule) in &self.rules {
            self.extent.join(&rule.extent);
        }
        self.status = if self.with(RuleStatus::Violated) > 0 {
            ControlStatus::Violated
        } else if self.with(RuleStatus::Pending) > 0 {
            ControlStatus::Pending
        } else if self.with(RuleStatus::Learning) > 0 {
            ControlStatus::Learning
        } else if self.with(RuleStatus::Clean) > 0 {
            if run.is_partial() { ControlStatus::NoEvidence } else { ControlStatus::Clean }
        } else if self.rules.is_empty() {
            ControlStatus::NotCovered
        } else {
            ControlStatus::NotObserved
        };
    }

    fn with(&self, status: RuleStatus) -> usize {
        self.rules.iter().filter(|(_, rule)| rule.status == status).count()
    }

    pub(super) fn population(&self) -> u64 {
        self.sum(|rule| rule.population)
    }

    pub(super) fn violations(&self) -> u64 {
        self.sum(|rule| rule.violations)
    }

    pub(super) fn waived(&self) -> u64 {
        self.sum(|rule| rule.waived)
    }

    fn sum(&self, of: impl Fn(&RuleSummary) -> u64) -> u64 {
        self.rules.iter().map(|(_, rule)| of(rule)).fold(0, u64::saturating_add)
    }

    /// What stands against reading the status as that of every rule: `1 of 3 rules not observed`.
    pub(super) fn but(&self) -> Option<String> {
        let others = [
            (RuleStatus::Pending, ControlStatus::Pending),
            (RuleStatus::Learning, ControlStatus::Learning),
            (RuleStatus::NotObserved, ControlStatus::NotObserved),
        ];
        let parts: Vec<String> = others
            .into_iter()
            .filter(|(_, status)| *status != self.status)
            .map(|(of_rule, status)| (self.with(of_rule), status))
            .filter(|(rules, _)| *rules > 0)
            .map(|(rules, status)| format!("{rules} of {} {}", count(self.rules.len(), "rule"), status.word()))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// `2023-07-10 12:00:00 – 2023-07-12 09:30:00 UTC`; `None` where no event says a time.
pub(super) fn times(extent: &Extent) -> Option<String> {
    let (first, last) = (extent.first.as_deref()?, extent.last.as_deref()?);
    let plain = |time: &str| time.replace('T', " ").replace('Z', "");
    Some(if first == last {
        format!("{} UTC", plain(first))
    } else {
        format!("{} – {} UTC", plain(first), plain(last))
    })
}

/// `account 111122223333`, `eu-west-1, us-east-1` or `17 regions`: what is known of them.
pub(super) fn places(extent: &Extent) -> Vec<String> {
    let named = |values: &std::collections::BTreeSet<String>, one: &str| match values.len() {
        0 => None,
        1..=NAMED => {
            let names: Vec<_> = values.iter().map(|value| one_line_cut(value, NAME_LIMIT)).collect();
            let noun = if values.len() == 1 { one.to_owned() } else { format!("{one}s") };
            Some(format!("{noun} {}", names.join(", ")))
        }
        more => Some(count(more, one)),
    };
    [named(&extent.accounts, "account"), named(&extent.regions, "region")].into_iter().flatten().collect()
}

/// A part of a control's name: a number comes before a word, and 2 before 10.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Number(u64, String),
    Word(String),
}

/// The parts of a control's id, by which ids stand in the order people count in.
pub(super) fn counted(name: &str) -> Vec<Part> {
    name.split_inclusive(|character: char| !character.is_ascii_alphanumeric())
        .flat_map(|part| {
            let end = part.find(|character: char| !character.is_ascii_digit()).unwrap_or(part.len());
            let (digits, rest) = part.split_at_checked(end).unwrap_or((part, ""));
            let number = digits.parse().ok().map(|number| Part::Number(number, digits.to_owned()));
            let word = if number.is_some() { rest } else { part };
            number.into_iter().chain((!word.is_empty()).then_some(Part::Word(word.to_owned())))
        })
        .collect()
}

/// Controls as JSON: `{"framework", "control", "title", "status", "rules", "population", "violations", "waived", "extent"}`.
#[derive(Debug, Serialize)]
pub(super) struct ControlView<'a> {
    framework: &'a str,
    control: String,
    title: Option<&'static str>,
    status: ControlStatus,
    rules: Vec<&'a RuleId>,
    population: u64,
    violations: u64,
    waived: u64,
    extent: Extent,
}

/// The controls of `run`, one framework after another; those that are not covered only where controls were asked for: a run of one
/// rule would name a hundred of them.
pub(super) fn views<'a>(run: &RunReport<'a>) -> Vec<ControlView<'a>> {
    let asked = !run.controls.is_empty();
    let frameworks = frameworks(run).into_iter();
    frameworks
        .flat_map(|framework| {
            let name = framework.name;
            let told = framework.controls.into_iter();
            let told = told.filter(move |control| asked || control.status != ControlStatus::NotCovered);
            told.map(move |control| ControlView {
                framework: name,
                title: control.title,
                status: control.status,
                population: control.population(),
                violations: control.violations(),
                waived: control.waived(),
                rules: control.rules.iter().map(|(_, rule)| &rule.rule).collect(),
                control: control.id.into_owned(),
                extent: control.extent,
            })
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
