//! Obligations over time: the engine and the brute-force reference must agree on every log, and the order in which a log comes must
//! not matter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "agree/dice.rs"]
pub mod dice;
#[path = "agree/rolls.rs"]
mod rolls;

mod windows {
    pub use super::dice;
    pub mod fast;
    mod published;
    pub mod repeats;
    pub mod rules;
    pub mod slow;
    pub mod world;
}

use std::collections::BTreeMap;

use dice::Dice;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rolls::{cases, rolls};
use serde_json::Value;
use trailgate::compile::compile;
use trailgate::engine::Sightings;
use trailgate::engine::reference::window::Past;
use trailgate::policy::PolicySet;
use trailgate::policy::model::RecordSource;
use trailgate::violation::History;
use windows::fast::{How, Said, counted, fast, merged, of_reference};
use windows::repeats::repeats;
use windows::rules::{OBLIGATIONS, TODAY, policy, waivers};
use windows::slow::{judgements, policy_set};
use windows::world::{Redelivery, world};

/// Random numbers that a world and its rules use up, most of the time.
const ROLLS: usize = 700;

/// Random numbers that are the same in each run.
fn fixed_rolls(samples: usize, count: usize) -> impl Iterator<Item = Vec<u16>> {
    let mut runner = TestRunner::deterministic();
    let strategy = rolls(count);
    (0..samples).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}

/// A world, and rules about it with waivers for some of their violations.
fn case(dice: &mut Dice, redelivery: Redelivery) -> (Vec<Value>, PolicySet, String) {
    let records = world(dice, 16, redelivery);
    let policy = policy(dice);
    let found = judgements(&policy_set(&policy, None), &records, None);
    let found = found.into_iter().flat_map(|judgement| judgement.violations);
    let waivers = waivers(dice, &found.map(|violation| violation.fingerprint).collect::<Vec<_>>());
    let set = policy_set(&policy, Some(&waivers));
    (records, set, format!("{policy}\n{waivers}"))
}

/// `records` in up to five files, in their order.
fn cut<'r>(dice: &mut Dice, records: &[&'r Value]) -> Vec<Vec<&'r Value>> {
    let mut files: Vec<Vec<&Value>> = vec![Vec::new()];
    for record in records {
        if files.len() < 5 && dice.chance(25) {
            files.push(Vec::new());
        }
        files.last_mut().unwrap().push(record);
    }
    files.retain(|file| !file.is_empty());
    files
}

/// The same things in another order.
fn shuffled<T: Clone>(dice: &mut Dice, things: &[T]) -> Vec<T> {
    let mut rest = things.to_vec();
    (0..things.len()).map(|_| rest.swap_remove(dice.roll(rest.len()))).collect()
}

/// Whether events have a time.
fn has_time(set: &PolicySet) -> bool {
    !matches!(set.policies()[0].records, RecordSource::Json { time: None, .. })
}

/// Whether events have an id by which a delivery that comes again is known.
fn has_id(set: &PolicySet) -> bool {
    !matches!(set.policies()[0].records, RecordSource::Json { id: None, .. })
}

const PLAIN: How<'_> = How { threads: 1, facts_bytes: u64::MAX, history: None };

/// Fails where the two are not the same, with what each says beside the other.
fn same(wanted: &Said, found: &Said, case: &dyn Fn() -> String) -> Result<(), TestCaseError> {
    let beside = || format!("wanted {}\nfound {}", wanted.beside(found), found.beside(wanted));
    prop_assert!(wanted == found, "{}\n{}", case(), beside());
    Ok(())
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

proptest! {
    #![proptest_config(cases(500))]

    /// The property that everything rests on.
    #[test]
    fn the_run_agrees_with_the_reference(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let (records, set, texts) = case(&mut dice, Redelivery::Contradicting);
        let folder = tempfile::tempdir().unwrap();
        let files = cut(&mut dice, &records.iter().collect::<Vec<_>>());
        let slow = of_reference(&set, &records, judgements(&set, &records, None));
        let (fast, _) = fast(&compile(&set, TODAY), &files, PLAIN, folder.path());
        same(&slow, &fast, &|| format!("{texts}\n{}", lines(&records)))?;
    }

    /// Order of files and records, how records are spread over files, deliveries that come again, threads, and memory.
    #[test]
    fn the_way_a_log_comes_changes_nothing(rolls in rolls(ROLLS + 200)) {
        let mut dice = Dice::new(&rolls);
        let (records, set, texts) = case(&mut dice, Redelivery::Updated);
        let program = compile(&set, TODAY);
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<&Value> = records.iter().collect();
        let (wanted, _) = fast(&program, std::slice::from_ref(&all), PLAIN, folder.path());
        let mut again = shuffled(&mut dice, &all);
        for _ in 0..dice.roll(4) {
            let with_id: Vec<&Value> = records.iter().filter(|record| record["eventID"].is_string()).collect();
            if !with_id.is_empty() && has_id(&set) {
                let record = *dice.pick(&with_id);
                again.insert(dice.roll(again.len() + 1), record);
            }
        }
        let files = cut(&mut dice, &again);
        let threads = 1 + dice.roll(4);
        let how = How { threads, facts_bytes: *dice.pick(&[u64::MAX, 0, 2000]), history: None };
        let (found, _) = fast(&program, &files, how, folder.path());
        same(&wanted, &found, &|| format!("{how:?}\n{texts}\n{files:#?}"))?;
    }

    /// Of runs over one part of a log after the other the last says what the reference says that knows the parts before; and one over
    /// the same part again says the same.
    #[test]
    fn what_was_seen_is_remembered(rolls in rolls(ROLLS + 200)) {
        let mut dice = Dice::new(&rolls);
        let (records, set, texts) = case(&mut dice, Redelivery::Same);
        let program = compile(&set, TODAY);
        let folder = tempfile::tempdir().unwrap();
        let mut parts: Vec<Vec<Value>> = vec![Vec::new(); 3];
        for record in &records {
            let part = dice.roll(parts.len());
            parts[part].push(record.clone());
        }
        // What is pruned of the past can matter to logs alone that begin before those of the run that pruned it.
        let time = |record: &Value| trailgate::text::time::parse(record["eventTime"].as_str()?);
        parts.sort_by_key(|part| part.iter().filter_map(time).min());
        let last = parts.pop().unwrap();
        let mut history = History::default();
        for part in &parts {
            let how = How { history: Some(&history), ..PLAIN };
            let files = [part.iter().collect()];
            history = fast(&program, &files, how, folder.path()).1.unwrap();
        }
        let seen = parts.concat();
        let past = has_time(&set).then(|| seen.iter().filter_map(time).min()).flatten();
        let past = past.map(|since| Past { since, events: &seen });
        let slow = of_reference(&set, &last, judgements(&set, &last, past));
        let files = [last.iter().collect()];
        let (found, history) = fast(&program, &files, How { history: Some(&history), ..PLAIN }, folder.path());
        let case = || format!("{texts}\nbefore:\n{}last:\n{}", lines(&seen), lines(&last));
        same(&slow, &found, &case)?;
        let (again, _) = fast(&program, &files, How { history: history.as_ref(), ..PLAIN }, folder.path());
        same(&found, &again, &|| format!("again\n{}", case()))?;
    }

    /// What `first_seen` rules leave out of a log full of repetitions changes nothing, whichever deliveries count.
    #[test]
    fn what_repeats_is_left_out(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let (set, texts) = first_seen(&mut dice);
        let records = repeats(&mut dice, 50, Redelivery::Contradicting);
        let folder = tempfile::tempdir().unwrap();
        let files = cut(&mut dice, &records.iter().collect::<Vec<_>>());
        let slow = of_reference(&set, &records, judgements(&set, &records, None));
        let how = How { threads: 1 + dice.roll(2), facts_bytes: *dice.pick(&[u64::MAX, 0, 4000]), history: None };
        let (fast, _) = fast(&compile(&set, TODAY), &files, how, folder.path());
        same(&slow, &fast, &|| format!("{texts}\n{}", lines(&records)))?;
    }

    /// Nor does it change what is remembered, and what later runs say.
    #[test]
    fn what_is_left_out_is_remembered(rolls in rolls(ROLLS + 100)) {
        let mut dice = Dice::new(&rolls);
        let (set, texts) = first_seen(&mut dice);
        let program = compile(&set, TODAY);
        let records = repeats(&mut dice, 60, Redelivery::Contradicting);
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::default();
        let mut rest = records.as_slice();
        while !rest.is_empty() {
            let (part, after) = rest.split_at(dice.roll(rest.len()) + 1);
            rest = after;
            let files = cut(&mut dice, &part.iter().collect::<Vec<_>>());
            let (wanted, whole, _) = merged(&program, &files, Some(&history), Sightings::All);
            let facts_bytes = *dice.pick(&[u64::MAX, 0, 4000]);
            let how = How { threads: 1, facts_bytes, history: Some(&history) };
            let (found, seen) = fast(&program, &files, how, folder.path());
            same(&wanted, &found, &|| format!("{texts}\n{}", lines(part)))?;
            prop_assert_eq!(&whole, &seen, "{}\n{}", &texts, lines(part));
            history = seen.unwrap();
        }
    }
}

/// `first_seen` rules, and their text.
fn first_seen(dice: &mut Dice) -> (PolicySet, String) {
    let policy = windows::repeats::policy(dice);
    (policy_set(&policy, None), policy.to_string())
}

/// Most logs full of repetitions have something that is left out, of several files, beside violations; and some must be read again.
#[test]
fn what_is_left_out_matters_at_times() {
    let mut counts = [0; 5];
    for rolls in fixed_rolls(600, ROLLS) {
        let mut dice = Dice::new(&rolls);
        let (set, _) = first_seen(&mut dice);
        let program = compile(&set, TODAY);
        let records = repeats(&mut dice, 50, Redelivery::Contradicting);
        let files = cut(&mut dice, &records.iter().collect::<Vec<_>>());
        let folder = tempfile::tempdir().unwrap();
        let (said, _, left_out) = merged(&program, &files, None, Sightings::Firsts);
        let (right, _, _) = merged(&program, &files, None, Sightings::All);
        let (_, _, readings) = counted(&program, &files, PLAIN, folder.path());
        assert_eq!(readings, if files.is_empty() { 0 } else { 1 + usize::from(left_out.matters) });
        counts[0] += 1;
        counts[1] += usize::from(left_out.in_files > 0);
        counts[2] += usize::from(left_out.in_files > 0 && !right.violations.is_empty() && !left_out.matters);
        counts[3] += usize::from(left_out.matters);
        counts[4] += usize::from(said != right);
        assert!(said == right || left_out.matters);
    }
    println!("logs, something left out, beside violations, that may matter, that does: {counts:?}");
    let [logs, left_out, violated, matters, differs] = counts;
    assert!(left_out * 100 > logs * 70 && violated * 100 > logs * 15 && matters * 100 > logs * 10 && differs > 0);
    assert!(matters * 100 < logs * 70);
}

/// The generators must not rot: every obligation is violated at times, waits for more at times, and is covered at times.
#[test]
fn judgements_are_of_every_kind() {
    let mut counts: BTreeMap<&str, [usize; 7]> = BTreeMap::new();
    for rolls in fixed_rolls(1500, ROLLS) {
        let (records, set, _) = case(&mut Dice::new(&rolls), Redelivery::Contradicting);
        for ((_, rule), judgement) in set.rules().zip(judgements(&set, &records, None)) {
            let count = counts.entry(rule.obligation.keyword()).or_default();
            let violations = &judgement.violations;
            count[0] += 1;
            count[1] += usize::from(!violations.is_empty());
            count[2] += usize::from(violations.len() > 1);
            count[3] += usize::from(violations.iter().any(|violation| violation.covered.is_some()));
            count[4] += usize::from(judgement.pending > 0);
            count[5] += usize::from(judgement.learning > 0);
            count[6] += usize::from(!judgement.undated.is_empty());
        }
    }
    println!("rules, violated, several times, covered, pending, learning, undated: {counts:#?}");
    for keyword in OBLIGATIONS {
        let [rules, violated, several, covered, pending, learning, undated] = counts[keyword];
        assert!(violated * 100 > rules * 15 && violated * 100 < rules * 85, "{keyword}");
        assert!(several * 100 > rules * 2 && covered * 100 > rules * 2 && undated * 100 > rules * 5, "{keyword}");
        assert_eq!(pending * 100 > rules * 5, keyword.starts_with("require"), "{keyword}");
        assert_eq!(learning * 100 > rules * 5, keyword == "first_seen", "{keyword}");
    }
}
