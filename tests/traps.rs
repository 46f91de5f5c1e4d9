//! What has misled readers of JSON and gzip, each trap by its name: what a log with it is read as, and that the fast path and the
//! reference say the same of what was read. A trap that a reader falls into hides a violation or makes one up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "what is not as expected fails the test; of the shared modules not all is used"
)]

mod agree {
    pub mod condition;
    pub mod dice;
    pub mod event;
    pub mod fast;
    pub mod hunt;
    pub mod policy;
    pub mod test;
    pub mod words;
}

use std::io::Write;

use agree::fast::{file_report, policy_set};
use agree::hunt::scanned;
use agree::policy::TODAY;
use trailgate::compile::compile;
use trailgate::event::ProblemKind::{self, Gzip, MalformedEnvelope, MalformedRecord};

const POLICY: &str = r#"
version: 1
rules:
  - {id: deleted, title: t, severity: low, forbid: {$.eventName: DeleteTrail}}
  - {id: root, title: t, severity: low, forbid: {$.userIdentity.type: Root}}
  - {id: no-type, title: t, severity: low, forbid: {$.userIdentity.type: {exists: false}}}
  - {id: exact, title: t, severity: low, forbid: {$.requestParameters.n: 9007199254740993}}
  - {id: above, title: t, severity: low, forbid: {$.requestParameters.n: {gt: 9007199254740992}}}
  - {id: any-name, title: t, severity: low, forbid: {"$.requestParameters[?@.name == 'x']": {exists: true}}}
"#;

/// Records that are as they should be, and stand around a trap.
const BEFORE: &str =
    r#"{"eventVersion":"1.08","eventID":"a","eventName":"DeleteTrail","userIdentity":{"type":"IAMUser"}}"#;
const AFTER: &str = r#"{"eventVersion":"1.08","eventID":"c","eventName":"GetTrail","userIdentity":{"type":"Root"}}"#;

/// The record of a trap, between two others; `rest` is what makes it one.
fn between(rest: &[u8]) -> Vec<u8> {
    let head = format!(r#"{{"Records":[{BEFORE},{{"eventVersion":"1.08","eventID":"b","#);
    [head.as_bytes(), rest, b"},", AFTER.as_bytes(), b"]}"].concat()
}

/// Holds what is found in `log` to what each of its records breaks, and to its problems; `name` is the trap's.
fn is_read_as(name: &str, log: &[u8], records: &[&[&str]], problems: &[ProblemKind]) {
    let set = policy_set(&[POLICY.to_owned()]);
    let program = compile(&set, TODAY);
    let report = file_report(&program, log);
    let part = &report.parts[0];
    let mut found: Vec<Vec<String>> = vec![Vec::new(); part.records.len()];
    for violation in &part.violations {
        found[violation.place].push(violation.violation.rule.to_string());
    }
    assert_eq!(found, records, "{name}");
    let kinds: Vec<ProblemKind> = report.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, problems, "{name}: {:?}", report.problems);
    let met = scanned(&set, &program, log);
    assert_eq!(met.records, records.len(), "{name}: not all of it is compared with the reference");
}

/// As [`is_read_as`], of a record between two others, which are read whatever becomes of it.
fn record(name: &str, rest: &str, breaks: &[&str]) {
    is_read_as(name, &between(rest.as_bytes()), &[&["deleted"], breaks, &["root"]], &[]);
}

/// As [`is_read_as`], of a record that is none: it costs itself and nothing else.
fn malformed(name: &str, rest: &[u8]) {
    is_read_as(name, &between(rest), &[&["deleted"], &["root"]], &[MalformedRecord]);
}

const USER: &str = r#""userIdentity":{"type":"IAMUser"}"#;

#[test]
fn the_last_of_duplicate_keys_counts() {
    record("leaf, harmless last", &format!(r#""eventName":"DeleteTrail","eventName":"Get",{USER}"#), &[]);
    record("leaf, harmful last", &format!(r#""eventName":"Get","eventName":"DeleteTrail",{USER}"#), &["deleted"]);
    record("null last", &format!(r#""eventName":"DeleteTrail","eventName":null,{USER}"#), &[]);
    // What the first of them holds is gone, though the second says nothing of it.
    record("interior", r#""eventName":"Get","userIdentity":{"type":"Root"},"userIdentity":{"arn":"x"}"#, &["no-type"]);
    record(
        "interior, then null",
        r#""eventName":"Get","userIdentity":{"type":"Root"},"userIdentity":null"#,
        &["no-type"],
    );
    record(
        "interior, then text",
        r#""eventName":"Get","userIdentity":{"type":"Root"},"userIdentity":"Root""#,
        &["no-type"],
    );
    record(
        "below a filter",
        &format!(r#""eventName":"Get",{USER},"requestParameters":{{"a":{{"name":"x","name":"y"}}}}"#),
        &[],
    );
    record(
        "below a filter, harmful last",
        &format!(r#""eventName":"Get",{USER},"requestParameters":{{"a":{{"name":"y","name":"x"}}}}"#),
        &["any-name"],
    );
    record("one of them escaped", &format!(r#""eventName":"Get","event\u004eame":"DeleteTrail",{USER}"#), &["deleted"]);
    record("the first escaped", &format!(r#""event\u004eame":"DeleteTrail","eventName":"Get",{USER}"#), &[]);
}

#[test]
fn escapes_mean_what_they_stand_for() {
    record("key", &format!(r#""event\u004eame":"DeleteTrail",{USER}"#), &["deleted"]);
    record("value", &format!(r#""eventName":"Delete\u0054rail",{USER}"#), &["deleted"]);
    record("interior key", r#""eventName":"Get","\u0075serIdentity":{"type":"Root"}"#, &["root"]);
    record("both", r#""eventName":"Get","userIdentity":{"t\u0079pe":"\u0052oot"}"#, &["root"]);
    record("key that only looks the same", r#""eventName":"Get","userIdentity\u0000":{"type":"Root"}"#, &["no-type"]);
    record("key in a value", &format!(r#""eventName":"\",\"eventName\":\"DeleteTrail",{USER}"#), &[]);
    record("surrogate pair", &format!(r#""eventName":"\ud83d\ude00",{USER}"#), &[]);
    malformed("unknown escape", format!(r#""eventName":"\q",{USER}"#).as_bytes());
    malformed("unfinished escape", format!(r#""eventName":"\u00",{USER}"#).as_bytes());
}

#[test]
fn numbers_are_compared_as_they_are_written() {
    let number = |text: &str, breaks: &[&str]| {
        record(text, &format!(r#""eventName":"Get",{USER},"requestParameters":{{"n":{text}}}"#), breaks);
    };
    number("9007199254740992", &[]);
    number("9007199254740993", &["exact", "above"]);
    number("9007199254740994", &["above"]);
    number("123456789012345678901234567890", &["above"]);
    number("-123456789012345678901234567890", &[]);
    number("1e300", &["above"]);
    number("1E-400", &[]);
    number("-0", &[]);
    number("\"9007199254740993\"", &[]);
}

#[test]
fn a_number_beyond_all_numbers_costs_its_record() {
    for text in ["1e400", "-1e400", "1e99999999999999999999"] {
        malformed(text, format!(r#""eventName":"DeleteTrail",{USER},"requestParameters":{{"n":{text}}}"#).as_bytes());
        malformed("where nobody looks", format!(r#""eventName":"DeleteTrail",{USER},"x":[{text}]"#).as_bytes());
    }
}

#[test]
fn what_is_no_json_costs_its_record_wherever_it_stands() {
    for text in [
        "tru",
        "01",
        "+1",
        ".5",
        "1.",
        "0x1",
        "NaN",
        "'a'",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "\"a\tb\"",
        "\"\0\"",
    ] {
        malformed(text, format!(r#""eventName":"DeleteTrail",{USER},"x":{text}"#).as_bytes());
        malformed(text, format!(r#""x":{{"y":{text}}},"eventName":"DeleteTrail",{USER}"#).as_bytes());
    }
}

#[test]
fn lone_surrogates_cost_their_record() {
    for text in [r"\ud800", r"\udc00", r"\ud800\u0041", r"\ud800\ud800", r"\ud83d x \ude00"] {
        malformed(text, format!(r#""eventName":"{text}",{USER}"#).as_bytes());
        malformed("where nobody looks", format!(r#""eventName":"DeleteTrail",{USER},"x":["{text}"]"#).as_bytes());
        malformed("in a key", format!(r#""eventName":"DeleteTrail",{USER},"{text}":1"#).as_bytes());
    }
}

#[test]
fn invalid_utf8_costs_its_record_even_where_nobody_looks() {
    let bad: [&[u8]; 5] = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80"];
    for bytes in bad {
        let head = format!(r#""eventName":"DeleteTrail",{USER},"x":""#);
        malformed(&format!("{bytes:x?}"), &[head.as_bytes(), bytes, b"\""].concat());
        let head = format!(r#""eventName":"DeleteTrail",{USER},""#);
        malformed(&format!("{bytes:x?} in a key"), &[head.as_bytes(), bytes, b"\":1"].concat());
    }
}

#[test]
fn byte_order_marks_are_passed_over() {
    let both: &[&[&str]] = &[&["deleted"], &["root"]];
    is_read_as("before a document", format!("\u{feff}{{\"Records\":[{BEFORE},{AFTER}]}}").as_bytes(), both, &[]);
    is_read_as("before lines", format!("\u{feff}{BEFORE}\r\n\u{feff}{AFTER}\r\n").as_bytes(), both, &[]);
}

#[test]
fn garbage_behind_a_document_is_said() {
    let garbage = |text: &str, problems: &[ProblemKind]| {
        let log = format!("{{\"Records\":[{BEFORE},{AFTER}]}}{text}");
        is_read_as(text, log.as_bytes(), &[&["deleted"], &["root"]], problems);
    };
    garbage("]}", &[MalformedEnvelope]);
    garbage("\0", &[MalformedEnvelope]);
    garbage(" x", &[MalformedEnvelope]);
    garbage("\n \r\n\t", &[]);
}

#[test]
fn deep_nesting_ends_neither_the_program_nor_the_log() {
    let nested = |depth: usize, open: &str, close: &str| {
        format!(r#""eventName":"DeleteTrail",{USER},"x":{}1{}"#, open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        record("100 deep", &nested(100, open, close), &["deleted"]);
        for depth in [1_000, 200_000] {
            malformed("too deep", nested(depth, open, close).as_bytes());
        }
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_member_of_a_gzip_file_is_read() {
    let big = format!("{BEFORE}\n").repeat(2000);
    let small = format!("{AFTER}\n");
    let many = vec![&["deleted"][..]; 2000];
    let root: &[&str] = &["root"];
    let first = [&[root], &many[..]].concat();
    is_read_as("a small one first", &[gzip(small.as_bytes()), gzip(big.as_bytes())].concat(), &first, &[]);
    let last = [&many[..], &[root]].concat();
    is_read_as("a small one last", &[gzip(big.as_bytes()), gzip(small.as_bytes())].concat(), &last, &[]);
    let empty_between = [gzip(small.as_bytes()), gzip(b""), gzip(small.as_bytes())].concat();
    is_read_as("an empty one between", &empty_between, &[root, root], &[]);
    let (head, tail) = small.split_at(40);
    is_read_as("one record in two", &[gzip(head.as_bytes()), gzip(tail.as_bytes())].concat(), &[root], &[]);
}

#[test]
fn a_gzip_file_that_lies_of_its_size_is_read_and_said() {
    for size in [0_u32, 1, 0xffff_fff0] {
        let mut bytes = gzip(format!("{BEFORE}\n{AFTER}\n").as_bytes());
        let at = bytes.len() - 4;
        bytes[at..].copy_from_slice(&size.to_le_bytes());
        is_read_as(&format!("a size of {size}"), &bytes, &[&["deleted"], &["root"]], &[Gzip]);
    }
}

#[test]
fn a_damaged_gzip_file_is_read_up_to_the_damage() {
    let whole = gzip(format!("{BEFORE}\n{AFTER}\n").as_bytes());
    let all: &[&[&str]] = &[&["deleted"], &["root"]];
    is_read_as("without its checksum", &whole[..whole.len() - 8], all, &[Gzip]);
    is_read_as("garbage behind it", &[&whole[..], b"garbage"].concat(), all, &[Gzip]);
    let mut wrong = whole.clone();
    let at = wrong.len() - 8;
    wrong[at] ^= 1;
    is_read_as("another checksum", &wrong, all, &[Gzip]);
    is_read_as("half of a second member", &[&whole[..], &whole[..12]].concat(), all, &[Gzip]);
}
