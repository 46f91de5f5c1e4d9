//! JUnit XML, read by another reader and held against the Jenkins schema.

use roxmltree::{Document, Node};
use trailgate::audit::gate::Problems;
use trailgate::report::JunitReporter;

use crate::formats::runs::{clean, full, hostile, hostile_texts, of_the_binary};

#[test]
fn a_full_run() {
    let xml = full().report(&JunitReporter);
    read(&xml);
    insta::assert_snapshot!(xml);
}

#[test]
fn a_rule_that_does_not_fail_the_run_does_not_fail_here() {
    let xml = full().report(&JunitReporter);
    let document = Document::parse(&xml).unwrap();
    let outcome = |name: &str| {
        let case = document.descendants().find(|node| node.attribute("name").is_some_and(|n| n.starts_with(name)));
        let children = case.unwrap().children().filter(Node::is_element);
        children.map(|child| child.tag_name().name().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let rules = ["trail.logging-stopped", "iam.user-created", "trail.deleted", "iam.key-created", "iam.root-used"];
    assert_eq!(rules.map(outcome), ["failure system-out", "system-out", "system-out", "", "skipped"]);
    assert_eq!(["iam.failed-login-burst", "./logs/b.json"].map(outcome), ["error", "error"]);
}

#[test]
fn what_passes_has_no_error() {
    let mut run = clean();
    assert_eq!(read(&run.report(&JunitReporter)), [8, 0, 0, 0]);
    run.summary.problems = full().summary.problems;
    assert_eq!(read(&run.report(&JunitReporter)), [10, 0, 2, 0]);
    run.problems = Problems::Allowed;
    assert_eq!(read(&run.report(&JunitReporter)), [10, 0, 0, 0]);
    run.summary.problems.clear();
    run.summary.interrupted = true;
    assert_eq!(read(&run.report(&JunitReporter)), [9, 0, 1, 0]);
    run.summary.interrupted = false;
    run.problems = Problems::Count;
    run.summary.files.read = 0;
    assert_eq!(read(&run.report(&JunitReporter)), [9, 0, 1, 0]);
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let mut run = full();
    run.violations = vec![run.violations[0].clone(); 1000];
    run.summary.rules[0].violations = 1000;
    run.summary.problems = vec![run.summary.problems[0].clone(); 1000];
    let xml = run.report(&JunitReporter);
    read(&xml);
    assert!(xml.contains("\n… and 800 more\n") && xml.contains("name=\"800 problems not listed\""));
    assert!(xml.len() < 200_000);
}

#[test]
fn hostile_texts_stay_text() {
    for text in hostile_texts() {
        let xml = hostile(&text).report(&JunitReporter);
        let [tests, failures, errors, skipped] = read(&xml);
        assert_eq!([tests, failures, errors, skipped], [10, 3, 3, 1], "{}", &xml[..xml.len().min(3000)]);
        assert!(xml.len() < 400_000, "{}", xml.len());
    }
}

#[test]
fn the_binary() {
    for report in of_the_binary(&["junit"]) {
        let [tests, failures, ..] = read(&report[0]);
        assert!(tests > 0 && failures > 0);
    }
}

/// Reads `xml` strictly and returns the counts of tests, failures, errors and skipped ones.
///
/// Names, attributes, their order and number are those of Jenkins' `junit-4.xsd`.
fn read(xml: &str) -> [usize; 4] {
    let legal = |c: char| matches!(c, '\n' | ' '..='\u{7e}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(legal), "{:?}", xml.chars().find(|c| !legal(*c)));
    let document = Document::parse(xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    attributes(root, &["name", "tests", "failures", "errors"]);
    let mut totals = [0; 4];
    for suite in elements(root) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        attributes(suite, &["name", "tests", "skipped", "errors", "failures", "timestamp"]);
        assert_eq!(suite.attribute("timestamp"), suite.attribute("timestamp").filter(|time| time.contains('T')));
        let mut counts = [0; 4];
        for case in elements(suite) {
            assert_eq!(case.tag_name().name(), "testcase");
            attributes(case, &["name", "classname"]);
            counts[0] += 1;
            let mut children: Vec<Node<'_, '_>> = elements(case).collect();
            if children.last().is_some_and(|child| child.tag_name().name() == "system-out") {
                attributes(children.pop().unwrap(), &[]);
            }
            assert!(children.len() <= 1);
            for child in children {
                let (place, names): (usize, &[&str]) = match child.tag_name().name() {
                    "failure" => (1, &["message", "type"]),
                    "error" => (2, &["message", "type"]),
                    "skipped" => (3, &[]),
                    other => panic!("an element `{other}`"),
                };
                counts[place] += 1;
                attributes(child, names);
                assert!(elements(child).next().is_none());
            }
        }
        assert_eq!(counts, stated(suite));
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    assert_eq!(totals[..3], ["tests", "failures", "errors"].map(|name| number(root, name)));
    totals
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

fn attributes(node: Node<'_, '_>, expected: &[&str]) {
    let names: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
    assert_eq!(names, expected, "of {}", node.tag_name().name());
}

fn stated(node: Node<'_, '_>) -> [usize; 4] {
    ["tests", "failures", "errors", "skipped"].map(|name| number(node, name))
}

fn number(node: Node<'_, '_>, name: &str) -> usize {
    node.attribute(name).unwrap().parse().unwrap()
}
