//! What a rule asks of its population, as data: conditions on one event, and obligations over time.

use crate::json::Path;
use crate::policy::model::{Condition, Spanned};

/// What must be true of a rule's population.
#[derive(Debug, Clone)]
pub enum Obligation {
    /// A violation where it holds.
    Forbid(Condition),
    /// A violation where it does not hold.
    Require(Condition),
    /// A violation where so many events of one key lie in a window.
    Threshold(Threshold),
    /// A violation where no such event follows.
    FollowedBy(Follow),
    /// A violation where no such event came before.
    PrecededBy(Follow),
    /// A violation where all steps happen in order.
    Sequence(Sequence),
    /// A violation where a combination of values has not been seen before.
    FirstSeen(FirstSeen),
}

impl Obligation {
    /// Its keyword in a policy file.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Forbid(_) => "forbid",
            Self::Require(_) => "require",
            Self::Threshold(_) => "threshold",
            Self::FollowedBy(_) => "require_followed_by",
            Self::PrecededBy(_) => "require_preceded_by",
            Self::Sequence(_) => "sequence",
            Self::FirstSeen(_) => "first_seen",
        }
    }

    /// Whether it speaks of several events, so that one event alone cannot decide it.
    #[must_use]
    pub const fn is_windowed(&self) -> bool {
        !matches!(self, Self::Forbid(_) | Self::Require(_))
    }
}

/// `threshold`.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// How many events, or different values, are too many.
    pub count: u64,
    /// Count different values of this part rather than events.
    pub distinct: Option<KeyPart>,
    /// Length of the window.
    pub within: std::time::Duration,
    /// Whose events are counted together.
    pub by: Key,
}

/// `require_followed_by` and `require_preceded_by`.
#[derive(Debug, Clone)]
pub struct Follow {
    /// Length of the window.
    pub within: std::time::Duration,
    /// Which events belong together.
    pub by: Key,
    /// The event that must be there.
    pub event: Condition,
}

/// `sequence`.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Length of the window.
    pub within: std::time::Duration,
    /// Which events belong together.
    pub by: Key,
    /// The steps.
    pub steps: Vec<SequenceStep>,
    /// Whether the steps may come in any order.
    pub any_order: bool,
}

/// One step of a `sequence`.
#[derive(Debug, Clone)]
pub struct SequenceStep {
    /// Its name, for messages.
    pub name: Spanned<String>,
    /// The event.
    pub event: Condition,
    /// Whether the step is one that must *not* happen between its neighbours.
    pub absent: bool,
}

/// `first_seen`.
#[derive(Debug, Clone)]
pub struct FirstSeen {
    /// The values whose combination is looked for.
    pub of: Vec<KeyPart>,
    /// Whose history it is.
    pub by: Key,
    /// How far back the history goes.
    pub history: std::time::Duration,
}

/// What events are grouped by.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its parts, in order.
    pub parts: Vec<KeyPart>,
}

/// One part of a [`Key`].
#[derive(Debug, Clone)]
pub struct KeyPart {
    /// Its name in messages; the path's text where none was given.
    pub name: String,
    /// Where the value is.
    pub path: Path,
    /// What is made of the value.
    pub normalize: Normalize,
}

/// What is made of a key's value before values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalize {
    /// Nothing.
    AsIs,
    /// The part behind the last `/`.
    Basename,
    /// Lower case.
    Lower,
    /// The network of so many leading bits.
    IpPrefix(u8),
}
