//! Where one node lies in a JSON value: RFC 9535 §2.7 normalized paths.

use std::fmt;

/// One step down from a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Into the member of an object with this name.
    Name(String),
    /// Into the element of an array at this place, from 0.
    Index(usize),
}

/// The place of one node: the steps from the root. Displays as a normalized path: `$['userIdentity']['type']`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Location(pub Vec<Step>);

impl Location {
    /// This place, then `more` steps down.
    #[must_use]
    pub fn join(&self, more: &[Step]) -> Self {
        let mut steps = self.0.clone();
        steps.extend_from_slice(more);
        Self(steps)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.0 {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Name(name) => {
                    f.write_str("['")?;
                    for character in name.chars() {
                        match character {
                            '\'' => f.write_str("\\'")?,
                            '\\' => f.write_str("\\\\")?,
                            '\u{8}' => f.write_str("\\b")?,
                            '\u{c}' => f.write_str("\\f")?,
                            '\n' => f.write_str("\\n")?,
                            '\r' => f.write_str("\\r")?,
                            '\t' => f.write_str("\\t")?,
                            control if u32::from(control) < 0x20 => write!(f, "\\u{:04x}", u32::from(control))?,
                            other => write!(f, "{other}")?,
                        }
                    }
                    f.write_str("']")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_the_normalized_path() {
        let at = Location(vec![Step::Name("a'\\\n\u{b}☺".to_owned()), Step::Index(3)]);
        assert_eq!(at.to_string(), "$['a\\'\\\\\\n\\u000b☺'][3]");
        assert_eq!(Location::default().to_string(), "$");
    }
}
