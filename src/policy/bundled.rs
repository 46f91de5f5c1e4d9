//! The policies that ship inside the program.

use include_dir::{Dir, include_dir};

use crate::text::Source;

static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// The bundled policy files, sorted by name; each is called `bundled:NAME.yaml`.
#[must_use]
pub fn bundled() -> Vec<Source> {
    let mut sources: Vec<Source> = POLICIES
        .files()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "yaml"))
        .filter_map(|file| Some(Source::new(format!("bundled:{}", file.path().display()), file.contents_utf8()?)))
        .collect();
    sources.sort_by(|left, right| left.name.cmp(&right.name));
    sources
}

/// The text of a bundled policy with empty lines in place of the tests of its rules, which are two thirds of it: all else stands in the
/// line and column where it stood. Whoever does not run the tests reads it in a quarter of the time.
#[must_use]
pub fn without_tests(text: &str) -> String {
    let mut out = String::with_capacity(text.len() / 2);
    let mut in_tests = false;
    for line in text.split_inclusive('\n') {
        let indent = line.bytes().take_while(|byte| *byte == b' ').count();
        let is_empty = line.len() <= indent + 1;
        in_tests = indent == 4 && line.trim_end() == "    tests:" || in_tests && (is_empty || indent > 4);
        out.push_str(if in_tests { "\n" } else { line });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lines;

    #[test]
    fn only_the_tests_are_left_out() {
        let parse = |text: &str| {
            let source = Source::new("bundled:x.yaml", text);
            crate::policy::parse(&source, &|_| Err(String::new())).map_err(|errors| errors.to_string()).unwrap()
        };
        // All that was read, with lines and columns in place of offsets.
        let offsets = regex::Regex::new(r"Span \{\s*start: (\d+),\s*end: (\d+),?\s*\}").unwrap();
        let shown = |policy: &crate::policy::Policy, text: &str| {
            let place = |offset: &str| Lines::new(text.as_bytes()).at(offset.parse().unwrap());
            let shown = format!("{policy:?}");
            let placed = |found: &regex::Captures<'_>| format!("{:?} to {:?}", place(&found[1]), place(&found[2]));
            offsets.replace_all(&shown, placed).into_owned()
        };
        for source in bundled() {
            let stripped = without_tests(&source.text);
            let (mut all, mut some) = (parse(&source.text), parse(&stripped));
            assert!(some.rules.iter().all(|rule| rule.tests.is_empty()), "{}", source.name);
            assert!(all.rules.iter().any(|rule| !rule.tests.is_empty()) || all.rules.is_empty(), "{}", source.name);
            all.rules.iter_mut().for_each(|rule| rule.tests.clear());
            let none = Source::new("bundled:x.yaml", "");
            (all.source, some.source) = (none.clone(), none);
            assert!(shown(&all, &source.text) == shown(&some, &stripped), "{} is read in another way", source.name);
        }
    }

    #[test]
    fn every_bundled_file_is_a_policy() {
        let policies: Vec<_> = bundled()
            .iter()
            .map(|source| {
                crate::policy::parse(source, &|_| Err("no list files here".to_owned()))
                    .map_err(|errors| errors.to_string())
                    .unwrap()
            })
            .collect();
        let set = crate::policy::PolicySet::new(policies).map_err(|errors| errors.to_string()).unwrap();
        assert!(set.rules().count() >= 25);
        for policy in set.policies() {
            assert!(policy.warnings.is_empty(), "{}: {:?}", policy.source.name, policy.warnings);
        }
    }
}
