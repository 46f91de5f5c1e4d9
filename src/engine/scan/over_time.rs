//! The part of a scan that is about rules over time: what a record is to one of them.

use std::num::NonZero;

use crate::compile::window::WindowCheck;
use crate::engine::evaluate::Event;
use crate::engine::fact::{self, RecordPlace, Source};
use crate::engine::made::Made;
use crate::engine::scan::Worker;
use crate::engine::sightings::Sighting;
use crate::event::{Problem, ProblemKind, Record};
use crate::policy::RuleId;
use crate::violation::{Fact, Roles, RuleIndex, ScannedRecord};

/// What a record is to a rule over time.
pub(super) enum Timed {
    Fact(Box<Fact>),
    /// A fact without a time is none.
    Timeless,
}

impl Worker<'_, '_> {
    /// The fact that a record is to a rule over time, if it makes one. The last evaluated record stands last in the report.
    pub(super) fn fact(
        &mut self,
        rule: RuleIndex,
        window: &WindowCheck,
        roles: Roles,
        event: &Event<'_>,
        made: &Made<'_>,
        record: &Record<'_>,
    ) -> Option<Timed> {
        let over_time = self.part.over_time.as_ref()?;
        if self.is_left_out(rule, window, event, made) {
            return None;
        }
        let keyed = fact::key(window, event, roles)?;
        let Some(time) = made.time() else { return Some(Timed::Timeless) };
        let offset = self.place(record.origin.offset(0, self.file));
        let at = self.lines.mark(offset);
        let place = RecordPlace { file: self.name, record: record.ordinal, offset, at };
        let ScannedRecord { identity, updated, .. } = *self.growing.report.records.last()?;
        let identity = identity.map(NonZero::get);
        let source = Source { part: self.part, over_time, event, identity, updated };
        Some(Timed::Fact(Box::new(fact::fact(rule, window, keyed, time, place, &source))))
    }

    /// Whether the record that stands last in the report is one of many sightings, of which others make facts. A correction never is:
    /// what it says takes the place of what other deliveries of its event say, wherever these are.
    fn is_left_out(&mut self, rule: RuleIndex, window: &WindowCheck, event: &Event<'_>, made: &Made<'_>) -> bool {
        let place = self.growing.report.records.len();
        let (Some(stretches), Some(last)) = (&mut self.growing.stretches, self.growing.report.records.last_mut())
        else {
            return false;
        };
        if last.updated {
            return false;
        }
        let Some(combination) = fact::combination(rule, window, event, &mut self.scratch.room) else { return false };
        let Some(time) = made.time() else { return false };
        last.said = last.said.wrapping_add(u32::try_from(combination & 0xffff_ffff).unwrap_or_default());
        let sighting =
            Sighting { combination, time, record: place.saturating_sub(1), fact: self.growing.report.facts.len() };
        !stretches.add(sighting, window.within)
    }

    /// Says that a record has no time, and so is nothing to `rules`.
    pub(super) fn timeless(&mut self, rules: &[&RuleId], record: &Record<'_>) {
        let offset = self.place(record.origin.offset(0, self.file));
        let names: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
        self.problems.push(Problem {
            kind: ProblemKind::NoTime,
            file: self.name.clone(),
            record: Some(record.ordinal),
            offset: Some(offset),
            at: Some(self.lines.mark(offset)),
            message: format!("the event says no time that can be read, and is left out of {}", names.join(", ")),
        });
    }
}
