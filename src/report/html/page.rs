//! The whole page, as its template takes it.

use askama::Template;

use crate::report::html::control::{self, Framework};
use crate::report::html::group::{Groups, groups};
use crate::report::html::input::{self, Gone, List, Said, Sum};
use crate::report::html::rule::{self, RuleRow};
use crate::report::html::timeline::{Timeline, timeline};
use crate::report::html::{data, shown};
use crate::report::number::{grouped, size};
use crate::report::reporter::RunReport;
use crate::report::verdict::VerdictLine;
use crate::violation::{RuleStatus, Verdict};

/// What the template shows.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page<'a> {
    style: &'static str,
    script: &'static str,
    data: String,
    run: RunReport<'a>,
    verdict: VerdictLine,
    figures: Vec<Figure>,
    frameworks: Vec<Framework<'a>>,
    /// What the run read, on which the controls rest.
    basis: Option<String>,
    rules: Vec<RuleRow<'a>>,
    timeline: Option<Timeline>,
    groups: Groups<'a>,
    sums: Vec<Sum>,
    problems: List<Said>,
    notes: List<Said>,
    skipped: List<Said>,
    gone: List<Gone<'a>>,
}

/// A number that the page opens with.
struct Figure {
    number: String,
    name: &'static str,
    note: String,
}

impl<'a> Page<'a> {
    /// The page of `run`.
    ///
    /// # Errors
    /// None that can happen: see [`data::block`].
    pub(super) fn of(run: &RunReport<'a>) -> serde_json::Result<Self> {
        let rules = rule::rows(run);
        let groups = groups(run, &rules);
        Ok(Self {
            style: include_str!("templates/page.css"),
            script: include_str!("templates/page.js"),
            data: data::block(&groups)?,
            run: *run,
            verdict: VerdictLine::of(run),
            figures: figures(run),
            frameworks: control::all(run),
            basis: control::basis(run),
            rules: rule::by_need(&rules),
            timeline: timeline(run.violations),
            groups,
            sums: input::sums(run),
            problems: input::problems(run),
            notes: input::notes(run),
            skipped: input::skipped(run),
            gone: input::gone(run),
        })
    }

    fn verdict_class(&self) -> &'static str {
        match self.run.verdict {
            Verdict::Violated => "violated",
            Verdict::Passed if self.run.checked_something() => "clean",
            Verdict::Passed | Verdict::Incomplete | Verdict::Interrupted => "unevaluated",
        }
    }

    fn verdict_sign(&self) -> &'static str {
        match self.verdict_class() {
            "violated" => "✕",
            "clean" => "✓",
            _ => "?",
        }
    }

    fn day(&self) -> String {
        self.run.now.strftime("%-d %B %Y").to_string()
    }

    fn date(&self) -> String {
        self.run.now.strftime("%-d %B %Y, %H:%M UTC").to_string()
    }

    fn date_machine(&self) -> String {
        self.run.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn version(&self) -> String {
        shown::fact(self.run.tool_version).into_owned()
    }

    fn bytes(&self) -> String {
        size(self.run.summary.bytes)
    }

    fn violations(&self) -> String {
        grouped(self.run.summary.violations)
    }

    fn waived(&self) -> String {
        grouped(self.run.summary.waived)
    }
}

fn figures(run: &RunReport<'_>) -> Vec<Figure> {
    let summary = run.summary;
    let violated = summary.rules.iter().filter(|rule| rule.status == RuleStatus::Violated).count();
    let mut figures = vec![Figure {
        number: grouped(summary.violations),
        name: "violations",
        note: format!("{} at or above {}", grouped(run.failing()), run.fail_on),
    }];
    if let Some(baseline) = run.baseline {
        figures.push(Figure {
            number: grouped(baseline.new),
            name: "new",
            note: format!("{} unchanged, {} gone", grouped(baseline.old), grouped(baseline.gone.len())),
        });
    }
    figures.extend([
        Figure { number: grouped(summary.waived), name: "waived", note: "covered by an exception".to_owned() },
        Figure {
            number: grouped(violated),
            name: "rules violated",
            note: format!("of {}", grouped(summary.rules.len())),
        },
        Figure {
            number: grouped(summary.records.evaluated),
            name: "events evaluated",
            note: format!("of {} records", grouped(summary.records.found)),
        },
        Figure {
            number: grouped(summary.files.read),
            name: "files read",
            note: format!("of {}, {}", grouped(summary.files.found), size(summary.bytes)),
        },
        Figure { number: grouped(summary.problems.len()), name: "problems", note: "what could not be read".to_owned() },
    ]);
    figures
}
