//! Runs the tests that stand beside a rule, under both evaluators: a test and its rule in, what came out.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use crate::compile::{Program, compile_rule};
use crate::engine::reference::{self, Verdict};
use crate::engine::scan;
use crate::engine::selftest::events::{LIMIT_BYTES, TestCase, TestFiles, cases};
use crate::engine::selftest::over_time::OverTime;
use crate::engine::selftest::owners::line_column;
use crate::engine::trace::trace;
use crate::event::RecordFormat;
use crate::json::{Location, Path, Step};
use crate::policy::rule_test::{Expectation, RuleTest};
use crate::policy::{PolicyIndex, PolicySet, Rule};
use crate::text::time;
use crate::violation::{Decider, FileReport, TestFailure, TestOutcome};

/// The day that `test` is run on: its own, else `today`.
#[must_use]
pub fn day_of(test: &RuleTest, today: Date) -> Date {
    test.now.as_deref().and_then(time::parse).map_or(today, time::day)
}

/// A rule with the events of its tests.
#[derive(Debug)]
pub struct Prepared<'s> {
    /// The policies.
    pub set: &'s PolicySet,
    /// The one with the rule.
    pub policy: PolicyIndex,
    /// The rule.
    pub rule: &'s Rule,
    /// Its tests whose events can be made.
    pub tests: Vec<PreparedTest<'s>>,
}

/// A test with its events.
#[derive(Debug)]
pub struct PreparedTest<'s> {
    /// The test.
    pub test: &'s RuleTest,
    /// The day it is run on.
    pub today: Date,
    /// What it runs on.
    pub cases: Vec<TestCase<'s>>,
}

impl<'s> Prepared<'s> {
    /// Makes the events of those tests of `rule` that `wanted` answers true for.
    #[must_use]
    pub fn new(
        set: &'s PolicySet,
        policy: PolicyIndex,
        rule: &'s Rule,
        today: Date,
        files: TestFiles<'_>,
        wanted: &dyn Fn(&RuleTest) -> bool,
    ) -> Self {
        let prepare = |test: &'s RuleTest| {
            let cases = cases(set, policy, test, files).ok()?;
            Some(PreparedTest { test, today: day_of(test, today), cases })
        };
        let tests = rule.tests.iter().filter(|test| wanted(test)).filter_map(prepare).collect();
        Self { set, policy, rule, tests }
    }
}

/// Runs the tests of one rule. The rule is compiled once for each day that its tests are run on.
#[derive(Debug)]
pub struct RuleRun<'s> {
    set: &'s PolicySet,
    policy: PolicyIndex,
    rule: &'s Rule,
    programs: BTreeMap<Date, Program>,
}

impl<'s> RuleRun<'s> {
    /// For the tests of `rule`, which stands in `policy` of `set`.
    #[must_use]
    pub const fn new(set: &'s PolicySet, policy: PolicyIndex, rule: &'s Rule) -> Self {
        Self { set, policy, rule, programs: BTreeMap::new() }
    }

    /// Runs `test` as on the day `today` (the test's own `now` goes before); answers on how many cases it ran, and what came of it.
    #[must_use]
    pub fn test(&mut self, test: &RuleTest, today: Date, files: TestFiles<'_>) -> (usize, TestOutcome) {
        let cases = match cases(self.set, self.policy, test, files) {
            Ok(cases) => cases,
            Err(cause) => return (0, TestOutcome::Broken(cause)),
        };
        let today = day_of(test, today);
        let mut failures = Vec::new();
        for case in &cases {
            match self.case(test, case, today) {
                Ok(None) => {}
                Ok(Some(reason)) => {
                    let variant = case.variant.map(|variant| (variant.written(), variant.span));
                    let decider = if reason.is_outcome { self.decider(case, today) } else { None };
                    failures.push(TestFailure { variant, reason: reason.words, decider });
                }
                Err(other) => return (cases.len(), other),
            }
        }
        let outcome = if failures.is_empty() { TestOutcome::Passed } else { TestOutcome::Failed(failures) };
        (cases.len(), outcome)
    }

    /// The predicate that decided what came out of the event; of several events, no single one did.
    fn decider(&self, case: &TestCase<'_>, today: Date) -> Option<Decider> {
        let [event] = case.events.as_slice() else { return None };
        if self.rule.obligation.is_windowed() {
            return None;
        }
        let trace = trace(self.set, self.policy, self.rule, event, today);
        let (_, node) = trace.first_decider()?;
        let source = self.set.policy(node.id.policy)?.source.clone();
        let observed = node.observed.as_ref().map(|observed| {
            let place = observed.inner.as_ref().unwrap_or(&observed.location);
            match &observed.value {
                Some(value) => format!("`{}` is {}", written(place), shortened(value)),
                None => format!("`{}` is missing", written(place)),
            }
        });
        let at = line_column(&source, node.id.span);
        Some(Decider { at, source, span: node.id.span, words: node.words.clone(), held: node.holds, observed })
    }

    /// Whether one of `tests` comes out otherwise than expected, evidence apart.
    pub(super) fn fails(&mut self, tests: &[PreparedTest<'_>]) -> bool {
        tests.iter().any(|prepared| {
            prepared.cases.iter().any(|case| {
                let (report, over_time) = self.fast(&case.events, prepared.today);
                judged(prepared.test, &Came::of(&report, over_time.as_ref())).is_some()
            })
        })
    }

    /// Why the test failed on `case`; `None` where it passed.
    fn case(&mut self, test: &RuleTest, case: &TestCase<'_>, today: Date) -> Result<Option<Reason>, TestOutcome> {
        let (fast, over_time) = self.fast(&case.events, today);
        let disagreed = |fast: &dyn Debug, slow: &dyn Debug| {
            Err(TestOutcome::Disagreed(format!("the fast evaluator says {fast:?}, the reference {slow:?}")))
        };
        let came = Came::of(&fast, over_time.as_ref());
        if let Some(slow) = verdict(self.set, self.policy, self.rule, &case.events, today) {
            if came.verdict != slow {
                return disagreed(&came.verdict, &slow);
            }
        } else {
            let slow = OverTime::of_reference(self.set, self.policy, self.rule, &case.events, today);
            if over_time != slow {
                return disagreed(&over_time, &slow);
            }
        }
        Ok(judged(test, &came).or_else(|| lacks_evidence(test, &fast)))
    }

    /// The rule alone, run by the fast evaluator over the events as one log; with what it says of them together, where it is one
    /// over time.
    fn fast(&mut self, events: &[Value], today: Date) -> (FileReport, Option<OverTime>) {
        let program = self.programs.entry(today).or_insert_with(|| {
            let mut program = compile_rule(self.set, self.policy, self.rule, today);
            for part in &mut program.parts {
                // The events stand in one array here, wherever the policy's own records lie.
                if let (RecordFormat::Json { records }, Ok(elements)) = (&mut part.format, Path::parse("$[*]")) {
                    *records = elements;
                }
            }
            program
        });
        let log = Value::Array(events.to_vec()).to_string();
        let name: Arc<str> = "test".into();
        let report = scan(program, &name, log.as_bytes(), LIMIT_BYTES);
        let over_time = self.rule.obligation.is_windowed();
        let over_time = over_time.then(|| OverTime::of_scan(program, &report, verdict_of(&report).in_population));
        (report, over_time)
    }
}

/// What came of a case.
#[derive(Debug)]
struct Came {
    verdict: Verdict,
    /// Whether something may still turn out to be a violation.
    pending: bool,
}

impl Came {
    /// By the fast evaluator.
    fn of(report: &FileReport, over_time: Option<&OverTime>) -> Self {
        match over_time {
            Some(over_time) => Self { verdict: over_time.verdict(), pending: over_time.is_pending() },
            None => Self { verdict: verdict_of(report), pending: false },
        }
    }

    /// In the words of a test.
    const fn found(&self) -> Expectation {
        match (self.verdict.in_population, self.verdict.violated, self.verdict.covered) {
            (false, ..) => Expectation::NotInScope,
            (true, true, None) => Expectation::Violation,
            (true, ..) if self.pending => Expectation::Pending,
            (true, ..) => Expectation::Ok,
        }
    }
}

/// What the reference says of `events` together: the first violation counts. `None` for a rule that speaks of several events.
#[must_use]
pub fn verdict(set: &PolicySet, policy: PolicyIndex, rule: &Rule, events: &[Value], today: Date) -> Option<Verdict> {
    let mut all = Verdict::default();
    for event in events {
        all = joined(all, reference::evaluate(set, policy, rule, event, today)?);
    }
    Some(all)
}

fn verdict_of(report: &FileReport) -> Verdict {
    let mut verdict = Verdict::default();
    for part in &report.parts {
        verdict.in_population |=
            !part.population.is_empty() || (!part.everywhere.is_empty() && !part.records.is_empty());
        if let Some(found) = part.violations.first() {
            verdict.violated = true;
            verdict.covered = found.covered;
            verdict.refused = found.refused;
            verdict.message = Some(found.violation.message.clone());
        }
    }
    verdict
}

fn joined(all: Verdict, next: Verdict) -> Verdict {
    let in_population = all.in_population || next.in_population;
    let first = if all.violated { all } else { next };
    Verdict { in_population, ..first }
}

/// Why a test failed.
#[derive(Debug)]
struct Reason {
    words: String,
    /// Whether the outcome was another, rather than what is said of it.
    is_outcome: bool,
}

impl Reason {
    const fn said(words: String) -> Self {
        Self { words, is_outcome: false }
    }
}

/// Why `came` is not what `test` expects: outcome and message. `None` where it is.
fn judged(test: &RuleTest, came: &Came) -> Option<Reason> {
    let (verdict, found) = (&came.verdict, came.found());
    if found != test.expect {
        let waived = if verdict.covered.is_some() { ", as an exception or waiver covers the violation" } else { "" };
        let words = format!("expected {}, found {}{waived}", test.expect.words(), found.words());
        return Some(Reason { words, is_outcome: true });
    }
    let wanted = test.message.as_ref()?;
    if verdict.message.as_ref() == Some(wanted) {
        return None;
    }
    let found = verdict.message.as_deref().unwrap_or("no message");
    Some(Reason::said(format!("expected the message `{wanted}`, found `{found}`")))
}

/// Says which of the evidence that `test` expects is not there.
fn lacks_evidence(test: &RuleTest, report: &FileReport) -> Option<Reason> {
    let evidence: Vec<String> = report
        .parts
        .iter()
        .flat_map(|part| &part.violations)
        .flat_map(|found| &found.violation.evidence)
        .flat_map(|evidence| [evidence.path(), written(&evidence.location)])
        .collect();
    let missing = test.evidence.iter().find(|wanted| !evidence.contains(wanted))?;
    Some(Reason::said(format!("`{missing}` is not among the evidence")))
}

/// A value as JSON, cut where it is long.
fn shortened(value: &Value) -> String {
    const LIMIT: usize = 120;
    let text = value.to_string();
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// A place as an author would write it, where its names need no brackets.
fn written(location: &Location) -> String {
    let steps = location.0.iter().map(|step| match step {
        Step::Name(name) => format!(".{name}"),
        Step::Index(index) => format!("[{index}]"),
    });
    std::iter::once("$".to_owned()).chain(steps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parse;
    use crate::text::Source;

    const POLICY: &str = "version: 1
rules:
  - id: a.b
    title: t
    severity: low
    when: {$.eventSource: s, $.eventName: [A, B, C]}
    forbid: {$.userIdentity.type: Root}
    message: \"root called {$.eventName}\"
    tests:
";

    fn outcome(test: &str) -> (usize, TestOutcome) {
        let text = format!("{POLICY}      - {}\n", test.replace('\n', "\n        "));
        let policy = parse(&Source::new("p.yaml", text), &|_| Err("none".to_owned())).unwrap();
        let set = PolicySet::new(vec![policy]).unwrap();
        let (index, rule) = set.rules().next().unwrap();
        RuleRun::new(&set, index, rule)
            .test(&rule.tests[0], "2026-06-30".parse().unwrap(), &|_| Err("no file".to_owned()))
    }

    fn reasons(outcome: TestOutcome) -> Vec<(Option<String>, String)> {
        let TestOutcome::Failed(failures) = outcome else { panic!("{outcome:?}") };
        failures.into_iter().map(|failure| (failure.variant.map(|(words, _)| words), failure.reason)).collect()
    }

    #[test]
    fn each_variant_is_a_case_of_its_own() {
        let (cases, passed) = outcome(
            "name: n\nexpect: violation\nevent: {from: root, set: {$.eventSource: s}, each: {$.eventName: [A, B, C]}}",
        );
        assert_eq!((cases, passed), (3, TestOutcome::Passed));
        let (cases, failed) = outcome(
            "name: n\nexpect: violation\nevent: {from: root, set: {$.eventSource: s}, each: {$.eventName: [A, D, B, E]}}",
        );
        let reason = "expected a violation, found an event outside the population".to_owned();
        let variant = |name: &str| (Some(format!("$.eventName: \"{name}\"")), reason.clone());
        assert_eq!((cases, reasons(failed)), (4, vec![variant("D"), variant("E")]));
    }

    #[test]
    fn combinations_and_maps_are_variants() {
        let each = "{$.eventSource: [s, t], $.eventName: [A, B]}";
        let (cases, failed) = outcome(&format!("name: n\nexpect: violation\nevent: {{from: root, each: {each}}}"));
        let variants: Vec<String> = reasons(failed).into_iter().filter_map(|(variant, _)| variant).collect();
        assert_eq!(cases, 4);
        assert_eq!(variants, ["$.eventSource: \"t\", $.eventName: \"A\"", "$.eventSource: \"t\", $.eventName: \"B\""]);
        let each = "[{$.eventSource: s, $.eventName: D}, {$.eventSource: t, $.eventName: A}]";
        let wanted = (2, TestOutcome::Passed);
        assert_eq!(outcome(&format!("name: n\nexpect: not_in_scope\nevent: {{from: root, each: {each}}}")), wanted);
    }

    #[test]
    fn every_kind_of_failure_is_said() {
        let set = "set: {$.eventSource: s, $.eventName: A}";
        for (test, wanted) in [
            ("expect: ok", "expected no violation, found a violation"),
            ("expect: pending", "expected a pending obligation, found a violation"),
            ("expect: violation\nmessage: x", "expected the message `x`, found `root called A`"),
            ("expect: violation\nevidence: [$.awsRegion]", "`$.awsRegion` is not among the evidence"),
        ] {
            let (_, failed) = outcome(&format!("name: n\nevent: {{from: root, {set}}}\n{test}"));
            assert_eq!(reasons(failed), [(None, wanted.to_owned())]);
        }
        let (_, broken) = outcome("name: n\nfile: gone.json\nexpect: ok");
        assert_eq!(broken, TestOutcome::Broken("the file `gone.json` cannot be read: no file".to_owned()));
    }

    /// Events of one test are different events, also where nothing else tells them apart.
    #[test]
    fn events_of_a_test_are_no_duplicates() {
        let event = "{from: root, set: {$.eventSource: s, $.eventName: A}}";
        let (_, passed) = outcome(&format!("name: n\nexpect: violation\nevents: [{event}, {event}, {event}]"));
        assert_eq!(passed, TestOutcome::Passed);
    }
}
