//! What the scan of one input yields; reports are merged in the order of the inputs. An input that is read piece by piece yields
//! one report for each: its places count from the piece's beginning until it is [moved](FileReport::moved_by).

use jiff::Timestamp;

use std::num::NonZero;

use crate::event::{Census, Problem};
use crate::policy::WaiverIndex;
use crate::text::LineColumn;
use crate::violation::extent::Extent;
use crate::violation::fact::{Fact, Reach};
use crate::violation::violation::Violation;

/// The result of scanning one input.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// Decompressed bytes.
    pub bytes: usize,
    /// What was found, once for each kind of records that the rules are about and the input holds.
    pub parts: Vec<PartReport>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// What is known of one of several inputs whose findings are in one report.
#[derive(Debug, Clone, Default)]
pub struct JoinedInput {
    /// Decompressed bytes.
    pub bytes: usize,
    /// What it held.
    pub census: Census,
    /// Its records that were evaluated.
    pub records: usize,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// What the rules about one kind of records found in one input, or in several that were scanned together.
#[derive(Debug, Clone, Default)]
pub struct PartReport {
    /// Which part of the program it is.
    pub part: usize,
    /// What the input held.
    pub census: Census,
    /// The records that were evaluated, in order.
    pub records: Vec<ScannedRecord>,
    /// Rules whose population is every record.
    pub everywhere: Vec<RuleIndex>,
    /// The records in the other rules' populations: (place in `records`, population), in rising order of the places.
    pub population: Vec<(usize, PopulationIndex)>,
    /// What all its records reach over.
    pub extent: Extent,
    /// What the populations reach over, of those that met an event. In their order.
    pub extents: Vec<(PopulationIndex, Extent)>,
    /// Violations, in the order of the records and rules.
    pub violations: Vec<FoundViolation>,
    /// What its records mean to rules over time, each with its record's place in `records`, in the order of the records and rules.
    pub facts: Vec<(usize, Fact)>,
    /// Where events that make no fact for a `first_seen` rule lie, if it was asked to leave them out.
    pub stretches: Vec<Stretch>,
    /// From when to when its records reach; empty in a program without rules over time.
    pub reach: Reach,
}

/// How far into an input a piece of it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Records before it.
    pub records: usize,
    /// Bytes before it.
    pub offset: usize,
    /// Its line and column.
    pub at: LineColumn,
}

impl Default for Position {
    fn default() -> Self {
        Self { records: 0, offset: 0, at: LineColumn::START }
    }
}

impl FileReport {
    /// The report of a piece, with its places counted from the beginning of the input, in which the piece begins at `position`.
    #[must_use]
    pub fn moved_by(mut self, position: Position) -> Self {
        for problem in &mut self.problems {
            problem.record = problem.record.map(|record| record + position.records);
            problem.offset = problem.offset.map(|offset| offset + position.offset);
            problem.at = problem.at.map(|at| at.behind(position.at));
        }
        self.parts = self.parts.into_iter().map(|part| part.moved_by(position)).collect();
        self
    }

    /// Appends the report of the next piece of the same input, whose parts are the same.
    pub fn append(&mut self, next: Self) {
        self.bytes += next.bytes;
        self.problems.extend(next.problems);
        let mut parts = next.parts.into_iter();
        for (part, next) in self.parts.iter_mut().zip(&mut parts) {
            part.append(next);
        }
        self.parts.extend(parts);
    }
}

impl PartReport {
    /// As [`FileReport::moved_by`].
    #[must_use]
    pub fn moved_by(mut self, position: Position) -> Self {
        for record in &mut self.records {
            record.ordinal += position.records;
        }
        for found in &mut self.violations {
            found.violation.move_by(position);
        }
        for (_, fact) in &mut self.facts {
            fact.move_by(position);
        }
        self
    }

    /// Appends what the same rules found in the next piece of the same input.
    pub fn append(&mut self, next: Self) {
        let before = self.records.len();
        let facts_before = self.facts.len();
        self.census.add(next.census);
        self.records.extend(next.records);
        if self.everywhere.is_empty() {
            self.everywhere = next.everywhere;
        }
        self.population.extend(next.population.into_iter().map(|(place, population)| (before + place, population)));
        self.extent.join(&next.extent);
        for (population, extent) in next.extents {
            match self.extents.binary_search_by_key(&population, |(population, _)| *population) {
                Ok(place) => {
                    if let Some((_, known)) = self.extents.get_mut(place) {
                        known.join(&extent);
                    }
                }
                Err(place) => self.extents.insert(place, (population, extent)),
            }
        }
        let moved = next.violations.into_iter().map(|found| FoundViolation { place: before + found.place, ..found });
        self.violations.extend(moved);
        self.facts.extend(next.facts.into_iter().map(|(place, fact)| (before + place, fact)));
        let moved = next.stretches.into_iter().map(|stretch| Stretch {
            first: facts_before + stretch.first,
            last: before + stretch.last,
            ..stretch
        });
        self.stretches.extend(moved);
        self.reach.join(&next.reach);
    }
}

/// From the first event of a combination to a later one: events of the combination after the first and no later than the last make
/// no fact, and the last is no further behind the first than the rule's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Place in [`PartReport::facts`] of a fact of the first.
    pub first: usize,
    /// Place in [`PartReport::records`] of the last.
    pub last: usize,
    /// The time of the last.
    pub end: Timestamp,
}

/// A violation before it is known whether its event is a duplicate.
#[derive(Debug, Clone)]
pub struct FoundViolation {
    /// Place of its record in [`PartReport::records`].
    pub place: usize,
    /// Its rule.
    pub rule: RuleIndex,
    /// What covers it.
    pub covered: Option<CoveredBy>,
    /// The first waiver that would cover it, were its rule waivable.
    pub refused: Option<WaiverIndex>,
    /// The violation.
    pub violation: Violation,
}

/// What covers a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CoveredBy {
    /// An exception of its rule: its place among the rule's.
    Exception(usize),
    /// A waiver.
    Waiver(WaiverIndex),
}

/// Place of a rule among all rules of a run, in the order of the policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct RuleIndex(pub usize);

/// Place of a population, which rules may share, among those of its part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PopulationIndex(pub usize);

/// An evaluated record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScannedRecord {
    /// 0-based ordinal in its input.
    pub ordinal: usize,
    /// Identity of the event: equal for deliveries of the same event. `None` where it has no id, so that it is never a duplicate.
    pub identity: Option<NonZero<u128>>,
    /// Whether the record corrects an earlier delivery of the event; asked only in a program with rules over time.
    pub updated: bool,
    /// Hash of what it is to `first_seen` rules of which [stretches](PartReport::stretches) are kept: 0 where it is nothing. Unequal
    /// for deliveries of one event that say different things.
    pub said: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(records: usize, population: usize, account: &str) -> PartReport {
        let mut extent = Extent::default();
        extent.add(None, Some(account), None);
        PartReport {
            census: Census { records, insights: 1, ..Census::default() },
            records: (0..records)
                .map(|ordinal| ScannedRecord { ordinal, identity: None, updated: false, said: 0 })
                .collect(),
            everywhere: vec![RuleIndex(9)],
            population: vec![(records - 1, PopulationIndex(population))],
            extent: extent.clone(),
            extents: vec![(PopulationIndex(population), extent)],
            ..PartReport::default()
        }
    }

    #[test]
    fn pieces_become_one_report() {
        let mut all = part(3, 5, "1");
        let position = Position { records: 4, offset: 100, at: LineColumn { line: 3, column: 7 } };
        all.append(part(2, 2, "2").moved_by(position));
        all.append(part(1, 5, "3"));
        assert_eq!((all.census.records, all.census.insights), (6, 3));
        assert_eq!(all.records.iter().map(|record| record.ordinal).collect::<Vec<_>>(), [0, 1, 2, 4, 5, 0]);
        assert_eq!(all.everywhere, [RuleIndex(9)]);
        assert_eq!(all.population, [(2, PopulationIndex(5)), (4, PopulationIndex(2)), (5, PopulationIndex(5))]);
        assert_eq!(all.extents.iter().map(|(population, _)| population.0).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(all.extents[1].1.accounts.len(), 2);
        assert_eq!(all.extent.accounts.len(), 3);
    }

    #[test]
    fn problems_move_with_their_piece() {
        let problem = |line, column| Problem {
            kind: crate::event::ProblemKind::MalformedRecord,
            file: "x".into(),
            record: Some(1),
            offset: Some(10),
            at: Some(LineColumn { line, column }),
            message: String::new(),
        };
        let report = FileReport { problems: vec![problem(1, 4), problem(2, 4)], ..FileReport::default() };
        let moved = report.moved_by(Position { records: 4, offset: 100, at: LineColumn { line: 3, column: 7 } });
        let places: Vec<_> =
            moved.problems.iter().map(|problem| (problem.record, problem.offset, problem.at.unwrap())).collect();
        assert_eq!(places[0], (Some(5), Some(110), LineColumn { line: 3, column: 10 }));
        assert_eq!(places[1], (Some(5), Some(110), LineColumn { line: 4, column: 4 }));
    }
}
