//! A rule over time becomes what its events are asked one by one: which of them it is about, what each can be to it, and which of
//! their values to keep. `engine::fact` runs it; `engine::correlate` puts together what it yields.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::compile::build::Builder;
use crate::compile::definition::definition;
use crate::compile::index::bounds;
use crate::compile::matcher::{Matcher, Place};
use crate::compile::program::CompiledException;
use crate::json::{Location, Path, SlotId, SlotTable, Step};
use crate::policy::model::{Condition, Rule, Template, TemplatePart};
use crate::policy::obligation::{Key, KeyPart, Normalize, Obligation};
use crate::policy::parse::message::{Name, name_of};
use crate::policy::waiver::WaiverIndex;
use crate::policy::{PolicyIndex, PolicySet};

/// What a rule over time asks of one event, and of several.
#[derive(Debug, Clone)]
pub struct WindowCheck {
    /// The population; `None` is every event.
    pub when: Option<Matcher>,
    /// What an event can be: `roles` of a fact counts them.
    pub roles: Vec<Role>,
    /// The obligation.
    pub kind: WindowKind,
    /// The window, or how far back the history goes.
    pub within: SignedDuration,
    /// What the events have in common; the values of `first_seen` follow.
    pub key: Vec<KeySource>,
    /// How many parts of `key` are those of `by`.
    pub by: usize,
    /// The values that are counted in place of events.
    pub distinct: Option<KeySource>,
    /// The values that the message needs.
    pub texts: Vec<TextSource>,
    /// The message; `None` is the title.
    pub message: Option<Vec<MessagePart>>,
    /// What does not come where the rule is broken, in words; empty where nothing needs to come.
    pub wanted: String,
    /// The exceptions in force, with their places among the rule's.
    pub exceptions: Vec<(usize, CompiledException)>,
    /// Waivers in force that may cover its violations and have a condition, in rising order.
    pub waivers: Vec<WaiverIndex>,
    /// A hash of what the rule looks at, for what is remembered of it.
    pub definition: String,
}

/// What an event can be to a rule.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name, as timelines show it.
    pub name: Arc<str>,
    /// The condition beside the population; `None` where there is none.
    pub event: Option<Matcher>,
    /// Whether the event must also be in the population.
    pub scope: Scope,
    /// Whether it is one that must not happen.
    pub absent: bool,
    /// Whether an event without a value for some part of the key can be it.
    pub keyless: Keyless,
}

/// Which events a [`Role`] is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those of the population.
    Population,
    /// All.
    Everything,
}

/// What becomes of events without a value for some part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyless {
    /// They belong together, as any other value makes them.
    Grouped,
    /// They match nothing: what would clear an alarm must name whose alarm it is.
    Ignored,
}

/// The obligation of a [`WindowCheck`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// So many events, or different values.
    Threshold(u64),
    /// The second role follows the first.
    FollowedBy,
    /// The second role comes before the first.
    PrecededBy,
    /// All roles that are not absent, in their order.
    Sequence,
    /// All roles, in any order.
    AnyOrder,
    /// Values that did not occur before.
    FirstSeen,
}

/// One part of a key.
#[derive(Debug, Clone)]
pub struct KeySource {
    /// Its name in messages.
    pub name: String,
    /// Where the value is.
    pub place: Place,
    /// What is made of it.
    pub normalize: Normalize,
}

/// A value that a message needs.
#[derive(Debug, Clone)]
pub struct TextSource {
    /// The path.
    pub path: Path,
    /// Its place, where it is definite.
    pub place: Place,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// Text as it is.
    Text(String),
    /// How many events, or different values.
    Count,
    /// How long it took from the first to the last.
    Span,
    /// The value of one part of the key.
    Key(usize),
    /// Those of all parts of `by`.
    WholeKey,
    /// A value of `texts`, of one of the events.
    Event(Which, usize),
}

/// Which event of a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The first.
    First,
    /// The last.
    Last,
    /// The one that is this role.
    Role(usize),
}

impl WindowCheck {
    /// What `rule`, which stands in `policy` of `set`, asks; `None` where it speaks of one event.
    pub(super) fn of(
        set: &PolicySet,
        policy: PolicyIndex,
        rule: &Rule,
        slots: &mut SlotTable,
        today: Date,
        exceptions: Vec<(usize, CompiledException)>,
    ) -> Option<Self> {
        let mut build = Build { builder: Builder { set, slots, today }, policy };
        let (kind, within, by) = match &rule.obligation {
            Obligation::Forbid(_) | Obligation::Require(_) => return None,
            Obligation::Threshold(threshold) => {
                (WindowKind::Threshold(threshold.count), threshold.within, &threshold.by)
            }
            Obligation::FollowedBy(follow) => (WindowKind::FollowedBy, follow.within, &follow.by),
            Obligation::PrecededBy(follow) => (WindowKind::PrecededBy, follow.within, &follow.by),
            Obligation::Sequence(sequence) if sequence.any_order => {
                (WindowKind::AnyOrder, sequence.within, &sequence.by)
            }
            Obligation::Sequence(sequence) => (WindowKind::Sequence, sequence.within, &sequence.by),
            Obligation::FirstSeen(first) => (WindowKind::FirstSeen, first.history, &first.by),
        };
        let roles = build.roles(&rule.obligation);
        let wanted = match kind {
            WindowKind::FollowedBy | WindowKind::PrecededBy => {
                roles.last().and_then(|role| role.event.as_ref()).map(wanted).unwrap_or_default()
            }
            _ => String::new(),
        };
        let mut key = build.key(&by.parts);
        if let Obligation::FirstSeen(first) = &rule.obligation {
            key.extend(build.key(&first.of));
        }
        let distinct = match &rule.obligation {
            Obligation::Threshold(threshold) => {
                threshold.distinct.as_ref().and_then(|part| build.key(std::slice::from_ref(part)).pop())
            }
            _ => None,
        };
        let mut texts = Vec::new();
        let message = rule.message.as_ref().map(|message| build.message(message, by, &roles, &mut texts));
        Some(Self {
            when: rule.when.as_ref().map(|when| build.condition(when)),
            roles,
            kind,
            within: SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX),
            key,
            by: by.parts.len(),
            distinct,
            texts,
            message,
            wanted,
            exceptions,
            waivers: Vec::new(),
            definition: hash(&definition(set, policy, rule)),
        })
    }

    /// A condition that holds for every event that makes a fact or is in the population; `None` is every event.
    pub(super) fn guard(&self) -> Option<Matcher> {
        let branch = |role: &Role| {
            let when = self.when.as_ref().filter(|_| role.scope == Scope::Population);
            let parts: Vec<Matcher> = when.into_iter().chain(&role.event).cloned().collect();
            (!parts.is_empty()).then_some(Matcher::All(parts))
        };
        self.roles.iter().map(branch).collect::<Option<Vec<_>>>().map(Matcher::Any)
    }

    /// Whether every event is in the population. That of a sequence are the events that can be a step.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.when.is_none() && !self.is_sequence()
    }

    /// Whether it is a sequence, ordered or not.
    #[must_use]
    pub const fn is_sequence(&self) -> bool {
        matches!(self.kind, WindowKind::Sequence | WindowKind::AnyOrder)
    }

    /// The slots of the values that are kept of an event: those of the key, what is counted and the message.
    pub fn slots(&self) -> impl Iterator<Item = SlotId> {
        let places = self.distinct.iter().map(|part| &part.place).chain(self.texts.iter().map(|text| &text.place));
        self.key_slots().chain(places.filter_map(slot))
    }

    /// The slots of the values of the key.
    pub fn key_slots(&self) -> impl Iterator<Item = SlotId> {
        self.key.iter().filter_map(|part| slot(&part.place))
    }

    /// Every condition that is asked of an event: of the population, and of the roles.
    pub fn matchers(&self) -> impl Iterator<Item = &Matcher> {
        self.when.iter().chain(self.roles.iter().filter_map(|role| role.event.as_ref()))
    }
}

fn slot(place: &Place) -> Option<SlotId> {
    match place {
        Place::Slot { slot, .. } => Some(*slot),
        _ => None,
    }
}

/// `StartLogging` or the like, where the names that an event must have are few; else in general.
fn wanted(event: &Matcher) -> String {
    const FEW: usize = 3;
    let name = Location(vec![Step::Name("eventName".to_owned())]);
    match bounds(event).get(&name) {
        Some(bound) if (1..=FEW).contains(&bound.values.len()) => {
            let names: Vec<String> = bound.values.iter().map(|name| format!("`{name}`")).collect();
            names.join(" or ")
        }
        _ => "such event".to_owned(),
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

struct Build<'s> {
    builder: Builder<'s>,
    policy: PolicyIndex,
}

impl Build<'_> {
    fn condition(&mut self, condition: &Condition) -> Matcher {
        self.builder.condition(self.policy, condition)
    }

    fn place(&mut self, path: &Path) -> Place {
        Place::of(path, self.builder.slots)
    }

    fn roles(&mut self, obligation: &Obligation) -> Vec<Role> {
        let role =
            |name: &str, event, scope, absent, keyless| Role { name: name.into(), event, scope, absent, keyless };
        let population = |name| role(name, None, Scope::Population, false, Keyless::Grouped);
        match obligation {
            Obligation::Threshold(_) => vec![population("counted")],
            Obligation::FirstSeen(_) => vec![population("first seen")],
            Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => {
                let event = Some(self.condition(&follow.event));
                vec![population("trigger"), role("event", event, Scope::Everything, false, Keyless::Ignored)]
            }
            Obligation::Sequence(sequence) => {
                let steps = sequence.steps.iter().map(|step| {
                    let keyless = if step.absent { Keyless::Ignored } else { Keyless::Grouped };
                    let event = Some(self.condition(&step.event));
                    role(&step.name.value, event, Scope::Population, step.absent, keyless)
                });
                steps.collect()
            }
            Obligation::Forbid(_) | Obligation::Require(_) => Vec::new(),
        }
    }

    fn key(&mut self, parts: &[KeyPart]) -> Vec<KeySource> {
        let source = |part: &KeyPart| KeySource {
            name: part.name.clone(),
            place: self.place(&part.path),
            normalize: part.normalize,
        };
        parts.iter().map(source).collect()
    }

    fn message(
        &mut self,
        message: &Template,
        by: &Key,
        roles: &[Role],
        texts: &mut Vec<TextSource>,
    ) -> Vec<MessagePart> {
        let mut text = |path: &Path| {
            texts.iter().position(|known| known.path.text() == path.text()).unwrap_or_else(|| {
                texts.push(TextSource { path: path.clone(), place: self.place(path) });
                texts.len() - 1
            })
        };
        let parts = message.parts.iter().filter_map(|part| match part {
            TemplatePart::Text(text) => Some(MessagePart::Text(text.clone())),
            TemplatePart::Path(path) => Some(MessagePart::Event(Which::First, text(&path.path))),
            // Invariant: parsing refuses a name that means nothing, so that none is left out.
            TemplatePart::Name(name) => Some(match name_of(&name.value)? {
                Name::Count => MessagePart::Count,
                Name::Span => MessagePart::Span,
                Name::Key => MessagePart::WholeKey,
                Name::By(name) => MessagePart::Key(by.parts.iter().position(|part| part.name == name)?),
                Name::KeyAt(path) => {
                    MessagePart::Key(by.parts.iter().position(|part| part.path.text() == path.text())?)
                }
                Name::First(path) => MessagePart::Event(Which::First, text(&path)),
                Name::Last(path) => MessagePart::Event(Which::Last, text(&path)),
                Name::Step(step, path) => {
                    let role = roles.iter().position(|role| *role.name == *step)?;
                    MessagePart::Event(Which::Role(role), text(&path))
                }
            }),
        });
        parts.collect()
    }
}
