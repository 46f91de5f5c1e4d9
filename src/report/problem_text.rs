//! What could not be read, in words.

use crate::event::problem::{Problem, ProblemKind};

/// The kind, and the record where it is about one: `malformed record 4`, `no log`.
pub(super) fn kind(problem: &Problem) -> String {
    let word = word(problem.kind);
    match problem.record {
        None => word.to_owned(),
        Some(record) if problem.kind == ProblemKind::MalformedRecord => format!("{word} {record}"),
        Some(record) => format!("{word} in record {record}"),
    }
}

/// The message, without the word of its kind where it begins with that.
pub(super) fn cause(problem: &Problem) -> &str {
    let message = problem.message.as_str();
    message.strip_prefix(word(problem.kind)).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(message)
}

const fn word(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Unreadable => "unreadable",
        ProblemKind::Gzip => "damaged gzip",
        ProblemKind::TooLarge => "too large",
        ProblemKind::NotALog => "no log",
        ProblemKind::MalformedRecord => "malformed record",
        ProblemKind::NotAnEvent => "no event",
        ProblemKind::MalformedEnvelope => "malformed envelope",
        ProblemKind::NoTime => "no time",
    }
}
