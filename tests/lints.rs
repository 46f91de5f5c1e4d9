//! The pages of `docs/lints`: every code has one, and its wrong and right form are what they say they are.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is not as expected fails the test"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::{Date, date};
use miette::{GraphicalReportHandler, GraphicalTheme};
use trailgate::compile::{advise, lint};
use trailgate::policy::bundled::bundled;
use trailgate::policy::error::{Code, Level, PolicyError};
use trailgate::policy::fix::{Fix, apply};
use trailgate::policy::lint_page::{names, page};
use trailgate::policy::{PolicySet, parse, parse_waivers};
use trailgate::text::Source;

const TODAY: Date = date(2026, 11, 22);

/// Codes without an example: what they tell of lies outside a policy file, in its bytes or in several files.
const WITHOUT_EXAMPLE: &[Code] =
    &[Code::Unreadable, Code::NotUtf8, Code::NoPolicies, Code::ListFile, Code::YamlLimit, Code::AmbiguousName];

/// What waivers files of the pages are about.
const RULES: &str = "version: 1
rules:
  - id: iam.user-created
    title: User created
    severity: high
    forbid: {$.eventName: CreateUser}
  - id: root.used
    title: Root used
    severity: high
    waivable: false
    forbid: {$.userIdentity.type: Root}
";

/// Everything that `lint` tells of the file `text`.
fn diagnose(text: &str) -> Vec<PolicyError> {
    let source = Source::new("policy.yaml", text);
    let list_file = |_: &str| Err("no list files here".to_owned());
    let policies = if text.contains("\nwaivers:") {
        parse_waivers(&source, &list_file)
            .map(|waivers| vec![waivers, parse(&Source::new("rules.yaml", RULES), &list_file).unwrap()])
    } else {
        parse(&source, &list_file).map(|policy| vec![policy])
    };
    match policies.and_then(PolicySet::new) {
        Ok(set) => {
            let mut all = lint(&set, TODAY);
            all.extend(advise(&set, TODAY));
            all.retain(|error| error.source.name.as_ref() == "policy.yaml");
            all
        }
        Err(errors) => errors.0,
    }
}

/// The block of YAML below the heading `## heading`.
fn example<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let below = page.split(&format!("## {heading}\n\n```yaml\n")).nth(1)?;
    below.split("```").next()
}

fn of_code(errors: &[PolicyError], code: Code) -> Vec<&PolicyError> {
    errors.iter().filter(|error| error.code == code).collect()
}

fn mend(text: &str, error: &PolicyError) -> Option<String> {
    let fix: &Fix = error.fix.as_ref()?;
    Some(apply(text, &[fix]).0)
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(codes, names().collect());
    for code in Code::ALL {
        let page = page(*code).unwrap();
        assert!(page.starts_with(&format!("# {}\n", code.name())), "{code}");
        let level = match code.level() {
            Level::Error => "*Error.*",
            Level::Warning => "*Warning.*",
            _ => "*Advice.*",
        };
        assert!(page.contains(level), "{code}");
        assert_eq!(example(page, "Wrong").is_none(), WITHOUT_EXAMPLE.contains(code), "{code}");
    }
}

#[test]
fn the_wrong_form_of_each_page_is_told_and_the_right_one_is_not() {
    let mut shown = String::new();
    let mut wrong_pages = Vec::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false)
        .with_context_lines(1);
    for code in Code::ALL.iter().copied().filter(|code| !WITHOUT_EXAMPLE.contains(code)) {
        let page = page(code).unwrap();
        let (wrong, right) = (example(page, "Wrong").unwrap(), example(page, "Right").unwrap());
        let told = diagnose(wrong);
        let own = of_code(&told, code);
        let mut expect = |holds: bool, what: String| {
            if !holds {
                wrong_pages.push(format!("{code}: {what}"));
            }
        };
        expect(
            !own.is_empty(),
            format!("told instead: {:?}", told.iter().map(ToString::to_string).collect::<Vec<_>>()),
        );
        for error in &own {
            expect(error.level == code.level(), "its level".to_owned());
            expect(error.help.is_some(), "no help".to_owned());
            handler.render_report(&mut shown, *error).unwrap();
            writeln!(shown).unwrap();
        }
        let after: Vec<String> = diagnose(right)
            .iter()
            .filter(|error| error.level == Level::Error || error.code == code)
            .map(ToString::to_string)
            .collect();
        expect(after.is_empty(), format!("of the right form: {after:?}"));
        let promised = page.contains("lint --fix") && !example_cannot_be_mended(code);
        let mended = own.iter().find_map(|error| mend(wrong, error));
        expect(mended.is_some() == promised, "a fix that is not as the page says".to_owned());
        if let Some(mended) = mended {
            expect(of_code(&diagnose(&mended), code).len() < own.len(), format!("mended: {mended}"));
        }
    }
    assert!(wrong_pages.is_empty(), "{}", wrong_pages.join("\n"));
    let shown: String = shown.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    insta::assert_snapshot!("lints_pages", shown);
}

/// The only definition or list of a file stays: without it, its section would be empty.
fn example_cannot_be_mended(code: Code) -> bool {
    matches!(code, Code::UnusedDefine | Code::UnusedList)
}

#[test]
fn no_warning_is_told_of_the_bundled_policies() {
    let list_file = |_: &str| Err("no list files here".to_owned());
    let policies = bundled().iter().map(|source| parse(source, &list_file).unwrap()).collect();
    let set = PolicySet::new(policies).unwrap();
    let told: Vec<String> = lint(&set, TODAY).iter().map(|error| format!("{}: {error}", error.source.name)).collect();
    assert_eq!(told, [""; 0]);
}
