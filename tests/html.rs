//! The page, parsed as a browser parses it: what a log says stays text, every violation is there, and nothing is loaded.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use jiff::Timestamp;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use trailgate::event::Problem;
use trailgate::event::problem::ProblemKind;
use trailgate::json::{Location, Step};
use trailgate::policy::{RuleId, Severity};
use trailgate::report::{HtmlReporter, Reporter, RunReport};
use trailgate::text::LineColumn;
use trailgate::violation::summary::{FileCounts, Note, SkippedFile};
use trailgate::violation::violation::EventIdentity;
use trailgate::violation::{
    Comparison, Evidence, Extent, Known, PolicyPlace, RuleCard, RuleStatus, RuleSummary, Standing, Summary, Verdict,
    Violation, Waived,
};

const ELEMENTS: &[&str] = &[
    "html",
    "head",
    "meta",
    "title",
    "link",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "p",
    "span",
    "dl",
    "div",
    "dt",
    "dd",
    "time",
    "b",
    "i",
    "nav",
    "ul",
    "li",
    "main",
    "section",
    "table",
    "caption",
    "colgroup",
    "col",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "small",
    "figure",
    "figcaption",
    "svg",
    "rect",
    "details",
    "summary",
    "form",
    "label",
    "input",
    "select",
    "option",
    "button",
    "pre",
    "mark",
    "code",
    "footer",
    "script",
];
const ATTRIBUTES: &[&str] = &[
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "rel",
    "href",
    "class",
    "id",
    "aria-labelledby",
    "aria-label",
    "aria-hidden",
    "aria-pressed",
    "role",
    "tabindex",
    "scope",
    "datetime",
    "data-sort",
    "data-age",
    "data-group",
    "viewBox",
    "preserveAspectRatio",
    "x",
    "y",
    "width",
    "height",
    "hidden",
    "open",
    "for",
    "type",
    "autocomplete",
    "spellcheck",
    "placeholder",
    "value",
];

/// An element: its name, attributes, and the text in it.
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map(String::as_str).unwrap_or_default()
    }
}

fn text_of(node: &Handle, out: &mut String) {
    if let NodeData::Text { contents } = &node.data {
        out.push_str(&contents.borrow());
    }
    node.children.borrow().iter().for_each(|child| text_of(child, out));
}

fn collect(node: &Handle, out: &mut Vec<Element>) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let mut text = String::new();
            text_of(node, &mut text);
            let attributes =
                attrs.borrow().iter().map(|attr| (attr.name.local.to_string(), attr.value.to_string())).collect();
            out.push(Element { name: name.local.to_string(), attributes, text });
        }
        NodeData::Comment { .. } => panic!("a comment"),
        _ => {}
    }
    node.children.borrow().iter().for_each(|child| collect(child, out));
}

/// The elements of `page`, which has no parse error, and nothing in it that acts.
fn checked(page: &str) -> Vec<Element> {
    let dom: RcDom = parse_document(RcDom::default(), ParseOpts::default()).one(page);
    assert!(dom.errors.borrow().is_empty(), "{:?}", dom.errors.borrow());
    let mut elements = Vec::new();
    collect(&dom.document, &mut elements);
    let mut ids = BTreeSet::new();
    for element in &elements {
        assert!(ELEMENTS.contains(&element.name.as_str()), "<{}>", element.name);
        for (name, value) in &element.attributes {
            assert!(ATTRIBUTES.contains(&name.as_str()), "<{} {name}>", element.name);
            match name.as_str() {
                "id" => assert!(ids.insert(value.clone()), "id {value} twice"),
                "href" if element.name == "link" => assert_eq!(value, "data:,"),
                "href" if value.starts_with('#') => {}
                "href" => {
                    assert!(value.starts_with("https://"), "{value}");
                    assert_eq!((element.name.as_str(), element.attribute("rel")), ("a", "noopener noreferrer"));
                }
                _ => {}
            }
        }
        if element.name != "script" && element.name != "style" {
            let bad = |c: char| {
                (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert!(!element.text.contains(bad), "<{}>", element.name);
        }
    }
    for element in &elements {
        if let Some(anchor) = element.attribute("href").strip_prefix('#') {
            assert!(ids.contains(anchor), "nothing at #{anchor}");
        }
        for label in element.attribute("aria-labelledby").split_whitespace() {
            assert!(ids.contains(label), "nothing is called {label}");
        }
    }
    assert_eq!(elements.iter().filter(|element| element.name == "script").count(), 2);
    elements
}

/// A run in which every text is `text`.
struct Run {
    violations: Vec<Violation>,
    summary: Summary,
    cards: Vec<RuleCard>,
    baseline: Comparison,
}

impl Run {
    fn of(text: &str, violations: usize) -> Self {
        let controls = BTreeMap::from([(text.to_owned(), vec![text.to_owned(), "4.2".to_owned(), "4.10".to_owned()])]);
        let policy = PolicyPlace { file: text.into(), at: LineColumn { line: 3, column: 9 } };
        let record = serde_json::json!({ "eventName": text, text: { "in": text } }).to_string();
        let evidence = |location: &[&str], observed: Option<&str>| Evidence {
            location: Location(location.iter().map(|name| Step::Name((*name).to_owned())).collect()),
            inner: None,
            observed: observed.map(serde_json::Value::from),
            expected: text.to_owned(),
            standing: Standing::Direct,
            offset: observed.map(|_| 40),
            at: observed.map(|_| LineColumn { line: 1, column: 41 }),
        };
        let one = Violation {
            rule: RuleId(text.to_owned()),
            title: text.into(),
            severity: Severity::High,
            message: text.to_owned(),
            file: text.into(),
            record: 0,
            offset: 12,
            at: LineColumn { line: 1, column: 13 },
            event: EventIdentity {
                id: Some(text.to_owned()),
                time: Some(text.to_owned()),
                name: Some(text.to_owned()),
                source: Some(text.to_owned()),
                account: Some(text.to_owned()),
                region: Some(text.to_owned()),
                principal: Some(text.to_owned()),
                source_ip: Some(text.to_owned()),
            },
            evidence: vec![
                evidence(&["eventName"], Some(text)),
                evidence(&[text, "in"], Some(text)),
                evidence(&[text, text], None),
            ],
            context: Vec::new(),
            policy: policy.clone(),
            remediation: Some(text.into()),
            controls: Arc::new(controls.clone()),
            fingerprint: "aa".to_owned(),
            waived: None,
            record_text: record.into(),
            timeline: None,
        };
        let mut all: Vec<Violation> = (0..violations)
            .map(|place| Violation {
                message: format!("{text} {place}"),
                record: place,
                fingerprint: format!("{}", place % 2),
                event: EventIdentity {
                    time: Some(format!("2026-01-{:02}T10:00:00Z", place % 30 + 1)),
                    ..one.event.clone()
                },
                ..one.clone()
            })
            .collect();
        all.push(one.clone());
        let waived = Waived {
            name: text.to_owned(),
            reason: text.to_owned(),
            owner: Some(text.to_owned()),
            until: "2027-01-31".parse().unwrap(),
            ticket: None,
        };
        all.push(Violation { waived: Some(waived), ..one });
        let summary = Summary {
            files: FileCounts {
                found: 3,
                read: 1,
                skipped: 1,
                failed: 1,
                skipped_by: BTreeMap::from([(text.to_owned(), 1)]),
                skipped_files: vec![SkippedFile { file: text.to_owned(), reason: "not_json" }],
            },
            violations: violations + 1,
            waived: 1,
            rules: vec![RuleSummary {
                extent: Extent::default(),
                rule: RuleId(text.to_owned()),
                title: text.to_owned(),
                severity: Severity::High,
                population: 20_000,
                violations: u64::try_from(violations).unwrap() + 1,
                waived: 1,
                pending: 0,
                learning: 0,
                status: RuleStatus::Violated,
            }],
            problems: vec![Problem {
                kind: ProblemKind::MalformedRecord,
                file: text.into(),
                record: Some(1),
                offset: Some(2),
                at: Some(LineColumn { line: 1, column: 3 }),
                message: text.to_owned(),
            }],
            notes: vec![Note {
                code: "exception_unused",
                rule: Some(RuleId(text.to_owned())),
                message: text.to_owned(),
                file: text.to_owned(),
                line: 1,
            }],
            ..Summary::default()
        };
        let cards = vec![RuleCard {
            rule: RuleId(text.to_owned()),
            title: text.to_owned(),
            severity: Severity::High,
            obligation: "forbid",
            rationale: Some(text.to_owned()),
            remediation: Some(text.to_owned()),
            controls,
            references: vec![text.to_owned(), "https://example.com/a?b=c&d".to_owned()],
            tags: vec![text.to_owned()],
            waivable: true,
            policy,
        }];
        let known = Known {
            fingerprint: text.to_owned(),
            rule: text.to_owned(),
            message: text.to_owned(),
            event_time: Some(text.to_owned()),
            event_id: Some(text.to_owned()),
        };
        let baseline = Comparison {
            known: BTreeSet::from(["1".to_owned()]),
            gone: vec![known],
            new: 1,
            old: 1,
            ..Comparison::default()
        };
        Self { violations: all, summary, cards, baseline }
    }

    fn page(&self) -> String {
        let run = RunReport {
            violations: &self.violations,
            summary: &self.summary,
            fail_on: Severity::Low,
            verdict: Verdict::Violated,
            tool_version: "0.1.0",
            rules: &self.cards,
            now: Timestamp::UNIX_EPOCH,
            baseline: Some(&self.baseline),
            controls: &[],
        };
        let mut out = Vec::new();
        HtmlReporter.report(&run, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}

#[test]
fn what_a_log_says_stays_text() {
    let long = "<b>\u{202e}&".repeat(200_000);
    let hostile = [
        "\u{1b}[31m\u{1b}]8;;https://evil.example\u{7}x",
        "</script><script>alert(1)</script>",
        "</style></title><!-- <script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "javascript:alert(1)",
        "a\u{202e}b\u{2066}c\u{2028}d\u{2029}e",
        "a\0b\rc",
        "]]>&lt;&#0;&amp",
        "{{ data }}{% raw %}",
        long.as_str(),
    ];
    for text in hostile {
        let page = Run::of(text, 60).page();
        assert!(page.len() < 2_000_000, "{}", page.len());
        let elements = checked(&page);
        assert!(!elements.iter().any(|element| element.attribute("href").contains("evil")));
        let rows =
            elements.iter().filter(|element| element.name == "tbody" && element.attribute("id").starts_with('v'));
        assert_eq!(rows.count(), 62);
    }
}

#[test]
fn a_text_is_shown_as_it_is() {
    let elements = checked(&Run::of("<b>\"&'", 1).page());
    let has =
        |name: &str, text: &str| elements.iter().any(|element| element.name == name && element.text.contains(text));
    assert!(has("td", "<b>\"&' 0"));
    assert!(has("mark", r#""<b>\"&'""#));
    assert!(has("i", "expected: <b>\"&'"));
    let links: Vec<&str> =
        elements.iter().map(|element| element.attribute("href")).filter(|href| href.starts_with("https")).collect();
    assert_eq!(links, ["https://example.com/a?b=c&d"]);
}

#[test]
fn every_violation_of_many_is_there() {
    let start = std::time::Instant::now();
    let run = Run::of("arn:aws:iam::123456789012:user/someone-with-a-name", 12_000);
    let page = run.page();
    println!("{} bytes in {:?}", page.len(), start.elapsed());
    assert!(page.len() < 15_000_000, "{}", page.len());
    let elements = checked(&page);
    let rows: Vec<&Element> =
        elements.iter().filter(|element| element.name == "tbody" && element.attribute("id").starts_with('v')).collect();
    assert_eq!(rows.len(), 12_002);
    for (place, row) in rows.iter().take(12_000).enumerate() {
        assert!(row.text.contains(&run.violations[place].message), "{place}");
        assert_eq!(row.attribute("data-age"), if place % 2 == 1 { "old" } else { "new" });
    }
    let data = elements.iter().find(|element| element.attribute("type") == "application/json").unwrap();
    let data: serde_json::Value = serde_json::from_str(&data.text).unwrap();
    assert_eq!(data["rows"].as_array().unwrap().len(), 12_002);
}

#[test]
fn a_run_of_nothing_is_a_page_too() {
    let run =
        Run { violations: Vec::new(), summary: Summary::default(), cards: Vec::new(), baseline: Comparison::default() };
    let elements = checked(&run.page());
    assert!(elements.iter().any(|element| element.text.contains("Every violation of the baseline is still there")));
}
