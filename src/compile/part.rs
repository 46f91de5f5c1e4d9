//! The rules about one kind of records: their slots, their index, and what is read from every record.

use std::collections::{BTreeSet, HashMap};

use crate::compile::described::DescribedSlots;
use crate::compile::gate::slots_of;
use crate::compile::index::{Entry, Index};
use crate::compile::matcher::Matcher;
use crate::compile::population::{Population, Populations};
use crate::compile::program::{Check, CompiledRule, Polarity};
use crate::compile::window::{WindowCheck, WindowKind};
use crate::event::{Fields, RecordFormat};
use crate::json::{Branches, Location, Path, Skimmer, SlotId, SlotTable, Step};
use crate::policy::model::RecordSource;
use crate::policy::waiver::WaiverIndex;

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
    /// Fill the other slots, a top-level member at a time.
    pub late: Branches,
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
    population_of: Vec<Option<usize>>,
    /// Rules without a population: every event is in it, whether the index names them or not.
    pub everywhere: Vec<usize>,
    /// Of each rule, see [`Part::entry`].
    entries: Vec<Entry>,
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

/// Place of the part for `records`, made where there is none.
pub(super) fn part_of(parts: &mut Vec<Part>, records: &RecordSource) -> usize {
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
            late: Branches::default(),
            slots,
            all: Skimmer::default(),
            identity,
            place,
            index: Index::default(),
            rules: Vec::new(),
            populations: Vec::new(),
            population_of: Vec::new(),
            everywhere: Vec::new(),
            entries: Vec::new(),
            grouping: Populations::default(),
            waivers: HashMap::new(),
            over_time: None,
        }
    }

    /// Files the rule at `place` under what an event that breaks it must have, and its population under what it asks.
    pub(super) fn add(&mut self, place: usize, check: &Check) {
        let needed = Some(&check.condition).filter(|_| check.polarity == Polarity::MustNotHold);
        let needed: Vec<&Matcher> = check.when.iter().chain(needed).collect();
        self.index.add(Entry::Rule(self.rules.len()), &needed, &preferred());
        let population = self.add_population(check.when.is_none(), check.when.as_ref());
        self.entries.push(population.map_or(Entry::Rule(self.rules.len()), Entry::Population));
        self.rules.push(place);
    }

    /// Files the rule over time at `place` under what its population or its steps ask.
    pub(super) fn add_window(&mut self, place: usize, window: &WindowCheck) {
        let guard = window.guard();
        self.index.add(Entry::Rule(self.rules.len()), &guard.iter().collect::<Vec<_>>(), &preferred());
        self.add_population(window.is_everywhere(), window.when.as_ref().filter(|_| !window.is_sequence()));
        self.entries.push(Entry::Rule(self.rules.len()));
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

    /// What the index leads to for the events that the rule at `local` is about: its population, or the rule itself where that is every
    /// event, or where the rule looks at other events as well.
    #[must_use]
    pub fn entry(&self, local: usize) -> Entry {
        self.entries.get(local).copied().unwrap_or(Entry::Rule(local))
    }

    /// The place of the population of the rule at `local`; `None` where every event is in it.
    #[must_use]
    pub fn population(&self, local: usize) -> Option<usize> {
        self.population_of.get(local).copied().flatten()
    }

    /// The first of the rules that share `population`, which stands for all of them; `None` for that of a sequence.
    #[must_use]
    pub fn lead(&self, population: usize) -> Option<usize> {
        let population = self.populations.get(population).filter(|population| population.when.is_some())?;
        population.rules.first().copied()
    }

    /// Adds the population of the next rule; answers its place.
    fn add_population(&mut self, everywhere: bool, when: Option<&Matcher>) -> Option<usize> {
        let rule = self.rules.len();
        if everywhere {
            self.everywhere.push(rule);
            self.population_of.push(None);
            return None;
        }
        let (population, is_new) = self.grouping.add(&mut self.populations, rule, when);
        self.population_of.push(Some(population));
        if let Some(when) = when.filter(|_| is_new) {
            self.index.add(Entry::Population(population), &[when], &preferred());
        }
        Some(population)
    }

    /// Settles what is read from every record, once all rules of the program are added.
    pub(super) fn finish(&mut self, rules: &[CompiledRule]) {
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
            // Which combination it is of is asked of every event that the rule is about.
            let window = rule.and_then(|rule| rule.window.as_ref());
            let first_seen = window.filter(|window| window.kind == WindowKind::FirstSeen);
            eager.extend(first_seen.into_iter().flat_map(WindowCheck::key_slots));
        }
        self.late = Branches::new(&mut self.slots, |slot| !eager.contains(&slot));
        eager.extend(self.late.roots());
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
