//! A condition and what a rule asks, in plain English: the checked model in, sentences that can be read aloud out.
//!
//! Names of definitions and lists are looked up in the policy set, so that a reader needs no other file. Holds policy text as
//! it is: sanitize before printing. The words are those of evidence too, see [`word`].

mod obligation;
pub mod operator;
pub mod word;

use std::fmt;

use crate::policy::model::{Condition, Exception, PathCondition, PathRef, Rule};
use crate::policy::operator::{ListTest, NodeTest};
use crate::policy::prose::word::Sense;
use crate::policy::set::{PolicyIndex, PolicySet};

/// A sentence, and those below it: "all of these hold:" with a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The sentence; ends in a colon where `items` follow.
    pub text: String,
    /// What stands below it.
    pub items: Vec<Clause>,
}

impl Clause {
    /// A sentence with nothing below it.
    #[must_use]
    pub fn line(text: impl Into<String>) -> Self {
        Self { text: text.into(), items: Vec::new() }
    }

    /// Each line with its depth, from 0, top to bottom.
    #[must_use]
    pub fn lines(&self) -> Vec<(usize, &str)> {
        let mut lines = Vec::new();
        self.gather(0, &mut lines);
        lines
    }

    /// All of it in one line: "`succeeded`: `$.errorCode` is missing or null; `$.errorMessage` is missing or null".
    #[must_use]
    pub fn inline(&self) -> String {
        let items: Vec<String> = self.items.iter().map(Self::inline).collect();
        if items.is_empty() { self.text.clone() } else { format!("{} {}", self.text, items.join("; ")) }
    }

    fn gather<'c>(&'c self, depth: usize, lines: &mut Vec<(usize, &'c str)>) {
        lines.push((depth, &self.text));
        for item in &self.items {
            item.gather(depth + 1, lines);
        }
    }

    /// `head` before the sentence.
    fn below(self, head: &str) -> Self {
        Self { text: format!("{head} {}", self.text), items: self.items }
    }
}

/// As an indented list, the first line without a mark.
impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (depth, text)) in self.lines().into_iter().enumerate() {
            match depth {
                0 => f.write_str(text)?,
                _ => write!(f, "{:1$}- {text}", "", 2 * (depth - 1))?,
            }
            if number + 1 < self.lines().len() {
                f.write_str("\n")?;
            }
        }
        Ok(())
    }
}

/// What stands over the parts of an AND.
const ALL: &str = "all of these hold:";

/// Where names are looked up: the policy in which a condition stands, among those of the run.
#[derive(Debug, Clone, Copy)]
pub struct Names<'s> {
    /// All policies.
    pub set: &'s PolicySet,
    /// The one in which the condition stands.
    pub policy: PolicyIndex,
}

/// `condition` in words.
#[must_use]
pub fn condition(names: Names<'_>, condition: &Condition) -> Clause {
    names.condition(condition)
}

/// Which events `rule` is about.
#[must_use]
pub fn population(names: Names<'_>, rule: &Rule) -> Clause {
    match &rule.when {
        None => Clause::line("The rule is about every event"),
        Some(when) => names.condition(when).below("The rule is about events for which"),
    }
}

/// What `rule` asks of its population.
#[must_use]
pub fn obligation(names: Names<'_>, rule: &Rule) -> Clause {
    names.obligation(&rule.obligation)
}

/// Which violations `exception` covers, until when, and why.
#[must_use]
pub fn exception(names: Names<'_>, exception: &Exception) -> Clause {
    let head = format!("`{}` covers a violation until {}", exception.name.value, exception.until.value);
    names.condition(&exception.condition).below(&format!("{head} if"))
}

/// The sentence for one test of `path`, without what stands below it.
#[must_use]
pub fn list_test(names: Names<'_>, path: &PathRef, test: &ListTest) -> String {
    names.list_test(path, test).text.trim_end_matches(':').to_owned()
}

/// The sentence for one path and its tests, without what stands below it.
#[must_use]
pub fn predicate(names: Names<'_>, condition: &PathCondition) -> String {
    let clause = names.path(condition);
    clause.text.trim_end_matches(':').to_owned()
}

impl Names<'_> {
    fn condition(self, condition: &Condition) -> Clause {
        match condition {
            Condition::All(parts) => self.listed(ALL, parts),
            Condition::Any(parts) => self.listed("at least one of these holds:", parts),
            Condition::Not(inner) => self.negated(inner),
            Condition::Use(name) => {
                let Some((policy, define)) = self.set.define(self.policy, &name.value) else {
                    return Clause::line(format!("`{}` holds", name.value));
                };
                let clause = Names { policy, ..self }.condition(&define.condition);
                let head = format!("`{}`:", name.value);
                if clause.text == ALL { Clause { text: head, items: clause.items } } else { clause.below(&head) }
            }
            Condition::Where(filter) => Clause::line(format!("the expression `{}` holds", filter.value.text())),
            Condition::Path(path) => self.path(path),
        }
    }

    fn listed(self, head: &str, parts: &[Condition]) -> Clause {
        match parts {
            [one] => self.condition(one),
            _ => Clause { text: head.to_owned(), items: parts.iter().map(|part| self.condition(part)).collect() },
        }
    }

    fn negated(self, inner: &Condition) -> Clause {
        match inner {
            Condition::Path(path) => {
                if let Some(text) = self.flipped(path) {
                    return Clause::line(text);
                }
                Clause { text: "this does not hold:".to_owned(), items: vec![self.path(path)] }
            }
            Condition::All(parts) if parts.len() == 1 => {
                parts.first().map_or_else(|| self.condition(inner), |part| self.negated(part))
            }
            Condition::All(parts) => self.listed("not all of these hold:", parts),
            Condition::Any(parts) => Clause {
                text: "none of these holds:".to_owned(),
                items: parts.iter().map(|part| self.condition(part)).collect(),
            },
            Condition::Use(name) => {
                let items = match self.set.define(self.policy, &name.value) {
                    Some((policy, define)) => vec![Names { policy, ..self }.condition(&define.condition)],
                    None => Vec::new(),
                };
                Clause { text: format!("`{}` does not hold:", name.value), items }
            }
            Condition::Where(filter) => Clause::line(format!("the expression `{}` does not hold", filter.value.text())),
            Condition::Not(inner) => self.condition(inner),
        }
    }

    /// The opposite of a path with one plain test, in one sentence.
    fn flipped(self, condition: &PathCondition) -> Option<String> {
        match condition.tests.as_slice() {
            [ListTest::Default(NodeTest::Operators(operators))] if operator::is_flat(operators) => {
                let subject = word::path(&condition.path);
                let quantity = if condition.path.path.is_singular() { "" } else { "no " };
                let sense = if quantity.is_empty() { Sense::Forbidden } else { Sense::Wanted };
                Some(format!("{quantity}{subject} {}", self.operators(operators, sense)))
            }
            _ => None,
        }
    }

    fn path(self, condition: &PathCondition) -> Clause {
        let clauses: Vec<Clause> = condition.tests.iter().map(|test| self.list_test(&condition.path, test)).collect();
        match clauses.as_slice() {
            [one] => one.clone(),
            _ => Clause { text: format!("{}:", word::path(&condition.path)), items: clauses },
        }
    }

    fn list_test(self, path: &PathRef, test: &ListTest) -> Clause {
        let (head, inner) = match test {
            ListTest::Default(test) if path.path.is_singular() => (word::path(path), test),
            ListTest::Default(test) | ListTest::Some(test) => (format!("some {}", word::path(path)), test),
            ListTest::Every(test) => (format!("there is a {}, and each", word::path(path)), test),
            ListTest::None(test) => (format!("no {}", word::path(path)), test),
            ListTest::Count(test) => {
                return Clause::line(format!("{} selects {}", word::path(path), word::many(test, "node")));
            }
            ListTest::Distinct(test) => {
                return Clause::line(format!("{} selects {}", word::path(path), word::many(test, "different value")));
            }
        };
        self.node_test(&head, inner)
    }

    /// What `test` asks of what `head` names.
    fn node_test(self, head: &str, test: &NodeTest) -> Clause {
        match test {
            NodeTest::Operators(operators) => {
                let text = format!("{head} {}", self.operators(operators, Sense::Wanted));
                let items = operator::inner(operators).into_iter().map(|inner| self.condition(inner)).collect();
                Clause { text, items }.ended()
            }
            NodeTest::Element(condition) => {
                let clause = self.condition(condition);
                let items = if clause.text == ALL { clause.items } else { vec![clause] };
                Clause { text: format!("{head} is an element of which:"), items }
            }
        }
    }
}

impl Clause {
    /// With a colon where a list follows.
    fn ended(mut self) -> Self {
        if !self.items.is_empty() && !self.text.ends_with(':') {
            self.text.push(':');
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parse;
    use crate::text::Source;

    /// The words for a rule with these YAML lines in it.
    fn words(rule: &str) -> String {
        let text = format!(
            "version: 1\ndefine:\n  succeeded: {{$.errorCode: null}}\nlists:\n  office: [a]\n  nets: [10.0.0.0/8]\nrules:\n- id: a.b\n  title: t\n  severity: low\n{rule}"
        );
        let policy = parse(&Source::new("p.yaml", text), &|_| Err(String::new())).unwrap();
        let set = PolicySet::new(vec![policy]).unwrap();
        let (index, rule) = set.rules().next().unwrap();
        let names = Names { set: &set, policy: index };
        let mut all = vec![population(names, rule), obligation(names, rule)];
        all.extend(rule.exceptions.iter().map(|each| exception(names, each)));
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn reads_aloud() {
        insta::assert_snapshot!(words(
            r#"  when:
    use: succeeded
    $.eventName: [PutMetricAlarm, DeleteAlarms, A, B, C, D, E, F]
    not: {$.userIdentity.type: AWSService}
    any:
      - $.readOnly: "true"
      - all: [{$.a: {gte: 5}}, {$.b: {exists: true, not: null}}]
  require:
    $.sourceIPAddress: {cidr: {list: nets}}
    "$.items[*]": {.fromPort: {lte: 22}, "any": [{.a: 1}, {.b: {empty: false}}]}
    $.doc: {json: {.Effect: Allow}}
    "$.tags[*].key": {none: {starts_with: aws}, count: {gt: 1}}
  except:
    - {name: pipeline, reason: r, until: 2027-01-31, condition: {$.userIdentity.arn: {glob: "arn:*"}}}
"#
        ));
    }

    #[test]
    fn operators_have_verbs() {
        insta::assert_snapshot!(words(
            r#"  forbid:
    any:
      - {$.a: 5, $.b: "5", $.c: true, $.d: "true", $.e: "", $.f: null}
      - {$.a: {not: [x, y]}, $.b: {not: {exists: true}}, $.c: {not: {glob: "a*", regex: ^b}}}
      - {$.a: {before: 2026-01-31, after: {path: $.other}}, $.b: {length: {gte: 2, lt: 5}}, $.c: {type: [string, "null"]}}
      - {$.a: {is_ip: v4}, $.b: {not: {is_ip: false}}, $.c: {contains: [a, b]}, $.d: {not: {cidr: 10.0.0.0/8}}}
      - {$.a: {equals: {template: "role/{$.b}"}, ignore_case: true}, $.b: {in: {list: office}}, $.c: {every: {empty: true}}}
      - {$.a: {not: {json: {.b: 1}}}, where: "@.a == @.b", not: {where: "@.c"}}
      - not: {any: [{$.a: 1}, {use: succeeded}]}
      - not: {use: succeeded}
      - not: {$.a: {some: x}}
      - {"$.a[*]": {distinct: 2}, "$.b[*]": x, not: {"$.c[*]": x}}
"#
        ));
    }

    #[test]
    fn obligations_over_time_have_words() {
        insta::assert_snapshot!(
            [
                "  threshold: {count: 5, within: 90m, by: $.userIdentity.arn}\n",
                "  threshold: {count: 3, distinct: $.awsRegion, within: 1h, by: {actor: $.userIdentity.arn, place: {path: $.ip, as: ip_prefix/24}}}\n",
                "  require_followed_by: {within: 1d, by: $.a, event: {$.eventName: Stop}}\n",
                "  require_preceded_by: {within: 1d, by: [$.a, $.b], event: {$.eventName: Start, $.x: 1}}\n",
                "  sequence: {within: 2w, by: $.a, steps: [{name: one, event: {$.eventName: A}}, {name: two, event: {$.eventName: B}}]}\n",
                "  first_seen: {of: [$.awsRegion], by: $.userIdentity.arn, history: 30d}\n",
            ]
            .map(words)
            .join("\n")
        );
    }
}
