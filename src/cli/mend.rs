//! `lint --fix` and `--diff`: applies the fixes of diagnostics round by round, in memory, until none is left.

use std::collections::BTreeMap;
use std::path::Path;

use similar::TextDiff;

use crate::audit::input::in_words;
use crate::cli::replace::replace;
use crate::policy::error::PolicyError;
use crate::policy::fix::{Fix, apply};
use crate::text::{Lines, Source};

/// Most rounds: a fix that touches another's place waits for the next one.
const ROUNDS: usize = 20;

/// What was mended.
#[derive(Debug, Default)]
pub struct Mended {
    /// The texts of the files that changed, by name.
    pub texts: BTreeMap<String, String>,
    /// Their texts before.
    before: BTreeMap<String, String>,
    /// What was done, a line each, in order.
    pub done: Vec<String>,
}

/// Mends what `found` tells of, given the texts changed so far, until nothing more can be mended.
pub fn mend(found: &dyn Fn(&BTreeMap<String, String>) -> Vec<PolicyError>) -> (Mended, Vec<PolicyError>) {
    let mut mended = Mended::default();
    let mut errors = found(&mended.texts);
    for _ in 0..ROUNDS {
        let mut next = mended.texts.clone();
        let mut done = Vec::new();
        for (source, fixes) in by_file(&errors) {
            let fixes_only: Vec<&Fix> = fixes.iter().map(|(_, fix)| *fix).collect();
            let (text, applied) = apply(&source.text, &fixes_only);
            for (error, fix) in applied.iter().filter_map(|place| fixes.get(*place)) {
                let line = Lines::new(source.text.as_bytes()).at(error.offset()).line;
                done.push(format!("{}:{line}: {}: {}", source.name, error.code, fix.title));
            }
            next.insert(source.name.to_string(), text);
            mended.before.entry(source.name.to_string()).or_insert_with(|| source.text.to_string());
        }
        if done.is_empty() {
            break;
        }
        let after = found(&next);
        // A fix that breaks what it mends is a fault of ours: the files stay as they were before this round.
        let errors_of = |errors: &[PolicyError]| {
            errors.iter().filter(|error| error.level == crate::policy::error::Level::Error).count()
        };
        if errors_of(&after) > errors_of(&errors) {
            break;
        }
        mended.texts = next;
        mended.done.extend(done);
        errors = after;
    }
    mended.before.retain(|name, _| mended.texts.contains_key(name));
    (mended, errors)
}

/// The fixes of each file that can be written, in the order of its lines.
fn by_file(errors: &[PolicyError]) -> Vec<(&Source, Vec<(&PolicyError, &Fix)>)> {
    let mut files: Vec<(&Source, Vec<(&PolicyError, &Fix)>)> = Vec::new();
    for error in errors {
        let Some(fix) = error.fix.as_ref().filter(|_| Path::new(error.source.name.as_ref()).is_file()) else {
            continue;
        };
        match files.iter_mut().find(|(source, _)| source.name == error.source.name) {
            Some((_, fixes)) => fixes.push((error, fix)),
            None => files.push((&error.source, vec![(error, fix)])),
        }
    }
    files
}

impl Mended {
    /// The changes as unified diffs.
    #[must_use]
    pub fn diff(&self) -> String {
        let mut out = String::new();
        for (name, text) in &self.texts {
            let before = self.before.get(name).map(String::as_str).unwrap_or_default();
            let diff = TextDiff::from_lines(before, text);
            out.push_str(&diff.unified_diff().context_radius(2).header(name, &format!("{name} (mended)")).to_string());
        }
        out
    }

    /// Writes the changed files.
    ///
    /// # Errors
    /// Which could not be written, and why.
    pub fn write(&self) -> Result<(), String> {
        for (name, text) in &self.texts {
            replace(Path::new(name), text)
                .map_err(|error| format!("`{name}` cannot be written: {}", in_words(&error)))?;
        }
        Ok(())
    }
}
