//! One pass over a record that checks it, fills the slots of a [`SlotTable`] and tells which watched keys it has: text in, the end
//! of the record out, or nothing where the record is not plain.
//!
//! This is the way of nearly every record of a run. Whatever is unusual (an error, an escape in a key that matters, a watched key
//! that says stop) is answered with `None`, and the caller takes the strict way of [`scan`](crate::json::scan), which knows the exact place
//! of an error. The two must agree: what passes here passes there, with the same slots.

use std::collections::BTreeMap;

use crate::json::location::Step;
use crate::json::scan::{DEPTH_LIMIT, skip_space};
use crate::json::skip::{BAD, byte, colon, string, value};
use crate::json::slots::{SlotId, SlotTable, Slots};
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
}

/// A hash table over the first eight bytes and the length of a key.
#[derive(Debug, Clone, Default)]
struct KeyTable {
    /// A power of two of places, at most a quarter of them taken; empty where there is no key.
    places: Vec<Option<Key>>,
    shift: u32,
}

#[derive(Debug, Clone)]
struct Key {
    name: Box<[u8]>,
    /// The first eight bytes, and the last; of a shorter name, zeros behind it.
    head: u64,
    tail: u64,
    child: Option<usize>,
    mark: Mark,
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
        if let (Some(root), Some(known)) = (nodes.first_mut(), trie.nodes.first()) {
            let mark = |name: &str| watched.iter().find(|(key, _)| *key == name).map(|(_, mark)| *mark);
            let of_paths = known.names.iter().map(|(name, child)| Key::new(name, Some(*child), mark(name)));
            let others = watched.iter().filter(|(key, _)| !known.names.contains_key(*key));
            root.keys = KeyTable::new(of_paths.chain(others.map(|(key, mark)| Key::new(key, None, Some(*mark)))));
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
        let mut reading = Reading { skimmer: self, text, base: at, slots, marks: Mark::default() };
        let end = match byte(text, at) {
            b'{' => reading.object(at, 0, root),
            _ => BAD,
        };
        let marks = reading.marks;
        if let Some(slot) = root.slot
            && end != BAD
        {
            slots.set(slot, Some(Span::new(0, end - at)));
        }
        (end != BAD && u32::try_from(end - at).is_ok()).then_some((end, marks))
    }

    /// Fills `slots` from the value at `span` of the valid JSON `record`, or empties them where there is none; their spans count from
    /// the beginning of the record, and other slots stay as they are. `false` where it is not plain.
    pub(super) fn skim_value(&self, record: &str, span: Option<Span>, slots: &mut Slots) -> bool {
        slots.empty(self.slots, &self.wanted);
        let (Some(root), Some(span)) = (self.nodes.first(), span) else { return true };
        let text = record.as_bytes();
        let mut reading = Reading { skimmer: self, text, base: 0, slots, marks: Mark::default() };
        reading.enter(span.start, 1, root) != BAD
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
        let keys = self.names.iter().map(|(name, child)| Key::new(name, Some(*child), None));
        let indices = self.indices.iter().map(|(index, child)| (*index, *child)).collect();
        let leaf = self.slot.filter(|_| self.names.is_empty() && self.indices.is_empty());
        Node { slot: self.slot, leaf, below: self.below.clone(), indices, keys: KeyTable::new(keys) }
    }
}

impl Key {
    fn new(name: &str, child: Option<usize>, mark: Option<Mark>) -> Self {
        let bytes = name.as_bytes();
        let (head, tail) = (head(bytes, 0, bytes.len()), tail(bytes, bytes.len()));
        Self { name: bytes.into(), head, tail, child, mark: mark.unwrap_or_default() }
    }
}

struct Reading<'r> {
    skimmer: &'r Skimmer,
    text: &'r [u8],
    base: usize,
    slots: &'r mut Slots,
    marks: Mark,
}

impl Reading<'_> {
    /// Reads the object at `at`; answers where it ends, or `BAD`.
    fn object(&mut self, at: usize, depth: usize, node: &Node) -> usize {
        let text = self.text;
        if depth >= DEPTH_LIMIT {
            return BAD;
        }
        let mut at = skip_space(text, at + 1);
        if byte(text, at) == b'}' {
            return at + 1;
        }
        loop {
            let start = at + 1;
            if byte(text, at) != b'"' {
                return BAD;
            }
            let (end, escaped) = string(text, start);
            if escaped {
                return BAD;
            }
            let begin = colon(text, end);
            let known = node.keys.find(text, start, end.wrapping_sub(1));
            let child = known.and_then(|key| {
                self.marks.0 |= key.mark.0;
                key.child
            });
            if self.marks.0 & STOP.0 != 0 {
                return BAD;
            }
            at = match child.and_then(|child| self.skimmer.nodes.get(child)) {
                None => match byte(text, begin) {
                    b'"' => string(text, begin + 1).0,
                    _ => value(text, begin, depth + 1),
                },
                Some(child) => self.enter(begin, depth + 1, child),
            };
            at = skip_space(text, at);
            match byte(text, at) {
                b',' => at = skip_space(text, at + 1),
                b'}' => return at + 1,
                _ => return BAD,
            }
        }
    }

    /// Reads the value at `at`, which lies at `node`.
    #[inline]
    fn enter(&mut self, at: usize, depth: usize, node: &Node) -> usize {
        let Some(slot) = node.leaf else { return self.enter_all(at, depth, node) };
        let end = match byte(self.text, at) {
            b'"' => self.string(at),
            _ => value(self.text, at, depth),
        };
        // Where the value is bad the whole record is, and its slots mean nothing.
        self.slots.set(slot, Some(Span::new(at.wrapping_sub(self.base), end.wrapping_sub(self.base))));
        end
    }

    /// Reads the string at `at`.
    #[inline]
    fn string(&mut self, at: usize) -> usize {
        let (end, escaped) = string(self.text, at + 1);
        if escaped {
            self.slots.note_escape();
        }
        end
    }

    /// As [`Reading::enter`], at a node with others below.
    fn enter_all(&mut self, at: usize, depth: usize, node: &Node) -> usize {
        // Invariant: a key seen again replaces all that its earlier value held, so its whole subtree is cleared.
        for slot in &node.below {
            self.slots.set(*slot, None);
        }
        let end = match byte(self.text, at) {
            b'"' => self.string(at),
            b'{' if !node.keys.places.is_empty() => self.object(at, depth, node),
            b'[' if !node.indices.is_empty() => self.array(at, depth, node),
            _ => value(self.text, at, depth),
        };
        if let Some(slot) = node.slot
            && end != BAD
        {
            self.slots.set(slot, Some(Span::new(at - self.base, end - self.base)));
        }
        end
    }
}

impl Reading<'_> {
    /// Reads the array at `at`; answers where it ends, or `BAD`.
    fn array(&mut self, at: usize, depth: usize, node: &Node) -> usize {
        let text = self.text;
        if depth >= DEPTH_LIMIT {
            return BAD;
        }
        let mut at = skip_space(text, at + 1);
        if byte(text, at) == b']' {
            return at + 1;
        }
        let mut index = 0;
        loop {
            let child = node.indices.iter().find(|(known, _)| *known == index);
            at = match child.and_then(|(_, child)| self.skimmer.nodes.get(*child)) {
                None => value(text, at, depth + 1),
                Some(child) => self.enter(at, depth + 1, child),
            };
            at = skip_space(text, at);
            match byte(text, at) {
                b',' => at = skip_space(text, at + 1),
                b']' => return at + 1,
                _ => return BAD,
            }
            index += 1;
        }
    }
}

impl KeyTable {
    fn new(keys: impl Iterator<Item = Key>) -> Self {
        let keys: Vec<Key> = keys.collect();
        if keys.is_empty() {
            return Self::default();
        }
        let size = (keys.len() * 4).next_power_of_two();
        let mut table = Self { places: vec![None; size], shift: 64 - size.trailing_zeros() };
        for key in keys {
            let mut place = table.place(key.head, key.name.len());
            while table.places.get(place).is_some_and(Option::is_some) {
                place = (place + 1) % size;
            }
            if let Some(free) = table.places.get_mut(place) {
                *free = Some(key);
            }
        }
        table
    }

    fn place(&self, head: u64, length: usize) -> usize {
        let length = u64::try_from(length).unwrap_or_default();
        let hash = (head ^ length.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(hash >> self.shift).unwrap_or_default()
    }

    /// The key that stands at `start..end` of `text`.
    fn find(&self, text: &[u8], start: usize, end: usize) -> Option<&Key> {
        if self.places.is_empty() || end < start {
            return None;
        }
        let length = end - start;
        let (head, tail) = (head(text, start, length), tail(text, end));
        let mut place = self.place(head, length);
        loop {
            let key = self.places.get(place)?.as_ref()?;
            // Head and tail are all of a name of up to sixteen bytes.
            if key.head == head
                && key.name.len() == length
                && (length <= 8 || key.tail == tail)
                && (length <= 16 || text.get(start + 8..end - 8) == key.name.get(8..length - 8))
            {
                return Some(key);
            }
            place = (place + 1) & (self.places.len() - 1);
        }
    }
}

/// The first eight bytes of the `length` at `start`, zeros for those beyond.
fn head(text: &[u8], start: usize, length: usize) -> u64 {
    if let Some(eight) = text.get(start..start + 8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()) {
        let word = u64::from_le_bytes(eight);
        return if length >= 8 { word } else { word & ((1 << (length * 8)) - 1) };
    }
    let bytes = text.get(start..start + length.min(8)).unwrap_or_default();
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The eight bytes before `end`; 0 where there are fewer.
fn tail(text: &[u8], end: usize) -> u64 {
    let eight =
        end.checked_sub(8).and_then(|start| text.get(start..end)).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    eight.map_or(0, u64::from_le_bytes)
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
            text in "\\{(\"(a|b|userIdentity|Records|\\\\u0061|xxxxxxxxxxxx)\": ?(2|\"x\\\\n\"|null|\\[3,\\{\"a\":4\\}\\]|\\{(\"(a|b|type)\":(1|\"\"|\\{\"c\":\\{\"d\":5\\}\\}),?){0,3}\\}),?){0,5}\\}",
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
