//! The parts that a run's time goes to, one by one: `cargo bench`, or `cargo bench -- scan_file` for one of them.
//!
//! Inputs are those of the corpus: the same in each run. Figures hold for one machine and one quiet minute; what guards against
//! regressions is `benches/instructions.sh`.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "what cannot be set up ends the bench")]

#[path = "../corpus/event.rs"]
mod event;
#[path = "../corpus/rules.rs"]
mod rules;

use std::io::Write;
use std::sync::Arc;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;
use trailgate::compile::{Program, compile};
use trailgate::engine::{correlate, reference, scan, scan_with};
use trailgate::json::excerpt::{ExcerptOptions, excerpt};
use trailgate::json::{Location, Path, SlotTable, Slots, Step};
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::{Fact, FileReport};

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 1, 1);

/// Sizes of the sets of rules.
const RULES: [usize; 3] = [60, 600, 3000];

fn main() {
    divan::main();
}

/// So many events of the corpus, of which one in a thousand breaks a rule.
fn events(count: usize) -> Vec<String> {
    let mut random = Rng::with_seed(1);
    let mut clock = event::Clock::at(0);
    let text = |_| {
        let mut text = String::new();
        event::write(&mut text, &mut random, &mut clock, 1);
        text
    };
    (0..count).map(text).collect()
}

/// A log file of about 3 MB, and how many events it holds.
fn log() -> (Vec<u8>, usize) {
    let events = events(2000);
    (format!("{{\"Records\":[{}]}}", events.join(",")).into_bytes(), events.len())
}

fn policy(count: usize) -> String {
    let mut text = Vec::new();
    rules::write(count, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn policy_set(text: &str) -> PolicySet {
    let policy = parse(&Source::new("policy.yaml", text), &|_| Err(String::new())).unwrap();
    PolicySet::new(vec![policy]).unwrap()
}

fn program(rules: usize) -> Program {
    compile(&policy_set(&policy(rules)), TODAY)
}

fn bytes(length: usize) -> BytesCount {
    BytesCount::new(length)
}

/// Filling slots of every record.
#[divan::bench(args = [5, 30])]
fn extract(bencher: Bencher<'_, '_>, paths: usize) {
    let names = [
        "$.eventName",
        "$.eventSource",
        "$.userIdentity.type",
        "$.userIdentity.arn",
        "$.errorCode",
        "$.eventTime",
        "$.awsRegion",
        "$.sourceIPAddress",
        "$.userAgent",
        "$.eventID",
        "$.recipientAccountId",
        "$.readOnly",
        "$.managementEvent",
        "$.eventCategory",
        "$.eventType",
        "$.requestID",
        "$.resources",
        "$.errorMessage",
        "$.userIdentity.principalId",
        "$.userIdentity.accountId",
        "$.userIdentity.userName",
        "$.userIdentity.invokedBy",
        "$.userIdentity.sessionContext.attributes.mfaAuthenticated",
        "$.userIdentity.sessionContext.sessionIssuer.arn",
        "$.requestParameters.name",
        "$.requestParameters.bucketName",
        "$.requestParameters.roleName",
        "$.requestParameters.policyArn",
        "$.requestParameters.instancesSet",
        "$.tlsDetails.tlsVersion",
    ];
    let mut table = SlotTable::default();
    for name in names.iter().take(paths) {
        table.slot(Path::parse(name).unwrap().definite().unwrap());
    }
    let events = events(500);
    bencher.counter(bytes(events.iter().map(String::len).sum())).bench_local(|| {
        let mut slots = Slots::default();
        for event in &events {
            table.extract(black_box(event), &mut slots).unwrap();
        }
        slots
    });
}

/// All rules over records that are read already: a file of one event that many rules may concern, again and again.
#[divan::bench(args = RULES)]
fn evaluate(bencher: Bencher<'_, '_>, rules: usize) {
    let program = program(rules);
    let name: Arc<str> = "file.json".into();
    let event = r#"{"eventVersion":"1.08","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"a","userIdentity":{"type":"Root","arn":"arn:aws:iam::123456789012:root"},"userAgent":"aws-cli","sourceIPAddress":"198.51.100.7"}"#;
    let log = format!("{{\"Records\":[{}]}}", vec![event; 100].join(","));
    bencher
        .counter(ItemsCount::new(100_usize))
        .bench_local(|| scan(&program, &name, black_box(log.as_bytes()), 1 << 30));
}

/// The same by the reference, which is slow and right.
#[divan::bench(args = [60], sample_count = 20)]
fn evaluate_by_reference(bencher: Bencher<'_, '_>, rules: usize) {
    let set = policy_set(&policy(rules));
    let events: Vec<serde_json::Value> = events(100).iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    bencher.counter(ItemsCount::new(events.len())).bench_local(|| {
        let rules = || set.rules().flat_map(|(home, rule)| events.iter().map(move |event| (home, rule, event)));
        rules().filter_map(|(home, rule, event)| reference::evaluate(&set, home, rule, event, TODAY)).count()
    });
}

/// One file from its bytes to its report.
#[divan::bench(args = RULES)]
fn scan_file(bencher: Bencher<'_, '_>, rules: usize) {
    let program = program(rules);
    let (log, _) = log();
    let name: Arc<str> = "file.json".into();
    bencher.counter(bytes(log.len())).bench_local(|| scan(&program, &name, black_box(&log), 1 << 30));
}

/// The same from gzip.
#[divan::bench]
fn scan_gzip_file(bencher: Bencher<'_, '_>) {
    let program = program(60);
    let (log, _) = log();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(&log).unwrap();
    let compressed = encoder.finish().unwrap();
    let name: Arc<str> = "file.json.gz".into();
    let mut buffer = Vec::new();
    bencher
        .counter(bytes(log.len()))
        .bench_local(|| scan_with(&program, &name, black_box(&compressed), 1 << 30, &mut buffer, None));
}

/// Policies from their text to a checked set.
#[divan::bench(args = RULES, sample_count = 10)]
fn parse_policies(bencher: Bencher<'_, '_>, rules: usize) {
    let text = policy(rules);
    bencher.counter(ItemsCount::new(rules)).bench_local(|| policy_set(black_box(&text)));
}

/// A checked set to a program.
#[divan::bench(name = "compile", args = RULES, sample_count = 10)]
fn compile_policies(bencher: Bencher<'_, '_>, rules: usize) {
    let set = policy_set(&policy(rules));
    bencher.counter(ItemsCount::new(rules)).bench_local(|| compile(black_box(&set), TODAY));
}

/// The part of a record that a report shows.
#[divan::bench(name = "excerpt")]
fn excerpt_of_record(bencher: Bencher<'_, '_>) {
    let events = events(200);
    let place = |keys: &[&str]| Location(keys.iter().map(|key| Step::Name((*key).into())).collect());
    let marks = [place(&["userIdentity", "type"]), place(&["eventName"])];
    let marks: Vec<&Location> = marks.iter().collect();
    bencher.counter(ItemsCount::new(events.len())).bench_local(|| {
        let excerpts = events.iter().map(|event| excerpt(black_box(event), &marks, &[], ExcerptOptions::default()));
        excerpts.map(|excerpt| excerpt.text.len()).sum::<usize>()
    });
}

/// Facts of many keys to what they are together.
#[divan::bench(name = "correlate")]
fn correlate_facts(bencher: Bencher<'_, '_>) {
    let policy = "version: 1\nrules:\n  - {id: often, title: t, severity: low, threshold: {count: 50, within: 10m, by: $.userIdentity.arn}}\n";
    let program = compile(&policy_set(policy), TODAY);
    let (log, _) = log();
    let report: FileReport = scan(&program, &"file.json".into(), &log, 1 << 30);
    let reach = vec![report.parts.first().unwrap().reach];
    let mut facts: Vec<Fact> = report.parts.into_iter().flat_map(|part| part.facts).map(|(_, fact)| fact).collect();
    facts.sort_by(Fact::order);
    assert!(facts.len() > 1000, "every event is a fact");
    bencher
        .counter(ItemsCount::new(facts.len()))
        .bench_local(|| correlate(&program, black_box(facts.clone()), &reach, None));
}
