//! What was read, and what was not: counts that add up, and lists of trouble.

use std::borrow::Cow;

use crate::event::Problem;
use crate::report::html::shown;
use crate::report::human::summary::reason;
use crate::report::number::grouped;
use crate::report::problem_text::{cause, kind};
use crate::report::reporter::RunReport;
use crate::violation::summary::{Note, SkippedFile};
use crate::violation::{Known, RuleStatus};

/// Items of a list that a page holds; the rest is counted.
const LIST_LIMIT: usize = 1_000;

/// `12 files = 10 read + 2 skipped`.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) name: &'static str,
    pub(super) all: String,
    /// Those that are not zero, unless all are: number and word.
    pub(super) parts: Vec<(String, String)>,
}

/// The sums of `run`.
pub(super) fn sums(run: &RunReport<'_>) -> Vec<Sum> {
    let files = &run.summary.files;
    let records = &run.summary.records;
    let reasons: Vec<String> =
        files.skipped_by.iter().map(|(code, files)| format!("{} {}", grouped(files), reason(code, *files))).collect();
    let skipped = if reasons.is_empty() { "skipped".to_owned() } else { format!("skipped ({})", reasons.join(", ")) };
    let rules = |status| run.summary.rules.iter().filter(|rule| rule.status == status).count();
    vec![
        sum("files", files.found, &[(files.read, "read"), (files.skipped, &skipped), (files.failed, "failed")]),
        sum(
            "records",
            records.found,
            &[
                (records.evaluated, "evaluated"),
                (records.duplicates, "duplicates"),
                (records.malformed, "malformed"),
                (records.insights, "insight events"),
            ],
        ),
        sum(
            "rules",
            run.summary.rules.len(),
            &[
                (rules(RuleStatus::Violated), "violated"),
                (rules(RuleStatus::Clean), "clean"),
                (rules(RuleStatus::NotObserved), "not observed"),
                (rules(RuleStatus::Pending), "pending"),
                (rules(RuleStatus::Learning), "learning"),
            ],
        ),
    ]
}

fn sum(name: &'static str, all: usize, parts: &[(usize, &str)]) -> Sum {
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    Sum {
        name,
        all: grouped(all),
        parts: parts.map(|(number, word)| (grouped(number), shown::fact(word).into_owned())).collect(),
    }
}

/// A list that may be longer than a page holds.
#[derive(Debug)]
pub(super) struct List<T> {
    pub(super) items: Vec<T>,
    all: usize,
}

impl<T> List<T> {
    fn of<'a, S: 'a>(all: &'a [S], counted: usize, shown: impl Fn(&'a S) -> T) -> Self {
        Self { items: all.iter().take(LIST_LIMIT).map(shown).collect(), all: counted }
    }

    pub(super) fn count(&self) -> String {
        grouped(self.all)
    }

    /// How many are left out.
    pub(super) fn rest(&self) -> Option<String> {
        let rest = self.all.saturating_sub(self.items.len());
        (rest > 0).then(|| grouped(rest))
    }
}

/// Something said of a place.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) what: String,
    pub(super) text: String,
    pub(super) place: String,
}

/// What could not be read.
pub(super) fn problems(run: &RunReport<'_>) -> List<Said> {
    let problems = &run.summary.problems;
    List::of(problems, problems.len(), |problem: &Problem| Said {
        what: kind(problem),
        text: shown::message(cause(problem)).into_owned(),
        place: match problem.at {
            Some(at) => format!("{}:{}:{}", shown::file(&problem.file), at.line, at.column),
            None => shown::file(&problem.file).into_owned(),
        },
    })
}

/// What to know of the policies.
pub(super) fn notes(run: &RunReport<'_>) -> List<Said> {
    let notes = &run.summary.notes;
    List::of(notes, notes.len(), |note: &Note| Said {
        what: note.rule.as_ref().map(|rule| shown::fact(&rule.0).into_owned()).unwrap_or_default(),
        text: shown::message(&note.message).into_owned(),
        place: format!("{}:{}", shown::file(&note.file), note.line),
    })
}

/// The files that were left out.
pub(super) fn skipped(run: &RunReport<'_>) -> List<Said> {
    let files = &run.summary.files;
    List::of(&files.skipped_files, files.skipped, |skipped: &SkippedFile| Said {
        what: reason(skipped.reason, 1),
        text: String::new(),
        place: shown::file(&skipped.file).into_owned(),
    })
}

/// A violation of the baseline that is gone.
#[derive(Debug)]
pub(super) struct Gone<'a>(&'a Known);

impl Gone<'_> {
    pub(super) fn rule(&self) -> Cow<'_, str> {
        shown::fact(&self.0.rule)
    }

    pub(super) fn message(&self) -> Cow<'_, str> {
        shown::message(&self.0.message)
    }

    pub(super) fn time(&self) -> Cow<'_, str> {
        self.0.event_time.as_deref().map_or(Cow::Borrowed("no time"), shown::fact)
    }

    pub(super) fn event(&self) -> Cow<'_, str> {
        self.0.event_id.as_deref().map_or(Cow::Borrowed("no id"), shown::fact)
    }
}

/// The violations of the baseline that are gone; none without a baseline.
pub(super) fn gone<'a>(run: &RunReport<'a>) -> List<Gone<'a>> {
    let gone = run.baseline.map(|baseline| baseline.gone.as_slice()).unwrap_or_default();
    List::of(gone, gone.len(), Gone)
}
