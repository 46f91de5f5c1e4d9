//! How records are wrapped, compressed and spread over files, and how many threads read them, must not matter.

use std::io::Write;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use trailgate::audit::input::{Given, Input};
use trailgate::audit::run::{RunOptions, run};
use trailgate::audit::tally::{Outcome, Scanned, Tally};
use trailgate::audit::{Keep, Limit};
use trailgate::compile::Program;

use super::dice::Dice;
use super::event::event;
use super::fast::{LIMIT, file_report, program, without_place};
use super::policy::policies;
use super::rolls::{cases, rolls};

/// Random numbers that two policy files and a few events use up, most of the time.
const ROLLS: usize = 3000;

/// A few event texts, one of which may stand there twice.
fn events(dice: &mut Dice) -> Vec<String> {
    let mut texts: Vec<String> = (0..=dice.roll(5)).map(|_| event(dice).write(dice)).collect();
    if dice.chance(50) {
        let again = texts[dice.roll(texts.len())].clone();
        texts.insert(dice.roll(texts.len() + 1), again);
    }
    texts
}

fn records(events: &[String]) -> Vec<u8> {
    format!("{{\"Records\":[{}]}}", events.join(",")).into_bytes()
}

/// One event a line, which needs white space without line feeds; inside strings they are escaped.
fn lines(events: &[String]) -> Vec<u8> {
    events.iter().map(|event| event.replace(['\r', '\n'], " ") + "\n").collect::<String>().into_bytes()
}

/// As `lookup-events` answers: each event is JSON text in a string.
fn lookup(events: &[String]) -> Vec<u8> {
    let events: Vec<_> = events.iter().map(|event| serde_json::json!({"CloudTrailEvent": event})).collect();
    serde_json::json!({"Events": events}).to_string().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What is kept of the violations; it goes by their order, which must not change either.
fn keep(dice: &mut Dice) -> Keep {
    let mut limit = || *dice.pick(&[Limit::All, Limit::First(1), Limit::First(0), Limit::First(2)]);
    Keep { violations: limit(), records: limit() }
}

fn outcome(program: &Program, keep: Keep, files: &[Vec<u8>]) -> Outcome {
    let mut tally = Tally::new(program, keep, 1 << 28);
    for bytes in files {
        tally.add(&Input::Stdin, Scanned::Read(file_report(program, bytes)));
    }
    tally.finish().unwrap()
}

/// The outcome without all that depends on where a record lies.
fn placeless(mut outcome: Outcome) -> String {
    outcome.summary.files = Default::default();
    outcome.summary.bytes = 0;
    for problem in &mut outcome.summary.problems {
        problem.file = "".into();
        (problem.record, problem.offset, problem.at) = (None, None, None);
    }
    let violations: Vec<_> = outcome.violations.into_iter().map(without_place).collect();
    let used = (outcome.exceptions_used, outcome.waivers_used, outcome.waivers_refused);
    format!("{violations:#?}\n{:#?}\n{used:#?}", outcome.summary)
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn gzip_changes_nothing(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let program = program(&policies(&mut dice));
        let file = records(&events(&mut dice));
        let (plain, inflated) = (file_report(&program, &file), file_report(&program, &gzip(&file)));
        prop_assert_eq!(format!("{plain:#?}"), format!("{inflated:#?}"));
    }

    #[test]
    fn wrappers_change_nothing(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let program = program(&policies(&mut dice));
        let keep = keep(&mut dice);
        let events = events(&mut dice);
        let [records, lines, lookup] =
            [records, lines, lookup].map(|wrap| placeless(outcome(&program, keep, &[wrap(&events)])));
        prop_assert_eq!(&records, &lines);
        prop_assert_eq!(&records, &lookup);
    }

    #[test]
    fn a_file_cut_in_two_is_the_file(rolls in rolls(ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let program = program(&policies(&mut dice));
        let keep = keep(&mut dice);
        let events = events(&mut dice);
        let (head, tail) = events.split_at(1 + dice.roll(events.len()).saturating_sub(1));
        let whole = outcome(&program, keep, &[records(&events)]);
        let cut = if tail.is_empty() { vec![records(head)] } else { vec![records(head), lines(tail)] };
        prop_assert_eq!(placeless(whole), placeless(outcome(&program, keep, &cut)));
    }
}

proptest! {
    // Each case starts threads and writes files.
    #![proptest_config(cases(2000))]

    #[test]
    fn the_number_of_threads_changes_nothing(rolls in rolls(2 * ROLLS)) {
        let mut dice = Dice::new(&rolls);
        let program = program(&policies(&mut dice));
        let keep = keep(&mut dice);
        let folder = tempfile::tempdir().unwrap();
        let inputs: Vec<Input> = (0..=dice.roll(6)).map(|index| {
            let path = folder.path().join(format!("{index}.json"));
            let file = records(&events(&mut dice));
            std::fs::write(&path, if dice.chance(30) { gzip(&file) } else { file }).unwrap();
            Input::File { path, given: Given::Named }
        }).collect();
        let with = |threads| {
            let options = RunOptions { threads, limit_bytes: LIMIT, facts_bytes: 1 << 28, keep };
            format!("{:#?}", run(&program, &inputs, options, &AtomicBool::new(false), &mut ()).unwrap())
        };
        prop_assert_eq!(with(1), with(2));
    }
}
