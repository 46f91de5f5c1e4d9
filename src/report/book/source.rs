//! The YAML of rules and of their tests, as it stands in the policy files.

use std::collections::HashMap;

use crate::policy::node::{Entry, Node, NodeKind};
use crate::policy::yaml;
use crate::text::sanitize::one_line;
use crate::text::{Source, Span};

/// What a rule looks like in its file.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleSource {
    /// The rule without its tests.
    pub(super) rule: String,
    /// Each test.
    pub(super) tests: Vec<String>,
}

/// The rules of a policy file by their ids.
pub(super) fn rules(source: &Source) -> HashMap<String, RuleSource> {
    let mut errors = Vec::new();
    let Some(root) = yaml::parse(source, &mut errors) else { return HashMap::new() };
    let rules = entry(&root, "rules").map(|rules| items(&rules.value)).unwrap_or_default();
    rules
        .iter()
        .filter_map(|rule| {
            let id = entry(rule, "id")?.value.scalar()?.text.clone();
            Some((id, rule_source(&source.text, rule)))
        })
        .collect()
}

fn rule_source(text: &str, rule: &Node) -> RuleSource {
    let Some(tests) = entry(rule, "tests") else {
        return RuleSource { rule: block(text, rule.span), tests: Vec::new() };
    };
    let before = Span::new(rule.span.start, tests.key_span.start);
    let after = Span::new(tests.value.span.end, rule.span.end.max(tests.value.span.end));
    let mut whole = block(text, before);
    let rest = after.of(text);
    // A rule in braces keeps its tests where they are: cutting them out would leave half of a mapping.
    if text.get(rule.span.start..).is_some_and(|from| from.starts_with('{')) {
        whole = block(text, rule.span);
    } else if !rest.trim().is_empty() {
        let column = column(text, rule.span.start);
        whole.push('\n');
        whole.push_str(&dedent(rest.trim_start_matches([' ', '\n', '\r']), column));
    }
    let tests = items(&tests.value).iter().map(|test| block(text, test.span)).collect();
    RuleSource { rule: whole, tests }
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.kind {
        NodeKind::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
        _ => None,
    }
}

fn items(node: &Node) -> &[Node] {
    match &node.kind {
        NodeKind::Sequence(items) => items,
        _ => &[],
    }
}

/// The text at `span`, moved to the left edge.
fn block(text: &str, span: Span) -> String {
    dedent(span.of(text), column(text, span.start))
}

/// Characters before `offset` on its line.
fn column(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or_default().chars().count()
}

/// `text` with up to `column` blanks less at the head of each line but the first, and what a terminal acts on written out.
fn dedent(text: &str, column: usize) -> String {
    let lines = text.trim_end().lines().map(|line| {
        let blanks = line.bytes().take_while(|byte| *byte == b' ').count().min(column);
        one_line(line.get(blanks..).unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_stands_at_the_left_edge_and_without_its_tests() {
        let text = "version: 1\nrules:\n  - id: a.b\n    when:\n      $.x: 1\n    tests:\n      - name: one\n        expect: ok\n      - {name: two,\n         expect: ok}\n    title: t\n  - {id: c, tests: [{name: x}]}\n";
        let rules = rules(&Source::new("p.yaml", text));
        let rule = &rules["a.b"];
        assert_eq!(rule.rule, "id: a.b\nwhen:\n  $.x: 1\ntitle: t");
        assert_eq!(rule.tests, ["name: one\nexpect: ok", "{name: two,\n expect: ok}"]);
        assert_eq!(rules["c"].rule, "{id: c, tests: [{name: x}]}");
    }
}
