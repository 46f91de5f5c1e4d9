//! Short inputs that are scanned together give the outcome of each scanned by itself: violations, problems, counts, extents.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use proptest::sample::select;
use trailgate::audit::input::{Given, Input};
use trailgate::audit::tally::{Scanned, Tally};
use trailgate::audit::{Keep, Limit, Outcome, RunOptions, run};
use trailgate::compile::Program;
use trailgate::engine::{Scratch, Sightings, scan_joined, scan_text};
use trailgate::event::Ending;

use crate::edits::{edited, edits};

const POLICY: &str = "
version: 1
rules:
  - id: test.root
    title: t
    severity: low
    when: {$.eventName: [N1, N3, N4]}
    forbid: {$.userIdentity.type: Root}
  - id: test.late
    title: t
    severity: low
    when: {$.eventName: {glob: 'N*'}}
    require: {$.requestParameters.p.q: a, $.userIdentity.accountId: {not: '7'}}
  - id: test.often
    title: t
    severity: low
    when: {$.eventName: {glob: 'N*3'}}
    threshold: {count: 3, within: 5m, by: $.userIdentity.accountId}
  - id: test.new
    title: t
    severity: low
    when: {$.userIdentity.type: {type: string}}
    first_seen: {of: $.awsRegion, by: $.userIdentity.accountId, history: 10m}
";

const KEEP: Keep = Keep { violations: Limit::All, records: Limit::All };

fn program() -> Program {
    crate::program(&[POLICY.to_owned()])
}

fn record(number: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"Root","accountId":"{}"}},"eventTime":"2026-01-01T00:{:02}:00Z","eventName":"N{}","awsRegion":"r{}","recipientAccountId":"{}","requestParameters":{{"p":{{"q":"{}"}}}},"eventID":"{}"}}"#,
        number % 9,
        number * 7 % 60,
        number % 13,
        number % 4,
        number % 3,
        if number.is_multiple_of(5) { "é" } else { "a" },
        number / 2,
    )
}

/// A file of records from `number` on, or something else that lies among logs.
fn file(number: usize, kind: usize) -> String {
    let records: Vec<String> = (number..number + kind % 4).map(record).collect();
    match kind {
        0..4 => records.join("\n"),
        4..8 => format!("{{\"Records\":[{}]}}", records.join(",")),
        8 => "{\"digestStartTime\":\"x\",\"digestS3Object\":\"y\",\"logFiles\":[]}".to_owned(),
        9 => "[]".to_owned(),
        10 => "no log".to_owned(),
        _ => format!("{{\"Records\":[{},5,{{\"x\":1}}]}}", record(number)),
    }
}

fn name(place: usize) -> Arc<str> {
    format!("{place}.json").into()
}

fn apart(program: &Program, files: &[Vec<u8>]) -> Outcome {
    let mut tally = Tally::new(program, KEEP, u64::MAX);
    for (place, text) in files.iter().enumerate() {
        let input = Input::File { path: PathBuf::from(&*name(place)), given: Given::Named };
        tally.add(&input, Scanned::Read(scan_text(program, &name(place), text, Ending::Whole)));
    }
    tally.finish().unwrap()
}

/// With what was found merged behind every file of which `closing` says so.
fn together(program: &Program, files: &[Vec<u8>], closing: &[bool], sightings: Sightings) -> Outcome {
    let mut tally = Tally::new(program, KEEP, u64::MAX).of(sightings);
    let mut scratch = Scratch::new(sightings);
    for (place, text) in files.iter().enumerate() {
        let input = Input::File { path: PathBuf::from(&*name(place)), given: Given::Named };
        let joined = scan_joined(program, &name(place), text, &mut scratch, None).unwrap();
        tally.add(&input, Scanned::Joined(joined));
        if closing[place % closing.len()] || place + 1 == files.len() {
            tally.found(scratch.joined().unwrap());
            assert!(scratch.joined().is_none() && scratch.joined_records() == 0);
        }
    }
    tally.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn files_scanned_together_give_what_each_gives_alone(
        files in prop::collection::vec((0..30_usize, 0..12_usize, edits(), select(vec![true, true, false])), 1..9),
        closing in prop::collection::vec(any::<bool>(), 1..4),
    ) {
        let program = program();
        let texts: Vec<Vec<u8>> = files
            .into_iter()
            .map(|(number, kind, edits, whole)| {
                let text = file(number, kind).into_bytes();
                if whole || text.len() < 300 { text } else { edited(text, edits) }
            })
            .collect();
        let wanted = apart(&program, &texts);
        let given = together(&program, &texts, &closing, Sightings::All);
        prop_assert_eq!(format!("{given:#?}"), format!("{wanted:#?}"));
        let given = together(&program, &texts, &closing, Sightings::Firsts);
        if !given.doubtful {
            prop_assert_eq!(format!("{given:#?}"), format!("{wanted:#?}"));
        }
    }
}

/// Enough files for threads to claim several at once, with long ones, damaged ones and others between them.
#[test]
fn a_run_over_many_short_files_gives_what_each_gives_alone() {
    let folder = tempfile::tempdir().unwrap();
    let program = program();
    let long = format!("{{\"Records\":[{}]}}", (0..400).map(record).collect::<Vec<_>>().join(","));
    assert!(long.len() > 64 << 10);
    let texts: Vec<Vec<u8>> = (0..700)
        .map(|number| if number % 97 == 50 { long.clone() } else { file(number, number % 12) }.into_bytes())
        .collect();
    let mut inputs = Vec::new();
    for (place, text) in texts.iter().enumerate() {
        let path = folder.path().join(&*name(place));
        std::fs::write(&path, text).unwrap();
        inputs.push(Input::File { path, given: Given::Named });
    }
    let mut wanted = apart(&program, &texts);
    let folder = format!("{}/", folder.path().display());
    for threads in [1, 3] {
        let options = RunOptions { threads, limit_bytes: 1 << 30, facts_bytes: u64::MAX, keep: KEEP };
        let given = run(&program, &inputs, options, &AtomicBool::new(false), &mut ()).unwrap();
        assert!(given.summary.violations > 100 && given.summary.problems.len() > 100);
        wanted.doubtful = given.doubtful;
        let given = format!("{given:#?}").replace(&folder, "");
        assert!(given == format!("{wanted:#?}"), "{threads} threads");
    }
}
