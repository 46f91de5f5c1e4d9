//! What a scan costs by stage and by rule, for whoever asks: the engine counts what it does, the clock is the caller's.
//!
//! A meter is a stopwatch with laps: each lap says what the time since the one before went to. A scan without a meter pays one branch
//! for a lap that is not taken.

use std::fmt;
use std::time::Duration;

/// What a scan spends time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Inflating.
    Inflate,
    /// Finding the records, holding them to the grammar of JSON and filling the slots that every record is asked for.
    Scan,
    /// Identity, and which rules the record may concern.
    Select,
    /// Filling the slots of a record that the scan did not fill. Of other records it is part of what the rule costs that asks first.
    Extract,
}

/// What scans cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Costs {
    /// Of [`Stage::Inflate`].
    pub inflate: Duration,
    /// Of [`Stage::Scan`].
    pub scan: Duration,
    /// Of [`Stage::Select`].
    pub select: Duration,
    /// Of [`Stage::Extract`].
    pub extract: Duration,
    /// Of each rule, by its place in the program.
    pub rules: Vec<RuleCosts>,
}

/// What a rule cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleCosts {
    /// How often it was asked of an event.
    pub evaluations: u64,
    /// How many of those events broke it, or are something to a rule over time; duplicates, and what is excepted or waived, count.
    pub matches: u64,
    /// The time that its conditions took.
    pub evaluate: Duration,
    /// The time that evidence, messages and fingerprints of its violations took, or the facts for it.
    pub evidence: Duration,
}

impl Costs {
    /// Adds what other scans with the same program cost.
    pub fn add(&mut self, other: &Self) {
        self.inflate += other.inflate;
        self.scan += other.scan;
        self.select += other.select;
        self.extract += other.extract;
        self.rules.resize(self.rules.len().max(other.rules.len()), RuleCosts::default());
        for (rule, more) in self.rules.iter_mut().zip(&other.rules) {
            rule.evaluations += more.evaluations;
            rule.matches += more.matches;
            rule.evaluate += more.evaluate;
            rule.evidence += more.evidence;
        }
    }

    /// The time that the conditions of all rules took.
    #[must_use]
    pub fn evaluate(&self) -> Duration {
        self.rules.iter().map(|rule| rule.evaluate).sum()
    }

    /// The time that the violations of all rules took.
    #[must_use]
    pub fn evidence(&self) -> Duration {
        self.rules.iter().map(|rule| rule.evidence).sum()
    }
}

/// Measures scans, one after the other.
pub struct Meter<'c> {
    /// The time since some moment that stays the same.
    clock: &'c dyn Fn() -> Duration,
    last: Duration,
    costs: Costs,
}

impl<'c> Meter<'c> {
    /// A meter for a program of so many rules; `clock` says how much time has passed since a moment that stays the same.
    pub fn new(clock: &'c dyn Fn() -> Duration, rules: usize) -> Self {
        let costs = Costs { rules: vec![RuleCosts::default(); rules], ..Costs::default() };
        Self { last: clock(), clock, costs }
    }

    /// What was measured.
    #[must_use]
    pub fn finish(self) -> Costs {
        self.costs
    }

    /// The time since the last lap went to `stage`.
    pub fn lap(&mut self, stage: Stage) {
        let time = self.time();
        *match stage {
            Stage::Inflate => &mut self.costs.inflate,
            Stage::Scan => &mut self.costs.scan,
            Stage::Select => &mut self.costs.select,
            Stage::Extract => &mut self.costs.extract,
        } += time;
    }

    /// The time since the last lap went to the conditions of the rule at `place`.
    pub fn evaluated(&mut self, place: usize) {
        let time = self.time();
        if let Some(rule) = self.costs.rules.get_mut(place) {
            rule.evaluations += 1;
            rule.evaluate += time;
        }
    }

    /// As [`Meter::evaluated`], for an event that the rule is asked of at another time as well.
    pub fn evaluated_in_part(&mut self, place: usize) {
        let time = self.time();
        if let Some(rule) = self.costs.rules.get_mut(place) {
            rule.evaluate += time;
        }
    }

    /// The time since the last lap went to a violation of the rule at `place`, or to a fact for it.
    pub fn matched(&mut self, place: usize) {
        let time = self.time();
        if let Some(rule) = self.costs.rules.get_mut(place) {
            rule.matches += 1;
            rule.evidence += time;
        }
    }

    fn time(&mut self) -> Duration {
        let now = (self.clock)();
        let time = now.saturating_sub(self.last);
        self.last = now;
        time
    }
}

/// The laps of a scan, which may have no meter.
#[derive(Debug)]
pub struct Laps<'p, 'c>(pub Option<&'p mut Meter<'c>>);

impl Laps<'_, '_> {
    /// As [`Meter::lap`].
    pub fn lap(&mut self, stage: Stage) {
        if let Some(meter) = &mut self.0 {
            meter.lap(stage);
        }
    }

    /// As [`Meter::evaluated`].
    pub fn evaluated(&mut self, place: usize) {
        if let Some(meter) = &mut self.0 {
            meter.evaluated(place);
        }
    }

    /// As [`Meter::evaluated_in_part`].
    pub fn evaluated_in_part(&mut self, place: usize) {
        if let Some(meter) = &mut self.0 {
            meter.evaluated_in_part(place);
        }
    }

    /// As [`Meter::matched`].
    pub fn matched(&mut self, place: usize) {
        if let Some(meter) = &mut self.0 {
            meter.matched(place);
        }
    }
}

impl fmt::Debug for Meter<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Meter").field("costs", &self.costs).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn every_moment_goes_to_one_stage_or_rule() {
        let now = Cell::new(0);
        let clock = || {
            now.set(now.get() * 2 + 1);
            Duration::from_nanos(now.get())
        };
        let mut meter = Meter::new(&clock, 2);
        meter.lap(Stage::Inflate);
        meter.lap(Stage::Scan);
        meter.lap(Stage::Select);
        meter.lap(Stage::Extract);
        meter.evaluated(0);
        meter.evaluated(1);
        meter.matched(1);
        meter.lap(Stage::Scan);
        meter.evaluated(2);
        let costs = meter.finish();
        let nanos = |duration: Duration| duration.as_nanos();
        assert_eq!(
            [costs.inflate, costs.scan, costs.select, costs.extract, costs.evaluate(), costs.evidence()].map(nanos),
            [2, 4 + 256, 8, 16, 32 + 64, 128]
        );
        let [first, second] = [costs.rules[0], costs.rules[1]];
        assert_eq!([first.evaluations, first.matches, second.evaluations, second.matches], [1, 0, 1, 1]);
        assert_eq!(costs.rules.len(), 2);

        let mut sum = Costs::default();
        sum.add(&costs);
        sum.add(&costs);
        assert_eq!(sum.scan, costs.scan * 2);
        assert_eq!([sum.rules[1].evaluations, sum.rules[1].matches], [2, 2]);
        assert_eq!(sum.evaluate(), costs.evaluate() * 2);
    }
}
