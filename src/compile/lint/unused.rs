//! Definitions and lists that nothing refers to.

use std::collections::BTreeSet;

use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::Fix;
use crate::policy::model::Policy;
use crate::policy::walk::{self, Inside, Reference};
use crate::policy::{PolicyIndex, PolicySet};
use crate::text::Span;

/// An advice for each of them, with the file it is in.
pub(super) fn unused(set: &PolicySet) -> Vec<(PolicyIndex, PolicyError)> {
    let mut defines = BTreeSet::new();
    let mut lists = BTreeSet::new();
    for (index, policy) in set.policies().iter().enumerate() {
        let home = PolicyIndex(index);
        let waivers = policy.waivers.iter().flatten().filter_map(|waiver| waiver.condition.as_ref());
        let own = policy.defines.values().map(|define| &define.condition);
        for condition in own.chain(policy.rules.iter().flat_map(walk::conditions)).chain(waivers) {
            walk::condition(condition, Inside::Event, &mut |reference, _| match reference {
                Reference::Define(name) => {
                    defines.extend(set.define(home, &name.value).map(|(at, _)| (at, name.value.clone())));
                }
                Reference::List(name) | Reference::NetworkList(name) | Reference::PatternList(name, _) => {
                    lists.extend(set.list(home, &name.value).map(|(at, _)| (at, name.value.clone())));
                }
                Reference::Path(_) => {}
            });
        }
    }
    let mut advice = Vec::new();
    for (index, policy) in set.policies().iter().enumerate() {
        let home = PolicyIndex(index);
        let is_unused = |used: &BTreeSet<(PolicyIndex, String)>, name: &String| !used.contains(&(home, name.clone()));
        for (name, define) in policy.defines.iter().filter(|(name, _)| is_unused(&defines, name)) {
            let several = policy.defines.len() > 1;
            advice.push((home, told(policy, Code::UnusedDefine, "definition", name, define.span, several)));
        }
        for (name, list) in policy.lists.iter().filter(|(name, _)| is_unused(&lists, name)) {
            let several = policy.lists.len() > 1;
            advice.push((home, told(policy, Code::UnusedList, "list", name, list.span, several)));
        }
    }
    advice
}

fn told(policy: &Policy, code: Code, what: &str, name: &str, span: Span, several: bool) -> PolicyError {
    // A comment that would go with it is the author's to judge.
    let fix = block(&policy.source.text, span)
        .filter(|block| several && !block.of(&policy.source.text).contains('#'))
        .map(|block| Fix::replace(format!("take out the {what} `{name}`"), block, ""));
    PolicyError::advice(code, &policy.source, format!("nothing uses the {what} `{name}`"))
        .label(span, "used nowhere in this run")
        .help(format!("take it out, or name it where it was meant; {what}s used by files of other runs can stay"))
        .fix(fix)
}

/// The lines of the entry whose key is at `key`, where it begins its line; comments and blank lines behind it stay.
fn block(text: &str, key: Span) -> Option<Span> {
    let start = text.get(..key.start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = key.start - start;
    if !text.get(start..key.start)?.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let mut end = start;
    let mut at = start;
    for (number, line) in text.get(start..)?.split_inclusive('\n').enumerate() {
        let words = line.trim_start_matches(' ');
        let deeper = line.len() - words.len() > indent;
        if number > 0 && !words.trim().is_empty() && !deeper {
            break;
        }
        at += line.len();
        if !words.trim().is_empty() {
            end = at;
        }
    }
    Some(Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_lines_of_an_entry() {
        let text = "define:\n  one:\n    $.a: 1\n\n  # about two\n  two: {$.b: 2}\nrules: []\n";
        let of = |name: &str| {
            let start = text.find(name).unwrap();
            block(text, Span::new(start, start + name.len())).map(|span| span.of(text).to_owned())
        };
        assert_eq!(of("one").as_deref(), Some("  one:\n    $.a: 1\n"));
        assert_eq!(of("two:").as_deref(), Some("  two: {$.b: 2}\n"));
        assert_eq!(of("$.b"), None);
    }
}
