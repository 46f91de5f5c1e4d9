//! What an input held, over all its pieces, decides what became of it.

use crate::event::{Census, Problem, ProblemKind};

/// What was merged so far of an input.
#[derive(Debug, Default)]
pub(super) struct Held {
    records: usize,
    problems: bool,
    /// A problem that can mean that nothing was read.
    total: bool,
    censuses: Vec<Census>,
}

/// What became of an input that could be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Read,
    Failed,
    /// It holds no audit event, and why.
    LeftOut(&'static str),
}

impl Held {
    /// Adds what the part of the program at `part` found.
    pub fn add(&mut self, part: usize, records: usize, census: Census) {
        self.records += records;
        if self.censuses.len() <= part {
            self.censuses.resize(part + 1, Census::default());
        }
        if let Some(known) = self.censuses.get_mut(part) {
            known.add(census);
        }
    }

    /// Adds what could not be read.
    pub fn add_problems(&mut self, problems: &[Problem]) {
        self.problems |= !problems.is_empty();
        self.total |= problems.iter().any(|problem| is_total(problem.kind));
    }

    /// What became of the input; makes ready for the next.
    pub fn settle(&mut self) -> Fate {
        let reason = self.censuses.iter().find_map(|census| left_out(*census)).filter(|_| !self.problems);
        let fate = match reason {
            Some(reason) => Fate::LeftOut(reason),
            None if self.records == 0 && self.total => Fate::Failed,
            None => Fate::Read,
        };
        let mut censuses = std::mem::take(&mut self.censuses);
        censuses.clear();
        *self = Self { censuses, ..Self::default() };
        fate
    }
}

/// Why an input that holds no audit event was left out.
fn left_out(census: Census) -> Option<&'static str> {
    if census.digests > 0 && census.records == 0 {
        Some("digest")
    } else if census.insights > 0 && census.insights == census.records {
        Some("insight")
    } else if census.control_messages > 0 && census.records == 0 {
        Some("control_message")
    } else {
        None
    }
}

/// Whether a problem of this kind can mean that nothing of an input was read.
fn is_total(kind: ProblemKind) -> bool {
    !matches!(kind, ProblemKind::MalformedRecord | ProblemKind::NotAnEvent | ProblemKind::NoTime)
}
