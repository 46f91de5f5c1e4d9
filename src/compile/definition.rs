//! What a rule over time looks at, as text in which nothing but its meaning stands: where a policy is only laid out anew, moved or
//! commented, it stays the same.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::policy::model::{Condition, Rule};
use crate::policy::obligation::{KeyPart, Obligation};
use crate::policy::walk::{self, Inside, Reference};
use crate::policy::{PolicyIndex, PolicySet};

/// The population of `rule`, which stands in `policy` of `set`, with the definitions and lists that it names, and what is told
/// apart in it. The severity, the message, exceptions and tests are not part of it.
pub(super) fn definition(set: &PolicySet, policy: PolicyIndex, rule: &Rule) -> String {
    let mut text = Text { set, out: String::new(), seen: BTreeSet::new() };
    text.out.push_str(rule.obligation.keyword());
    if let Obligation::FirstSeen(first) = &rule.obligation {
        let _infallible = write!(text.out, " {:?}", first.history);
        for (word, parts) in [("by", &first.by.parts), ("of", &first.of)] {
            let parts: Vec<_> = parts.iter().map(|KeyPart { path, normalize, .. }| (path.text(), normalize)).collect();
            let _infallible = write!(text.out, " {word} {parts:?}");
        }
    }
    if let Some(when) = &rule.when {
        text.condition(policy, when);
    }
    text.out
}

struct Text<'s> {
    set: &'s PolicySet,
    out: String,
    seen: BTreeSet<(PolicyIndex, String)>,
}

impl Text<'_> {
    fn condition(&mut self, policy: PolicyIndex, condition: &Condition) {
        self.out.push_str(" when ");
        self.out.push_str(&without_places(&format!("{condition:?}")));
        let mut names = Vec::new();
        walk::condition(condition, Inside::Event, &mut |reference, _| match reference {
            Reference::Define(name) => names.push((true, name.value.clone())),
            Reference::List(name) | Reference::NetworkList(name) | Reference::PatternList(name, _) => {
                names.push((false, name.value.clone()));
            }
            Reference::Path(_) => {}
        });
        for (is_define, name) in names {
            if !self.seen.insert((policy, name.clone())) {
                continue;
            }
            if is_define && let Some((home, define)) = self.set.define(policy, &name) {
                self.condition(home, &define.condition);
            }
            if !is_define && let Some((_, list)) = self.set.list(policy, &name) {
                let values: Vec<_> = list.entries.iter().map(|entry| (&entry.value.value, &entry.until)).collect();
                self.out.push_str(&without_places(&format!(" list {values:?}")));
            }
        }
    }
}

/// The debug text of a part of the model without the places in the policy file that it names.
fn without_places(text: &str) -> String {
    const PLACE: &str = "span: Span {";
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(PLACE) {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parse;
    use crate::text::Source;

    fn of(text: &str) -> String {
        let policy = parse(&Source::new("p.yaml", text), &|_| Err(String::new())).unwrap();
        let set = PolicySet::new(vec![policy]).unwrap();
        let (index, rule) = set.rules().next().unwrap();
        definition(&set, index, rule)
    }

    const RULE: &str = "version: 1
lists: {l: [a, b]}
define: {d: {$.x: {in: {list: l}}}}
rules:
  - id: a.b
    title: t
    severity: low
    when: {use: d, $.y: 1}
    first_seen: {of: $.z, by: $.k, history: 30d}
";

    #[test]
    fn goes_by_the_meaning() {
        let known = of(RULE);
        for (from, to) in [("title: t", "title: another  # words"), ("severity: low", "severity: high\n    message: m")]
        {
            assert_eq!(of(&RULE.replace(from, to)), known, "{to}");
        }
        for (from, to) in
            [("[a, b]", "[a, c]"), ("$.y: 1", "$.y: 2"), ("30d", "31d"), ("of: $.z", "of: $.w"), ("in: {", "glob: {")]
        {
            assert_ne!(of(&RULE.replace(from, to)), known, "{to}");
        }
    }
}
