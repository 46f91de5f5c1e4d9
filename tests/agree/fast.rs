//! The two evaluators behind one function each: policies and an event's text in, what each rule says of it out.

use std::sync::Arc;

use serde_json::Value;
use trailgate::compile::{Program, compile};
use trailgate::engine::reference::{self, Verdict, window};
use trailgate::engine::scan;
use trailgate::event::ProblemKind;
use trailgate::policy::{PolicyIndex, PolicySet, Rule, parse, parse_waivers};
use trailgate::text::{LineColumn, Source};
use trailgate::violation::{FileReport, RuleIndex, Violation};

use super::policy::TODAY;

/// The most that a compressed file may inflate to.
pub const LIMIT: u64 = 1 << 30;

/// The set of these policy files, which must be right.
pub fn policy_set(texts: &[String]) -> PolicySet {
    policy_set_with_waivers(texts, &[])
}

/// The set of these policy files and waivers files, which must be right.
pub fn policy_set_with_waivers(texts: &[String], waivers: &[String]) -> PolicySet {
    let parse = |(index, text): (usize, &String)| {
        let source = Source::new(format!("{index}.yaml"), text.as_str());
        parse(&source, &|name| Err(format!("no file {name}"))).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    };
    let waivers = waivers.iter().enumerate().map(|(index, text)| {
        let source = Source::new(format!("waivers-{index}.yaml"), text.as_str());
        parse_waivers(&source, &|name| Err(format!("no file {name}")))
            .unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    });
    let policies = texts.iter().enumerate().map(parse).chain(waivers).collect();
    PolicySet::new(policies).unwrap_or_else(|errors| panic!("{errors}\n{}", texts.join("\n")))
}

pub fn program(texts: &[String]) -> Program {
    compile(&policy_set(texts), TODAY)
}

/// What a rule says of one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// Of a rule over time, which one event alone does not break here, whether it is about the event.
    pub verdict: Verdict,
    /// Whether a rule over time needs the event and cannot read its time.
    pub undated: bool,
}

/// What the reference says, for each rule.
pub fn slow(set: &PolicySet, event: &str) -> Vec<Said> {
    let event: Value = serde_json::from_str(event).unwrap();
    let said = |(policy, rule): (PolicyIndex, &Rule)| {
        let verdict = reference::evaluate(set, policy, rule, &event, TODAY);
        assert_eq!(verdict.is_none(), rule.obligation.is_windowed());
        if let Some(verdict) = verdict {
            return Said { verdict, undated: false };
        }
        let in_population = window::in_population(set, policy, rule, &event, TODAY);
        let judgement = window::judge(set, policy, rule, &[&event], None, TODAY).unwrap();
        Said { verdict: Verdict { in_population, ..Verdict::default() }, undated: !judgement.undated.is_empty() }
    };
    set.rules().map(said).collect()
}

/// What the fast path says, for each rule.
pub fn fast(program: &Program, event: &str) -> Vec<Said> {
    let report = file_report(program, format!("{{\"Records\":[{event}]}}").as_bytes());
    assert_eq!(report.parts.len(), program.parts.len());
    let mut verdicts = vec![Verdict::default(); program.rules.len()];
    let mut undated = vec![false; program.rules.len()];
    for problem in &report.problems {
        assert_eq!((problem.kind, problem.record), (ProblemKind::NoTime, Some(0)), "{problem:?}\n{event}");
        // The message names the rules, each between backticks.
        for id in problem.message.split('`').skip(1).step_by(2) {
            let rule = program.rules.iter().position(|rule| rule.id.0 == id).unwrap();
            assert!(!undated[rule], "rule {rule} lacks the time twice");
            undated[rule] = true;
        }
    }
    for part in &report.parts {
        assert_eq!(part.records.len(), 1);
        let everywhere = part.everywhere.iter().map(|RuleIndex(rule)| *rule);
        let shared = part.population.iter().flat_map(|(_, population)| program.rules_of(part.part, population.0));
        for rule in everywhere.chain(shared) {
            assert!(!verdicts[rule].in_population, "rule {rule} is in the population twice");
            verdicts[rule].in_population = true;
        }
        for found in &part.violations {
            let verdict = &mut verdicts[found.rule.0];
            assert!(!verdict.violated, "rule {} is violated twice", found.rule.0);
            verdict.violated = true;
            verdict.covered = found.covered;
            verdict.refused = found.refused;
            verdict.message = Some(found.violation.message.clone());
        }
    }
    verdicts.into_iter().zip(undated).map(|(verdict, undated)| Said { verdict, undated }).collect()
}

pub fn file_report(program: &Program, bytes: &[u8]) -> FileReport {
    let name: Arc<str> = "file.json".into();
    scan(program, &name, bytes, LIMIT)
}

/// A violation without all that depends on where and how its record is written.
pub fn without_place(mut violation: Violation) -> Violation {
    violation.file = "".into();
    violation.record = 0;
    violation.offset = 0;
    violation.at = LineColumn { line: 1, column: 1 };
    violation.record_text = "".into();
    for evidence in &mut violation.evidence {
        evidence.offset = None;
        evidence.at = None;
    }
    for event in violation.timeline.iter_mut().flat_map(|timeline| &mut timeline.events) {
        event.file = "".into();
        event.record = 0;
        event.offset = 0;
        event.at = LineColumn { line: 1, column: 1 };
    }
    violation
}
