//! What a run costs, step by step: gathered from all of its threads where someone asks, and the one clock that is read for it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::Meter;
use crate::engine::meter::Costs;

/// A step of a run around the scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Policies are read and parsed.
    Parse,
    /// Policies are linted.
    Lint,
    /// Policies are compiled.
    Compile,
    /// Logs are read.
    Read,
    /// What was found in the logs is put together.
    Merge,
    /// Events of obligations over time are put together.
    Correlate,
    /// Reports are written.
    Report,
}

/// What a run cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunCosts {
    /// Of [`Step::Parse`].
    pub parse: Duration,
    /// Of [`Step::Lint`].
    pub lint: Duration,
    /// Of [`Step::Compile`].
    pub compile: Duration,
    /// Of [`Step::Read`], on all threads.
    pub read: Duration,
    /// Of [`Step::Merge`].
    pub merge: Duration,
    /// Of [`Step::Correlate`].
    pub correlate: Duration,
    /// Of [`Step::Report`].
    pub report: Duration,
    /// Of the scans, on all threads.
    pub scans: Costs,
}

/// Gathers what a run costs.
#[derive(Debug)]
pub struct Profile {
    begun: Instant,
    costs: Mutex<RunCosts>,
}

impl Default for Profile {
    fn default() -> Self {
        Self { begun: Instant::now(), costs: Mutex::default() }
    }
}

impl Profile {
    /// What was gathered so far.
    #[must_use]
    pub fn costs(&self) -> RunCosts {
        self.lock().clone()
    }

    /// Does `work` as a part of `step`.
    pub fn timed<T>(&self, step: Step, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        let time = begun.elapsed();
        let mut costs = self.lock();
        *match step {
            Step::Parse => &mut costs.parse,
            Step::Lint => &mut costs.lint,
            Step::Compile => &mut costs.compile,
            Step::Read => &mut costs.read,
            Step::Merge => &mut costs.merge,
            Step::Correlate => &mut costs.correlate,
            Step::Report => &mut costs.report,
        } += time;
        done
    }

    /// Does `scan` with a meter for a program of so many rules.
    pub fn metered<T>(&self, rules: usize, scan: impl FnOnce(&mut Meter<'_>) -> T) -> T {
        let clock = || self.begun.elapsed();
        let mut meter = Meter::new(&clock, rules);
        let done = scan(&mut meter);
        let costs = meter.finish();
        self.lock().scans.add(&costs);
        done
    }

    fn lock(&self) -> MutexGuard<'_, RunCosts> {
        // What a thread that fell over had gathered is whole: each addition is one statement.
        self.costs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does `work`, as a part of `step` where there is a profile.
pub fn timed<T>(profile: Option<&Profile>, step: Step, work: impl FnOnce() -> T) -> T {
    match profile {
        Some(profile) => profile.timed(step, work),
        None => work(),
    }
}
