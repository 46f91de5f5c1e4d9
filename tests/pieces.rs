//! An input that is scanned in pieces, several at a time, gives the report of a scan in one go: violations, problems, counts, with
//! every place in the file.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "what cannot be set up fails the test")]

#[path = "../src/event/edits.rs"]
mod edits;
#[path = "pieces/joined.rs"]
mod joined;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use edits::{edited, edits};
use proptest::prelude::*;
use trailgate::compile::{Program, compile};
use trailgate::engine::lane::{Lane, Sizes};
use trailgate::engine::scan_text;
use trailgate::event::{Ending, gzip};
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::FileReport;

const POLICY: &str = "
version: 1
rules:
  - id: test.root
    title: t
    severity: low
    when: {$.eventName: [N1, N3, N17, N120]}
    forbid: {$.userIdentity.type: Root}
    except:
      - {name: seventeen, condition: {$.eventName: N17}, until: 2027-01-01, reason: r}
  - id: test.any
    title: t
    severity: low
    forbid: {$.requestParameters.p: {regex: '^xxxx'}}
  - id: test.wild
    title: t
    severity: low
    when: {$.eventName: {glob: 'N*7'}}
    require: {'$.resources[*].ARN': {every: {equals: a}}}
  - id: test.often
    title: t
    severity: low
    when: {$.eventName: {glob: 'N*3'}}
    threshold: {count: 3, within: 5m, by: $.userIdentity.accountId}
";

fn program(policies: &[String]) -> Program {
    let list = |_: &str| Err("gone".to_owned());
    let parsed = policies.iter().map(|text| {
        parse(&Source::new("p.yaml", text.as_str()), &list).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    });
    let set = PolicySet::new(parsed.collect()).unwrap_or_else(|errors| panic!("{errors}"));
    compile(&set, "2026-06-30".parse().unwrap())
}

/// Reads `text` as a run does, `batch` bytes at a time, and answers the report and how many pieces were cut.
fn in_pieces(
    program: &Program,
    name: &Arc<str>,
    text: &[u8],
    ending: Ending,
    batch: usize,
    sizes: Sizes,
) -> (FileReport, usize) {
    let mut lane = Lane::new(program, 0, &program.parts[0], name, sizes);
    let mut all = FileReport::default();
    let (mut begin, mut end, mut pieces) = (0, 0, 0);
    loop {
        end = (end + batch).min(text.len());
        let known = &text[begin..end];
        let ending = if end == text.len() { ending } else { Ending::Open };
        let cuts = lane.cut(known, ending);
        let scanned: Vec<_> = cuts.iter().map(|cut| lane.scan(known, *cut, ending)).collect();
        pieces += cuts.len();
        all.append(lane.merge(known, &cuts, scanned, ending));
        let kept = lane.kept_from(known);
        lane.dropped(kept);
        begin += kept;
        if end == text.len() {
            return (all, pieces);
        }
    }
}

/// Fails where the two differ, and answers how many pieces were cut.
fn agree(program: &Program, text: &[u8], ending: Ending, batch: usize, piece: usize) -> usize {
    let name: Arc<str> = "log".into();
    let sizes = Sizes { piece, look_ahead: piece / 4, longest: usize::MAX };
    let wanted = scan_text(program, &name, text, ending);
    let (given, pieces) = in_pieces(program, &name, text, ending, batch, sizes);
    for (one, other) in given.problems.iter().zip(&wanted.problems) {
        assert_eq!(one, other);
    }
    let (one, other) = (&given.parts[0], &wanted.parts[0]);
    for (one, other) in one.violations.iter().zip(&other.violations) {
        assert_eq!(one.violation, other.violation);
    }
    // All that a report holds, also what is added to it later.
    assert_eq!(format!("{given:?}"), format!("{wanted:?}"), "{batch} {piece}");
    pieces
}

fn record(number: usize, padding: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"Root","accountId":"{}"}},"eventTime":"2026-01-01T00:{:02}:00Z","eventName":"N{number}","awsRegion":"r{}","resources":[{{"ARN":"a"}},{{"ARN":"é{}"}}],"requestParameters":{{"p":"{}","q":"{{\"x\":[1]}}"}},"eventID":"{number}"}}"#,
        number % 3,
        number % 60,
        number % 2,
        number % 5,
        "x".repeat(padding)
    )
}

fn log(layout: usize, paddings: &[usize]) -> String {
    let records: Vec<String> = (0..160).map(|number| record(number, paddings[number % paddings.len()])).collect();
    let pretty = || -> Vec<String> {
        let value = |text: &String| serde_json::from_str::<serde_json::Value>(text).unwrap();
        records.iter().map(|text| serde_json::to_string_pretty(&value(text)).unwrap()).collect()
    };
    let held = |record: &String| {
        format!("{{\"EventId\":\"1\",\"CloudTrailEvent\":{}}}", serde_json::to_string(record).unwrap())
    };
    match layout {
        0 => format!("{{\"Records\":[{}]}}", records.join(",")),
        1 => records.join("\n") + "\n",
        2 => format!("[\n{}\n]\n", records.join(",\n")),
        3 => format!("\u{feff}{{\"x\":{{\"y\":[1]}},\"Records\":[ {} ],\"z\":[{{}}]}}", records.join(" , ")),
        4 => pretty().join("\n"),
        5 => format!("{{\n  \"Records\": [\n{}\n  ]\n}}\n", pretty().join(",\n")),
        6 => format!("{{\"Events\":[{}]}}", records.iter().map(held).collect::<Vec<_>>().join(",")),
        7 => records.iter().map(|record| format!("{{\"detail-type\":\"x\",\"detail\":{record}}}\n")).collect(),
        8 => records.chunks(7).map(|some| format!("{{\"Records\":[{}]}}\r\n", some.join(","))).collect(),
        9 => records.iter().map(|record| format!("2026-01-02T03:04:05.678Z {record}\n")).collect(),
        10 => records.join("\n").replace("eventName", "eventname").replace("eventVersion", "eventversion"),
        _ => records.concat(),
    }
}

#[test]
fn undamaged_logs_are_cut_into_pieces() {
    let program = program(&[POLICY.to_owned()]);
    for layout in 0..12 {
        let text = log(layout, &[10, 300, 0]);
        for (batch, piece) in [(1000, 1000), (9000, 1500), (1 << 20, 1200), (20_000, 19_000)] {
            let pieces = agree(&program, text.as_bytes(), Ending::Whole, batch, piece);
            assert!(pieces * piece.max(3000) > text.len() / 2, "{layout} {batch} {piece} {pieces}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_logs_are_cut_into_pieces(
        layout in 0..12_usize,
        paddings in proptest::collection::vec(0..900_usize, 1..5),
        edits in edits(),
        batch in 500..60_000_usize,
        piece in 500..20_000_usize,
        whole in any::<bool>(),
    ) {
        let text = edited(log(layout, &paddings).into_bytes(), edits);
        let ending = if whole { Ending::Whole } else { Ending::Cut };
        agree(&program(&[POLICY.to_owned()]), &text, ending, batch, piece);
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension != "yaml" && extension != "md") {
            found.push(path);
        }
    }
}

#[test]
fn fixtures_and_real_logs_are_cut_into_pieces() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("fixtures"), &mut found);
    assert!(found.len() > 20);
    let fixtures = found.len();
    files(&root.join("../shared/data/logs"), &mut found);
    if found.len() == fixtures {
        eprintln!("skipped: ../shared/data/logs is not there");
    }
    found.sort();
    let shipped = std::fs::read_dir(root.join("policies")).into_iter().flatten();
    let mut policies: Vec<String> = shipped
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    policies.push(POLICY.to_owned());
    let program = program(&policies);
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        let inflated = gzip::inflate(&bytes, 64 << 20);
        let (text, ending) = if gzip::is_gzip(&bytes) {
            (inflated.text, inflated.error.map_or(Ending::Whole, |error| error.ending()))
        } else {
            (bytes, Ending::Whole)
        };
        // Small pieces of a large file take long.
        let text = &text[..text.len().min(3 << 20)];
        let piece = 700.max(text.len() / 40);
        agree(&program, text, ending, 3 * piece, piece);
    }
}
