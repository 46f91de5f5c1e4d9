//! What one scan leaves for the next of the same worker: room that lies in the cache of its processor, and memory of regexes that
//! another one could use only by locking it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who scans: one of several at a time, or nobody in particular.
pub type Worker = Option<usize>;

/// Things that workers put aside, each for itself.
#[derive(Debug)]
pub struct Spare<T>(Mutex<Vec<(Worker, T)>>);

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Spare<T> {
    /// What `worker` put aside last and has not taken yet.
    #[must_use]
    pub fn take(&self, worker: Worker) -> Option<T> {
        let mut all = self.all();
        let place = all.iter().rposition(|(of, _)| *of == worker)?;
        Some(all.remove(place).1)
    }

    /// Puts `thing` aside for `worker`.
    pub fn put(&self, worker: Worker, thing: T) {
        self.all().push((worker, thing));
    }

    fn all(&self) -> MutexGuard<'_, Vec<(Worker, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worker_takes_what_it_put_aside() {
        let spare = Spare::default();
        spare.put(Some(1), 'a');
        assert_eq!(spare.take(Some(0)), None);
        assert_eq!(spare.take(None), None);
        spare.put(Some(0), 'b');
        spare.put(None, 'c');
        spare.put(Some(0), 'd');
        assert_eq!(spare.take(Some(1)), Some('a'));
        assert_eq!(spare.take(Some(0)), Some('d'));
        assert_eq!(spare.take(Some(0)), Some('b'));
        assert_eq!(spare.take(Some(0)), None);
        assert_eq!(spare.take(None), Some('c'));
    }
}
