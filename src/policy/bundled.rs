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

/// The text of a bundled policy with comments in place of the tests of its rules, which are two thirds of it: all else stands where
/// it stood. Whoever does not run the tests reads it in a third of the time.
#[must_use]
pub fn without_tests(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_tests = false;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let is_empty = line.trim().is_empty();
        in_tests = line.trim_end() == "    tests:" || in_tests && (is_empty || indent > 4);
        if in_tests && !is_empty {
            out.push('#');
            out.extend(std::iter::repeat_n(' ', line.trim_end_matches('\n').len() - 1));
            out.push_str(if line.ends_with('\n') { "\n" } else { "" });
        } else {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tests_are_left_out() {
        let parse = |text: &str| {
            let source = Source::new("bundled:x.yaml", text);
            crate::policy::parse(&source, &|_| Err(String::new())).map_err(|errors| errors.to_string()).unwrap()
        };
        for source in bundled() {
            let stripped = without_tests(&source.text);
            assert_eq!(stripped.len(), source.text.len());
            let (mut all, some) = (parse(&source.text), parse(&stripped));
            assert!(some.rules.iter().all(|rule| rule.tests.is_empty()), "{}", source.name);
            assert!(all.rules.iter().any(|rule| !rule.tests.is_empty()) || all.rules.is_empty(), "{}", source.name);
            all.rules.iter_mut().for_each(|rule| rule.tests.clear());
            all.source = some.source.clone();
            assert!(format!("{all:?}") == format!("{some:?}"), "{} is read in another way", source.name);
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
