//! Judges the policy language by labelled events that others wrote for rules of their own.
//!
//! `tests/panther/*.yaml` says 76 of those 77 rules in the words of `docs/dsl.md`; each carries `panther:RULE_ID` as a tag. The
//! labels lie outside the repository, in `../shared/data/panther/`: where they are not, the tests that need them say so and pass.
//! The evaluators must agree with the labels and with each other.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is not as the pack and the labels promise ends the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::{Date, date};
use serde::Deserialize;
use serde_json::{Value, json};
use trailgate::compile::{Program, compile};
use trailgate::engine::{reference, scan};
use trailgate::event::ProblemKind;
use trailgate::policy::{self, PolicyErrors, PolicyIndex, PolicySet, Rule};
use trailgate::text::Source;
use trailgate::violation::PopulationIndex;

/// Labels that one event decides and with which the pack disagrees: (rule, test, why).
const DISAGREEMENTS: &[(&str, &str, &str)] = &[];

/// Rules that the language cannot say, and why.
const UNSAID: &[(&str, &str)] = &[(
    "Standard.ImpossibleTravel.Login",
    "compares the place and the time of two events; no operator computes with values, least of all with those of two events",
)];

/// What [`Label::judge`] says of records whose keys are in lower case.
const LOWER_CASE: &str = "excluded:lowercased_keys";

/// Fewest labels that must agree.
const WANTED: usize = 236;

/// One labelled event.
#[derive(Debug, Deserialize)]
struct Label {
    rule_id: String,
    test: String,
    expected: bool,
    /// `direct`: the event alone decides. Anything else says what else it takes.
    judge: String,
    log: Value,
}

/// What is told of an original rule.
#[derive(Debug, Deserialize)]
struct Original {
    #[serde(rename = "RuleID")]
    id: Option<String>,
    #[serde(rename = "Severity")]
    severity: Option<String>,
}

/// The pack, and which of its rules says which original.
struct Pack {
    set: PolicySet,
    program: Program,
    /// Original → place among all rules of the run.
    places: BTreeMap<String, usize>,
}

/// What an evaluator says of an event, rule by rule.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    /// Places of the rules that are about the event.
    population: BTreeSet<usize>,
    /// Places of the rules that it breaks, with the message.
    violated: BTreeMap<usize, String>,
}

impl Pack {
    fn read() -> Self {
        let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/panther"));
        let policies = files.iter().map(|file| {
            let source = Source::new(file.display().to_string(), std::fs::read_to_string(file).unwrap());
            policy::parse(&source, &|name| Err(format!("there is no `{name}`"))).unwrap_or_else(|errors| refuse(errors))
        });
        let set = PolicySet::new(policies.collect()).unwrap_or_else(|errors| refuse(errors));
        let mut places = BTreeMap::new();
        for (place, (_, rule)) in set.rules().enumerate() {
            for original in originals(rule) {
                assert!(places.insert(original.to_owned(), place).is_none(), "two rules say {original}");
            }
        }
        Self { program: compile(&set, today()), set, places }
    }

    /// What the reference evaluator says.
    fn slow(&self, event: &Value) -> Said {
        let mut said = Said::default();
        for (place, (policy, rule)) in self.set.rules().enumerate() {
            let verdict = self.judge(policy, rule, event);
            if verdict.in_population {
                said.population.insert(place);
            }
            if verdict.violated {
                said.violated.insert(place, verdict.message.unwrap());
            }
        }
        said
    }

    fn judge(&self, policy: PolicyIndex, rule: &Rule, event: &Value) -> reference::Verdict {
        reference::evaluate(&self.set, policy, rule, event, today()).expect("the rules of the pack are about one event")
    }

    /// What the fast evaluator says; `None` where the reader knows `event` for none of CloudTrail.
    fn fast(&self, event: &Value) -> Option<Said> {
        let bytes = json!({ "Records": [event] }).to_string();
        let report = scan(&self.program, &Arc::from("label.json"), bytes.as_bytes(), u64::MAX);
        match report.problems.as_slice() {
            [] => {}
            [problem] if problem.kind == ProblemKind::NotAnEvent => return None,
            problems => panic!("{problems:?} in {event}"),
        }
        let mut said = Said::default();
        for part in report.parts {
            said.population.extend(part.everywhere.iter().map(|rule| rule.0));
            let shared = |(_, known): &(usize, PopulationIndex)| self.program.rules_of(part.part, known.0);
            said.population.extend(part.population.iter().flat_map(shared));
            said.violated.extend(part.violations.into_iter().map(|found| (found.rule.0, found.violation.message)));
        }
        Some(said)
    }
}

fn originals(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.tags.iter().filter_map(|tag| tag.strip_prefix("panther:"))
}

fn refuse(errors: PolicyErrors) -> ! {
    let errors: Vec<String> = errors.0.into_iter().map(|error| format!("{:?}", miette::Report::new(error))).collect();
    panic!("the pack is no policy:\n{}", errors.join("\n"));
}

/// No list and no exception of the pack ends.
fn today() -> Date {
    date(2026, 11, 26)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The folder of the labels and originals, where it is.
fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/panther");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the labelled events are not at {}", folder.display());
    None
}

fn labels(folder: &Path) -> Vec<Label> {
    let text = std::fs::read_to_string(folder.join("tests.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_pack_is_what_a_user_would_write() {
    let pack = Pack::read();
    assert_eq!(pack.places.len(), 76);
    for (_, rule) in pack.set.rules() {
        assert_eq!(originals(rule).count(), 1, "{}", rule.id.value);
    }
    for file in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/panther")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let account = text.split(|character: char| !character.is_ascii_digit()).find(|digits| digits.len() >= 12);
        assert_eq!(account, None, "{} names an account", file.display());
    }
}

#[test]
fn every_original_is_said_as_severely_or_listed() {
    let Some(folder) = data() else { return };
    let pack = Pack::read();
    let mut unsaid = BTreeSet::new();
    for file in files(&folder.join("rules")) {
        let original: Original = serde_yaml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let (Some(id), Some(severity)) = (original.id, original.severity) else { continue };
        match pack.places.get(&id) {
            Some(place) => {
                let (_, rule) = pack.set.rules().nth(*place).unwrap();
                assert_eq!(rule.severity.word(), severity.to_lowercase(), "{id}");
            }
            None => {
                unsaid.insert(id);
            }
        }
    }
    assert_eq!(unsaid, UNSAID.iter().map(|(id, _)| (*id).to_owned()).collect());
}

#[test]
fn labels_that_one_event_decides_agree() {
    let Some(folder) = data() else { return };
    let pack = Pack::read();
    let (mut direct, mut agree) = (0, 0);
    let mut disagree = BTreeSet::new();
    let mut table = String::new();
    let labels = labels(&folder);
    for label in labels.iter().filter(|label| label.judge == "direct") {
        let place = pack.places.get(&label.rule_id).unwrap_or_else(|| panic!("no rule says {}", label.rule_id));
        let slow = pack.slow(&label.log).violated.contains_key(place);
        let fast = pack.fast(&label.log).expect("an event").violated.contains_key(place);
        direct += 1;
        if (slow, fast) == (label.expected, label.expected) {
            agree += 1;
            continue;
        }
        disagree.insert((label.rule_id.as_str(), label.test.as_str()));
        let Label { rule_id, test, expected, .. } = label;
        writeln!(table, "{expected:8}{slow:8}{fast:8}{rule_id:45}{test}").unwrap();
    }
    println!("{agree} of {direct} labels agree\n{:8}{:8}{:8}{:45}test\n{table}", "label", "slow", "fast", "rule");
    assert_eq!(disagree, DISAGREEMENTS.iter().map(|(rule, test, _)| (*rule, *test)).collect(), "\n{table}");
    assert!(agree >= WANTED, "{agree} of {direct} labels agree:\n{table}");
}

/// Every rule on every event, whosever label it carries: some 20,000 verdicts, most of them "not in the population".
#[test]
fn both_evaluators_say_the_same() {
    let Some(folder) = data() else { return };
    let pack = Pack::read();
    let (mut compared, mut refused) = (0, 0);
    for label in labels(&folder).iter().filter(|label| label.judge != LOWER_CASE) {
        match pack.fast(&label.log) {
            Some(fast) => {
                compared += 1;
                assert_eq!(fast, pack.slow(&label.log), "{} | {}", label.rule_id, label.test);
            }
            None => {
                refused += 1;
                assert_ne!(label.judge, "direct", "{} | {}", label.rule_id, label.test);
            }
        }
    }
    println!("{compared} events compared, {refused} are of other logs");
}

/// Query services export records with all keys in lower case. The reader gives them their names back, which the reference
/// evaluator, that sees no reader, cannot know.
#[test]
fn labels_of_lower_case_records_agree_behind_the_reader() {
    let Some(folder) = data() else { return };
    let pack = Pack::read();
    for label in labels(&folder).iter().filter(|label| label.judge == LOWER_CASE) {
        let place = pack.places[&label.rule_id];
        let said = pack.fast(&label.log).expect("an event");
        assert_eq!(said.violated.contains_key(&place), label.expected, "{} | {}", label.rule_id, label.test);
    }
}
