//! The program of a run: every rule as matchers, sorted by the records they are about. Built once, shared by all threads.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use crate::compile::check::{build_check, exceptions, single};
use crate::compile::described::DescribedSlots;
use crate::compile::gate::slots_of;
use crate::compile::index::{Entry, Index};
use crate::compile::matcher::Matcher;
use crate::compile::population::{Population, Populations};
use crate::compile::waivers;
use crate::compile::window::WindowCheck;
use crate::event::{Fields, RecordFormat};
use crate::json::{Location, Path, Skimmer, SlotId, SlotTable, Step};
use crate::policy::model::{RecordSource, Rule, Severity, Template};
use crate::policy::waiver::{RulePattern, WaiverIndex};
use crate::policy::{PolicyIndex, PolicySet, RuleId};
use crate::text::{LineColumn, Lines};

/// What `engine::scan` runs.
#[derive(Debug, Clone)]
pub struct Program {
    /// One part for each kind of records.
    pub parts: Vec<Part>,
    /// Every rule of the run, also those that are not evaluated, in the order of the policies.
    pub rules: Vec<CompiledRule>,
    /// Every waiver of the run, also those that have expired.
    pub waivers: Vec<CompiledWaiver>,
    /// Waivers in force that name fingerprints, by each of them, in rising order.
    pub waivers_by_fingerprint: HashMap<String, Vec<WaiverIndex>>,
}

/// The rules about one kind of records.
#[derive(Debug, Clone)]
pub struct Part {
    /// The records.
    pub format: RecordFormat,
    /// Where a record of another format says its time and identity.
    pub fields: EventFields,
    /// All definite paths: of the rules, read from records that a rule may concern, and of what is read from every record.
    pub slots: SlotTable,
    /// Fills all slots of a plain record.
    pub all: Skimmer,
    /// The few slots that are read from every record on the way: those of identity, of the index and of rules that any event may
    /// concern.
    pub eager: Fields,
    /// Where a record's identity lies.
    pub identity: IdentitySlots,
    /// Where a record says when and where it was made.
    pub place: PlaceSlots,
    /// From field values to places in `rules` and `populations`.
    pub index: Index,
    /// The rules, as places in the program's.
    pub rules: Vec<usize>,
    /// The populations of rules.
    pub populations: Vec<Population>,
    /// The place of each rule's population; `None` where every event is in it.
    pub population_of: Vec<Option<usize>>,
    /// Rules without a population: every event is in it, whether the index names them or not.
    pub everywhere: Vec<usize>,
    grouping: Populations,
    /// The conditions of waivers in force.
    pub waivers: HashMap<WaiverIndex, Matcher>,
    /// What rules over time need beside what they ask; `None` where there is no such rule.
    pub over_time: Option<OverTime>,
}

/// What is read from records for rules over time.
#[derive(Debug, Clone)]
pub struct OverTime {
    /// Who an event is, for those that make a fact.
    pub described: DescribedSlots,
    /// `addendum.reason`, of every record.
    pub reason: SlotId,
}

/// Where an event says who, when and where, for records that are no CloudTrail events.
#[derive(Debug, Clone, Default)]
pub struct EventFields {
    /// Its time.
    pub time: Option<Path>,
    /// Its identity.
    pub id: Option<Path>,
}

/// Slots that make up an event's identity.
#[derive(Debug, Clone, Default)]
pub struct IdentitySlots {
    /// The id; without it an event is never a duplicate.
    pub id: Option<SlotId>,
    /// Fields that must be equal too, so that two events that share an id by mistake both count.
    pub with: Vec<SlotId>,
}

/// Slots of when and where a record was made.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlaceSlots {
    /// Its time.
    pub time: Option<SlotId>,
    /// The account it was recorded in.
    pub account: Option<SlotId>,
    /// The region.
    pub region: Option<SlotId>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    /// Its id.
    pub id: RuleId,
    /// Its title.
    pub title: Arc<str>,
    /// Its severity.
    pub severity: Severity,
    /// What it asks of one event; `None` for obligations over time.
    pub check: Option<Check>,
    /// What it asks of events one by one, so that several can be put together; only for obligations over time.
    pub window: Option<WindowCheck>,
    /// Its obligation's keyword.
    pub obligation: &'static str,
    /// Its message; `None` is the title.
    pub message: Option<Template>,
    /// What to do about a violation.
    pub remediation: Option<Arc<str>>,
    /// Framework → controls.
    pub controls: Arc<BTreeMap<String, Vec<String>>>,
    /// Where it stands.
    pub file: Arc<str>,
    /// Line and column of its id.
    pub at: LineColumn,
    /// Whether waivers may cover its violations.
    pub waivable: bool,
    /// Waivers in force that may cover any of its violations, in rising order; not those that name fingerprints.
    pub waivers: Vec<WaiverIndex>,
}

/// What a rule asks of one event.
#[derive(Debug, Clone)]
pub struct Check {
    /// The population; `None` is every event.
    pub when: Option<Matcher>,
    /// The obligation's condition.
    pub condition: Matcher,
    /// Whether the condition must hold.
    pub polarity: Polarity,
    /// The exceptions in force, with their places among the rule's.
    pub exceptions: Vec<(usize, CompiledException)>,
}

/// Whether a condition must hold or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// `forbid`.
    MustNotHold,
    /// `require`.
    MustHold,
}

/// An exception in force.
#[derive(Debug, Clone)]
pub struct CompiledException {
    /// Its name.
    pub name: String,
    /// Its reason.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds.
    pub until: Date,
    /// Which violations it covers.
    pub condition: Matcher,
}

/// A waiver.
#[derive(Debug, Clone)]
pub struct CompiledWaiver {
    /// Its name.
    pub name: String,
    /// Its reason.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Date,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// The rules it is about; empty is every rule.
    pub rules: Vec<RulePattern>,
}

impl Program {
    /// The rules that share the population at `population` in the part at `part`.
    pub fn rules_of(&self, part: usize, population: usize) -> impl Iterator<Item = usize> {
        let part = self.parts.get(part);
        let population = part.and_then(|part| part.populations.get(population));
        let locals = population.into_iter().flat_map(|population| &population.rules);
        locals.filter_map(move |local| part?.rules.get(*local).copied())
    }
}

/// The program of `set` on the day `today`: exceptions, waivers and list values past their last day do not count.
#[must_use]
pub fn compile(set: &PolicySet, today: Date) -> Program {
    compile_rules(set, set.rules(), today)
}

/// The program of `rule` alone, which stands in `policy` of `set` (or in a changed copy of it): what it costs does not depend on
/// the other rules of the set.
#[must_use]
pub fn compile_rule(set: &PolicySet, policy: PolicyIndex, rule: &Rule, today: Date) -> Program {
    compile_rules(set, std::iter::once((policy, rule)), today)
}

/// The program of `rules`, in their order, each with the policy of `set` that it stands in: rules of the set, or changed copies of
/// them whose ids no other has.
#[must_use]
pub fn compile_rules<'r>(
    set: &PolicySet,
    rules: impl Iterator<Item = (PolicyIndex, &'r Rule)>,
    today: Date,
) -> Program {
    let mut program =
        Program { parts: Vec::new(), rules: Vec::new(), waivers: Vec::new(), waivers_by_fingerprint: HashMap::new() };
    let mut lines: Option<(PolicyIndex, Lines<'_>)> = None;
    for (policy_index, rule) in rules {
        let Some(policy) = set.policy(policy_index) else { continue };
        let part_index = part_of(&mut program.parts, &policy.records);
        let place = program.rules.len();
        let at = {
            let fresh = lines.as_ref().is_none_or(|(index, _)| *index != policy_index);
            if fresh {
                lines = Some((policy_index, Lines::new(policy.source.text.as_bytes())));
            }
            lines.as_mut().map_or(LineColumn { line: 1, column: 1 }, |(_, lines)| lines.mark(rule.id.span.start))
        };
        let Some(part) = program.parts.get_mut(part_index) else { continue };
        let (check, window) = match single(&rule.obligation) {
            Some(single) => {
                let check = build_check(set, policy_index, rule, &mut part.slots, today, single);
                part.add(place, &check);
                (Some(check), None)
            }
            None => {
                let exceptions = exceptions(set, policy_index, rule, &mut part.slots, today);
                let window = WindowCheck::of(set, policy_index, rule, &mut part.slots, today, exceptions);
                if let Some(window) = &window {
                    part.add_window(place, window);
                }
                (None, window)
            }
        };
        program.rules.push(CompiledRule {
            id: rule.id.value.clone(),
            title: rule.title.as_str().into(),
            severity: rule.severity,
            check,
            window,
            obligation: rule.obligation.keyword(),
            message: rule.message.clone(),
            remediation: rule.remediation.as_deref().map(Into::into),
            controls: Arc::new(rule.controls.clone()),
            file: policy.source.name.clone(),
            at,
            waivable: rule.waivable,
            waivers: Vec::new(),
        });
    }
    waivers::add(&mut program, set, today);
    let rules = &program.rules;
    for part in &mut program.parts {
        part.finish(rules);
    }
    program
}

/// Place of the part for `records`, made where there is none.
fn part_of(parts: &mut Vec<Part>, records: &RecordSource) -> usize {
    let text = |path: &Option<Path>| path.as_ref().map(|path| path.text().to_owned());
    let found = parts.iter().position(|part| match (&part.format, records) {
        (RecordFormat::Cloudtrail, RecordSource::Cloudtrail) => true,
        (RecordFormat::Json { records: known }, RecordSource::Json { records, time, id }) => {
            known.text() == records.text() && text(&part.fields.time) == text(time) && text(&part.fields.id) == text(id)
        }
        _ => false,
    });
    found.unwrap_or_else(|| {
        parts.push(Part::new(records));
        parts.len() - 1
    })
}

impl Part {
    fn new(records: &RecordSource) -> Self {
        let mut slots = SlotTable::default();
        let (format, fields, identity, place) = match records {
            RecordSource::Cloudtrail => {
                let id = Some(slots.slot(&name("eventID").0));
                let with = ["eventTime", "eventSource", "eventName", "recipientAccountId"];
                let with = with.iter().map(|field| slots.slot(&name(field).0)).collect();
                let mut slot = |field| Some(slots.slot(&name(field).0));
                let place = PlaceSlots {
                    time: slot("eventTime"),
                    account: slot("recipientAccountId"),
                    region: slot("awsRegion"),
                };
                (RecordFormat::Cloudtrail, EventFields::default(), IdentitySlots { id, with }, place)
            }
            RecordSource::Json { records, time, id } => {
                let mut slot =
                    |path: &Option<Path>| path.as_ref().and_then(Path::definite).map(|steps| slots.slot(steps));
                let time_slot = slot(time);
                let identity = IdentitySlots { id: slot(id), with: time_slot.into_iter().collect() };
                let place = PlaceSlots { time: time_slot, ..PlaceSlots::default() };
                let fields = EventFields { time: time.clone(), id: id.clone() };
                (RecordFormat::Json { records: records.clone() }, fields, identity, place)
            }
        };
        Self {
            format,
            fields,
            eager: Fields::new(&mut slots, &[]),
            slots,
            all: Skimmer::default(),
            identity,
            place,
            index: Index::default(),
            rules: Vec::new(),
            populations: Vec::new(),
            population_of: Vec::new(),
            everywhere: Vec::new(),
            grouping: Populations::default(),
            waivers: HashMap::new(),
            over_time: None,
        }
    }

    /// Files the rule at `place` under what an event that breaks it must have, and its population under what it asks.
    fn add(&mut self, place: usize, check: &Check) {
        let needed = Some(&check.condition).filter(|_| check.polarity == Polarity::MustNotHold);
        let needed: Vec<&Matcher> = check.when.iter().chain(needed).collect();
        self.index.add(Entry::Rule(self.rules.len()), &needed, &preferred());
        self.add_population(check.when.is_none(), check.when.as_ref());
        self.rules.push(place);
    }

    /// Files the rule over time at `place` under what its population or its steps ask.
    fn add_window(&mut self, place: usize, window: &WindowCheck) {
        let guard = window.guard();
        self.index.add(Entry::Rule(self.rules.len()), &guard.iter().collect::<Vec<_>>(), &preferred());
        self.add_population(window.is_everywhere(), window.when.as_ref().filter(|_| !window.is_sequence()));
        self.rules.push(place);
        if self.over_time.is_none() {
            self.over_time = Some(OverTime {
                described: DescribedSlots::new(&self.format, &self.fields, &mut self.slots),
                reason: self.slots.slot(&[Step::Name("addendum".to_owned()), Step::Name("reason".to_owned())]),
            });
        }
    }

    /// The rules, as places in the program's, that every event must be asked for: whether it is in their population, or where it is in
    /// any case, whether it breaks them.
    pub fn universal(&self) -> impl Iterator<Item = usize> {
        self.rules.iter().enumerate().filter_map(|(local, rule)| {
            self.index.universal().binary_search(&self.entry(local)).is_ok().then_some(*rule)
        })
    }

    /// What the index leads to for the events that meet the rule at `local`: its population or, where every event is in that, or
    /// the rule itself says who is in it, the rule.
    #[must_use]
    pub fn entry(&self, local: usize) -> Entry {
        let population = self.population_of.get(local).copied().flatten();
        let asked = population.filter(|place| self.populations.get(*place).is_some_and(|known| known.when.is_some()));
        asked.map_or(Entry::Rule(local), Entry::Population)
    }

    /// Adds the population of the next rule.
    fn add_population(&mut self, everywhere: bool, when: Option<&Matcher>) {
        let rule = self.rules.len();
        if everywhere {
            self.everywhere.push(rule);
            self.population_of.push(None);
            return;
        }
        let (population, is_new) = self.grouping.add(&mut self.populations, rule, when);
        self.population_of.push(Some(population));
        if let Some(when) = when.filter(|_| is_new) {
            self.index.add(Entry::Population(population), &[when], &preferred());
        }
    }

    /// Settles what is read from every record, once all rules of the program are added.
    fn finish(&mut self, rules: &[CompiledRule]) {
        self.index.finish();
        self.grouping = Populations::default();
        let mut eager: BTreeSet<SlotId> = self.index.slots().collect();
        eager.extend(self.identity.id);
        eager.extend(&self.identity.with);
        eager.extend([self.place.time, self.place.account, self.place.region].into_iter().flatten());
        eager.extend(self.over_time.as_ref().map(|over_time| over_time.reason));
        for entry in self.index.universal() {
            let (rule, population) = match entry {
                Entry::Rule(local) => (self.rules.get(*local).and_then(|place| rules.get(*place)), None),
                Entry::Population(place) => (None, self.populations.get(*place)),
            };
            let of_check = rule.and_then(|rule| rule.check.as_ref()).map(|check| &check.condition);
            let of_window = rule.and_then(|rule| rule.window.as_ref()).into_iter().flat_map(WindowCheck::matchers);
            let of_population = population.and_then(|population| population.when.as_ref());
            for matcher in of_check.into_iter().chain(of_window).chain(of_population) {
                slots_of(matcher, &mut eager);
            }
        }
        self.eager = Fields::new(&mut self.slots, &eager.into_iter().collect::<Vec<_>>());
        let all: Vec<SlotId> = (0..self.slots.len()).map(SlotId).collect();
        self.all = Skimmer::new(&self.slots, &all, &[]);
    }
}

/// The fields that lead to a rule where it asks for them: nearly all records have them, and they have many values.
fn preferred() -> [Location; 2] {
    [name("eventName"), name("eventSource")]
}

fn name(field: &str) -> Location {
    Location(vec![Step::Name(field.to_owned())])
}
