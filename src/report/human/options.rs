//! What the reader, or the terminal, asks for.

use std::time::Duration;

/// How a [`HumanReporter`] writes.
///
/// [`HumanReporter`]: crate::report::HumanReporter
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanOptions {
    /// Columns of the terminal. Paths and names are never broken, so a line may pass it.
    pub width: usize,
    /// Whether styles are written.
    pub color: Color,
    /// Violations shown of each rule, and as many waived ones; 0 shows all.
    pub max_violations: usize,
    /// How much is said.
    pub detail: Detail,
    /// How long the run took, where that is to be said.
    pub elapsed: Option<Duration>,
}

/// Whether styles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// Text alone: for files, pipes and `NO_COLOR`.
    #[default]
    Plain,
    /// ANSI styles, in the terminal's own colours.
    Ansi,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Violations, problems and a verdict other than passed: nothing at all where there are none.
    Quiet,
    /// Also notes, the summary and the verdict.
    #[default]
    Normal,
    /// Also every rule in the summary, and every problem and note.
    Verbose,
}

impl Default for HumanOptions {
    fn default() -> Self {
        Self { width: 100, color: Color::Plain, max_violations: 3, detail: Detail::Normal, elapsed: None }
    }
}
