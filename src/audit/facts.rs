//! The facts of a run: held in memory up to a ceiling, beyond it in sorted runs on disk, and handed out in their order.
//!
//! The order is one of all facts, so that the ceiling changes no answer.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use crate::audit::input::in_words;
use crate::violation::{EventIdentity, Fact};

/// What facts may take of memory where nothing else is said.
pub const CEILING_BYTES: u64 = 256 << 20;

/// Runs of one size that are merged into one of the next: what bounds how many files are open at once.
const FAN_IN: usize = 64;

/// Gathers facts.
#[derive(Debug)]
pub struct Facts {
    ceiling_bytes: u64,
    held: Vec<Fact>,
    held_bytes: u64,
    /// Sorted runs, by how often they were merged.
    runs: Vec<Vec<Run>>,
    failure: Option<String>,
}

/// A sorted run on disk.
#[derive(Debug)]
struct Run {
    file: BufReader<File>,
    /// Facts that are not yet read: a file that lost its end must not pass for one that has it.
    left: u64,
}

impl Facts {
    /// None yet; so many bytes of them may be held in memory.
    #[must_use]
    pub const fn new(ceiling_bytes: u64) -> Self {
        Self { ceiling_bytes, held: Vec::new(), held_bytes: 0, runs: Vec::new(), failure: None }
    }

    /// Adds a fact. Where it cannot be put aside on disk, [`Self::sorted`] says so.
    pub fn push(&mut self, fact: Fact) {
        self.held_bytes = self.held_bytes.saturating_add(size(&fact));
        self.held.push(fact);
        if self.held_bytes > self.ceiling_bytes
            && self.failure.is_none()
            && let Err(error) = self.put_aside()
        {
            self.failure = Some(failure(&error));
        }
    }

    /// All facts, in the order of [`Fact::order`].
    ///
    /// # Errors
    /// Where facts could not be put aside: in words.
    pub fn sorted(mut self) -> Result<Sorted, String> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        self.held.sort_unstable_by(Fact::order);
        let held = Source::Held(std::mem::take(&mut self.held).into_iter());
        let runs = self.runs.into_iter().flatten().map(Source::Run);
        Ok(Sorted::of(runs.chain([held]).collect()))
    }

    fn put_aside(&mut self) -> io::Result<()> {
        self.held.sort_unstable_by(Fact::order);
        let run = Run::write(self.held.drain(..))?;
        self.held_bytes = 0;
        self.add(run, 0)
    }

    fn add(&mut self, run: Run, level: usize) -> io::Result<()> {
        if self.runs.len() <= level {
            self.runs.resize_with(level + 1, Vec::new);
        }
        let Some(of_level) = self.runs.get_mut(level) else { return Ok(()) };
        of_level.push(run);
        if of_level.len() < FAN_IN {
            return Ok(());
        }
        let full = std::mem::take(of_level);
        let mut sorted = Sorted::of(full.into_iter().map(Source::Run).collect());
        let merged = Run::write(sorted.by_ref())?;
        match sorted.failure {
            Some(failure) => Err(io::Error::other(failure)),
            None => self.add(merged, level + 1),
        }
    }
}

/// About how much memory a fact takes.
fn size(fact: &Fact) -> u64 {
    let EventIdentity { id, time, name, source, account, region, principal, source_ip } = &fact.event;
    let texts = [id, time, name, source, account, region, principal, source_ip].into_iter().flatten().map(String::len);
    let values = fact.texts.iter().chain([&fact.value]).flatten().map(|text| text.len());
    let inside: usize = texts.chain(values).chain([fact.key.len(), 16 * fact.texts.len()]).sum();
    let lists = 8 * (fact.exceptions.len() + fact.waivers.len());
    u64::try_from(size_of::<Fact>() + inside + lists).unwrap_or(u64::MAX)
}

fn failure(error: &io::Error) -> String {
    format!("events for rules over time cannot be put aside in a temporary file: {}", in_words(error))
}

impl Run {
    /// Writes `facts`, which come in their order, to a file without a name, that goes with the program.
    fn write(facts: impl Iterator<Item = Fact>) -> io::Result<Self> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        let mut written = 0;
        for fact in facts {
            let bytes = postcard::to_stdvec(&fact).map_err(io::Error::other)?;
            let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
            file.write_all(&length.to_le_bytes())?;
            file.write_all(&bytes)?;
            written += 1;
        }
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Self { file: BufReader::new(file), left: written })
    }

    fn read(&mut self) -> io::Result<Option<Fact>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let mut length = [0; 4];
        self.file.read_exact(&mut length)?;
        let mut bytes = vec![0; usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?];
        self.file.read_exact(&mut bytes)?;
        postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
    }
}

/// Facts in their order.
#[derive(Debug)]
pub struct Sorted {
    sources: Vec<Source>,
    /// The next fact of each source that has one.
    heads: BinaryHeap<Head>,
    failure: Option<String>,
}

#[derive(Debug)]
enum Source {
    Held(std::vec::IntoIter<Fact>),
    Run(Run),
}

#[derive(Debug)]
struct Head {
    fact: Fact,
    source: usize,
}

impl Ord for Head {
    /// Reversed, for the heap hands out the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.fact.order(&self.fact).then(other.source.cmp(&self.source))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl Sorted {
    fn of(sources: Vec<Source>) -> Self {
        let mut sorted = Self { heads: BinaryHeap::with_capacity(sources.len()), sources, failure: None };
        (0..sorted.sources.len()).for_each(|source| sorted.refill(source));
        sorted
    }

    /// Why the facts ended before all were handed out.
    #[must_use]
    pub fn failure(self) -> Option<String> {
        self.failure
    }

    fn refill(&mut self, source: usize) {
        let next = match self.sources.get_mut(source) {
            Some(Source::Held(facts)) => Ok(facts.next()),
            Some(Source::Run(run)) => run.read(),
            None => Ok(None),
        };
        match next {
            Ok(Some(fact)) => self.heads.push(Head { fact, source }),
            Ok(None) => {}
            Err(error) => self.failure = Some(failure(&error)),
        }
    }
}

impl Iterator for Sorted {
    type Item = Fact;

    fn next(&mut self) -> Option<Fact> {
        if self.failure.is_some() {
            return None;
        }
        let Head { fact, source } = self.heads.pop()?;
        self.refill(source);
        Some(fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::LineColumn;
    use crate::violation::{Roles, RuleIndex};
    use jiff::Timestamp;

    fn fact(number: i64) -> Fact {
        let mut roles = Roles::default();
        roles.add(usize::try_from(number % 3).unwrap());
        Fact {
            rule: RuleIndex(usize::try_from(number % 2).unwrap()),
            key: format!("[\"{}\",null]", number % 7).into(),
            time: Timestamp::from_second(number * 7919 % 1000).unwrap(),
            id: u128::try_from(number).unwrap() << 70,
            updated: number % 5 == 0,
            bare: false,
            roles,
            value: (number % 4 == 0).then(|| "1".into()),
            texts: vec![None, Some("t".into())],
            exceptions: vec![1],
            waivers: Vec::new(),
            event: EventIdentity { id: Some(number.to_string()), ..EventIdentity::default() },
            file: "a".into(),
            record: 3,
            offset: 5,
            at: LineColumn { line: 1, column: 2 },
        }
    }

    #[test]
    fn the_ceiling_changes_nothing() {
        let all: Vec<Fact> = (0..5000).map(fact).collect();
        let mut wanted = all.clone();
        wanted.sort_by(Fact::order);
        for ceiling in [0, 5_000, 100_000, u64::MAX] {
            let mut facts = Facts::new(ceiling);
            all.iter().for_each(|fact| facts.push(fact.clone()));
            assert_eq!(facts.runs.iter().all(Vec::is_empty), ceiling == u64::MAX);
            assert!(facts.runs.iter().all(|runs| runs.len() < FAN_IN));
            let mut sorted = facts.sorted().unwrap();
            assert!(sorted.by_ref().eq(wanted.iter().cloned()), "{ceiling}");
            assert_eq!(sorted.failure(), None);
        }
    }

    #[test]
    fn a_torn_run_is_told() {
        let mut run = Run::write([fact(1), fact(2)].into_iter()).unwrap();
        run.read().unwrap().unwrap();
        let mut rest = Vec::new();
        run.file.read_to_end(&mut rest).unwrap();
        // Before the length, inside of it, behind it, and inside the fact.
        for kept in [0, 2, 4, rest.len() - 1] {
            let mut torn = tempfile::tempfile().unwrap();
            torn.write_all(&rest[..kept]).unwrap();
            torn.rewind().unwrap();
            let mut sorted = Sorted::of(vec![Source::Run(Run { file: BufReader::new(torn), left: 1 })]);
            assert_eq!(sorted.next(), None);
            assert!(sorted.failure().unwrap().contains("temporary file"), "{kept}");
        }
    }
}
