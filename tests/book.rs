//! The pages that `trailgate docs` writes: well-formed, every link leads somewhere, and what a policy says does nothing.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeSet;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use pulldown_cmark::{Event, Options, Parser, Tag};
use trailgate::policy::bundled::bundled;
use trailgate::policy::{PolicySet, parse};
use trailgate::report::book::{Book, Page, html, markdown};
use trailgate::text::Source;

const HOSTILE: &str = r#"
version: 1
rules:
  - id: a.b
    title: "<script>alert(1)</script> [x](javascript:x) | `"
    severity: low
    rationale: "a </p> \u202e `code` <img src=x onerror=x> ````` *b*"
    remediation: "```\n# heading"
    when: {$.eventSource: "<b>.amazonaws.com"}
    forbid: {$.eventName: "</code>|`"}
    message: "{$.eventName} <i>"
    controls: {"<f>": ["]]>|"]}
    references: ["javascript:alert(1)", "https://example.com/?a=<b>"]
    tags: ["<t>", "`|"]
    except:
      - {name: "<e>", reason: r, until: 2027-01-31, condition: {$.x: "<y>"}}
    tests:
      - {name: "</summary><script>", event: {from: root, set: {$.x: "```\n</code>"}}, expect: not_in_scope}
      - name: block
        event:
          from: root
        expect: not_in_scope
"#;

fn set(sources: Vec<Source>) -> PolicySet {
    let policies = sources.iter().map(|source| parse(source, &|_| Err(String::new())).unwrap()).collect();
    PolicySet::new(policies).unwrap()
}

fn sets() -> [PolicySet; 2] {
    let hostile = ["p/x.yaml", "q/x.yaml"].map(|name| {
        let text = if name == "p/x.yaml" { HOSTILE.to_owned() } else { HOSTILE.replace("a.b", "c.d") };
        Source::new(name, text)
    });
    [set(bundled()), set(hostile.into())]
}

/// Where `link`, on the page at `path`, leads.
fn target(path: &str, link: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        if part == ".." {
            parts.pop().unwrap();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

fn paths(pages: &[Page]) -> BTreeSet<String> {
    let paths: BTreeSet<String> = pages.iter().map(|page| page.path.to_lowercase()).collect();
    assert_eq!(paths.len(), pages.len(), "two pages in one place");
    paths
}

/// Is told of each element: its name and its attributes.
type Found<'f> = dyn FnMut(&str, Vec<(String, String)>) + 'f;

fn walk(node: &Handle, found: &mut Found<'_>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow();
        let attributes = attributes.iter().map(|each| (each.name.local.to_string(), each.value.to_string()));
        found(&name.local, attributes.collect());
    }
    node.children.borrow().iter().for_each(|child| walk(child, found));
}

#[test]
fn html_pages_are_well_formed_and_their_links_lead_somewhere() {
    let today = "2026-12-31".parse().unwrap();
    let mut links = 0;
    for set in &sets() {
        let pages = html(&Book::new(set, today)).unwrap();
        let paths = paths(&pages);
        for page in &pages {
            let dom: RcDom = parse_document(RcDom::default(), ParseOpts::default()).one(page.text.as_str());
            assert!(dom.errors.borrow().is_empty(), "{}: {:?}", page.path, dom.errors.borrow());
            let mut ids = BTreeSet::new();
            let mut asked = BTreeSet::new();
            walk(&dom.document, &mut |name, attributes| {
                assert!(!["script", "img", "iframe", "b", "i", "f", "t"].contains(&name), "{}: <{name}>", page.path);
                for (attribute, value) in attributes {
                    assert!(!attribute.starts_with("on"), "{}: {attribute}", page.path);
                    match attribute.as_str() {
                        "id" => assert!(ids.insert(value.clone()), "{}: {value} twice", page.path),
                        "aria-labelledby" => {
                            asked.insert(value);
                        }
                        "href" if name == "link" => assert_eq!(value, "data:,"),
                        "href" if value.starts_with("https://") => {}
                        "href" if value.starts_with('#') => {
                            asked.insert(value.trim_start_matches('#').to_owned());
                        }
                        "href" => {
                            links += 1;
                            assert!(paths.contains(&target(&page.path, &value)), "{}: {value}", page.path);
                        }
                        "src" => panic!("{}: {value}", page.path),
                        _ => {}
                    }
                }
            });
            assert!(asked.is_subset(&ids), "{}: {asked:?}", page.path);
            assert!(!page.text.contains('\u{202e}'), "{}", page.path);
        }
    }
    assert!(links > 500, "{links}");
}

#[test]
fn markdown_pages_hold_no_html_and_their_links_lead_somewhere() {
    let today = "2026-12-31".parse().unwrap();
    let mut links = 0;
    for set in &sets() {
        let pages = markdown(&Book::new(set, today));
        let paths = paths(&pages);
        for page in &pages {
            let mut headings = 0;
            for event in Parser::new_ext(&page.text, Options::ENABLE_TABLES) {
                match event {
                    Event::Html(html) | Event::InlineHtml(html) => panic!("{}: {html}", page.path),
                    Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with("https://") => {}
                    Event::Start(Tag::Link { dest_url, .. }) => {
                        links += 1;
                        assert!(paths.contains(&target(&page.path, &dest_url)), "{}: {dest_url}", page.path);
                    }
                    Event::Start(Tag::Image { .. }) => panic!("{}: an image", page.path),
                    Event::Start(Tag::Heading { .. }) => headings += 1,
                    _ => {}
                }
            }
            assert!(headings <= 60, "{}: a text of a policy made headings", page.path);
            assert!(!page.text.contains('\u{202e}'), "{}", page.path);
        }
    }
    assert!(links > 500, "{links}");
}

#[test]
fn every_rule_has_a_page_with_its_source_and_tests() {
    let set = set(bundled());
    let pages = markdown(&Book::new(&set, "2026-12-31".parse().unwrap()));
    for (_, rule) in set.rules() {
        let page = pages.iter().find(|page| page.path == format!("rules/{}.md", rule.id.value)).unwrap();
        assert!(page.text.contains(&format!("\nid: {}\n", rule.id.value)), "{}", rule.id.value);
        for test in &rule.tests {
            assert!(page.text.matches("```yaml\n").count() == rule.tests.len() + 1, "{}", test.name.value);
        }
    }
}

#[test]
fn a_page_of_a_rule() {
    let text = "version: 1\ndefine:\n  ok: {$.errorCode: null}\nrules:\n  - id: iam.user-made\n    title: User made\n    severity: high\n    when: {use: ok, $.eventSource: iam.amazonaws.com}\n    forbid: {$.eventName: CreateUser}\n    rationale: Users come out of the `directory`.\n    controls: {cis-aws-5.0: [\"4.4\"]}\n    tests:\n      - {name: made, event: {from: root}, expect: not_in_scope}\n";
    let set = set(vec![Source::new("policies/iam.yaml", text)]);
    let pages = markdown(&Book::new(&set, "2026-12-31".parse().unwrap()));
    let all: Vec<String> = pages.iter().map(|page| format!("==== {}\n{}", page.path, page.text)).collect();
    insta::assert_snapshot!(all.join("\n"));
}
