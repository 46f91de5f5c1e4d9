//! The program of a run: every rule as matchers, sorted by the records they are about. Built once, shared by all threads.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use crate::compile::build::Builder;
use crate::compile::gate::slots_of;
use crate::compile::index::Index;
use crate::compile::matcher::Matcher;
use crate::compile::waivers;
use crate::event::{Fields, RecordFormat};
use crate::json::{Location, Path, SlotId, SlotTable, Step};
use crate::policy::model::{RecordSource, Rule, Severity, Template};
use crate::policy::obligation::Obligation;
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
    /// The few slots that are read from every record on the way: those of identity, of the index and of rules that any event may
    /// concern.
    pub eager: Fields,
    /// Where a record's identity lies.
    pub identity: IdentitySlots,
    /// Where a record says when and where it was made.
    pub place: PlaceSlots,
    /// From field values to places in `rules`.
    pub index: Index,
    /// The rules, as places in the program's.
    pub rules: Vec<usize>,
    /// Rules without a population: every event is in it, whether the index names them or not.
    pub everywhere: Vec<usize>,
    /// The conditions of waivers in force.
    pub waivers: HashMap<WaiverIndex, Matcher>,
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
    /// What it runs; `None` for obligations over time.
    pub check: Option<Check>,
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
        let check = program.parts.get_mut(part_index).and_then(|part| {
            let check = build_check(set, policy_index, rule, part, today)?;
            part.add(place, &check);
            Some(check)
        });
        program.rules.push(CompiledRule {
            id: rule.id.value.clone(),
            title: rule.title.as_str().into(),
            severity: rule.severity,
            check,
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

fn build_check(set: &PolicySet, policy: PolicyIndex, rule: &Rule, part: &mut Part, today: Date) -> Option<Check> {
    let (condition, polarity) = match &rule.obligation {
        Obligation::Forbid(condition) => (condition, Polarity::MustNotHold),
        Obligation::Require(condition) => (condition, Polarity::MustHold),
        _ => return None,
    };
    let mut builder = Builder { set, slots: &mut part.slots, today };
    Some(Check {
        when: rule.when.as_ref().map(|when| builder.condition(policy, when)),
        condition: builder.condition(policy, condition),
        polarity,
        exceptions: rule
            .exceptions
            .iter()
            .enumerate()
            .filter(|(_, exception)| exception.until.value >= today)
            .map(|(place, exception)| {
                let compiled = CompiledException {
                    name: exception.name.value.clone(),
                    reason: exception.reason.clone(),
                    owner: exception.owner.clone(),
                    until: exception.until.value,
                    condition: builder.condition(policy, &exception.condition),
                };
                (place, compiled)
            })
            .collect(),
    })
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
            identity,
            place,
            index: Index::default(),
            rules: Vec::new(),
            everywhere: Vec::new(),
            waivers: HashMap::new(),
        }
    }

    /// Files the rule at `place` under what its population asks, or without one, under what its violations show.
    fn add(&mut self, place: usize, check: &Check) {
        let local = self.rules.len();
        self.rules.push(place);
        if check.when.is_none() {
            self.everywhere.push(local);
        }
        let needed = match (&check.when, check.polarity) {
            (Some(when), _) => Some(when),
            (None, Polarity::MustNotHold) => Some(&check.condition),
            (None, Polarity::MustHold) => None,
        };
        self.index.add(local, needed, &[name("eventName"), name("eventSource")]);
    }

    /// Settles what is read from every record, once all rules of the program are added.
    fn finish(&mut self, rules: &[CompiledRule]) {
        self.index.finish();
        let mut eager: BTreeSet<SlotId> = self.index.slots().collect();
        eager.extend(self.identity.id);
        eager.extend(&self.identity.with);
        eager.extend([self.place.time, self.place.account, self.place.region].into_iter().flatten());
        let universal = self.index.universal().iter().filter_map(|local| rules.get(*self.rules.get(*local)?));
        for check in universal.filter_map(|rule| rule.check.as_ref()) {
            slots_of(&check.condition, &mut eager);
            if let Some(when) = &check.when {
                slots_of(when, &mut eager);
            }
        }
        self.eager = Fields::new(&mut self.slots, &eager.into_iter().collect::<Vec<_>>());
    }
}

fn name(field: &str) -> Location {
    Location(vec![Step::Name(field.to_owned())])
}
