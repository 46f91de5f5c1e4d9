//! Tests only: reads a text and checks what must hold of every reading.

use crate::event::problem::{Problem, ProblemKind};
use crate::event::reader::{Census, Ending, Item, RecordFormat, read};
use crate::event::record::{Encoding, Origin, Record};
use crate::json::scan;

/// What one reading gave.
pub(super) struct Reading {
    pub records: Vec<(String, Origin)>,
    pub problems: Vec<Problem>,
    pub census: Census,
}

impl Reading {
    pub fn texts(&self) -> Vec<&str> {
        self.records.iter().map(|(text, _)| text.as_str()).collect()
    }

    pub fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }
}

pub(super) fn cloudtrail(text: impl AsRef<[u8]>) -> Reading {
    reading(text.as_ref(), &RecordFormat::Cloudtrail, Ending::Whole)
}

pub(super) fn reading(text: &[u8], format: &RecordFormat, ending: Ending) -> Reading {
    let mut records: Vec<Record> = Vec::new();
    let mut problems = Vec::new();
    let mut ordinals = Vec::new();
    let census = read("log.json", text, format, ending, &mut |item| match item {
        Item::Record(record) => {
            ordinals.push(record.ordinal);
            records.push(record);
        }
        Item::Problem(problem) => {
            ordinals.extend(problem.record);
            problems.push(problem);
        }
    });
    assert!(ordinals.is_sorted_by(|a, b| a < b), "{ordinals:?}");
    assert!(ordinals.last().is_none_or(|last| *last < census.records));
    let malformed = problems.iter().filter(|problem| problem.kind.is_of_a_record()).count();
    assert_eq!(census.records, records.len() + census.malformed + census.insights);
    let cut_off = census.malformed - malformed;
    assert!(cut_off == 0 || cut_off == 1 && ending == Ending::Cut);
    for problem in &problems {
        assert_eq!(&*problem.file, "log.json");
        assert!(problem.offset.unwrap() <= text.len());
        assert!(problem.message.chars().all(|character| !character.is_control()) && problem.message.len() < 400);
        assert_eq!(problem.record.is_some(), problem.kind.is_of_a_record());
    }
    for record in &records {
        maps_back(record, text);
    }
    let records = records.into_iter().map(|record| (record.text.into_owned(), record.origin)).collect();
    Reading { records, problems, census }
}

/// Every byte of the record's text stands in the file where its origin says, escaped or not, unless it was put in.
fn maps_back(record: &Record, file: &[u8]) {
    let text = record.text.as_bytes();
    assert_eq!(scan::skip_value(text, 0), Ok(text.len()), "{}", record.text);
    let escaped = |inner: usize| match &record.origin {
        Origin::Verbatim(_) => Some(false),
        Origin::Escaped(_) => Some(true),
        Origin::Pieces(pieces) => match pieces[pieces.partition_point(|piece| piece.inner <= inner) - 1].encoding {
            Encoding::Verbatim => Some(false),
            Encoding::Escaped => Some(true),
            Encoding::Inserted => None,
        },
    };
    // Walking every byte of every escaped record would be quadratic.
    for inner in (0..text.len()).step_by(1 + text.len() / 512) {
        let outer = record.origin.offset(inner, file);
        match escaped(inner) {
            Some(false) => assert_eq!(file[outer], text[inner], "{inner} {}", record.text),
            Some(true) if file[outer] == b'\\' => {
                let short = [(b'n', b'\n'), (b't', b'\t'), (b'r', b'\r'), (b'b', 8), (b'f', 12)];
                let written = file[outer + 1];
                let plain = short.iter().find(|(name, _)| *name == written).map_or(written, |(_, value)| *value);
                assert!(written == b'u' || plain == text[inner], "{inner} {}", record.text);
            }
            Some(true) => assert_eq!(file[outer], text[inner], "{inner} {}", record.text),
            None => assert!(outer < file.len()),
        }
    }
}
