//! A run behind one function: policies and files of records in, what each rule over time says of them out, in the terms of the
//! reference.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use trailgate::audit::input::{Given, Input};
use trailgate::audit::tally::{Scanned, Tally};
use trailgate::audit::{Keep, Limit, Outcome, Progress, RunOptions, Task, run_all};
use trailgate::compile::Program;
use trailgate::engine::reference::window::Judgement;
use trailgate::engine::{Scratch, Sightings, scan_metered};
use trailgate::event::{Ending, ProblemKind};
use trailgate::policy::{PolicySet, WaiverIndex};
use trailgate::violation::{CoveredBy, History};

/// What rules say of a log, with records in place of their places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// Sorted.
    pub violations: Vec<Broken>,
    /// For each rule its pending and its learning events.
    pub open: Vec<(u64, u64)>,
    /// Records without a time that rules would need, each once, with the rules.
    pub undated: BTreeSet<(String, String)>,
    /// Exceptions that covered a violation: the rule, and the place among its exceptions.
    pub exceptions: BTreeSet<(usize, usize)>,
    /// Waivers that covered a violation.
    pub waivers: BTreeSet<usize>,
    /// Waivers that would have covered one of a rule that is not waivable, with the rule.
    pub refused: BTreeSet<(usize, usize)>,
}

/// A violation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    pub rule: String,
    pub key: Vec<(String, String)>,
    /// Step, time and record.
    pub events: Vec<(String, Timestamp, String)>,
    pub count: u64,
    pub span: SignedDuration,
    pub message: String,
    pub fingerprint: String,
    /// The exception or waiver that covers it.
    pub waived: Option<String>,
}

/// What the reference said of the log of `records`.
pub fn of_reference(set: &PolicySet, records: &[Value], judgements: Vec<Judgement>) -> Said {
    let mut said = Said::default();
    for (index, ((_, rule), judgement)) in set.rules().zip(judgements).enumerate() {
        said.open.push((judgement.pending, judgement.learning));
        for place in judgement.undated {
            said.undated.insert((rule.id.value.0.clone(), records[place].to_string()));
        }
        for broken in judgement.violations {
            let waived = match broken.covered {
                None => None,
                Some(CoveredBy::Exception(place)) => {
                    said.exceptions.insert((index, place));
                    Some(rule.exceptions[place].name.value.clone())
                }
                Some(CoveredBy::Waiver(WaiverIndex(place))) => {
                    said.waivers.insert(place);
                    set.waivers().nth(place).map(|(_, waiver)| waiver.name.value.clone())
                }
            };
            if let Some(WaiverIndex(waiver)) = broken.refused {
                said.refused.insert((waiver, index));
            }
            let events = broken.events.into_iter();
            said.violations.push(Broken {
                rule: broken.rule.0,
                key: broken.key,
                events: events.map(|event| (event.step, event.time, records[event.delivery].to_string())).collect(),
                count: broken.count,
                span: broken.span,
                message: broken.message,
                fingerprint: broken.fingerprint,
                waived,
            });
        }
    }
    said.violations.sort();
    said
}

impl Said {
    /// What this says and `other` does not.
    pub fn beside(&self, other: &Self) -> String {
        let violations = self.violations.iter().filter(|broken| !other.violations.contains(broken));
        let undated = self.undated.difference(&other.undated);
        let violations: Vec<_> = violations.collect();
        let undated: Vec<_> = undated.collect();
        let covers = (&self.exceptions, &self.waivers, &self.refused);
        format!("{violations:#?}\nundated {undated:#?}\nopen {:?}, covers {covers:?}", self.open)
    }
}

/// A run.
#[derive(Debug, Clone, Copy)]
pub struct How<'h> {
    /// Threads.
    pub threads: usize,
    /// Memory for facts; beyond it they go to disk.
    pub facts_bytes: u64,
    /// What earlier runs have seen.
    pub history: Option<&'h History>,
}

const KEEP: Keep = Keep { violations: Limit::All, records: Limit::First(0) };

fn text_of(records: &[&Value]) -> String {
    let texts: Vec<String> = records.iter().map(|record| record.to_string()).collect();
    format!("{{\"Records\":[{}]}}", texts.join(","))
}

/// What scans of `files` say without a run, with `sightings`; and what the merged reports left out.
pub fn merged(
    program: &Program,
    files: &[Vec<&Value>],
    history: Option<&History>,
    sightings: Sightings,
) -> (Said, Option<History>, LeftOut) {
    let mut tally = Tally::new(program, KEEP, u64::MAX).of(sightings).after(history);
    let mut left_out = LeftOut::default();
    for (index, records) in files.iter().enumerate() {
        let name = index.to_string().into();
        let report = scan_metered(
            program,
            &name,
            text_of(records).as_bytes(),
            Ending::Whole,
            &mut Scratch::new(sightings),
            None,
        );
        left_out.in_files += report.parts.iter().map(|part| part.stretches.len()).sum::<usize>();
        tally.add(&Input::Stdin, Scanned::Read(report));
    }
    let outcome = tally.finish().unwrap();
    left_out.matters = outcome.doubtful;
    let said = said(&outcome, &|file, record| files[file.parse::<usize>().unwrap()][record].to_string());
    (said, outcome.history, left_out)
}

/// What scans leave out of what `first_seen` rules are about.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeftOut {
    /// Stretches of files in which there is something.
    pub in_files: usize,
    /// Whether it may matter.
    pub matters: bool,
}

/// Counts the readings of a run.
#[derive(Default)]
struct Readings(usize);

impl Progress for Readings {
    fn advanced(&mut self, done: usize, _bytes: u64) {
        self.0 += usize::from(done == 1);
    }
}

/// What a run over `files` says, which are written into `folder`; and what it has seen, where it was told what others had.
pub fn fast(program: &Program, files: &[Vec<&Value>], how: How<'_>, folder: &Path) -> (Said, Option<History>) {
    let (said, history, _) = counted(program, files, how, folder);
    (said, history)
}

/// As [`fast`]; and how often the files were read.
pub fn counted(
    program: &Program,
    files: &[Vec<&Value>],
    how: How<'_>,
    folder: &Path,
) -> (Said, Option<History>, usize) {
    let inputs: Vec<Input> = (0..files.len())
        .map(|index| Input::File { path: folder.join(format!("{index:03}.json")), given: Given::Named })
        .collect();
    for (input, records) in inputs.iter().zip(files) {
        std::fs::write(input.name(), text_of(records)).unwrap();
    }
    let options = RunOptions { threads: how.threads, limit_bytes: 1 << 30, facts_bytes: how.facts_bytes, keep: KEEP };
    let task = Task { program, baseline: None, history: how.history, profile: None };
    let mut readings = Readings::default();
    let outcome = run_all(&[task], &inputs, options, &AtomicBool::new(false), &mut readings).unwrap().remove(0);
    let said = said(&outcome, &|file, record| {
        let file = inputs.iter().position(|input| input.name() == **file).unwrap();
        files[file][record].to_string()
    });
    (said, outcome.history, readings.0)
}

fn said(outcome: &Outcome, record: &dyn Fn(&Arc<str>, usize) -> String) -> Said {
    let summary = &outcome.summary;
    let mut undated = BTreeSet::new();
    for problem in &summary.problems {
        assert_eq!(problem.kind, ProblemKind::NoTime, "{problem:?}");
        let text = record(&problem.file, problem.record.unwrap());
        // The message names the rules, each between backticks.
        for rule in problem.message.split('`').skip(1).step_by(2) {
            undated.insert((rule.to_owned(), text.clone()));
        }
    }
    let broken = outcome.violations.iter().map(|violation| {
        let timeline = violation.timeline.as_ref().unwrap();
        let first = &timeline.events[0];
        assert_eq!(
            (&first.file, first.record, first.offset, first.at),
            (&violation.file, violation.record, violation.offset, violation.at)
        );
        assert_eq!(first.event, violation.event);
        let events = timeline.events.iter();
        Broken {
            rule: violation.rule.0.clone(),
            key: timeline.key.clone(),
            events: events
                .map(|event| (event.step.to_string(), event.time, record(&event.file, event.record)))
                .collect(),
            count: timeline.count,
            span: timeline.span,
            message: violation.message.clone(),
            fingerprint: violation.fingerprint.clone(),
            waived: violation.waived.as_ref().map(|waived| waived.name.clone()),
        }
    });
    let mut violations: Vec<Broken> = broken.collect();
    violations.sort();
    for (index, rule) in summary.rules.iter().enumerate() {
        let of_rule = |waived: bool| {
            let id = &rule.rule.0;
            let found = violations.iter().filter(|broken| broken.rule == *id && broken.waived.is_some() == waived);
            u64::try_from(found.count()).unwrap()
        };
        assert_eq!((rule.violations, rule.waived), (of_rule(false), of_rule(true)), "rule {index}");
    }
    Said {
        violations,
        open: summary.rules.iter().map(|rule| (rule.pending, rule.learning)).collect(),
        undated,
        exceptions: outcome.exceptions_used.iter().map(|(rule, place)| (rule.0, *place)).collect(),
        waivers: outcome.waivers_used.iter().map(|waiver| waiver.0).collect(),
        refused: outcome.waivers_refused.iter().map(|(waiver, rule)| (waiver.0, rule.0)).collect(),
    }
}
