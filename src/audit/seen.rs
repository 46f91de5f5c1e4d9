//! The identities of the events of a run, so that a further delivery of one is told, in bounded memory.
//!
//! Up to a ceiling they lie in a hash set. Beyond it they are put aside in sorted runs on disk, and a filter in memory answers for
//! nearly every identity that it was not met before; where it cannot, the runs are searched. So the answer is exact, at once, and the
//! ceiling changes none. Runs of one size are merged, so that few are searched.
//!
//! Of an identity 96 bits are kept, beside 32 that tell what the first delivery said: no two of 10 billion events share the former, save
//! for a chance of one in a billion.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use rustc_hash::FxHashMap;

/// Identities that are held in memory, as many as a hash set of 2^20 places takes: 18 MB.
const CEILING: usize = 917_504;
/// From so many on there is room for all.
const MANY: usize = 1 << 14;
/// Bits of the filter: 16 MiB. For 10 million identities it is wrong about one in a thousand, and then the runs are searched.
const FILTER_BITS: usize = 1 << 27;
/// Bits of the filter that an identity sets.
const FILTER_HASHES: u32 = 4;
const BYTES: usize = 16;
/// Identities of a run between two that are kept in memory.
const STRIDE: usize = 256;
/// Identities are sorted in so many parts, by their first bits.
const PARTS: u128 = 1 << PART_BITS;
const PART_BITS: u32 = 3;
/// Runs of one size that are merged into one of the next.
const FAN_IN: usize = 8;

/// Identities that were met.
#[derive(Debug)]
pub(super) struct Seen {
    ceiling: usize,
    held: FxHashMap<Known, ()>,
    filter: Vec<u64>,
    /// Runs by how often they were merged.
    runs: Vec<Vec<Run>>,
    /// Whether nothing can be put aside, so that all is held.
    full: bool,
}

/// An event: the upper bits of its identity, and in place of the lower ones what its first delivery said.
#[derive(Debug, Clone, Copy)]
struct Known(u128);

impl Known {
    fn new(identity: u128, said: u32) -> Self {
        Self(identity >> 32 << 32 | u128::from(said))
    }

    const fn event(self) -> u128 {
        self.0 >> 32
    }

    fn said(self) -> u32 {
        u32::try_from(self.0 & 0xffff_ffff).unwrap_or_default()
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.event() == other.event()
    }
}

impl Eq for Known {}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.event().hash(state);
    }
}

/// Sorted identities on disk.
#[derive(Debug)]
struct Run {
    file: File,
    /// Every so manieth identity.
    marks: Vec<u128>,
    length: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self::with_ceiling(CEILING)
    }
}

impl Seen {
    fn with_ceiling(ceiling: usize) -> Self {
        Self { ceiling, held: FxHashMap::default(), filter: Vec::new(), runs: Vec::new(), full: false }
    }

    /// Adds a delivery of the event of `identity`; what the first one said, where this is not it.
    ///
    /// # Errors
    /// Where identities that were put aside cannot be read: then nobody knows.
    pub fn insert(&mut self, identity: u128, said: u32) -> io::Result<Option<u32>> {
        let new = Known::new(identity, said);
        if self.held.len() >= self.ceiling && !self.full {
            // Without a place on disk the answers stay right, and memory grows.
            self.full = self.put_aside().is_err();
        }
        if self.held.len() == MANY {
            // There will be many more: room for all of them at once is cheaper than moving them again and again.
            self.held.reserve(self.ceiling.saturating_sub(MANY));
        }
        // Most are new to the filter, so that one look at the set answers for them and takes them in.
        if let Some(known) = self.put_aside_before(new)? {
            return Ok(Some(known.said()));
        }
        match self.held.entry(new) {
            Entry::Occupied(known) => Ok(Some(known.key().said())),
            Entry::Vacant(place) => {
                place.insert(());
                Ok(None)
            }
        }
    }

    fn put_aside_before(&mut self, new: Known) -> io::Result<Option<Known>> {
        if self.filter.is_empty()
            || !places(new).all(|(word, bit)| self.filter.get(word).is_some_and(|word| word & bit != 0))
        {
            return Ok(None);
        }
        for run in self.runs.iter_mut().flatten() {
            if let Some(known) = run.find(new)? {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    fn put_aside(&mut self) -> io::Result<()> {
        let held = &self.held;
        // Part after part: all at once they would take as much memory again as the set does, and that is the most of a run.
        let sorted = (0..PARTS).flat_map(|part| {
            let all = held.keys().map(|known| known.0);
            let mut some: Vec<u128> = all.filter(|known| known.rotate_left(PART_BITS) % PARTS == part).collect();
            some.sort_unstable();
            some
        });
        let run = Run::write(sorted.map(Ok))?;
        self.filter.resize(FILTER_BITS / 64, 0);
        for (word, bit) in self.held.keys().copied().flat_map(places) {
            if let Some(word) = self.filter.get_mut(word) {
                *word |= bit;
            }
        }
        self.held.clear();
        self.add(run, 0);
        Ok(())
    }

    /// Adds a run. Runs that cannot be merged stay as they are.
    fn add(&mut self, run: Run, level: usize) {
        if self.runs.len() <= level {
            self.runs.resize_with(level + 1, Vec::new);
        }
        let Some(runs) = self.runs.get_mut(level) else { return };
        runs.push(run);
        if runs.len() % FAN_IN != 0 {
            return;
        }
        if let Ok(merged) = merge(runs) {
            runs.clear();
            self.add(merged, level + 1);
        }
    }
}

/// Words of the filter and the bits in them that `known` sets. An identity is a hash, so that its bits are as good as any.
fn places(known: Known) -> impl Iterator<Item = (usize, u64)> {
    (0..FILTER_HASHES).map(move |number| {
        // Of 96 bits 27 each, from every 23rd on.
        let place = usize::try_from(known.event() >> (number * 23) & 0xffff_ffff).unwrap_or_default() % FILTER_BITS;
        (place / 64, 1_u64 << (place % 64))
    })
}

fn merge(runs: &mut [Run]) -> io::Result<Run> {
    let mut readers = Vec::new();
    let mut heads = BinaryHeap::new();
    for (place, run) in runs.iter_mut().enumerate() {
        run.file.rewind()?;
        let mut reader = BufReader::new(&run.file);
        if let Some(head) = next(&mut reader)? {
            heads.push(Reverse((head, place)));
        }
        readers.push(reader);
    }
    Run::write(std::iter::from_fn(|| {
        let Reverse((identity, place)) = heads.pop()?;
        match readers.get_mut(place).map_or(Ok(None), next) {
            Ok(head) => heads.extend(head.map(|head| Reverse((head, place)))),
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(identity))
    }))
}

fn next(reader: &mut impl Read) -> io::Result<Option<u128>> {
    let mut bytes = [0; BYTES];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(u128::from_be_bytes(bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

impl Run {
    /// Writes `identities`, which rise, to a file without a name, that goes with the program.
    fn write(identities: impl Iterator<Item = io::Result<u128>>) -> io::Result<Self> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        let mut marks = Vec::new();
        let mut length = 0;
        for identity in identities {
            let identity = identity?;
            if length % STRIDE == 0 {
                marks.push(identity);
            }
            file.write_all(&identity.to_be_bytes())?;
            length += 1;
        }
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Self { file, marks, length })
    }

    fn find(&mut self, new: Known) -> io::Result<Option<Known>> {
        let is_before = |mark: &u128| Known(*mark).event() <= new.event();
        let Some(block) = self.marks.partition_point(is_before).checked_sub(1) else { return Ok(None) };
        let first = block * STRIDE;
        let count = STRIDE.min(self.length - first);
        let mut bytes = [0; STRIDE * BYTES];
        let bytes = bytes.get_mut(..count * BYTES).unwrap_or_default();
        self.file.seek(SeekFrom::Start(u64::try_from(first * BYTES).unwrap_or(u64::MAX)))?;
        self.file.read_exact(bytes)?;
        let (known, _) = bytes.as_chunks();
        Ok(known.iter().map(|known| Known(u128::from_be_bytes(*known))).find(|known| *known == new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers spread over 128 bits, as hashes are.
    fn identity(number: u128) -> u128 {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    }

    #[test]
    fn the_ceiling_changes_no_answer() {
        for ceiling in [1, 7, 300, 100_000] {
            let mut seen = Seen::with_ceiling(ceiling);
            let count = if ceiling == 1 { 300 } else { 9000 };
            for number in 0..count {
                let said = |number: u128| u32::try_from(number % 3).unwrap();
                assert_eq!(seen.insert(identity(number), said(number)).unwrap(), None, "{number} of {ceiling}");
                let again = seen.insert(identity(number / 2), 7).unwrap();
                assert_eq!(again, Some(said(number / 2)), "{number} of {ceiling}");
            }
            assert!((0..count).all(|number| seen.insert(identity(number), 7).unwrap().is_some()));
            assert!(seen.held.len() <= ceiling);
            assert!(seen.runs.iter().all(|runs| runs.len() < FAN_IN));
            assert_eq!(seen.runs.is_empty(), ceiling == 100_000);
        }
    }

    #[test]
    fn without_a_place_on_disk_all_is_held() {
        let mut seen = Seen::with_ceiling(10);
        seen.full = true;
        assert!((0..100).all(|number| seen.insert(identity(number), 0).unwrap().is_none()));
        assert!((0..100).all(|number| seen.insert(identity(number), 0).unwrap().is_some()));
        assert_eq!(seen.held.len(), 100);
    }
}
