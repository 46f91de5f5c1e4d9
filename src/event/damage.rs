//! Tests only: what damage to a log costs. It is the record it lies in, wherever the log keeps its records.

use crate::event::ledger::Ledger;
use crate::event::plain::Fields;
use crate::event::problem::ProblemKind;
use crate::event::reader::{Ending, Item, RecordFormat};
use crate::event::reading::{cloudtrail, reading};
use crate::event::walk::Walk;
use crate::json::{SlotTable, Slots};
use crate::text::lines::Lines;
use proptest::prelude::*;

const RECORDS: [&str; 4] = [
    r#"{"eventVersion":"1.08","userIdentity":{"type":"Root","n":12},"eventName":"A","resources":[{"ARN":"a"},{"ARN":"b"}],"eventID":"1"}"#,
    r#"{"awsRegion":"x","eventName":"B","requestParameters":{"policy":"{\"a\":[{\"b\":\"*\"}]}","é":[1.5,true,null]},"eventID":"2"}"#,
    r#"{"eventName":"C"}"#,
    r#"{"eventVersion":"1.08","eventName":"D","responseElements":null,"additionalEventData":{"x":[]},"eventID":"4","n":7}"#,
];

fn layouts() -> Vec<(&'static str, String)> {
    let pretty = RECORDS
        .map(|text| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap());
    vec![
        ("Records", format!("{{\"Records\":[{}]}}", RECORDS.join(","))),
        ("Records, spaced", format!("{{ \"Records\": [ {} ] }}\n", RECORDS.join(" , "))),
        ("array", format!("[{}]", RECORDS.join(","))),
        ("array, a line each", format!("[\n{}\n]\n", RECORDS.join(",\n"))),
        ("lines", RECORDS.join("\n")),
        ("lines, CRLF", format!("{}\r\n", RECORDS.join("\r\n"))),
        ("concatenated", RECORDS.join("")),
        ("array, pretty", format!("[\n{}\n]", pretty.join(",\n"))),
        ("pretty, one after the other", pretty.join("\n")),
    ]
}

/// What may be lost to one damaged byte: the record it lies in; and where it is the record's brace, the record before, if it
/// lacks the key that follows, so that it seems to go on.
#[test]
fn one_damaged_byte_costs_one_record() {
    for (layout, text) in layouts() {
        let clean = cloudtrail(&text);
        assert_eq!((clean.problems.len(), clean.records.len()), (0, 4));
        let starts: Vec<usize> = clean.records.iter().map(|(_, origin)| origin.offset(0, text.as_bytes())).collect();
        let ends: Vec<usize> = starts.iter().zip(clean.texts()).map(|(start, record)| start + record.len()).collect();
        for at in starts[0]..=ends[3] {
            for byte in b"\"{}[],:\\x1 \n\0\xff" {
                let (mut replaced, mut inserted, mut removed) =
                    (text.clone().into_bytes(), text.clone().into_bytes(), text.clone().into_bytes());
                let within = |index: usize| starts[index] <= at && at < ends[index];
                let brace = |index: usize| starts.get(index + 1) == Some(&at);
                if let Some(place) = replaced.get_mut(at) {
                    *place = *byte;
                    removed.remove(at);
                }
                inserted.insert(at, *byte);
                for (damaged, inserted) in [(replaced, false), (removed, false), (inserted, true)] {
                    let read = cloudtrail(&damaged);
                    let texts = read.texts();
                    let shown = String::from_utf8_lossy(&damaged[at.saturating_sub(40)..damaged.len().min(at + 40)]);
                    let kinds = read.kinds();
                    for (index, record) in clean.texts().into_iter().enumerate() {
                        let may_be_lost =
                            within(index) && !(inserted && at == starts[index]) || brace(index) && !inserted;
                        assert!(
                            texts.contains(&record) || may_be_lost,
                            "{layout}: {index} lost at {at}: {shown} {kinds:?}"
                        );
                    }
                    assert!(kinds.len() <= 3, "{layout}: {kinds:?} at {at}: {shown}");
                }
            }
        }
    }
}

#[test]
fn every_kind_of_broken_record_is_one_problem() {
    let deep = format!("{}1{}", "[".repeat(127), "]".repeat(127));
    let broken: [(&[u8], &str, &str); 11] = [
        (b"1e400", "1e400", "found the number `1e400`, expected one in the range of a double"),
        (b"-", "}", "expected a digit"),
        (b"\"\\ud800\"", "\\ud800", "lone surrogate `\\ud800\"}"),
        (b"\"\xff\"", "\u{fffd}", "the byte 0xff that is no UTF-8"),
        (b"\"a\x01b\"", "\u{1}", "raw control character 0x01"),
        (b"\"\\q\"", "\\q", "inside a string, expected a valid escape"),
        (b"tru", "tru", "found `tru}"),
        (b"{\"a\":1,}", "}}", "expected a key"),
        (b"[1 2]", "2]", "expected `,` or `]`"),
        (b"01", "1}", "expected `,` or `}`"),
        (deep.as_bytes(), &deep[126..], "nested deeper than 127 levels"),
    ];
    for (value, place, message) in broken {
        let mut record = br#"{"eventName":"x","v":"#.to_vec();
        record.extend(value);
        record.push(b'}');
        for (layout, before, between, after) in [
            ("Records", "{\"Records\":[", ",", "]}"),
            ("array", "[", ",\n  ", "]"),
            ("lines", "", "\n", "\n"),
            ("run on", "", "", ""),
        ] {
            let mut text = before.as_bytes().to_vec();
            for part in [RECORDS[0].as_bytes(), &record, RECORDS[1].as_bytes(), &record, &record, RECORDS[2].as_bytes()]
            {
                text.extend(part);
                text.extend(between.as_bytes());
            }
            text.truncate(text.len() - between.len());
            text.extend(after.as_bytes());
            let read = cloudtrail(&text);
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(read.texts(), [RECORDS[0], RECORDS[1], RECORDS[2]], "{layout}: {shown} {:?}", read.problems);
            assert_eq!(read.kinds(), [ProblemKind::MalformedRecord; 3], "{layout}: {shown}");
            assert_eq!(read.census.records, 6);
            let ordinals: Vec<_> = read.problems.iter().filter_map(|problem| problem.record).collect();
            assert_eq!(ordinals, [1, 3, 4]);
            let first = &read.problems[0];
            assert!(first.message.contains(message), "{}", first.message);
            let offset = first.offset.unwrap();
            assert!(String::from_utf8_lossy(&text[offset..]).starts_with(place), "{layout} {offset}: {shown}");
            assert_eq!(first.at, Some(Lines::new(&text).at(offset)));
        }
    }
}

#[test]
fn a_broken_record_inside_a_string_is_placed_in_the_file() {
    let text = r#"{"Events":[{"CloudTrailEvent":"{\"eventName\":\"\u00e9\",\"v\":tru}"},{"CloudTrailEvent":"{\"eventName\":\"B\"}"},{"CloudTrailEvent":"[{\"eventName\":\"C\",1},{\"eventName\":\"D\"}] x"}]}"#;
    let read = cloudtrail(text);
    assert_eq!(read.texts(), [r#"{"eventName":"B"}"#, r#"{"eventName":"D"}"#]);
    let kinds = [ProblemKind::MalformedRecord, ProblemKind::MalformedRecord, ProblemKind::MalformedEnvelope];
    assert_eq!(read.kinds(), kinds);
    for (problem, place) in read.problems.iter().zip(["tru}\"", "1},{", "x\"}]}"]) {
        assert!(text[problem.offset.unwrap()..].starts_with(place), "{problem:?}");
    }
}

#[test]
fn the_damage_of_an_envelope_is_one_problem() {
    let [a, b, c, d] = RECORDS;
    for (text, wanted, kind) in [
        (format!("{{\"Records\":[{a},{b}"), vec![a, b], ProblemKind::MalformedEnvelope),
        (format!("{{\"Records\":[{a},{b},"), vec![a, b], ProblemKind::MalformedEnvelope),
        (format!("{{\"Records\":[{a},{b}]"), vec![a, b], ProblemKind::MalformedEnvelope),
        (format!("{{\"Records\":[{a},{b}]}}garbage"), vec![a, b], ProblemKind::MalformedEnvelope),
        (format!("{{\"Records\":[{a},{b}]}}\n\0\0\0"), vec![a, b], ProblemKind::MalformedEnvelope),
        (
            format!("{{\"Records\":[{a},{b}],\"x\":tru}}\n{{\"Records\":[{c}]}}"),
            vec![a, b, c],
            ProblemKind::MalformedEnvelope,
        ),
        (format!("{{\"x\":tru,\"Records\":[{a},{b}]}}\n"), vec![a, b], ProblemKind::MalformedEnvelope),
        (format!("{{Records:[{a},{b}]}}\n{c}"), vec![a, b, c], ProblemKind::MalformedEnvelope),
        (format!("[{a},{b},]"), vec![a, b], ProblemKind::MalformedEnvelope),
        (format!("[{a}{b}]"), vec![a, b], ProblemKind::MalformedEnvelope),
        (format!("{a},\n{b},\n{c}\n"), vec![a, b, c], ProblemKind::MalformedEnvelope),
        (format!("{{\"Records\":[{a},{}", &b[..30]), vec![a], ProblemKind::MalformedRecord),
        (
            format!("{{\"Records\":[{a},{}\n{{\"Records\":[{c},{d}]}}", &b[..30]),
            vec![a, c, d],
            ProblemKind::MalformedRecord,
        ),
        (format!("{a}\nsome garbage\n{b}\n"), vec![a, b], ProblemKind::MalformedRecord),
    ] {
        let read = cloudtrail(&text);
        assert_eq!(read.texts(), wanted, "{text}");
        assert_eq!(read.kinds(), [kind], "{text} {:?}", read.problems);
    }
    let mut bytes = format!("{{\"?\":1,\"Records\":[{a},{b}]}}").into_bytes();
    bytes[2] = 0xff;
    let read = cloudtrail(&bytes);
    assert_eq!((read.texts(), read.kinds()), (vec![a, b], vec![ProblemKind::MalformedEnvelope]));
    assert_eq!(
        read.problems[0].message,
        "damaged text around the records: found the byte 0xff that is no UTF-8, expected UTF-8 text"
    );
}

#[test]
fn nothing_in_a_broken_record_is_taken_for_a_record() {
    let nested = r#"{"eventName":"k","eventID":"1","v":1e400,"requestParameters":{"eventName":"inner","x":[{"eventName":"p"},{"message":"{q"}]}}"#;
    for text in [format!("{{\"Records\":[{nested},{}]}}", RECORDS[0]), format!("{nested}\n{}\n", RECORDS[0])] {
        let read = cloudtrail(&text);
        assert_eq!((read.texts(), read.kinds()), (vec![RECORDS[0]], vec![ProblemKind::MalformedRecord]));
    }
}

/// Quadratic work on these would take hours.
#[test]
fn hostile_texts_cost_work_in_proportion() {
    for unit in [
        "{",
        "[",
        "{\"",
        "[{\"a\":",
        "{\"a\":\"",
        "{\"eventName\":",
        "[{\"eventName\":1,\"x\":[",
        "{\"eventName\":1},",
        "{\"eventName\":\"x\"\n",
        ",{\"eventName\":1e400}",
        "{\"a\":1e400},",
        "{\"Records\":[",
        "{\"Records\":[{\"eventName\":",
        "2026-01-01T00:00:00Z {",
        "{\"CloudTrailEvent\":\"{\\\"a",
        "    {    ",
        "\"{\"eventName\":1}",
        "[{\"eventName\":1}\"",
    ] {
        let text = unit.repeat(400_000 / unit.len());
        for text in [text.clone(), format!("[{text}"), format!("{{\"Records\":[{text}"), format!("{{\"x\":{text}")] {
            let _counted = cloudtrail(&text);
        }
    }
}

#[test]
fn work_on_damage_is_bounded_and_what_was_given_up_is_said() {
    let text = format!("[{}{}]", "{\"eventName\":1e400,\"a\":[{\"eventID\":1},".repeat(20_000), RECORDS[0]);
    let mut problems = Vec::new();
    let mut sink = |item: Item, _: Option<&Slots>| {
        if let Item::Problem(problem) = item {
            problems.push(problem);
        }
    };
    let ledger = Ledger::new("x", text.as_bytes(), Ending::Whole, &mut sink);
    let fields = Fields::new(&mut SlotTable::default(), &[]);
    let mut slots = Slots::default();
    let mut walk = Walk::new(ledger, &RecordFormat::Cloudtrail, text.as_bytes(), &fields, &mut slots);
    walk.recovery.left = 200_000;
    walk.documents(true);
    let _counted = walk.finish();
    let last = problems.last().unwrap();
    assert_eq!(last.kind, ProblemKind::MalformedRecord);
    let offset = last.offset.unwrap();
    let wanted = format!(
        "malformed record: found the number `1e400`, expected one in the range of a double; too much is damaged: the {} bytes from byte {offset} on were given up",
        text.len() - offset
    );
    assert_eq!(last.message, wanted);
}

fn record() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[1-9][0-9]{0,3}(\\.[0-9]{1,2})?",
        "[a-z{}\\[\\],: é😀]{0,9}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just(r#""{\"eventName\":[{\"b\":\"*\"}]}""#.to_owned()),
    ];
    let nested = value.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec(("[a-z]{1,5}", inner), 0..4).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    (nested.clone(), nested.clone(), nested, 0..9999_u32).prop_map(|(a, b, c, id)| {
        format!("{{\"eventVersion\":\"1.08\",\"requestParameters\":{a},\"eventName\":\"N\",\"responseElements\":{b},\"x\":{c},\"eventID\":\"{id}\"}}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn wrappers_do_not_change_records(records in proptest::collection::vec(record(), 0..6)) {
        let wanted: Vec<&str> = records.iter().map(String::as_str).collect();
        let held: Vec<String> = records
            .iter()
            .map(|record| format!("{{\"CloudTrailEvent\":{}}}", serde_json::to_string(record).unwrap()))
            .collect();
        for text in [
            format!("{{\"Records\":[{}]}}", records.join(",")),
            records.join("\n"),
            records.join(""),
            format!("[{}]", records.join(" ,\r\n")),
            format!("{{\"Events\":[{}]}}", held.join(",")),
        ] {
            let read = cloudtrail(&text);
            prop_assert_eq!(read.texts(), wanted.clone());
            prop_assert_eq!(read.problems.len(), 0);
        }
    }

    #[test]
    fn one_damaged_byte_costs_at_most_one_more_record(
        records in proptest::collection::vec(record(), 1..6),
        place in any::<proptest::sample::Index>(),
        byte in prop_oneof![any::<u8>(), proptest::sample::select(b"\"{}[],:\\ \n01e".to_vec())],
        layout in 0..4_usize,
    ) {
        let (before, between, after): (&str, &str, &str) = [("{\"Records\":[", ",", "]}"), ("[\n", ",\n", "\n]\n"), ("", "\n", "\n"), ("", "", "")][layout];
        let mut text = format!("{before}{}{after}", records.join(between)).into_bytes();
        let at = before.len() + place.index(text.len() - before.len() - after.len());
        text[at] = byte;
        let read = cloudtrail(&text);
        let mut start = before.len();
        let mut left = read.texts().into_iter();
        for record in &records {
            let end = start + record.len();
            let next = end + between.len();
            let touched = (start..end).contains(&at) || next == at;
            prop_assert!(touched || left.any(|text| text == record), "{}", String::from_utf8_lossy(&text));
            start = next;
        }
        prop_assert!(read.problems.len() <= 4, "{:?} {}", read.problems, String::from_utf8_lossy(&text));
    }

    #[test]
    fn mutated_text_never_breaks_the_account(
        records in proptest::collection::vec(record(), 0..5),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..3), 0..12),
        layout in 0..5,
        cut in any::<bool>(),
    ) {
        let held: Vec<String> = records.iter().map(|record| format!("{{\"message\":{}}}", serde_json::to_string(record).unwrap())).collect();
        let text = match layout {
            0 => format!("{{\"Records\":[{}]}}", records.join(",")),
            1 => records.join("\n"),
            2 => format!("{{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{}]}}", held.join(",")),
            3 => records.join("\n").replace("eventName", "eventname").replace("eventVersion", "eventversion").replace("eventID", "eventid"),
            _ => records.iter().map(|record| format!("{{\"detail-type\":\"x\",\"detail\":{record}}}")).collect(),
        };
        let mut text = text.into_bytes();
        for (place, byte, edit) in edits {
            let at = place.index(text.len() + 1);
            match edit {
                0 => text.insert(at, byte),
                1 if at < text.len() => { text.remove(at); }
                _ => if let Some(place) = text.get_mut(at) { *place = byte },
            }
        }
        let ending = if cut { Ending::Cut } else { Ending::Whole };
        let _checked = reading(&text, &RecordFormat::Cloudtrail, ending);
    }
}
