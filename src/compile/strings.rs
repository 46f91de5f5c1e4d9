//! A set of strings that one string after another is looked up in: few are compared, many are hashed.

use rustc_hash::FxHashSet;

/// So many are compared one by one.
const FEW: usize = 8;

/// Strings, each once, in rising order.
#[derive(Debug, Clone, Default)]
pub struct StringSet {
    sorted: Vec<Box<str>>,
    /// The same, where they are many.
    hashed: FxHashSet<Box<str>>,
}

impl StringSet {
    /// Whether `text` is among them.
    #[must_use]
    #[inline]
    pub fn contains(&self, text: &str) -> bool {
        if self.sorted.len() <= FEW {
            self.sorted.iter().any(|known| **known == *text)
        } else {
            self.hashed.contains(text)
        }
    }

    /// All of them, in rising order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.sorted.iter().map(AsRef::as_ref)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}

impl<S: Into<Box<str>>> FromIterator<S> for StringSet {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let mut sorted: Vec<Box<str>> = strings.into_iter().map(Into::into).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let hashed = if sorted.len() <= FEW { FxHashSet::default() } else { sorted.iter().cloned().collect() };
        Self { sorted, hashed }
    }
}

impl PartialEq for StringSet {
    fn eq(&self, other: &Self) -> bool {
        self.sorted == other.sorted
    }
}

impl Eq for StringSet {}

impl std::hash::Hash for StringSet {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.sorted.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_found() {
        for count in [0, 1, FEW, FEW + 1, 100] {
            let set: StringSet = (0..count).rev().chain(0..count).map(|number| number.to_string()).collect();
            assert_eq!(set.iter().count(), count);
            assert_eq!(set.is_empty(), count == 0);
            assert!((0..count).all(|number| set.contains(&number.to_string())));
            assert!(!set.contains("x") && !set.contains(&count.to_string()));
        }
    }
}
