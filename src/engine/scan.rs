//! One input's bytes become its report: inflate, read records, fill the index slots, run the candidate rules, gather evidence for
//! violations. Pure, and the same whatever thread it runs on.

mod found;
mod over_time;

use std::sync::Arc;

use crate::compile::Program;
use crate::compile::index::Entry;
use crate::compile::program::{Part, Polarity};
use crate::engine::candidates;
use crate::engine::evaluate::Event;
use crate::engine::fact;
use crate::engine::filled::{Filled, fill};
use crate::engine::growing::Growing;
use crate::engine::identity;
use crate::engine::made::{Made, Spot};
use crate::engine::meter::{Laps, Meter, Stage};
use crate::engine::recognised::recognised;
use crate::engine::scan::over_time::Timed;
use crate::engine::scratch::{PartScratch, Scratch};
use crate::engine::sightings::Sightings;
use crate::event::gzip::GzipError;
use crate::event::reader::Ending;
use crate::event::{Item, Left, Piece, Problem, Record, Seam, gzip, read_piece};
use crate::json::Slots;
use crate::text::{LineColumn, Lines};
use crate::violation::{
    FileReport, FoundViolation, JoinedInput, PartReport, PopulationIndex, RuleIndex, ScannedRecord,
};

/// Scans one input, plain or gzip by content; `name` is what it is called in the report.
///
/// `limit_bytes` is the most that a compressed input may inflate to; what lies beyond it is not read, and a problem says so.
#[must_use]
pub fn scan(program: &Program, name: &Arc<str>, bytes: &[u8], limit_bytes: u64) -> FileReport {
    scan_with(program, name, bytes, limit_bytes, &mut Vec::new(), None)
}

/// As [`scan`]; a compressed input is inflated into `buffer`, whatever that held, and `meter` is told what the scan costs.
#[must_use]
pub fn scan_with(
    program: &Program,
    name: &Arc<str>,
    bytes: &[u8],
    limit_bytes: u64,
    buffer: &mut Vec<u8>,
    mut meter: Option<&mut Meter<'_>>,
) -> FileReport {
    let (text, error) = if gzip::is_gzip(bytes) {
        let error = gzip::inflate_into(bytes, limit_bytes, buffer);
        if let Some(meter) = &mut meter {
            meter.lap(Stage::Inflate);
        }
        (buffer.as_slice(), error)
    } else {
        (bytes, None)
    };
    let ending = error.as_ref().map_or(Ending::Whole, GzipError::ending);
    let mut report = scan_metered(program, name, text, ending, &mut Scratch::new(Sightings::All), meter);
    report.problems.extend(error.map(|error| error.problem(name)));
    report
}

/// As [`scan`], of text that is not compressed; `ending` tells whether it is all of the input.
#[must_use]
pub fn scan_text(program: &Program, name: &Arc<str>, text: &[u8], ending: Ending) -> FileReport {
    scan_metered(program, name, text, ending, &mut Scratch::new(Sightings::All), None)
}

/// As [`scan_text`]; `scratch` is that of the scans before, with the same program, and `meter` is told what the scan costs.
#[must_use]
pub fn scan_metered(
    program: &Program,
    name: &Arc<str>,
    text: &[u8],
    ending: Ending,
    scratch: &mut Scratch,
    mut meter: Option<&mut Meter<'_>>,
) -> FileReport {
    let piece = Piece { text, seam: &Seam::default(), stop: usize::MAX, ending };
    let scratches = scratch.parts(program.parts.len());
    let scan = |((place, part), scratch)| {
        let scanned = scan_piece(program, place, part, name, &piece, scratch, meter.as_deref_mut());
        (scanned.report, scanned.problems)
    };
    let (parts, problems) = recognised(program.parts.iter().enumerate().zip(scratches).map(scan).collect());
    FileReport { bytes: text.len(), parts, problems }
}

/// What one part of the program found in a piece of an input; places count from where the piece begins.
#[derive(Debug)]
pub struct ScannedPiece {
    /// What was found.
    pub report: PartReport,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Where reading left off.
    pub left: Left,
    /// Line and column of that place.
    pub end: LineColumn,
}

/// Scans `piece` of the input called `name` for `part` of `program`, which stands at `place` among its parts; `scratch` is that of the
/// scans before, for the same part, and `meter` is told what it costs.
///
/// Where [`Left::spoilt`] says so, the report holds too much and the piece is to be scanned again.
#[must_use]
pub fn scan_piece(
    program: &Program,
    place: usize,
    part: &Part,
    name: &Arc<str>,
    piece: &Piece<'_>,
    scratch: &mut PartScratch,
    meter: Option<&mut Meter<'_>>,
) -> ScannedPiece {
    let mut growing = scratch.begin(place, part);
    let Grown { problems, left, end } = grow(program, part, name, piece, scratch, &mut growing, meter);
    ScannedPiece { report: scratch.finish(growing), problems, left, end }
}

/// Scans all of a short `text`, the input called `name`. What is found in it comes with that of others: [`Scratch::joined`] hands it out.
///
/// `None`, and nothing is scanned, where the program is about several kinds of records: of which kind an input is, is known at its end.
#[must_use]
pub fn scan_joined(
    program: &Program,
    name: &Arc<str>,
    text: &[u8],
    scratch: &mut Scratch,
    meter: Option<&mut Meter<'_>>,
) -> Option<JoinedInput> {
    let [part] = program.parts.as_slice() else { return None };
    let [scratch] = scratch.parts(1) else { return None };
    let mut growing = match scratch.growing.take() {
        Some(growing) => growing,
        None => Box::new(scratch.begin(0, part)),
    };
    let before = growing.report.records.len();
    let piece = Piece { text, seam: &Seam::default(), stop: usize::MAX, ending: Ending::Whole };
    let Grown { problems, left, .. } = grow(program, part, name, &piece, scratch, &mut growing, meter);
    let records = growing.report.records.len() - before;
    scratch.growing = Some(growing);
    Some(JoinedInput { bytes: text.len(), census: left.census, records, problems })
}

/// What a piece held, beside what was added to the report.
struct Grown {
    problems: Vec<Problem>,
    left: Left,
    end: LineColumn,
}

/// Adds what `piece` holds to the report that is `growing`.
fn grow(
    program: &Program,
    part: &Part,
    name: &Arc<str>,
    piece: &Piece<'_>,
    scratch: &mut PartScratch,
    growing: &mut Growing,
    meter: Option<&mut Meter<'_>>,
) -> Grown {
    let mut eager = std::mem::take(&mut scratch.eager);
    let mut worker = Worker {
        program,
        part,
        name,
        file: piece.text,
        head: piece.seam.head.len(),
        lines: piece.lines(),
        scratch,
        growing,
        problems: Vec::new(),
        laps: Laps(meter),
    };
    let left = read_piece(name, piece, &part.format, &part.eager, &mut eager, &mut |item, slots| match item {
        Item::Record(record) => worker.record(&record, slots),
        Item::Problem(problem) => worker.problems.push(problem),
    });
    worker.scratch.eager = eager;
    worker.laps.lap(Stage::Scan);
    worker.growing.report.census.add(left.census);
    // Nothing follows a text that ends here, so that nobody asks for the place.
    let goes_on = piece.ending == Ending::Open || piece.stop != usize::MAX;
    let end = if goes_on { worker.lines.at(worker.place(left.at)) } else { LineColumn::START };
    Grown { problems: worker.problems, left, end }
}

/// Scans the records of one input for one part of the program; its buffers are used again for every record.
struct Worker<'p, 'm> {
    program: &'p Program,
    part: &'p Part,
    name: &'p Arc<str>,
    file: &'p [u8],
    /// Length of the head of the piece: places count from behind it.
    head: usize,
    lines: Lines<'p>,
    scratch: &'p mut PartScratch,
    growing: &'p mut Growing,
    problems: Vec<Problem>,
    laps: Laps<'p, 'm>,
}

impl Worker<'_, '_> {
    /// Evaluates a record; `eager` are its eager slots where the reader has filled them.
    fn record(&mut self, record: &Record<'_>, eager: Option<&Slots>) {
        self.laps.lap(Stage::Scan);
        let text = record.text.as_ref();
        let part = self.part;
        let mut all = std::mem::take(&mut self.scratch.slots);
        if eager.is_none() {
            fill(part, text, &mut all);
            self.laps.lap(Stage::Extract);
        }
        let mut candidates = std::mem::take(&mut self.scratch.candidates);
        let slots = eager.unwrap_or(&all);
        let place = self.growing.report.records.len();
        let identity = identity::delivery(text, slots, &part.identity, &mut self.scratch.room);
        let updated = part.over_time.as_ref().is_some_and(|over_time| fact::is_update(text, slots, over_time));
        self.growing.report.records.push(ScannedRecord { ordinal: record.ordinal, identity, updated, said: 0 });
        let made = Made::of(text, slots, part.place);
        let spot = self.scratch.numbering.spot(&made);
        self.growing.all.add(&spot);
        if part.over_time.is_some() {
            made.add_to_reach(&mut self.growing.reaching);
        }
        candidates::find(&part.index, text, slots, &mut self.scratch.memos, &mut candidates);
        let late = std::mem::take(&mut self.scratch.late);
        let filled = match eager {
            Some(eager) => Filled::eager(part, text, eager, &late),
            None => Filled::All(&all),
        };
        let event = Event::with(text, filled);
        self.laps.lap(Stage::Select);
        let mut timeless = Vec::new();
        self.scratch.membership.next_event();
        for entry in candidates::joined(&candidates, part.index.universal()) {
            let local = match entry {
                Entry::Rule(local) => local,
                Entry::Population(population) => {
                    if self.scratch.membership.holds(part, population, &event) {
                        self.in_population(place, population, &spot);
                    }
                    if let Some(index) = part.lead(population).and_then(|local| part.rules.get(local)) {
                        self.laps.evaluated(*index);
                    }
                    continue;
                }
            };
            let Some(index) = part.rules.get(local).copied() else { continue };
            let Some(rule) = self.program.rules.get(index) else { continue };
            let population = part.population(local);
            if let Some(window) = &rule.window {
                let asked = fact::ask(window, &event, &mut |event| {
                    population.is_none_or(|population| self.scratch.membership.holds(part, population, event))
                });
                self.asked(local, index);
                if window.is_sequence()
                    && asked.in_population
                    && let Some(population) = population
                {
                    self.in_population(place, population, &spot);
                }
                if !asked.roles.is_empty() {
                    match self.fact(RuleIndex(index), window, asked.roles, &event, &made, record) {
                        Some(Timed::Fact(fact)) => self.growing.report.facts.push((place, *fact)),
                        Some(Timed::Timeless) => timeless.push(&rule.id),
                        None => {}
                    }
                    self.laps.matched(index);
                }
                continue;
            }
            let Some(check) = &rule.check else { continue };
            let violated = population.is_none_or(|population| self.scratch.membership.holds(part, population, &event))
                && event.meets(&check.condition) == (check.polarity == Polarity::MustNotHold);
            self.asked(local, index);
            if violated {
                let (violation, cover) = self.violation(rule, check, &event, record);
                self.growing.report.violations.push(FoundViolation {
                    place,
                    rule: RuleIndex(index),
                    covered: cover.by,
                    refused: cover.refused,
                    violation,
                });
                self.laps.matched(index);
            }
        }
        if !timeless.is_empty() {
            self.timeless(&timeless, record);
        }
        drop(event);
        self.scratch.candidates = candidates;
        self.scratch.slots = all;
        self.scratch.late = late;
    }

    /// Takes the time since the last lap for the rule at `local`. What it costs to ask its population, where it stands for all rules that
    /// share it, is taken there, and the event counted.
    fn asked(&mut self, local: usize, index: usize) {
        if self.laps.0.is_none() {
            return;
        }
        let population = self.part.population(local);
        if population.and_then(|population| self.part.lead(population)) == Some(local) {
            self.laps.evaluated_in_part(index);
        } else {
            self.laps.evaluated(index);
        }
    }

    /// Notes that the record at `place` is in `population`.
    fn in_population(&mut self, place: usize, population: usize, spot: &Spot) {
        self.growing.report.population.push((place, PopulationIndex(population)));
        if let Some(spots) = self.scratch.extents.get_mut(population) {
            spots.get_or_insert_default().add(spot);
        }
    }

    /// The place in the piece of an offset of its text.
    fn place(&self, offset: usize) -> usize {
        offset.saturating_sub(self.head)
    }
}
