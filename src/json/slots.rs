//! Many definite paths, read out of a record in one pass: a trie of steps whose ends are slots.
//!
//! Subtrees that no path enters are skipped without allocation. A slot holds the byte range of the value found; nothing is
//! decoded here.

use std::borrow::Cow;

use crate::json::location::Step;
use crate::json::scan::{self, Elements, JsonError, Members, StringSpan};
use crate::text::Span;

/// Place of a path in a [`SlotTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub usize);

/// The paths of a program, as a trie.
#[derive(Debug, Clone, Default)]
pub struct SlotTable {
    nodes: Vec<TrieNode>,
    paths: Vec<Vec<Step>>,
}

#[derive(Debug, Clone, Default)]
struct TrieNode {
    slot: Option<SlotId>,
    names: Vec<(String, usize)>,
    indices: Vec<(usize, usize)>,
    /// Every slot at or below this node.
    below: Vec<SlotId>,
}

/// What one record holds at the paths of a table: for each slot the range of its value in the record's text.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    /// Begin and end; an end of 0 where there is no value, since every value has a byte.
    spans: Vec<(u32, u32)>,
    /// Whether one of the values may be a string with an escape.
    escapes: bool,
}

impl Slots {
    /// Where the value of `slot` lies in the record's text; `None` where the record has none.
    #[must_use]
    #[inline]
    pub fn span(&self, slot: SlotId) -> Option<Span> {
        let (start, end) = self.spans.get(slot.0).copied().unwrap_or_default();
        let span = Span::new(usize::try_from(start).ok()?, usize::try_from(end).ok()?);
        (end > 0).then_some(span)
    }

    /// The string at `slot` of `record`, where it is one. Copies only a string with escapes.
    #[must_use]
    #[inline]
    pub fn string<'t>(&self, slot: SlotId, record: &'t str) -> Option<Cow<'t, str>> {
        let text = self.span(slot)?.of(record);
        let inside = text.strip_prefix('"')?.strip_suffix('"')?;
        if self.escapes && memchr::memchr(b'\\', inside.as_bytes()).is_some() {
            serde_json::from_str(text).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inside))
        }
    }

    /// Empties all slots, `size` of them. Whoever fills them without saying which strings have escapes leaves that open.
    pub(super) fn clear(&mut self, size: usize) {
        self.spans.clear();
        self.spans.resize(size, (0, 0));
        self.escapes = true;
    }

    /// Empties the slots `wanted` of `size`; the others stay as they are. Which strings have escapes is left open.
    pub(super) fn empty(&mut self, size: usize, wanted: &[SlotId]) {
        if self.spans.len() < size {
            self.clear(size);
        }
        wanted.iter().for_each(|slot| self.unset(*slot));
        self.escapes = true;
    }

    /// Empties the slots `wanted` of `size`: those that one [`Skimmer`](crate::json::Skimmer) fills, where it alone fills them. No
    /// string has an escape until [`Slots::note_escape`] is called.
    pub(super) fn clear_wanted(&mut self, size: usize, wanted: &[SlotId]) {
        self.empty(size, wanted);
        self.escapes = false;
    }

    /// Says that a string with an escape is among the values.
    #[inline]
    pub(super) fn note_escape(&mut self) {
        self.escapes = true;
    }

    /// Fills `slot` with the value between `start` and `end`. Invariant: a record is shorter than 4 GiB.
    #[inline]
    pub(super) fn set(&mut self, slot: SlotId, start: usize, end: usize) {
        if let Some(place) = self.spans.get_mut(slot.0) {
            let narrow = |offset: usize| u32::try_from(offset & 0xffff_ffff).unwrap_or_default();
            *place = (narrow(start), narrow(end));
        }
    }

    /// Empties `slot`.
    #[inline]
    pub(super) fn unset(&mut self, slot: SlotId) {
        self.set(slot, 0, 0);
    }
}

impl SlotTable {
    /// The slot of the path `steps`, made where there is none.
    pub fn slot(&mut self, steps: &[Step]) -> SlotId {
        if self.nodes.is_empty() {
            self.nodes.push(TrieNode::default());
        }
        let mut at = 0;
        let mut way = vec![0];
        for step in steps {
            at = self.child(at, step);
            way.push(at);
        }
        if let Some(slot) = self.nodes.get(at).and_then(|node| node.slot) {
            return slot;
        }
        let slot = SlotId(self.paths.len());
        self.paths.push(steps.to_vec());
        for place in way {
            if let Some(node) = self.nodes.get_mut(place) {
                node.below.push(slot);
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.slot = Some(slot);
        }
        slot
    }

    /// The steps of `slot`.
    #[must_use]
    pub fn path(&self, slot: SlotId) -> &[Step] {
        self.paths.get(slot.0).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there is no slot.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    fn child(&mut self, at: usize, step: &Step) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let found = match step {
            Step::Name(name) => node.names.iter().find(|(known, _)| known == name).map(|(_, child)| *child),
            Step::Index(index) => node.indices.iter().find(|(known, _)| known == index).map(|(_, child)| *child),
        };
        if let Some(child) = found {
            return child;
        }
        match step {
            Step::Name(name) => node.names.push((name.clone(), next)),
            Step::Index(index) => node.indices.push((*index, next)),
        }
        self.nodes.push(TrieNode::default());
        next
    }

    /// Fills `slots` with what `record`, one JSON value, holds at the paths of this table. Of duplicate keys the last counts, at
    /// every level.
    ///
    /// # Errors
    /// The first place where `record` is no valid JSON.
    pub fn extract(&self, record: &str, slots: &mut Slots) -> Result<(), JsonError> {
        slots.clear(self.paths.len());
        let text = record.as_bytes();
        let start = scan::skip_space(text, 0);
        let end = match self.nodes.first() {
            Some(root) => self.enter(text, start, 0, root, slots)?,
            None => scan::skip_value(text, start)?,
        };
        let rest = scan::skip_space(text, end);
        if rest == text.len() {
            Ok(())
        } else {
            Err(JsonError { offset: rest, kind: scan::JsonErrorKind::Unexpected("the end of the record") })
        }
    }

    /// Reads the value at `at`, which lies at `node`; answers where it ends.
    fn enter(
        &self,
        text: &[u8],
        at: usize,
        depth: usize,
        node: &TrieNode,
        slots: &mut Slots,
    ) -> Result<usize, JsonError> {
        let end = match text.get(at) {
            Some(b'{') if !node.names.is_empty() => self.object(text, at, depth, node, slots)?,
            Some(b'[') if !node.indices.is_empty() => self.array(text, at, depth, node, slots)?,
            _ => scan::value(text, at, depth)?,
        };
        if let Some(slot) = node.slot {
            slots.set(slot, at, end);
        }
        Ok(end)
    }

    fn object(
        &self,
        text: &[u8],
        at: usize,
        depth: usize,
        node: &TrieNode,
        slots: &mut Slots,
    ) -> Result<usize, JsonError> {
        let mut members = Members::open(text, at, depth)?;
        while let Some(member) = members.next_key()? {
            let child = find_name(&node.names, text, member.key).and_then(|child| self.nodes.get(child));
            let end = match child {
                None => scan::value(text, member.value, depth + 1)?,
                Some(child) => {
                    // Invariant: a key seen again replaces all that its earlier value held, so its whole subtree is cleared.
                    for slot in &child.below {
                        slots.unset(*slot);
                    }
                    self.enter(text, member.value, depth + 1, child, slots)?
                }
            };
            members.close_value(end)?;
        }
        Ok(members.end())
    }

    fn array(
        &self,
        text: &[u8],
        at: usize,
        depth: usize,
        node: &TrieNode,
        slots: &mut Slots,
    ) -> Result<usize, JsonError> {
        let mut elements = Elements::open(text, at, depth)?;
        let mut index = 0;
        while let Some(start) = elements.next_start()? {
            let child =
                node.indices.iter().find(|(known, _)| *known == index).and_then(|(_, child)| self.nodes.get(*child));
            let end = match child {
                None => scan::value(text, start, depth + 1)?,
                Some(child) => self.enter(text, start, depth + 1, child, slots)?,
            };
            elements.close_value(end)?;
            index += 1;
        }
        Ok(elements.end())
    }
}

fn find_name(names: &[(String, usize)], text: &[u8], key: StringSpan) -> Option<usize> {
    let raw = key.raw(text);
    if !key.escaped {
        return names.iter().find(|(name, _)| name.as_bytes() == raw).map(|(_, child)| *child);
    }
    let key: String = serde_json::from_slice(text.get(key.start..key.end)?).ok()?;
    names.iter().find(|(name, _)| *name == key).map(|(_, child)| *child)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steps(path: &str) -> Vec<Step> {
        path.split('.').map(|part| part.parse().map_or_else(|_| Step::Name(part.to_owned()), Step::Index)).collect()
    }

    fn extracted(paths: &[&str], record: &str) -> Vec<Option<String>> {
        let mut table = SlotTable::default();
        let ids: Vec<SlotId> = paths.iter().map(|path| table.slot(&steps(path))).collect();
        let mut slots = Slots::default();
        table.extract(record, &mut slots).unwrap();
        ids.iter().map(|slot| slots.span(*slot).map(|span| span.of(record).to_owned())).collect()
    }

    #[test]
    fn finds_definite_paths() {
        let record = r#"{"a": {"b": "x", "c": [10, {"d": null}]}, "e": 5, "\u0066": true}"#;
        assert_eq!(
            extracted(&["a.b", "a.c.1.d", "a", "e", "f", "g", "a.b.c"], record),
            [
                Some("\"x\"".to_owned()),
                Some("null".to_owned()),
                Some(r#"{"b": "x", "c": [10, {"d": null}]}"#.to_owned()),
                Some("5".to_owned()),
                Some("true".to_owned()),
                None,
                None
            ]
        );
    }

    #[test]
    fn the_last_of_duplicate_keys_counts_at_every_level() {
        assert_eq!(extracted(&["a.b", "a.c"], r#"{"a":{"b":1},"a":{"c":2}}"#), [None, Some("2".to_owned())]);
        assert_eq!(extracted(&["a.b"], r#"{"a":{"b":1},"\u0061":5}"#), [None]);
        assert_eq!(extracted(&["a.b"], r#"{"a":{"b":1,"b":2}}"#), [Some("2".to_owned())]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn agrees_with_serde_json(record in r#"\{("(a|b|\\u0061)":(1|"x"|null|\{("(a|b)":(2|\[3,\{"a":4\}\]),?)?\}|\[5,\[6\]\]),?){0,5}\}"#) {
            let paths = ["a", "b", "a.a", "a.b", "b.a.0", "b.a.1.a", "a.1.0"];
            let value: Option<serde_json::Value> = serde_json::from_str(&record).ok();
            let mut table = SlotTable::default();
            let ids: Vec<SlotId> = paths.iter().map(|path| table.slot(&steps(path))).collect();
            let mut slots = Slots::default();
            let read = table.extract(&record, &mut slots);
            prop_assert_eq!(read.is_ok(), value.is_some());
            if let Some(value) = value {
                for (id, path) in ids.iter().zip(paths) {
                    let wanted = steps(path).iter().try_fold(&value, |node, step| match step {
                        Step::Name(name) => node.as_object().and_then(|object| object.get(name)),
                        Step::Index(index) => node.as_array().and_then(|array| array.get(*index)),
                    });
                    let found: Option<serde_json::Value> = slots.span(*id).map(|span| serde_json::from_str(span.of(&record)).unwrap());
                    prop_assert_eq!(found.as_ref(), wanted);
                }
            }
        }
    }
}
