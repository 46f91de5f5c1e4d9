//! Exit codes.

use std::process::ExitCode;

use crate::violation::Verdict;

/// How a subcommand ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// A run with a verdict: 0, 1, 3 or 130.
    Verdict(Verdict),
    /// Policies without errors and, where they count, without warnings: 0.
    Sound,
    /// Policies with warnings where they count: 1.
    Warned,
    /// Files that are not in the one form: 1.
    Unformatted,
    /// What was asked for is done: 0.
    Done,
    /// The client of the language server went without saying so: 1, as the protocol has it.
    Abandoned,
    /// The arguments, the policies or the configuration are wrong, or the report could not be written: 2.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Verdict(verdict) => Self::from(verdict.exit_code()),
            Exit::Sound => Self::SUCCESS,
            Exit::Warned | Exit::Unformatted | Exit::Abandoned => Self::from(1),
            Exit::Done => Self::from(0),
            Exit::Usage => Self::from(2),
        }
    }
}
