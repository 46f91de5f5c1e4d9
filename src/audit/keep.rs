//! How much of what a run finds is kept for its reports.

/// What is kept of the violations of each rule; all are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The violations themselves.
    pub violations: Limit,
    /// The text of their records, for reports that show it.
    pub records: Limit,
}

/// How many, of the violations of one rule; waived ones, and those that a baseline knows, are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// All of them.
    All,
    /// The first so many.
    First(u64),
}

impl Limit {
    /// Whether the `number`th, from 1, is among them.
    pub(super) fn reaches(self, number: u64) -> bool {
        match self {
            Self::All => true,
            Self::First(limit) => number <= limit,
        }
    }
}
