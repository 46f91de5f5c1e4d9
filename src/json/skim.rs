//! One pass over a record that checks it, fills the slots of a [`SlotTable`] and tells which watched keys it has: text in, the end
//! of the record out, or nothing where the record is not plain.
//!
//! This is the way of nearly every record of a run. Whatever is unusual (an error, an escape in a key that matters, a watched key
//! that says stop) is answered with `None`, and the caller takes the strict way of [`scan`](crate::json::scan), which knows the exact place
//! of an error. The two must agree: what passes here passes there, with the same slots.

use std::collections::BTreeMap;

use crate::json::keys::{Key, KeyTable};
use crate::json::location::Step;
use crate::json::scan::{DEPTH_LIMIT, skip_space};
use crate::json::skip::{Member, colon, first_member, next_member, value};
use crate::json::slots::{SlotId, SlotTable, Slots};
use crate::json::strings::Strings;
use crate::text::Span;

/// What a top-level key says of its record; the marks of all keys that a record has are joined by OR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark(pub u32);

/// The mark of a key with which the record is not plain.
pub const STOP: Mark = Mark(1 << 31);

/// A [`SlotTable`] with watched keys, made for reading.
#[derive(Debug, Clone, Default)]
pub struct Skimmer {
    nodes: Vec<Node>,
    /// How many the table has.
    slots: usize,
    wanted: Vec<SlotId>,
    /// For each slot of the table whether it is wanted.
    fills: Vec<bool>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    slot: Option<SlotId>,
    /// The slot, where nothing else is below.
    leaf: Option<SlotId>,
    /// Every slot at or below this node.
    below: Vec<SlotId>,
    /// Elements of an array that are asked for, with the nodes they lead to.
    indices: Vec<(usize, usize)>,
    keys: KeyTable,
    /// One bit that no other node has, or none.
    bit: u64,
}

impl Skimmer {
    /// For the slots of `table` that are `wanted`; `watched` are top-level keys with their marks.
    #[must_use]
    pub fn new(table: &SlotTable, wanted: &[SlotId], watched: &[(&str, Mark)]) -> Self {
        Self::with(table, wanted, watched, 0)
    }

    /// For the slots of `table` that are `wanted`, all of which lie below one node, `depth` steps deep, whose value is read.
    pub(super) fn below(table: &SlotTable, wanted: &[SlotId], depth: usize) -> Self {
        Self::with(table, wanted, &[], depth)
    }

    fn with(table: &SlotTable, wanted: &[SlotId], watched: &[(&str, Mark)], depth: usize) -> Self {
        let mut trie = Trie::default();
        for slot in wanted {
            trie.add(table.path(*slot).get(depth..).unwrap_or_default(), *slot);
        }
        let mut nodes: Vec<Node> = trie.nodes.iter().map(TrieNode::node).collect();
        for (place, node) in nodes.iter_mut().take(64).enumerate() {
            node.bit = 1 << place;
        }
        if let (Some(root), Some(known)) = (nodes.first_mut(), trie.nodes.first()) {
            let mark = |name: &str| watched.iter().find(|(key, _)| *key == name).map_or(0, |(_, mark)| mark.0);
            let of_paths = known.names.iter().map(|(name, child)| Key::new(name, Some(*child), mark(name)));
            let others = watched.iter().filter(|(key, _)| !known.names.contains_key(*key));
            root.keys = KeyTable::new(of_paths.chain(others.map(|(key, mark)| Key::new(key, None, mark.0))).collect());
        }
        let mut fills = vec![false; table.len()];
        for slot in wanted {
            if let Some(place) = fills.get_mut(slot.0) {
                *place = true;
            }
        }
        Self { nodes, slots: table.len(), wanted: wanted.to_vec(), fills }
    }

    /// Whether `slot` is one of those that are filled; the others hold nothing that means anything.
    #[must_use]
    #[inline]
    pub fn fills(&self, slot: SlotId) -> bool {
        self.fills.get(slot.0).copied().unwrap_or_default()
    }

    /// Reads the object that begins at `at` of `text`: fills `slots`, whose spans count from `at`, and answers where it ends and the
    /// marks of its keys. `None` where it is not plain.
    ///
    /// Strings are not checked to be UTF-8; all else that [`skip_value`](crate::json::scan::skip_value) asks is.
    pub fn skim(&self, text: &[u8], at: usize, slots: &mut Slots) -> Option<(usize, Mark)> {
        slots.clear_wanted(self.slots, &self.wanted);
        let root = self.nodes.first()?;
        if text.get(at) != Some(&b'{') {
            return None;
        }
        let strings = Strings::new(text, at + 1);
        let mut reading = Reading { skimmer: self, text, base: at, strings, slots, marks: 0, entered: 0 };
        let end = reading.object(at, 0, root)?;
        let marks = Mark(reading.marks);
        if let Some(slot) = root.slot {
            slots.set(slot, 0, end - at);
        }
        u32::try_from(end - at).is_ok().then_some((end, marks))
    }

    /// Fills `slots` from the value at `span` of the valid JSON `record`, or empties them where there is none; their spans count from
    /// the beginning of the record, and other slots stay as they are. `false` where it is not plain.
    pub(super) fn skim_value(&self, record: &str, span: Option<Span>, slots: &mut Slots) -> bool {
        slots.empty(self.slots, &self.wanted);
        let (Some(root), Some(span)) = (self.nodes.first(), span) else { return true };
        let text = record.as_bytes();
        let strings = Strings::new(text, span.start);
        let mut reading = Reading { skimmer: self, text, base: 0, strings, slots, marks: 0, entered: 0 };
        reading.enter(span.start, 1, root).is_some()
    }
}

/// The wanted paths while they are put together.
struct Trie {
    nodes: Vec<TrieNode>,
}

#[derive(Default)]
struct TrieNode {
    slot: Option<SlotId>,
    below: Vec<SlotId>,
    indices: BTreeMap<usize, usize>,
    names: BTreeMap<String, usize>,
}

impl Default for Trie {
    fn default() -> Self {
        Self { nodes: vec![TrieNode::default()] }
    }
}

impl Trie {
    fn add(&mut self, path: &[Step], slot: SlotId) {
        let mut at = 0;
        for step in path {
            let next = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return };
            node.below.push(slot);
            at = match step {
                Step::Name(name) => *node.names.entry(name.clone()).or_insert(next),
                Step::Index(index) => *node.indices.entry(*index).or_insert(next),
            };
            if at == next {
                self.nodes.push(TrieNode::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.below.push(slot);
            node.slot = Some(slot);
        }
    }
}

impl TrieNode {
    fn node(&self) -> Node {
        let keys = self.names.iter().map(|(name, child)| Key::new(name, Some(*child), 0));
        let indices = self.indices.iter().map(|(index, child)| (*index, *child)).collect();
        let leaf = self.slot.filter(|_| self.names.is_empty() && self.indices.is_empty());
        Node { slot: self.slot, leaf, below: self.below.clone(), indices, keys: KeyTable::new(keys.collect()), bit: 0 }
    }
}

struct Reading<'r> {
    skimmer: &'r Skimmer,
    text: &'r [u8],
    base: usize,
    strings: Strings<'r>,
    slots: &'r mut Slots,
    marks: u32,
    /// The bits of the nodes that were entered.
    entered: u64,
}

impl Reading<'_> {
    /// Reads the object at `at`; answers where it ends.
    fn object(&mut self, at: usize, depth: usize, node: &Node) -> Option<usize> {
        let text = self.text;
        if depth >= DEPTH_LIMIT {
            return None;
        }
        let mut member = first_member(text, at + 1)?;
        loop {
            let key = match member {
                Member::Key(key) => key,
                Member::End(end) => return Some(end),
            };
            let (end, escaped) = self.strings.string(key)?;
            if escaped {
                return None;
            }
            let at = colon(text, end)?;
            let child = node.keys.find(text, key + 1, end - 1).and_then(|key| {
                self.marks |= key.mark;
                key.child
            });
            if self.marks & STOP.0 != 0 {
                return None;
            }
            let end = match child.and_then(|child| self.skimmer.nodes.get(child)) {
                None => value(text, at, depth + 1, &mut self.strings)?.0,
                Some(child) => self.enter(at, depth + 1, child)?,
            };
            member = next_member(text, end)?;
        }
    }

    /// Reads the value at `at`, which lies at `node`; answers where it ends.
    #[inline]
    fn enter(&mut self, at: usize, depth: usize, node: &Node) -> Option<usize> {
        let Some(slot) = node.leaf else { return self.enter_all(at, depth, node) };
        let end = self.value(at, depth)?;
        self.slots.set(slot, at - self.base, end - self.base);
        Some(end)
    }

    /// As [`value`], and notes escapes.
    #[inline]
    fn value(&mut self, at: usize, depth: usize) -> Option<usize> {
        let (end, escaped) = value(self.text, at, depth, &mut self.strings)?;
        if escaped {
            self.slots.note_escape();
        }
        Some(end)
    }

    /// As [`Reading::enter`], at a node with others below.
    fn enter_all(&mut self, at: usize, depth: usize, node: &Node) -> Option<usize> {
        // Invariant: a key seen again replaces all that its earlier value held, so its whole subtree is cleared.
        if self.entered & node.bit == node.bit {
            for slot in &node.below {
                self.slots.unset(*slot);
            }
        }
        self.entered |= node.bit;
        let end = match self.text.get(at)? {
            b'{' if !node.keys.is_empty() => self.object(at, depth, node),
            b'[' if !node.indices.is_empty() => self.array(at, depth, node),
            _ => self.value(at, depth),
        }?;
        if let Some(slot) = node.slot {
            self.slots.set(slot, at - self.base, end - self.base);
        }
        Some(end)
    }

    /// Reads the array at `at`; answers where it ends.
    fn array(&mut self, at: usize, depth: usize, node: &Node) -> Option<usize> {
        let text = self.text;
        if depth >= DEPTH_LIMIT {
            return None;
        }
        let mut at = skip_space(text, at + 1);
        if text.get(at) == Some(&b']') {
            return Some(at + 1);
        }
        let mut index = 0;
        loop {
            let child = node.indices.iter().find(|(known, _)| *known == index);
            let end = match child.and_then(|(_, child)| self.skimmer.nodes.get(*child)) {
                None => value(text, at, depth + 1, &mut self.strings)?.0,
                Some(child) => self.enter(at, depth + 1, child)?,
            };
            at = skip_space(text, end);
            match text.get(at)? {
                b',' => at = skip_space(text, at + 1),
                b']' => return Some(at + 1),
                _ => return None,
            }
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan;
    use proptest::prelude::*;

    const PATHS: [&str; 13] = [
        "aNameOfMoreThanThirtyTwoCharactersInAll",
        "aNameOfTwentyThreeChars",
        "",
        "a",
        "b",
        "a.a",
        "a.b",
        "userIdentity.type",
        "userIdentity",
        "a.b.c.d",
        "a.1.a",
        "b.0",
        "recipientAccountId",
    ];
    const EVENT: Mark = Mark(1);

    fn table() -> (SlotTable, Vec<SlotId>) {
        let mut table = SlotTable::default();
        let steps = |path: &str| {
            let step = |name: &str| name.parse().map_or_else(|_| Step::Name(name.to_owned()), Step::Index);
            path.split('.').filter(|name| !name.is_empty()).map(step).collect::<Vec<_>>()
        };
        let slots = PATHS.iter().map(|path| table.slot(&steps(path))).collect();
        (table, slots)
    }

    fn spans(slots: &Slots, ids: &[SlotId]) -> Vec<Option<Span>> {
        ids.iter().map(|slot| slots.span(*slot)).collect()
    }

    /// What passes here passes the strict scan, with the same end and slots; what it refuses without need is only slow.
    fn agrees(text: &[u8]) -> Result<bool, TestCaseError> {
        let (table, ids) = table();
        let skimmer = Skimmer::new(&table, &ids, &[("userIdentity", EVENT), ("Records", STOP)]);
        let mut slots = Slots::default();
        let strict = scan::skip_value(text, 0);
        let Some((end, _)) = skimmer.skim(text, 0, &mut slots) else {
            let plain = strict.is_ok() && text.first() == Some(&b'{') && !text.contains(&b'\\');
            prop_assert!(!plain || text.windows(9).any(|part| part == b"\"Records\""));
            return Ok(false);
        };
        let Ok(record) = std::str::from_utf8(&text[..end]) else { return Ok(false) };
        prop_assert_eq!(strict, Ok(end), "{}", record);
        let mut wanted = Slots::default();
        prop_assert!(table.extract(record, &mut wanted).is_ok());
        prop_assert_eq!(spans(&slots, &ids), spans(&wanted, &ids), "{}", record);
        Ok(true)
    }

    #[test]
    fn agrees_with_the_strict_scan_on_traps() {
        let nested = |levels: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        let mut passed = 0;
        for text in [
            r#"{}"#,
            r#"{ "a" : 1 , "b" : [ ] }"#,
            r#"{"a":{"a":1,"b":{"c":{"d":2}}},"a":{"b":3}}"#,
            r#"{"a":{"a":1},"a":5}"#,
            r#"{"\u0061":1}"#,
            r#"{"b":"\u0061\n\"","a":"\ud83d\ude00"}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"x":"\udc00","a":1}"#,
            r#"{"a":1e400}"#,
            r#"{"x":1e400}"#,
            r#"{"x":18446744073709551616,"a":-0}"#,
            r#"{"x":01}"#,
            r#"{"x":tru}"#,
            r#"{"a" 1}"#,
            r#"{"a":1,}"#,
            r#"{"a":1,,"b":2}"#,
            r#"{"a":[1}"#,
            r#"{"a":{"b":1]}"#,
            r#"{"x":[{"y":[]},{}]}"#,
            r#"{"x":[1 2]}"#,
            r#"{"x":{"y" 1}}"#,
            r#"{"userIdentity":{"type":"Root"},"userIdentity":{"arn":"x"}}"#,
            r#"{"Records":[]}"#,
            r#"{"aNameOfMoreThanThirtyTwoCharactersInAll":1,"aNameOfMoreThanThirXyTwoCharactersInAll":2}"#,
            r#"{"aNameOfTwentyThreeChars":1,"aNameOXTwentyThreeChars":2,"aNameOfTwentyThXeeChars":3}"#,
            r#"{"recipientAccountId":1,"recipientAXcountId":2,"recipientAccountIX":3,"Xecipient_AccountId":4}"#,
            r#"{"recipientAccountId":1,"a":[{"a":1},{"b":2,"a":3},5],"b":[6],"a":[[],{"a":"\n"}],"b":[]}"#,
            r#"{"a":[1,{"a":2}"#,
            r#"{"a":[1,,{"a":2}]}"#,
            "{\"a\":\"tab\there\"}",
            "{\"a\":\"\u{0}\"}",
            "{\"é\":\"é\",\"a\":\"éééééééé\"}",
            "{\"a\":1",
            "{\"a",
            "{",
            "[]",
            "",
        ] {
            passed += usize::from(agrees(text.as_bytes()).unwrap());
        }
        assert_eq!(passed, 13);
        for levels in [125, 126, 127, 128, 100_000] {
            agrees(nested(levels).as_bytes()).unwrap();
        }
        assert!(!agrees(b"{\"a\":\"\xff\"}").unwrap());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn agrees_with_the_strict_scan_on_mutated_text(
            text in "\\{(\n? {0,2}\"(a|b|userIdentity|Records|\\\\u0061|x{0,70})\":[ \n]?(2|\"y{0,140}\"|\"x\\\\n\"|null|\\[3,\\{\"a\":4\\}\\]|\\{(\"(a|b|type)\":(1|\"\"|\\{\"c\":\\{\"d\":5\\}\\}),?){0,3}\\}),?){0,5}\\}",
            at in any::<prop::sample::Index>(),
            with in "[{}\\[\\],:\"a\\\\0-9eé\u{1}]{0,2}",
        ) {
            agrees(text.as_bytes())?;
            let mut mutated = text.clone();
            let at = at.index(text.len());
            if text.is_char_boundary(at) {
                mutated.replace_range(at..at + 1, &with);
                agrees(mutated.as_bytes())?;
            }
        }
    }
}
