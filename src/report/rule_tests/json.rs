//! `trailgate test -f json`: one indented JSON document.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::report::safe_json;
use crate::text::{LineColumn, Source};
use crate::violation::{Owner, Reached, RuleTests, Share, TestFailure, TestOutcome, TestReport, TestResult, Verdict};

/// Writes `report` as JSON. `docs/authoring.md` lists the fields; lines and columns count from 1.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts();
    let mut document = json!({
        "version": 1,
        "tool": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        "verdict": match report.verdict() {
            Verdict::Passed => "passed",
            Verdict::Incomplete => "incomplete",
            Verdict::Violated | Verdict::Interrupted => "failed",
        },
        "short": report.short(),
        "tests": {
            "passed": counts.passed,
            "failed": counts.failed,
            "rules_lacking_tests": counts.lacking,
        },
        "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
    });
    if let Some(shares) = &report.coverage {
        put(&mut document, "coverage", reach(shares, "covered"));
    }
    if let Some(mutation) = &report.mutation {
        let mut reached = reach(&mutation.shares, "killed");
        let skipped: Vec<&str> = mutation.skipped.iter().map(|rule| rule.0.as_str()).collect();
        put(&mut reached, "skipped_rules", json!(skipped));
        put(&mut document, "mutants", reached);
    }
    safe_json::write_indented(out, &document)?;
    out.write_all(b"\n")
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

fn place(source: &Source, at: LineColumn) -> Value {
    json!({"file": &*source.name, "line": at.line, "column": at.column})
}

fn rule(rule: &RuleTests) -> Value {
    json!({
        "rule": rule.rule.0,
        "title": rule.title,
        "place": place(&rule.source, rule.at),
        "lacking": rule.lacking.iter().map(|expectation| expectation.keyword()).collect::<Vec<_>>(),
        "tests": rule.tests.iter().map(|test| self::test(rule, test)).collect::<Vec<_>>(),
    })
}

fn test(rule: &RuleTests, test: &TestResult) -> Value {
    let (outcome, cause) = match &test.outcome {
        TestOutcome::Passed => ("passed", None),
        TestOutcome::Failed(_) => ("failed", None),
        TestOutcome::Disagreed(cause) => ("disagreed", Some(cause)),
        TestOutcome::Broken(cause) => ("broken", Some(cause)),
    };
    let failures: Vec<Value> = match &test.outcome {
        TestOutcome::Failed(failures) => failures.iter().map(failure).collect(),
        _ => Vec::new(),
    };
    json!({
        "name": test.name,
        "place": place(&rule.source, test.at),
        "expect": test.expect.keyword(),
        "cases": test.cases,
        "outcome": outcome,
        "cause": cause,
        "failures": failures,
    })
}

fn failure(failure: &TestFailure) -> Value {
    let decided_by = failure.decider.as_ref().map(|decider| {
        json!({
            "place": place(&decider.source, decider.at),
            "predicate": decider.words,
            "held": decider.held,
            "observed": decider.observed,
        })
    });
    json!({
        "variant": failure.variant.as_ref().map(|(words, _)| words),
        "reason": failure.reason,
        "decided_by": decided_by,
    })
}

fn reach(shares: &[Share], word: &str) -> Value {
    let reached = Reached::of(shares);
    let owners: Vec<Value> = shares.iter().map(|share| owner(share, word)).collect();
    // Tenths, so that the number reads as it is meant.
    let percent: Value =
        serde_json::from_str(&format!("{}.{}", reached.permille() / 10, reached.permille() % 10)).unwrap_or_default();
    json!({"total": reached.total, word: reached.reached, "percent": percent, "owners": owners})
}

fn owner(share: &Share, word: &str) -> Value {
    let (kind, name) = match &share.owner {
        Owner::Rule(id) => ("rule", &id.0),
        Owner::Define(name) => ("define", name),
        Owner::List(name) => ("list", name),
    };
    let open: Vec<Value> = share
        .open
        .iter()
        .map(|open| json!({"place": place(&share.source, open.at), "what": open.what, "why": open.why}))
        .collect();
    json!({
        "kind": kind,
        "name": name,
        "place": place(&share.source, share.at),
        "total": share.total,
        word: share.total.saturating_sub(share.open.len()),
        "open": open,
    })
}
