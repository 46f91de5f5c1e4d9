//! Tests only: a text that is read in pieces of any size gives what it gives in one go.

use std::sync::Arc;

use proptest::prelude::*;

use crate::event::edits::{edited, edits};
use crate::event::plain::Fields;
use crate::event::problem::Problem;
use crate::event::reader::{Census, Ending, Item, RecordFormat, read, read_piece};
use crate::event::seam::{Piece, Seam};
use crate::json::{Path, SlotTable, Slots};

#[derive(Debug, PartialEq, Default)]
struct Given {
    /// Ordinal, text, offset of its first and its last byte.
    records: Vec<(usize, String, usize, usize)>,
    problems: Vec<Problem>,
    census: Census,
}

fn at_once(text: &[u8], format: &RecordFormat, ending: Ending) -> Given {
    let mut given = Given::default();
    given.census = read("log", text, format, ending, &mut |item| match item {
        Item::Record(record) => {
            let last = record.text.len() - 1;
            let places = (record.origin.offset(0, text), record.origin.offset(last, text));
            given.records.push((record.ordinal, record.text.into_owned(), places.0, places.1));
        }
        Item::Problem(problem) => given.problems.push(problem),
    });
    given
}

/// Reads windows of `size` bytes, each grown until it reaches a seam.
fn in_pieces(text: &[u8], format: &RecordFormat, ending: Ending, size: usize) -> (Given, usize) {
    let name: Arc<str> = "log".into();
    let fields = Fields::new(&mut SlotTable::default(), &[]);
    let (mut all, mut slots) = (Given::default(), Slots::default());
    let (mut seam, mut begin, mut end, mut pieces) = (Seam::default(), 0, size.min(text.len()), 0);
    let mut stop = usize::MAX;
    let lines = |offset| crate::text::Lines::new(text).at(offset);
    loop {
        let head = seam.head.len();
        let window: Vec<u8> = seam.head.iter().chain(&text[begin..end]).copied().collect();
        let ending = if end == text.len() { ending } else { Ending::Open };
        let piece = Piece { text: &window, seam: &seam, stop, ending };
        let mut given = Given::default();
        let left = read_piece(&name, &piece, format, &fields, &mut slots, &mut |item, _| match item {
            Item::Record(record) => {
                let place = |inner| record.origin.offset(inner, &window) - head + begin;
                let places = (place(0), place(record.text.len() - 1));
                let ordinal = record.ordinal + all.census.records;
                given.records.push((ordinal, record.text.into_owned(), places.0, places.1));
            }
            Item::Problem(mut problem) => {
                problem.record = problem.record.map(|record| record + all.census.records);
                problem.offset = problem.offset.map(|offset| offset + begin);
                problem.at = problem.at.map(|at| at.behind(lines(begin)));
                given.problems.push(problem);
            }
        });
        if left.spoilt {
            assert_ne!(stop, left.at, "spoilt twice");
            stop = left.at;
            continue;
        }
        pieces += 1;
        stop = usize::MAX;
        all.records.append(&mut given.records);
        all.problems.append(&mut given.problems);
        all.census.add(left.census);
        let last = end == text.len();
        seam = left.seam;
        begin += left.at - head;
        if last {
            assert_eq!(begin, text.len());
            return (all, pieces);
        }
        end = (end + size).min(text.len());
    }
}

fn agree(text: &[u8], format: &RecordFormat, ending: Ending, size: usize) -> usize {
    let (given, pieces) = in_pieces(text, format, ending, size);
    let wanted = at_once(text, format, ending);
    if given != wanted {
        for (one, other) in given.problems.iter().zip(&wanted.problems) {
            assert_eq!(one, other, "in windows of {size}");
        }
        assert_eq!(
            given.problems.len(),
            wanted.problems.len(),
            "in windows of {size}: {:?} {:?}",
            given.problems,
            &text[..200.min(text.len())].escape_ascii().to_string()
        );
        assert_eq!(given.census, wanted.census, "in windows of {size}");
        assert_eq!(given, wanted);
    }
    pieces
}

fn record(number: usize, padding: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"Root"}},"eventName":"N{number}","resources":[{{"ARN":"a"}},{{"ARN":"é"}}],"requestParameters":{{"p":"{}","q":"{{\"x\":[1]}}"}},"eventID":"{number}"}}"#,
        "x".repeat(padding)
    )
}

/// A log in one of several layouts, of about 100 KB.
fn log(layout: usize, paddings: &[usize]) -> String {
    let records: Vec<String> = (0..160).map(|number| record(number, paddings[number % paddings.len()])).collect();
    let pretty = || -> Vec<String> {
        records
            .iter()
            .map(|text| {
                serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap()
            })
            .collect()
    };
    let held = || -> Vec<String> {
        records
            .iter()
            .map(|record| format!("{{\"CloudTrailEvent\":{}}}", serde_json::to_string(record).unwrap()))
            .collect()
    };
    match layout {
        0 => format!("{{\"Records\":[{}]}}", records.join(",")),
        1 => records.join("\n") + "\n",
        2 => format!("[\n{}\n]\n", records.join(",\n")),
        3 => format!("\u{feff}{{\"x\":{{\"y\":[1]}},\"Records\":[ {} ],\"z\":[{{}}]}}", records.join(" , ")),
        4 => pretty().join("\n"),
        5 => format!("{{\n  \"Records\": [\n{}\n  ]\n}}\n", pretty().join(",\n")),
        6 => format!("{{\"Events\":[{}]}}", held().join(",")),
        7 => held().join("\n"),
        8 => records.iter().map(|record| format!("{{\"detail-type\":\"x\",\"detail\":{record}}}")).collect(),
        9 => records.chunks(7).map(|some| format!("{{\"Records\":[{}]}}\n", some.join(","))).collect(),
        10 => records.iter().map(|record| format!("2026-01-02T03:04:05.678Z {record}\n")).collect(),
        11 => format!("[{{\"Records\":[{}]}},{{\"Records\":[{}]}}]", records.join(","), records[..20].join(",")),
        12 => records.join("\n").replace("eventName", "eventname").replace("eventVersion", "eventversion"),
        _ => format!("{{\"items\":{{\"list\":[{}]}}}}", records.join(",")),
    }
}

fn formats() -> Vec<RecordFormat> {
    let json = |path: &str| RecordFormat::Json { records: Path::parse(path).unwrap() };
    vec![RecordFormat::Cloudtrail, json("$"), json("$[*]"), json("$.Records[*]"), json("$.items.list[*]")]
}

#[test]
fn undamaged_logs_are_read_in_small_windows() {
    for layout in 0..14 {
        let text = log(layout, &[10, 300, 0]);
        let bytes = text.len();
        for size in [997, 2500, 20_000] {
            let pieces = agree(text.as_bytes(), &RecordFormat::Cloudtrail, Ending::Whole, size);
            let streams = layout != 13;
            assert!(!streams || pieces * size >= bytes - 2 * size, "{layout} {size} {pieces}");
        }
        for format in formats() {
            agree(text.as_bytes(), &format, Ending::Whole, 2000);
        }
    }
}

#[test]
fn cut_logs_are_read_in_windows() {
    for layout in 0..14 {
        let text = log(layout, &[10]);
        for cut in (text.len() - 400..text.len()).step_by(7) {
            agree(&text.as_bytes()[..cut], &RecordFormat::Cloudtrail, Ending::Cut, 5000);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damaged_logs_are_read_in_windows(
        layout in 0..14_usize,
        paddings in proptest::collection::vec(0..900_usize, 1..5),
        edits in edits(),
        size in 500..30_000_usize,
        format in 0..5_usize,
        whole in any::<bool>(),
    ) {
        let text = edited(log(layout, &paddings).into_bytes(), edits);
        let ending = if whole { Ending::Whole } else { Ending::Cut };
        let format = if format > 2 { &formats()[format] } else { &RecordFormat::Cloudtrail };
        agree(&text, format, ending, size);
    }
}
