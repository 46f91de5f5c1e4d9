//! The facts of `first_seen` rules on their way from all inputs into [`Facts`]: of a combination of values many files tell, and what is
//! not its first occurrence is not kept. What is left out lies in a stretch, as in a scan (`engine::sightings`), whose first and
//! last occurrence are kept as bare facts.
//!
//! A bare fact stands for others, so that it must tell of an event that counts. Whether a delivery counts is known when it is merged;
//! whether a correction takes the place of its event, when all is (`engine::correlate`).

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

use crate::audit::facts::Facts;
use crate::compile::Program;
use crate::compile::window::WindowKind;
use crate::engine::{Lies, Sightings};
use crate::violation::{Fact, RuleIndex};

/// Stretches that can still grow, and the facts that they leave over.
#[derive(Debug)]
pub(super) struct Firsts<'p> {
    program: &'p Program,
    sightings: Sightings,
    facts: Facts,
    open: FxHashMap<u128, Open>,
    /// About what the stretches take of memory.
    open_bytes: u64,
    ceiling_bytes: u64,
}

#[derive(Debug)]
struct Open {
    rule: RuleIndex,
    key: Box<str>,
    first: Occurrence,
    last: Occurrence,
    /// Whether it stands for events that make no fact.
    has_left_out: bool,
}

/// When an event that counts occurred.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occurrence {
    pub time: Timestamp,
    /// As [`Fact::id`].
    pub id: u128,
}

/// What is there of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A fact of its own.
    Whole,
    /// Only that it was.
    Bare,
}

impl<'p> Firsts<'p> {
    /// None yet; so many bytes of all facts may be held in memory.
    pub(super) fn new(program: &'p Program, ceiling_bytes: u64) -> Self {
        Self {
            program,
            sightings: Sightings::All,
            facts: Facts::new(ceiling_bytes - ceiling_bytes / 4),
            open: FxHashMap::default(),
            open_bytes: 0,
            ceiling_bytes: ceiling_bytes / 4,
        }
    }

    /// The same, which leaves out what `sightings` says.
    pub(super) fn of(self, sightings: Sightings) -> Self {
        Self { sightings, ..self }
    }

    /// Adds a fact of an event that counts.
    pub(super) fn push(&mut self, fact: Fact) {
        // What corrects stays whole: it may take an occurrence from a stretch, and does not belong to one.
        let kept = fact.updated
            || self.sightings == Sightings::All
            || self.see(fact.rule, &fact.key, Occurrence { time: fact.time, id: fact.id }, Form::Whole);
        if kept {
            self.facts.push(fact);
        }
    }

    /// Adds an occurrence of `key` for which others were left out.
    pub(super) fn stands_for_others(&mut self, rule: RuleIndex, key: &str, occurrence: Occurrence) {
        self.see(rule, key, occurrence, Form::Bare);
    }

    /// Whether the fact of this occurrence is to be kept.
    fn see(&mut self, rule: RuleIndex, key: &str, occurrence: Occurrence, form: Form) -> bool {
        let window = self.program.rules.get(rule.0).and_then(|rule| rule.window.as_ref());
        let Some(window) = window.filter(|window| window.kind == WindowKind::FirstSeen) else { return true };
        let Occurrence { time, .. } = occurrence;
        let combination = hash(rule, key);
        if let Some(open) = self.open.get_mut(&combination) {
            let lies = Lies::of(time, open.first.time, open.last.time, window.within);
            match lies {
                Lies::AtFirst => open.has_left_out |= form == Form::Bare,
                Lies::Behind => {
                    if open.last.time < time {
                        open.last = occurrence;
                    }
                    open.has_left_out = true;
                }
                Lies::Before => {
                    open.first = occurrence;
                    open.has_left_out |= form == Form::Bare;
                }
                Lies::Apart => {
                    if open.has_left_out {
                        open.tell(&mut self.facts);
                    }
                    open.first = occurrence;
                    open.last = occurrence;
                    open.has_left_out = form == Form::Bare;
                }
            }
            return lies != Lies::Behind;
        }
        let has_left_out = form == Form::Bare;
        let open = Open { rule, key: key.into(), first: occurrence, last: occurrence, has_left_out };
        self.open_bytes += open.size();
        self.open.insert(combination, open);
        if self.open_bytes > self.ceiling_bytes {
            self.close();
        }
        true
    }

    /// Ends all stretches.
    fn close(&mut self) {
        for open in self.open.drain().map(|(_, open)| open).filter(|open| open.has_left_out) {
            open.tell(&mut self.facts);
        }
        self.open_bytes = 0;
    }

    /// The facts that were kept.
    pub(super) fn finish(mut self) -> Facts {
        self.close();
        self.facts
    }
}

impl Open {
    /// Adds what it stands for to `facts`.
    fn tell(&self, facts: &mut Facts) {
        let bare = |of: Occurrence| Fact::bare(self.rule, self.key.clone(), of.time, of.id);
        facts.push(bare(self.first));
        if self.last.time != self.first.time {
            facts.push(bare(self.last));
        }
    }

    fn size(&self) -> u64 {
        // A hash map has room for up to twice what it holds.
        u64::try_from(2 * size_of::<(u128, Self)>() + self.key.len()).unwrap_or(u64::MAX)
    }
}

fn hash(rule: RuleIndex, key: &str) -> u128 {
    let mut room = Vec::with_capacity(8 + key.len());
    room.extend_from_slice(&rule.0.to_le_bytes());
    room.extend_from_slice(key.as_bytes());
    xxh3_128(&room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;
    use crate::policy::{PolicySet, parse};
    use crate::text::{LineColumn, Source};

    const RULES: &str = "
version: 1
rules:
  - {id: a.new, title: t, severity: low, first_seen: {of: $.eventName, by: $.k, history: 10s}}
  - {id: a.other, title: t, severity: low, first_seen: {of: $.eventName, by: $.k, history: 10s}}
  - {id: a.many, title: t, severity: low, threshold: {count: 2, within: 10s, by: $.k}}
";

    fn program() -> Program {
        let policy = parse(&Source::new("p.yaml", RULES), &|_| Err(String::new())).unwrap();
        compile(&PolicySet::new(vec![policy]).unwrap(), "2026-06-30".parse().unwrap())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn fact(rule: usize, key: &str, second: i64) -> Fact {
        let id = u128::try_from(second).unwrap();
        Fact { bare: false, at: LineColumn::START, ..Fact::bare(RuleIndex(rule), key.into(), at(second), id) }
    }

    /// What is left of facts of rules, keys and seconds, in order: a bare one is marked.
    fn left(facts: Vec<Fact>, ceiling_bytes: u64) -> Vec<String> {
        let program = program();
        let mut firsts = Firsts::new(&program, ceiling_bytes).of(Sightings::Firsts);
        for fact in facts {
            match fact.bare {
                true => firsts.stands_for_others(fact.rule, &fact.key, Occurrence { time: fact.time, id: fact.id }),
                false => firsts.push(fact),
            }
        }
        let shown = |fact: Fact| {
            let mark = if fact.bare { "bare " } else { "" };
            format!("{mark}{}{}@{}", fact.rule.0, fact.key, fact.time.as_second())
        };
        firsts.finish().sorted().unwrap().map(shown).collect()
    }

    fn of(seconds: &[i64]) -> Vec<String> {
        left(seconds.iter().map(|second| fact(0, "x", *second)).collect(), u64::MAX)
    }

    fn sorted(mut shown: Vec<String>) -> Vec<String> {
        shown.sort();
        shown
    }

    #[test]
    fn what_lies_in_a_stretch_is_left_out() {
        assert_eq!(sorted(of(&[0, 5, 10])), ["0x@0", "bare 0x@0", "bare 0x@10"]);
        assert_eq!(sorted(of(&[0, 11])), ["0x@0", "0x@11"]);
        assert_eq!(
            sorted(of(&[0, 4, 11, 12])),
            ["0x@0", "0x@11", "bare 0x@0", "bare 0x@11", "bare 0x@12", "bare 0x@4"]
        );
        assert_eq!(sorted(of(&[5, 0, 7])), ["0x@0", "0x@5", "bare 0x@0", "bare 0x@7"]);
        assert_eq!(sorted(of(&[0, 0, 0])), ["0x@0", "0x@0", "0x@0"]);
    }

    #[test]
    fn rules_and_keys_are_apart_and_others_keep_all() {
        let facts = vec![fact(0, "x", 0), fact(1, "x", 1), fact(0, "y", 2), fact(2, "x", 0), fact(2, "x", 1)];
        assert_eq!(sorted(left(facts, u64::MAX)), ["0x@0", "0y@2", "1x@1", "2x@0", "2x@1"]);
    }

    #[test]
    fn a_correction_is_kept_whole_and_begins_nothing() {
        let mut correction = fact(0, "x", 5);
        correction.updated = true;
        let facts = vec![correction.clone(), fact(0, "x", 6), correction.clone()];
        assert_eq!(sorted(left(facts, u64::MAX)), ["0x@5", "0x@5", "0x@6"]);
    }

    #[test]
    fn what_stands_for_others_is_told_of() {
        let bare = |second| Fact { bare: true, ..fact(0, "x", second) };
        assert_eq!(sorted(left(vec![bare(0), bare(9), fact(0, "x", 0)], u64::MAX)), ["0x@0", "bare 0x@0", "bare 0x@9"]);
        assert_eq!(sorted(left(vec![fact(0, "x", 3), bare(3)], u64::MAX)), ["0x@3", "bare 0x@3"]);
        assert_eq!(sorted(left(vec![bare(20), bare(0)], u64::MAX)), ["bare 0x@0", "bare 0x@20"]);
    }

    #[test]
    fn memory_is_bounded_and_nothing_is_lost() {
        let facts = vec![fact(0, "x", 0), fact(0, "x", 5), fact(0, "y", 6), fact(0, "x", 7)];
        assert_eq!(left(facts, 0).len(), 4);
    }
}
