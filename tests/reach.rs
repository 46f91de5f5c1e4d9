//! What coverage counts, which mutants there are, and which of them tests kill: each policy here shows one case.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up fails the test")]

use trailgate::audit::rule_tests::{Required, TestOptions, run_tests};
use trailgate::policy::mutant::mutants;
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::{Least, Owner, Reached, Share, TestReport};

fn set(text: &str) -> PolicySet {
    let list = |name: &str| if name == "names.txt" { Ok("A\nB\nC\n".to_owned()) } else { Err("gone".to_owned()) };
    let policy = parse(&Source::new("p.yaml", text), &list).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    PolicySet::new(vec![policy]).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// What comes of a file with `head` above its rules: each a condition to forbid, and the events of its tests by expectation.
fn report(head: &str, rules: &[(&str, &[&str])]) -> TestReport {
    let mut text = format!("version: 1\n{head}rules:\n");
    for (number, (condition, tests)) in rules.iter().enumerate() {
        text += &format!("  - id: rule.n{number}\n    title: t\n    severity: low\n    forbid: {condition}\n");
        if !tests.is_empty() {
            text += "    tests:\n";
        }
        for (place, test) in tests.iter().enumerate() {
            let (expect, set) = test.split_once(' ').unwrap();
            text += &format!("      - {{name: t{place}, event: {{from: root, set: {set}}}, expect: {expect}}}\n");
        }
    }
    let options = TestOptions {
        today: "2026-06-30".parse().unwrap(),
        only: None,
        required: Required::Nothing,
        coverage: true,
        mutants: true,
        least: Least::default(),
    };
    let report = run_tests(&set(&text), options, &|_, _| Err("no file".to_owned()));
    assert_eq!(report.counts().failed, 0, "{:#?}", report.rules);
    report
}

fn open(shares: &[Share]) -> (usize, Vec<String>) {
    let lines = shares.iter().flat_map(|share| {
        share.open.iter().map(|open| {
            let owner = match &share.owner {
                Owner::Rule(id) => id.0.clone(),
                Owner::Define(name) => format!("define {name}"),
                Owner::List(name) => format!("list {name}"),
            };
            format!("{owner}: {}: {}", open.what, open.why)
        })
    });
    (shares.iter().map(|share| share.total).sum(), lines.collect())
}

fn uncovered(report: &TestReport) -> (usize, Vec<String>) {
    open(report.coverage.as_deref().unwrap())
}

fn survivors(report: &TestReport) -> (usize, Vec<String>) {
    open(&report.mutation.as_ref().unwrap().shares)
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn a_predicate_is_covered_once_it_held_and_once_it_did_not() {
    let one = "{$.a: x}";
    let none: &[&str] = &[];
    for (tests, wanted) in [
        (none, vec!["rule.n0: `$.a` is x: never asked"]),
        (&["violation {$.a: x}"], vec!["rule.n0: `$.a` is x: always held"]),
        (&["ok {$.a: y}"], vec!["rule.n0: `$.a` is x: never held"]),
        (&["violation {$.a: x}", "ok {$.a: y}"], vec![]),
    ] {
        assert_eq!(uncovered(&report("", &[(one, tests)])), (1, lines(&wanted)), "{tests:?}");
    }
}

/// Behind a condition that fails nothing is asked: an event far from the rule covers its first predicate alone.
#[test]
fn only_what_is_asked_is_covered() {
    let both = "{$.a: x, $.b: y}";
    let far = report("", &[(both, &["violation {$.a: x, $.b: y}", "ok {$.a: z, $.b: z}"])]);
    assert_eq!(uncovered(&far), (2, lines(&["rule.n0: `$.b` is y: always held"])));
    let near = report("", &[(both, &["violation {$.a: x, $.b: y}", "ok {$.a: z}", "ok {$.a: x, $.b: z}"])]);
    assert_eq!(uncovered(&near), (2, vec![]));
}

#[test]
fn values_and_branches_are_alternatives() {
    let list = report("", &[("{$.a: [x, y]}", &["violation {$.a: x}", "ok {$.a: z}"])]);
    assert_eq!(uncovered(&list), (3, lines(&["rule.n0: the value `y` of `$.a`: never held"])));
    let any = "{any: [{$.a: x, $.b: x}, {$.c: x}]}";
    let any = report("", &[(any, &["violation {$.c: x}", "ok {$.c: y}", "ok {$.a: x}"])]);
    // The second branch is one predicate, which is counted as such.
    let wanted = ["rule.n0: branch 1 of `any`: never held", "rule.n0: `$.b` is x: never held"];
    assert_eq!(uncovered(&any), (4, lines(&wanted)));
}

/// The tests of every rule that uses a definition or a list cover it.
#[test]
fn what_is_shared_counts_once() {
    let head = "define:\n  shared: {$.a: x, $.b: null}\nlists:\n  names: [A, B]\n  filed: {file: names.txt}\n";
    let rules: &[(&str, &[&str])] = &[
        ("{use: shared, $.c: {in: {list: names}}}", &["violation {$.a: x, $.c: A}", "ok {$.a: x, $.b: y, $.c: A}"]),
        (
            "{use: shared, $.c: {in: {list: filed}}}",
            &["violation {$.a: x, $.c: C}", "ok {$.a: y}", "ok {$.a: x, $.c: z}"],
        ),
    ];
    let report = report(head, rules);
    let wanted = ["list names: the value `B`: never held", "rule.n0: `$.c` is in the list `names`: always held"];
    let (total, mut found) = uncovered(&report);
    found.sort();
    assert_eq!((total, found), (6, lines(&wanted)));
}

/// The report of one rule with `obligation` about events that have `$.s`, and with `tests`, each written as in a policy file.
fn over_time(obligation: &str, tests: &[&str]) -> TestReport {
    let head = "version: 1\nrules:\n  - id: a.b\n    title: t\n    severity: low\n    when: {$.s: {exists: true}}\n";
    let tests: String = tests.iter().map(|test| format!("      - {test}\n")).collect();
    let text = format!("{head}    {obligation}\n    tests:\n{tests}");
    let options = TestOptions {
        today: "2026-06-30".parse().unwrap(),
        only: None,
        required: Required::Nothing,
        coverage: true,
        mutants: true,
        least: Least::default(),
    };
    let report = run_tests(&set(&text), options, &|_, _| Err("no file".to_owned()));
    assert_eq!(report.counts().failed, 0, "{:#?}", report.rules);
    report
}

#[test]
fn steps_are_covered_and_changed_like_other_conditions() {
    let obligation = "sequence: {within: 1m, by: [$.k, $.l], steps: [{name: one, event: {$.s: a}}, {name: no, not: {$.s: x}}, \
                      {name: two, event: {$.s: [b, c]}}]}";
    let far =
        "{name: t, expect: violation, events: [{from: root, set: {$.s: a}}, {from: root, set: {$.s: b}, at: 1s}]}";
    let report = over_time(obligation, &[far]);
    assert_eq!(
        uncovered(&report).1,
        [
            "a.b: `$.s` is present: always held",
            "a.b: `$.s` is x: never held",
            "a.b: the value `c` of `$.s`: never held",
        ]
    );
    let survived = survivors(&report).1;
    for wanted in [
        "`within` 1 second shorter",
        "`within` 1 second longer",
        "`$.k` dropped from `by`",
        "`$.l` dropped from `by`",
        "step `no` dropped",
        "`c` removed from the list (`$.s`)",
    ] {
        assert!(survived.iter().any(|line| *line == format!("a.b: {wanted}: survived")), "{wanted}: {survived:#?}");
    }
    assert!(!survived.iter().any(|line| line.contains("swapped")), "{survived:#?}");
}

#[test]
fn tests_at_the_borders_kill_every_mutant_of_a_rule_over_time() {
    let event = |key: &str, at: &str| format!("{{from: root, set: {{$.s: a, $.k: {key}}}, at: {at}}}");
    let test =
        |expect: &str, events: &[String]| format!("{{name: t, expect: {expect}, events: [{}]}}", events.join(", "));
    let tests = [
        test("violation", &[event("k", "1s"), event("K", "61s")]),
        test("ok", &[event("k", "1s"), event("k", "62s")]),
        test("ok", &[event("k", "1s"), event("l", "1s")]),
        "{name: t, expect: not_in_scope, event: {from: root}}".to_owned(),
    ];
    let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
    let report = over_time("threshold: {count: 2, within: 1m, by: {path: $.k, as: lower}}", &tests);
    assert_eq!(uncovered(&report), (1, vec![]));
    assert_eq!(survivors(&report), (6, vec![]));
    let obligation = "require_followed_by: {within: 1m, by: $.k, event: {$.s: b}}";
    let report = over_time(obligation, &["{name: t, expect: pending, event: {from: root, set: {$.s: a}}}"]);
    assert_eq!(uncovered(&report).1, ["a.b: `$.s` is present: always held", "a.b: `$.s` is b: never held"]);
}

#[test]
fn mutants_are_single_changes_that_can_matter() {
    for (condition, wanted) in [
        ("{$.a: x}", vec!["`$.a` negated", "`x` changed to `x~` (`$.a`)"]),
        ("{$.a: null}", vec!["`$.a` negated"]),
        ("{$.a: 5}", vec!["`$.a` negated", "`5` changed to `6` (`$.a`)"]),
        ("{$.a: true}", vec!["`$.a` negated", "`true` changed to `false` (`$.a`)"]),
        (
            "{$.a: [x, y]}",
            vec!["`$.a` negated", "`x` removed from the list (`$.a`)", "`y` removed from the list (`$.a`)"],
        ),
        ("{$.a: null, $.b: null}", vec!["`$.a` dropped", "`$.b` dropped", "`$.a` negated", "`$.b` negated"]),
        ("{$.a: {gt: 5}}", vec!["`$.a` negated", "`gt` changed to `gte` (`$.a`)"]),
        (
            "{$.a: {exists: true, not: {equals: x}}}",
            vec![
                "`$.a` negated",
                "`exists` dropped (`$.a`)",
                "`not` dropped (`$.a`)",
                "`exists` negated (`$.a`)",
                "`not` removed (`$.a`)",
                "`x` changed to `x~` (`$.a`)",
            ],
        ),
        (
            "{$.a: {equals: x, ignore_case: true}}",
            vec!["`$.a` negated", "`x` changed to `x~` (`$.a`)", "`ignore_case` dropped (`$.a`)"],
        ),
        (
            "{any: [{$.a: null}, {$.b: null}]}",
            vec![
                "branch of `any` with `$.a` removed",
                "branch of `any` with `$.b` removed",
                "`$.a` negated",
                "`$.b` negated",
            ],
        ),
        ("{not: {$.a: null}}", vec!["`$.a` negated"]),
        (
            "{\"$.a[*]\": {glob: [\"x*\", \"y*\"]}}",
            vec![
                "`$.a[*]` negated",
                "`glob` negated (`$.a[*]`)",
                "`x*` removed from the list (`$.a[*]`)",
                "`y*` removed from the list (`$.a[*]`)",
            ],
        ),
        ("{\"$.a[*]\": {count: {gte: 2}}}", vec!["`$.a[*]` negated", "`gte` changed to `gt` (`$.a[*]`)"]),
        (
            "{\"$.a[*]\": {.b: null, .c: null}}",
            vec![
                "`$.a[*]` negated",
                "`.b` dropped (`$.a[*]`)",
                "`.c` dropped (`$.a[*]`)",
                "`.b` negated (`$.a[*]`)",
                "`.c` negated (`$.a[*]`)",
            ],
        ),
    ] {
        let set = set(&format!(
            "version: 1\nrules:\n  - {{id: a.b, title: t, severity: low, when: {condition}, forbid: {{$.z: z}}}}\n"
        ));
        let (_, rule) = set.rules().next().unwrap();
        let changes: Vec<String> =
            mutants(rule.when.as_ref().unwrap()).into_iter().map(|mutant| mutant.change).collect();
        let (mut found, mut wanted) = (changes, lines(&wanted));
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{condition}");
    }
}

#[test]
fn a_mutant_survives_where_no_test_notices() {
    let thin = report("", &[("{$.a: [x, y], $.b: {gte: 5}}", &["violation {$.a: x, $.b: 6}", "ok {$.a: z, $.b: 6}"])]);
    let wanted = [
        "rule.n0: `y` removed from the list (`$.a`): survived",
        "rule.n0: `$.b` dropped: survived",
        "rule.n0: `gte` changed to `gt` (`$.b`): survived",
    ];
    assert_eq!(survivors(&thin), (7, lines(&wanted)));
    let full =
        ["violation {$.a: x, $.b: 5}", "violation {$.a: y, $.b: 6}", "ok {$.a: z, $.b: 6}", "ok {$.a: x, $.b: 4}"];
    assert_eq!(survivors(&report("", &[("{$.a: [x, y], $.b: {gte: 5}}", &full)])), (7, vec![]));
}

/// A mutant of a definition dies of any of the rules that use it, also by way of another definition.
#[test]
fn definitions_have_mutants_of_their_own() {
    let head = "define:\n  inner: {$.a: x, $.b: null}\n  outer: {use: inner, $.c: null}\n";
    let first: (&str, &[&str]) = ("{use: inner}", &["violation {$.a: x}", "ok {$.a: y}"]);
    let second: (&str, &[&str]) = ("{use: outer}", &["violation {$.a: x}", "ok {$.a: x, $.b: y}"]);
    let (total, found) = survivors(&report(head, &[first, second]));
    // Of `inner` five, of `outer` four, and `use` negated in each rule.
    assert_eq!((total, found), (11, lines(&["define outer: `$.c` dropped: survived"])));
}

/// A rule with a failing test would have every mutant killed by it.
#[test]
fn rules_whose_tests_fail_are_named_and_not_tried() {
    let text = "version: 1\nrules:\n  - id: a.b\n    title: t\n    severity: low\n    forbid: {$.a: x}\n    tests:\n      \
                - {name: n, event: {from: root}, expect: violation}\n";
    let options = TestOptions {
        today: "2026-06-30".parse().unwrap(),
        only: None,
        required: Required::Nothing,
        coverage: false,
        mutants: true,
        least: Least::default(),
    };
    let report = run_tests(&set(text), options, &|_, _| Err("no file".to_owned()));
    let mutation = report.mutation.unwrap();
    assert_eq!(mutation.skipped.iter().map(|rule| rule.0.as_str()).collect::<Vec<_>>(), ["a.b"]);
    assert_eq!(Reached::of(&mutation.shares), Reached { total: 0, reached: 0 });
}

#[test]
fn a_percentage_is_whole_only_where_all_is_reached() {
    let percent = |reached, total| Reached { total, reached }.percent();
    assert_eq!(
        [percent(1999, 2000), percent(2, 3), percent(0, 0), percent(1, 2)],
        ["99.9 %", "66.6 %", "100 %", "50 %"]
    );
}
