//! Tells which of the keys that matter stands in a text.

/// A hash table of the keys of an object that matter.
#[derive(Debug, Clone, Default)]
pub struct KeyTable {
    /// A power of two of places, at most a quarter of them taken; empty where there is no key.
    places: Vec<Option<Key>>,
    /// What the word of a key is multiplied with for its hash, and by how many bits the product is shifted.
    factor: u64,
    shift: u32,
}

/// A key that matters.
#[derive(Debug, Clone)]
pub struct Key {
    name: Box<[u8]>,
    /// The first sixteen bytes, zeros behind a shorter name.
    head: u128,
    /// The last sixteen bytes; 0 for a shorter name.
    tail: u128,
    /// The node that it leads to.
    pub child: Option<usize>,
    /// The bits that it adds to those of its record.
    pub mark: u32,
}

/// Bytes of a key that are looked at at once.
const WIDTH: usize = 16;
/// Factors that are tried for a table, so that each of up to so many keys stands where its hash says.
const TRIES: u64 = 16;
const FEW: usize = 64;

impl Key {
    /// The key called `name`.
    #[must_use]
    pub fn new(name: &str, child: Option<usize>, mark: u32) -> Self {
        let name = name.as_bytes();
        Self { name: name.into(), head: head(name), tail: tail(name), child, mark }
    }

    fn word(&self) -> u128 {
        word(self.name.len(), self.head, self.tail)
    }
}

impl KeyTable {
    /// Of `keys`, each of another name.
    #[must_use]
    pub fn new(keys: Vec<Key>) -> Self {
        if keys.is_empty() {
            return Self::default();
        }
        let size = (keys.len() * 4).next_power_of_two();
        let with_factor = |tried: u64| {
            let factor = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * tried + 1);
            Self { places: Vec::new(), factor, shift: 64 - size.trailing_zeros() }
        };
        let taken = |table: &Self| {
            let mut places: Vec<usize> = keys.iter().map(|key| table.place(key.word())).collect();
            places.sort_unstable();
            places.dedup();
            places.len()
        };
        let mut table = with_factor(0);
        let mut most = taken(&table);
        for tried in 1..if keys.len() <= FEW { TRIES } else { 1 } {
            if most == keys.len() {
                break;
            }
            let other = with_factor(tried);
            let taken = taken(&other);
            if taken > most {
                (table, most) = (other, taken);
            }
        }
        table.places = vec![None; size];
        for key in keys {
            let mut place = table.place(key.word());
            while table.places.get(place).is_some_and(Option::is_some) {
                place = (place + 1) % size;
            }
            if let Some(free) = table.places.get_mut(place) {
                *free = Some(key);
            }
        }
        table
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The key that stands at `start..end` of `text`.
    #[inline]
    pub fn find(&self, text: &[u8], start: usize, end: usize) -> Option<&Key> {
        if self.places.is_empty() {
            return None;
        }
        let length = end.checked_sub(start)?;
        match text.get(start..)?.first_chunk::<WIDTH>() {
            Some(bytes) if length <= WIDTH => {
                let head = u128::from_le_bytes(*bytes) & FIRST.get(length)?;
                self.search(head, |key| key.head == head && key.name.len() == length)
            }
            _ => self.find_slowly(text.get(start..end)?),
        }
    }

    /// As [`KeyTable::find`], of one that is longer or stands near the end of the text.
    fn find_slowly(&self, name: &[u8]) -> Option<&Key> {
        let (head, tail) = (head(name), tail(name));
        let same = |key: &Key| {
            // Head and tail are all of a name of up to 32 bytes.
            key.name.len() == name.len()
                && key.head == head
                && key.tail == tail
                && (name.len() <= 2 * WIDTH || *key.name == *name)
        };
        self.search(word(name.len(), head, tail), same)
    }

    #[inline]
    fn search(&self, word: u128, is: impl Fn(&Key) -> bool) -> Option<&Key> {
        let mut place = self.place(word);
        loop {
            let key = self.places.get(place)?.as_ref()?;
            if is(key) {
                return Some(key);
            }
            place = (place + 1) & (self.places.len() - 1);
        }
    }

    #[inline]
    fn place(&self, word: u128) -> usize {
        let half = |word: u128| u64::try_from(word & u128::from(u64::MAX)).unwrap_or_default();
        let hash = (half(word) ^ half(word >> 64).rotate_left(32)).wrapping_mul(self.factor);
        usize::try_from(hash >> self.shift).unwrap_or_default()
    }
}

/// For so many bytes, ones in their places.
const FIRST: [u128; WIDTH + 1] = [
    0,
    first(1),
    first(2),
    first(3),
    first(4),
    first(5),
    first(6),
    first(7),
    first(8),
    first(9),
    first(10),
    first(11),
    first(12),
    first(13),
    first(14),
    first(15),
    first(16),
];

const fn first(bytes: u32) -> u128 {
    u128::MAX >> (u128::BITS - 8 * bytes)
}

/// What is hashed of a name of so many bytes.
fn word(length: usize, head: u128, tail: u128) -> u128 {
    if length > WIDTH { head ^ tail } else { head }
}

/// The first sixteen bytes of `name`, zeros behind a shorter one.
fn head(name: &[u8]) -> u128 {
    match name.first_chunk() {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => name.iter().rev().fold(0, |word, byte| word << 8 | u128::from(*byte)),
    }
}

/// The last sixteen bytes of `name`; 0 of a shorter one.
fn tail(name: &[u8]) -> u128 {
    name.last_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(names: &[&str]) -> KeyTable {
        KeyTable::new(names.iter().enumerate().map(|(place, name)| Key::new(name, Some(place), 0)).collect())
    }

    /// The key called `name` that stands in a text, with so much behind it.
    fn found(table: &KeyTable, name: &str, behind: usize) -> Option<usize> {
        let text = format!("\"{name}\"{}", "x".repeat(behind));
        table.find(text.as_bytes(), 1, 1 + name.len()).and_then(|key| key.child)
    }

    #[test]
    fn nothing_is_found_in_an_empty_table() {
        let table = KeyTable::default();
        assert!(table.is_empty());
        assert_eq!(found(&table, "", 40), None);
        assert_eq!(found(&table, "eventName", 40), None);
    }

    #[test]
    fn names_whose_words_have_one_hash_are_told_apart() {
        // Either half of a word and the other, turned, are exchanged.
        let names = ["aaaabbbbccccdddd", "ddddccccbbbbaaaa", "a", "a\0", "", "aaaabbbbccccdddd-"];
        let table = table(&names);
        for (place, name) in names.iter().enumerate() {
            for behind in [0, 40] {
                assert_eq!(found(&table, name, behind), Some(place), "{name} {behind}");
            }
        }
        assert_eq!(found(&table, "aaaabbbbccccdddx", 40), None);
        assert_eq!(found(&table, "a\0\0", 40), None);
    }

    proptest! {
        #[test]
        fn just_the_keys_of_the_table_are_found(
            names in proptest::collection::btree_set("[ab]{0,3}|x{14}[ab]{1,4}|x{8}[ab]x{8,30}[ab]", 0..90),
            others in proptest::collection::vec("[abx]{0,4}|x{14}[ab]{1,4}|x{8}[ab]x{8,30}[ab]", 20),
            behind in 0..20_usize,
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let table = table(&names);
            for name in names.iter().copied().chain(others.iter().map(String::as_str)) {
                let wanted = names.iter().position(|known| *known == name);
                prop_assert_eq!(found(&table, name, behind), wanted, "{}", name);
            }
        }
    }
}
