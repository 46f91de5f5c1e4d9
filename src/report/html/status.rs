//! The outcome of a rule or a control in words.

use crate::violation::RuleStatus;

/// The word for `status`.
pub(super) const fn word(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Violated => "violated",
        RuleStatus::Clean => "clean",
        RuleStatus::NotObserved => "not observed",
        RuleStatus::Pending => "pending",
        RuleStatus::Learning => "learning",
    }
}

/// The class that its mark is styled by.
pub(super) const fn class(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Violated => "violated",
        RuleStatus::Clean => "clean",
        RuleStatus::NotObserved => "unobserved",
        RuleStatus::Pending | RuleStatus::Learning => "unevaluated",
    }
}

/// The mark before the word, so that colour is never alone.
pub(super) const fn sign(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Violated => "✕",
        RuleStatus::Clean => "✓",
        RuleStatus::NotObserved => "–",
        RuleStatus::Pending | RuleStatus::Learning => "?",
    }
}

/// The place in a table that shows first what needs someone.
pub(super) const fn order(status: RuleStatus) -> u8 {
    match status {
        RuleStatus::Violated => 0,
        RuleStatus::Pending => 1,
        RuleStatus::Learning => 2,
        RuleStatus::Clean => 3,
        RuleStatus::NotObserved => 4,
    }
}
