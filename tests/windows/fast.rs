//! A run behind one function: policies and files of records in, what each rule over time says of them out, in the terms of the
//! reference.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use trailgate::audit::input::{Given, Input};
use trailgate::audit::{Keep, Limit, Outcome, RunOptions, Task, run_all};
use trailgate::compile::Program;
use trailgate::engine::reference::window::Judgement;
use trailgate::event::ProblemKind;
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

/// What a run over `files` says, which are written into `folder`; and what it has seen, where it was told what others had.
pub fn fast(program: &Program, files: &[Vec<&Value>], how: How<'_>, folder: &Path) -> (Said, Option<History>) {
    let inputs: Vec<Input> = (0..files.len())
        .map(|index| Input::File { path: folder.join(format!("{index:03}.json")), given: Given::Named })
        .collect();
    for (input, records) in inputs.iter().zip(files) {
        let texts: Vec<String> = records.iter().map(|record| record.to_string()).collect();
        std::fs::write(input.name(), format!("{{\"Records\":[{}]}}", texts.join(","))).unwrap();
    }
    let options = RunOptions {
        threads: how.threads,
        limit_bytes: 1 << 30,
        facts_bytes: how.facts_bytes,
        keep: Keep { violations: Limit::All, records: Limit::First(0) },
    };
    let task = Task { program, baseline: None, history: how.history, profile: None };
    let outcome = run_all(&[task], &inputs, options, &AtomicBool::new(false), &mut ()).unwrap().remove(0);
    let said = said(&outcome, &|file, record| {
        let file = inputs.iter().position(|input| input.name() == **file).unwrap();
        files[file][record].to_string()
    });
    (said, outcome.history)
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
