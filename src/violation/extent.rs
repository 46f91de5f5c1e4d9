//! What some events reach over: the first and last time, the accounts and the regions. It is what "clean" rests on.
//!
//! One event after another goes in; extents of files are joined in any order, with the same result.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::text::time;

/// Times, accounts and regions of events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// The earliest event time, as `2026-01-31T10:00:00Z`; `None` where no event says a time that can be read.
    pub first: Option<String>,
    /// The latest.
    pub last: Option<String>,
    /// The accounts in which the events were recorded.
    pub accounts: BTreeSet<String>,
    /// Their regions.
    pub regions: BTreeSet<String>,
}

impl Extent {
    /// Whether no event said anything of the kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none() && self.accounts.is_empty() && self.regions.is_empty()
    }

    /// Adds an event. Allocates only for an account or region that was not met, and for a time that is not in the usual form.
    pub fn add(&mut self, time: Option<&str>, account: Option<&str>, region: Option<&str>) {
        if let Some(time) = time.and_then(usual) {
            self.add_time(&time);
        }
        for (known, value) in [(&mut self.accounts, account), (&mut self.regions, region)] {
            if let Some(value) = value.filter(|value| !value.is_empty() && !known.contains(*value)) {
                known.insert(value.to_owned());
            }
        }
    }

    /// Adds the events of `other`.
    pub fn join(&mut self, other: &Self) {
        for time in [&other.first, &other.last].into_iter().flatten() {
            self.add_time(time);
        }
        for (known, values) in [(&mut self.accounts, &other.accounts), (&mut self.regions, &other.regions)] {
            for value in values {
                if !known.contains(value) {
                    known.insert(value.clone());
                }
            }
        }
    }

    /// Texts of the usual form sort as the times that they say.
    fn add_time(&mut self, time: &str) {
        replace(&mut self.first, time, |known| time < known);
        replace(&mut self.last, time, |known| time > known);
    }
}

/// Puts `time` into `place` where there is none or `beats` says so; the text's memory is used again.
fn replace(place: &mut Option<String>, time: &str, beats: impl Fn(&str) -> bool) {
    match place {
        None => *place = Some(time.to_owned()),
        Some(known) if beats(known) => {
            known.clear();
            known.push_str(time);
        }
        Some(_) => {}
    }
}

/// `time` as `2026-01-31T10:00:00Z`; `None` where it cannot be read. Copies only what is written in another way.
#[must_use]
pub fn usual(time: &str) -> Option<Cow<'_, str>> {
    if time::digits(time).is_some() {
        return Some(Cow::Borrowed(time));
    }
    time::parse(time).map(|time| Cow::Owned(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_earliest_and_latest_of_readable_times() {
        let mut extent = Extent::default();
        assert!(extent.is_empty());
        for time in [
            "2023-07-10T12:00:00Z",
            "2023-02-30T12:00:00Z",
            "ZZZZ",
            "",
            "2023-07-10T13:00:00+02:00",
            "2023-07-31T00:00:00Z",
        ] {
            extent.add(Some(time), Some("111122223333"), Some("eu-west-1"));
        }
        extent.add(None, Some(""), None);
        assert_eq!(extent.first.as_deref(), Some("2023-07-10T11:00:00Z"));
        assert_eq!(extent.last.as_deref(), Some("2023-07-31T00:00:00Z"));
        assert_eq!(extent.accounts.len(), 1);
        assert_eq!(extent.regions.iter().next().map(String::as_str), Some("eu-west-1"));
    }

    #[test]
    fn the_order_of_joining_does_not_matter() {
        let of = |time, account, region| {
            let mut extent = Extent::default();
            extent.add(Some(time), Some(account), Some(region));
            extent
        };
        let parts = [
            of("2023-07-10T12:00:00Z", "1", "a"),
            of("2022-07-10T12:00:00Z", "2", "a"),
            of("2024-07-10T12:00:00Z", "1", "b"),
            Extent::default(),
        ];
        let joined = |order: [usize; 4]| {
            order.iter().fold(Extent::default(), |mut all, place| {
                all.join(&parts[*place]);
                all
            })
        };
        let wanted = joined([0, 1, 2, 3]);
        assert_eq!(wanted.first.as_deref(), Some("2022-07-10T12:00:00Z"));
        assert_eq!((wanted.accounts.len(), wanted.regions.len()), (2, 2));
        for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            assert_eq!(joined(order), wanted);
        }
    }
}
