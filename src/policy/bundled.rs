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

#[cfg(test)]
mod tests {
    use super::*;

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
