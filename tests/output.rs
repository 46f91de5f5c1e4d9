//! What machines and shells rely on: the same bytes for any number of threads, the fields of NDJSON, report files, closed pipes, and
//! a partial summary after Ctrl-C.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::fmt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/logs");
const EXCEPTIONS: [&str; 4] = ["-p", "tests/cmd/policies/exceptions.yaml", "--as-of", "2026-12-31"];

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    if !Path::new(LOGS).is_dir() {
        eprintln!("SKIPPED: the published logs are not at {LOGS}");
    }
    for (path, more_threads) in [("fixtures", ["2", "8"].as_slice()), (LOGS, &["2"])] {
        if !Path::new(path).is_dir() {
            continue;
        }
        for format in ["human", "json", "ndjson"] {
            let run = |threads| check(&["-p", "policies", "-f", format, "-j", threads, path]);
            let one = run("1");
            assert_eq!(one.status.code(), Some(1), "{format} of {path}");
            assert!(one.stdout.len() > 10_000, "{format} of {path}");
            for threads in more_threads {
                assert!(run(threads) == one, "{format} of {path} differs with {threads} threads");
            }
        }
    }
}

#[test]
fn ndjson_violations_have_these_fields_in_this_order() {
    let output = check(&[&["-f", "ndjson"], EXCEPTIONS.as_slice(), &["fixtures/cloudtrail"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (summary, violations) = lines.split_last().unwrap();
    assert!(summary.starts_with("{\"type\":\"summary\","), "{summary}");
    assert_eq!(violations.len(), 3);
    let mut waived = 0;
    for line in violations {
        let Shape::Object(fields) = serde_json::from_str(line).unwrap() else { panic!("no object: {line}") };
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "type",
            "rule",
            "title",
            "severity",
            "message",
            "file",
            "record",
            "offset",
            "line",
            "column",
            "event_id",
            "event_time",
            "event_name",
            "event_source",
            "account",
            "region",
            "principal",
            "source_ip",
            "evidence",
            "policy",
            "fingerprint",
            "waived",
        ];
        assert_eq!(names, expected);
        let Shape::Array(evidence) = &fields[18].1 else { panic!("evidence is no list: {line}") };
        assert!(!evidence.is_empty());
        for item in evidence {
            assert_eq!(item.names(), ["path", "observed", "expected", "line", "column", "offset"]);
        }
        assert_eq!(fields[19].1.names(), ["file", "line", "column"]);
        if !matches!(fields[21].1, Shape::Leaf) {
            assert_eq!(fields[21].1.names(), ["name", "reason", "owner", "until"]);
            waived += 1;
        }
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["type"], "violation");
    }
    assert_eq!(waived, 2);
}

#[test]
fn a_report_file_holds_what_standard_output_would() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["human", "json", "ndjson"] {
        let file = folder.path().join(format);
        std::fs::write(&file, "an old report ".repeat(10_000)).unwrap();
        let argument = format!("{format}={}", file.display());
        let path = "fixtures/cloudtrail/single.json";
        let to_file = check(&["-p", "policies", "-f", &argument, path]);
        let to_stdout = check(&["-p", "policies", "-f", format, path]);
        assert_eq!(to_file.status, to_stdout.status);
        assert_eq!(to_file.stdout, b"");
        assert_eq!(
            String::from_utf8(to_file.stderr).unwrap(),
            "failed: 3 violations (1 high, 2 medium) · learning from 2 events\n"
        );
        assert!(std::fs::read(file).unwrap() == to_stdout.stdout, "{format}");
    }
}

#[test]
fn a_reader_that_goes_away_changes_no_exit_code() {
    for format in ["human", "json", "ndjson"] {
        let mut child = start(&["-p", "policies", "-f", format, "fixtures/cloudtrail"]);
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(1), "{format}");
    }
}

/// The program is stopped while it reads a named pipe that this test writes to, so that nothing here depends on time.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_what_was_read_so_far() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let paths = ["fixtures/cloudtrail/single.json", pipe.to_str().unwrap(), "fixtures/cloudtrail/clean.json"];
    let mut child = start(&[&["-p", "policies", "-j", "1"], paths.as_slice()].concat());
    // Opens once the program reads from it: the first file is done by then.
    let writer = std::fs::File::options().write(true).open(&pipe).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line, "stopping after the files that are being read; once more to stop at once\n");
    drop(writer);
    line.clear();
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line, "interrupted: 1 of 3 files were not read\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("  files    2 = 2 read\n"), "{report}");
    assert!(report.ends_with("\ninterrupted: 3 violations (1 high, 2 medium) · learning from 2 events\n"), "{report}");
}

fn check(arguments: &[&str]) -> Output {
    start(arguments).wait_with_output().unwrap()
}

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .arg("check")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("TRAILGATE_POLICIES")
        .env_remove("TRAILGATE_FAIL_ON")
        .env_remove("TRAILGATE_THREADS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The names in a JSON text, in their order, which `serde_json::Value` does not keep.
enum Shape {
    Object(Vec<(String, Shape)>),
    Array(Vec<Shape>),
    Leaf,
}

impl Shape {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::Object(fields) => fields.iter().map(|(name, _)| name.as_str()).collect(),
            Self::Array(_) | Self::Leaf => Vec::new(),
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Shape::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Shape::Array(items))
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Leaf)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Leaf)
    }
}
