//! What a run comes to: the one word that its exit code and every report say.

/// The outcome of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing at or above the gate's severity: exit code 0.
    Passed,
    /// Violations, or waivers to look after where that is asked for: exit code 1.
    Violated,
    /// Nothing found, but not all could be read or evaluated: exit code 3.
    Incomplete,
    /// Ended by the user: exit code 130.
    Interrupted,
}

impl Verdict {
    /// The exit code.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Violated => 1,
            Self::Incomplete => 3,
            Self::Interrupted => 130,
        }
    }
}
