//! What authors of waivers files are told: the rendered diagnostics, as snapshots.

#![allow(clippy::unwrap_used, reason = "what cannot be set up ends the test, which is what it should do")]

use std::fmt::Write as _;

use jiff::civil::date;
use miette::{GraphicalReportHandler, GraphicalTheme};
use trailgate::compile::lint;
use trailgate::policy::error::PolicyError;
use trailgate::policy::{PolicySet, parse, parse_waivers};
use trailgate::text::Source;

const POLICY: &str = "version: 1\ndefine:\n  shared: {$.eventName: x}\nrules:\n\
    - {id: iam.user-created, title: T, severity: low, forbid: {$.eventName: CreateUser}}\n\
    - {id: root.used, title: T, severity: low, forbid: {$.eventName: x}, waivable: false}\n";

/// Everything that is said of these waivers files beside the policy.
fn diagnose(files: &[&str]) -> Vec<PolicyError> {
    let no_file = |_: &str| Err("no such file or directory".to_owned());
    let mut policies = vec![parse(&Source::new("p.yaml", POLICY), &no_file).unwrap()];
    let mut errors = Vec::new();
    for (index, text) in files.iter().enumerate() {
        match parse_waivers(&Source::new(format!("w{index}.yaml"), *text), &no_file) {
            Ok(waivers) => policies.push(waivers),
            Err(more) => errors.extend(more.0),
        }
    }
    if !errors.is_empty() {
        return errors;
    }
    match PolicySet::new(policies) {
        Ok(set) => lint(&set, date(2026, 11, 22)),
        Err(errors) => errors.0,
    }
}

/// What is said of each slip, one below the other. A slip of which nothing is said shows as such.
fn told(slips: &[(&str, &[&str])]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false)
        .with_context_lines(1);
    let mut out = String::new();
    for (name, files) in slips {
        let errors = diagnose(files);
        write!(out, "━━━ {name}\n\n{}", if errors.is_empty() { "(nothing)\n" } else { "" }).unwrap();
        for error in &errors {
            handler.render_report(&mut out, error).unwrap();
            out.push('\n');
        }
        out.push('\n');
    }
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A waivers file with one waiver that has these lines beside its reason, owner and last day.
macro_rules! waiver {
    ($lines:literal) => {
        concat!("version: 1\nwaivers:\n  - ", $lines, "\n    reason: r\n    owner: o\n    until: 2027-01-01\n")
    };
}

#[test]
fn slips_in_waivers_files() {
    let slips: &[(&str, &[&str])] = &[
        ("an empty file", &[""]),
        ("no waivers", &["version: 1\nwaiver: []\n"]),
        ("rules", &["version: 1\nrules: []\nwaivers: []\n"]),
        ("no list", &["version: 1\nwaivers: {name: x}\n"]),
        ("nothing said", &["version: 1\nwaivers:\n  - {}\n  - name: x\n"]),
        ("mistyped keywords", &[waiver!("name: n\n    ruel: iam.user-created\n    onwer: me")]),
        ("no scope", &[waiver!("name: n\n    condition: {$.eventName: x}")]),
        ("no rule id", &[waiver!("name: n\n    rule: [IAM.User_Created, 'a/b']")]),
        ("no fingerprint", &[waiver!("name: n\n    fingerprint: [f5c06c11, 'what?']")]),
        ("no condition", &[waiver!("name: n\n    rule: iam.*\n    condition: {eventName: x, $.a: {glbo: y}}")]),
        ("no day", &["version: 1\nwaivers:\n  - {name: n, rule: iam.*, reason: '', owner: o, until: 2027-06-31}\n"]),
        ("a name twice", &[waiver!("name: n\n    rule: iam.*"), waiver!("name: n\n    rule: root.*")]),
        ("an unknown definition", &[waiver!("name: n\n    rule: iam.*\n    condition: {use: shraed}")]),
        (
            "an expired one",
            &["version: 1\nwaivers:\n  - {name: n, rule: iam.*, reason: r, owner: o, until: 2026-11-21}\n"],
        ),
        ("an unknown rule", &[waiver!("name: n\n    rule: [iam.user-craeted, kms.*]")]),
        ("a rule that is not waivable", &[waiver!("name: n\n    rule: root.used")]),
    ];
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("slips", told(slips)) });
}

#[test]
fn names_resolve_in_the_file_and_in_the_policies_but_not_the_other_way_round() {
    let uses = waiver!("name: n\n    rule: '*'\n    condition: {use: [shared, own]}");
    let own = format!("{uses}define:\n  own: {{$.eventName: x}}\n  shared: {{$.eventName: y}}\n");
    assert!(diagnose(&[&own]).is_empty());
    let messages: Vec<String> =
        diagnose(&[uses, &own.replace("name: n", "name: m")]).iter().map(ToString::to_string).collect();
    assert_eq!(messages, ["no definition is called `own`"]);
}
