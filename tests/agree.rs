//! The fast evaluator and the reference must agree on every policy and event.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod agree {
    pub mod condition;
    pub mod damage;
    mod decided;
    pub mod dice;
    pub mod event;
    pub mod fast;
    mod files;
    pub mod hunt;
    pub mod policy;
    pub mod rolls;
    pub mod test;
    pub mod trace;
    pub mod waiver;
    pub mod words;
}

use std::collections::BTreeMap;

use agree::condition::{Place, path_of};
use agree::dice::Dice;
use agree::event::event;
use agree::fast::{Said, fast, file_report, policy_set, policy_set_with_waivers, program, slow, without_place};
use agree::policy::{TODAY, lists, policies, policies_of_any_source, single_tests};
use agree::rolls::{cases, rolls};
use agree::test::test;
use agree::trace::{near_misses, tally, traces};
use agree::waiver::waivers;
use agree::{damage, hunt};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use trailgate::compile::compile;
use trailgate::engine::reference;
use trailgate::policy::PolicySet;
use trailgate::violation::CoveredBy;

/// Random numbers that one event and two policy files use up, most of the time.
const ROLLS: usize = 1500;

/// Whether both evaluators say the same of `event` for every rule.
fn agree(policies: &[String], event: &str) -> Result<(), TestCaseError> {
    let set = policy_set(policies);
    let (slow, fast) = (slow(&set, event), fast(&compile(&set, TODAY), event));
    for (((_, rule), slow), fast) in set.rules().zip(slow).zip(fast) {
        let id = &rule.id.value;
        prop_assert_eq!(slow, fast, "reference left, fast right: {}\n{}\n{}", id, event, policies.join("\n"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(2500))]

    /// The property that everything rests on.
    #[test]
    fn both_evaluators_agree(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).write(&mut dice);
        agree(&policies_of_any_source(&mut dice), &event)?;
    }

    #[test]
    fn both_evaluators_agree_on_single_tests(rolls in rolls(800)) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).write(&mut dice);
        agree(&[single_tests(&mut dice)], &event)?;
    }

    /// Order of keys, white space, escapes, and duplicate keys before the one that counts.
    #[test]
    fn the_way_an_event_is_written_changes_nothing(rolls in rolls(ROLLS + 500)) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice);
        let program = program(&policies_of_any_source(&mut dice));
        let said = |text: &str| {
            let mut parts = file_report(&program, format!("{{\"Records\":[{text}]}}").as_bytes()).parts;
            for found in parts.iter_mut().flat_map(|part| &mut part.violations) {
                found.violation = without_place(found.violation.clone());
            }
            format!("{parts:#?}")
        };
        let (plain, written) = (event.plain(), event.write(&mut dice));
        prop_assert_eq!(said(&plain), said(&written), "{}\n{}", plain, written);
    }

    #[test]
    fn generators_write_json(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice);
        let plain: Value = serde_json::from_str(&event.plain()).unwrap();
        let text = event.write(&mut dice);
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), plain, "{}", text);
        for policy in policies(&mut dice) {
            let value: Value = serde_json::from_str(&policy).unwrap();
            prop_assert_eq!(serde_yaml::from_str::<Value>(&policy).unwrap(), value, "{}", policy);
        }
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    /// Waivers too, by rule, fingerprint and condition, of any source, with names of their own and of the policies.
    #[test]
    fn both_evaluators_agree_on_waivers(rolls in rolls(2 * ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).write(&mut dice);
        let policies = policies_of_any_source(&mut dice);
        let (set, files) = with_waivers(&mut dice, &policies, &event);
        let (slow, fast) = (slow(&set, &event), fast(&compile(&set, TODAY), &event));
        for (((_, rule), slow), fast) in set.rules().zip(slow).zip(fast) {
            let texts = policies.iter().chain(&files).map(String::as_str).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(slow, fast, "reference left, fast right: {}\n{}\n{}", &rule.id.value, event, texts);
        }
    }
}

proptest! {
    #![proptest_config(cases(5000))]

    /// Logs of every kind with bytes changed, cut out, repeated and put in.
    #[test]
    fn both_agree_on_damaged_logs(rolls in rolls(400)) {
        hunt::log(&damage::log(&mut Dice::new(&rolls)));
    }

    /// Most are no policies, and only have to be refused.
    #[test]
    fn both_agree_on_damaged_policies(rolls in rolls(400)) {
        hunt::policy(&damage::policy(&mut Dice::new(&rolls)));
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    /// The decision tree is the reference's decision, and each of its nodes follows from those below it.
    #[test]
    fn the_trace_says_what_the_reference_says(rolls in rolls(2 * ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).write(&mut dice);
        let policies = policies_of_any_source(&mut dice);
        let (set, _) = with_waivers(&mut dice, &policies, &event);
        traces(&set, &event)?;
    }

    /// A variant finds an event where, and only where, its predicate alone kept it from being a violation.
    #[test]
    fn variants_find_near_misses(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).plain();
        near_misses(&policy_set(&policies(&mut dice)), &event)?;
    }
}

/// Damaged logs still hold records, and some of the damaged policies are policies that find something.
#[test]
fn damage_leaves_something_to_compare() {
    let mut met = [[0; 3]; 2];
    for rolls in fixed_rolls(500, 400) {
        let dice = &mut Dice::new(&rolls);
        for (met, found) in met.iter_mut().zip([hunt::log(&damage::log(dice)), hunt::policy(&damage::policy(dice))]) {
            met[0] += usize::from(found.records > 0);
            met[1] += usize::from(found.violations > 0);
            met[2] += found.violations;
        }
    }
    let [logs, policies] = met;
    println!("with records, with violations, violations: logs {logs:?}, policies {policies:?}");
    assert!(logs[0] > 200 && logs[1] > 100 && policies[0] > 90 && policies[1] > 5);
}

/// Nodes of every kind hold at times, and at times not.
#[test]
fn traces_are_of_every_kind() {
    let mut counts = BTreeMap::new();
    for rolls in fixed_rolls(300, ROLLS) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).plain();
        let set = policy_set(&policies(&mut dice));
        tally(&traces(&set, &event).unwrap(), &mut counts);
    }
    println!("kind: does not hold, holds: {counts:?}");
    assert_eq!(counts.len(), 11, "{counts:?}");
    assert!(counts.values().all(|[fails, holds]| *fails > 10 && *holds > 10), "{counts:?}");
}

/// There are near misses among the generated events, of parts of the population and of obligations.
#[test]
fn near_misses_are_of_every_kind() {
    let mut found = [0; 3];
    for rolls in fixed_rolls(300, ROLLS) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).plain();
        let more = near_misses(&policy_set(&policies(&mut dice)), &event).unwrap();
        found = [found[0] + more[0], found[1] + more[1], found[2] + more[2]];
    }
    println!("population, forbid, require: {found:?}");
    assert!(found.iter().all(|number| *number > 10), "{found:?}");
}

/// The policies with one or two waivers files, and those files' texts.
fn with_waivers(dice: &mut Dice, policies: &[String], event: &str) -> (PolicySet, Vec<String>) {
    let found = file_report(&program(policies), format!("{{\"Records\":[{event}]}}").as_bytes());
    let fingerprints: Vec<String> =
        found.parts.iter().flat_map(|part| &part.violations).map(|found| found.violation.fingerprint.clone()).collect();
    let files: Vec<String> = (0..=dice.roll(2)).map(|file| waivers(dice, file, &fingerprints)).collect();
    (policy_set_with_waivers(policies, &files), files)
}

/// Waivers cover, are refused, and leave to exceptions what is theirs, often enough to test it.
#[test]
fn waivers_are_of_every_kind() {
    let (mut violated, mut excepted, mut waived, mut refused) = (0, 0, 0, 0);
    for rolls in fixed_rolls(1000, 2 * ROLLS) {
        let mut dice = Dice::new(&rolls);
        let event = event(&mut dice).plain();
        let texts = policies(&mut dice);
        let (set, _) = with_waivers(&mut dice, &texts, &event);
        for Said { verdict, .. } in slow(&set, &event) {
            violated += usize::from(verdict.violated);
            refused += usize::from(verdict.refused.is_some());
            match verdict.covered {
                Some(CoveredBy::Exception(_)) => excepted += 1,
                Some(CoveredBy::Waiver(_)) => waived += 1,
                None => {}
            }
        }
    }
    println!("{violated} violated: {excepted} excepted, {waived} waived, {refused} refused");
    assert!(excepted * 100 > violated * 4 && waived * 100 > violated * 10 && refused * 100 > violated);
}

/// Random numbers that are the same in each run.
fn fixed_rolls(samples: usize, count: usize) -> impl Iterator<Item = Vec<u16>> {
    let mut runner = TestRunner::deterministic();
    let strategy = rolls(count);
    (0..samples).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}

/// The generators must not rot: pairs of policy and event that decide nothing test nothing.
#[test]
fn pairs_are_of_every_kind() {
    let (mut pairs, mut population, mut violated, mut excepted) = (0, 0, 0, 0);
    for rolls in fixed_rolls(1000, ROLLS) {
        let mut dice = Dice::new(&rolls);
        let event: Value = serde_json::from_str(&event(&mut dice).plain()).unwrap();
        let set = policy_set(&policies(&mut dice));
        for (policy, rule) in set.rules() {
            let Some(verdict) = reference::evaluate(&set, policy, rule, &event, TODAY) else { continue };
            pairs += 1;
            population += usize::from(verdict.in_population);
            violated += usize::from(verdict.violated);
            excepted += usize::from(verdict.covered.is_some());
        }
    }
    println!("{pairs} pairs: {population} in population, {violated} violated, {excepted} covered by an exception");
    assert!(population * 100 > pairs * 20 && population * 100 < pairs * 80);
    assert!(violated * 100 > population * 25 && violated * 100 < population * 75);
    assert!(excepted * 100 > violated * 4);
}

/// Each operator and each form of a test alone must hold at times, and at times not.
#[test]
fn every_operator_holds_and_fails() {
    let mut outcomes: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for rolls in fixed_rolls(10_000, 500) {
        let mut dice = Dice::new(&rolls);
        let event: Value = serde_json::from_str(&event(&mut dice).plain()).unwrap();
        let path = path_of(&mut dice, Place::event(0));
        let test = test(&mut dice, path.kind, path.nodes, Place::event(0), 1);
        let Some(word) = only_word(&test) else { continue };
        let rule = json!({"id": "a", "title": "a", "severity": "low", "forbid": {path.text: test}});
        let set = policy_set(&[
            json!({"version": 1, "lists": lists(&mut dice, &["first", "second"]), "rules": [rule]}).to_string(),
        ]);
        let (policy, rule) = set.rules().next().unwrap();
        let verdict = reference::evaluate(&set, policy, rule, &event, TODAY).unwrap();
        outcomes.entry(word).or_default()[usize::from(verdict.violated)] += 1;
    }
    println!("word: fails, holds: {outcomes:?}");
    for word in WORDS {
        let [fails, holds] = outcomes.get(word).copied().unwrap_or_default();
        assert!(fails.min(holds) * 100 > (fails + holds) * 3 && fails.min(holds) >= 3, "{word}: {fails} {holds}");
    }
}

/// The words whose effect alone is looked at: those of `docs/dsl.md` §5, and the forms without a word.
const WORDS: [&str; 30] = [
    "scalar",
    "list",
    "null",
    "element",
    "equals",
    "in",
    "glob",
    "regex",
    "starts_with",
    "ends_with",
    "contains",
    "cidr",
    "is_ip",
    "gt",
    "gte",
    "lt",
    "lte",
    "before",
    "after",
    "length",
    "exists",
    "empty",
    "type",
    "not",
    "json",
    "some",
    "every",
    "none",
    "count",
    "distinct",
];

/// The one word that `test` consists of.
fn only_word(test: &Value) -> Option<String> {
    Some(match test {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "list".to_owned(),
        Value::Object(entries) if entries.keys().any(|key| key.starts_with('.')) => "element".to_owned(),
        Value::Object(entries) => {
            let mut entries = entries.iter().filter(|(key, _)| *key != "ignore_case");
            entries.next().filter(|_| entries.next().is_none())?.0.clone()
        }
        _ => "scalar".to_owned(),
    })
}
