//! When and where events were made, as their records say, for the extent of the log and of the populations.
//!
//! A record's time, account and region become numbers once; adding them to one population after another compares numbers only.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::compile::program::PlaceSlots;
use crate::engine::node::Node;
use crate::json::locate::locate;
use crate::json::{Location, Slots, Step};
use crate::text::time;
use crate::violation::{Extent, Reach};

/// Time, account and region of one event.
#[derive(Debug)]
pub(super) struct Made<'r> {
    time: Option<Cow<'r, str>>,
    /// The [`digits`](time::digits) of the time where it is written in that form.
    digits: Option<u64>,
    account: Option<Cow<'r, str>>,
    region: Option<Cow<'r, str>>,
}

impl<'r> Made<'r> {
    /// What `record` says, its eager slots filled. Copies nothing but strings with escapes.
    pub(super) fn of(record: &'r str, slots: &Slots, place: PlaceSlots) -> Self {
        let string = |slot: Option<_>| slots.string(slot?, record);
        let account = string(place.account).or_else(|| place.account.and_then(|_| account_of_caller(record)));
        let time = string(place.time);
        let digits = time.as_deref().and_then(time::digits);
        Self { time, digits, account, region: string(place.region) }
    }

    /// When it was made; `None` where it does not say so in a form that can be read.
    pub(super) fn time(&self) -> Option<Timestamp> {
        match self.digits {
            Some(digits) => time::at_digits(digits),
            None => time::parse(self.time.as_deref()?),
        }
    }

    /// Adds the event to `reaching`.
    pub(super) fn add_to_reach(&self, reaching: &mut Reaching) {
        match self.digits {
            Some(digits) => reaching.digits.add(digits),
            None => {
                if let Some(time) = self.time() {
                    reaching.reach.add(time);
                }
            }
        }
    }
}

/// The reach of records so far: of those whose time is written in the usual form only the outermost are parsed, in the end.
#[derive(Debug, Default)]
pub(super) struct Reaching {
    reach: Reach,
    digits: Between,
}

impl Reaching {
    /// The reach.
    pub(super) fn finish(mut self) -> Reach {
        for digits in self.digits.ends() {
            if let Some(time) = time::at_digits(digits) {
                self.reach.add(time);
            }
        }
        self.reach
    }
}

/// The least and the greatest of some numbers.
#[derive(Debug, Clone, Copy)]
struct Between {
    first: u64,
    last: u64,
}

impl Default for Between {
    fn default() -> Self {
        Self { first: u64::MAX, last: 0 }
    }
}

impl Between {
    fn add(&mut self, number: u64) {
        self.first = self.first.min(number);
        self.last = self.last.max(number);
    }

    /// Both; nothing where there was none.
    fn ends(self) -> impl Iterator<Item = u64> {
        [self.first, self.last].into_iter().filter(move |_| self.first <= self.last)
    }
}

/// The accounts and regions of a scan, numbered as they are met.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    accounts: Names,
    regions: Names,
}

/// What [`Made`] adds to an [`Extent`], as numbers.
#[derive(Debug)]
pub(super) struct Spot {
    digits: Option<u64>,
    /// One bit for the account, none where there is none or too many are known.
    account: u64,
    region: u64,
    /// What has no number.
    odd: Option<Box<Extent>>,
}

impl Numbering {
    /// Makes ready for another text: what was met stays known while there is room for more.
    pub(super) fn begin(&mut self) {
        self.accounts.begin();
        self.regions.begin();
    }

    /// `made` in numbers.
    pub(super) fn spot(&mut self, made: &Made<'_>) -> Spot {
        let (account, odd_account) = self.accounts.bit(made.account.as_deref());
        let (region, odd_region) = self.regions.bit(made.region.as_deref());
        let odd_time = made.time.as_deref().filter(|_| made.digits.is_none());
        let odd = (odd_time.is_some() || odd_account.is_some() || odd_region.is_some()).then(|| {
            let mut odd = Box::<Extent>::default();
            odd.add(odd_time, odd_account, odd_region);
            odd
        });
        Spot { digits: made.digits, account, region, odd }
    }

    /// What `spots` reach over.
    pub(super) fn extent(&self, spots: Spots) -> Extent {
        let mut extent = spots.odd.map(|odd| *odd).unwrap_or_default();
        for digits in spots.between.ends() {
            extent.add(Some(&time::of_digits(digits)), None, None);
        }
        self.accounts.of(spots.accounts).for_each(|account| extent.add(None, Some(account), None));
        self.regions.of(spots.regions).for_each(|region| extent.add(None, None, Some(region)));
        extent
    }
}

/// Names that were met: the first 64 have a bit.
#[derive(Debug, Default)]
struct Names {
    known: Vec<String>,
    /// Place of the one that was met last.
    last: usize,
}

impl Names {
    fn begin(&mut self) {
        if self.known.len() > 32 {
            self.known.clear();
        }
    }

    /// The bit of `name`, or the name itself where it has none.
    fn bit<'n>(&mut self, name: Option<&'n str>) -> (u64, Option<&'n str>) {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return (0, None) };
        if self.known.get(self.last).is_none_or(|known| known != name) {
            self.last = match self.known.iter().position(|known| known == name) {
                Some(place) => place,
                None if self.known.len() < 64 => {
                    self.known.push(name.to_owned());
                    self.known.len() - 1
                }
                None => return (0, Some(name)),
            };
        }
        (1 << self.last, None)
    }

    fn of(&self, bits: u64) -> impl Iterator<Item = &str> {
        let met = move |(place, _): &(usize, &String)| bits & 1 << place != 0;
        self.known.iter().enumerate().filter(met).map(|(_, name)| name.as_str())
    }
}

/// What some events of a scan reach over, in the numbers of its [`Numbering`].
#[derive(Debug, Clone, Default)]
pub(super) struct Spots {
    between: Between,
    accounts: u64,
    regions: u64,
    odd: Option<Box<Extent>>,
}

impl Spots {
    /// Adds an event.
    pub(super) fn add(&mut self, spot: &Spot) {
        if let Some(digits) = spot.digits {
            self.between.add(digits);
        }
        self.accounts |= spot.account;
        self.regions |= spot.region;
        if let Some(odd) = &spot.odd {
            self.odd.get_or_insert_default().join(odd);
        }
    }
}

/// The caller's account, in place of the recipient's: records before event version 1.02 say no other, so that this walk is rare.
fn account_of_caller(record: &str) -> Option<Cow<'_, str>> {
    let location = Location(["userIdentity", "accountId"].map(|name| Step::Name(name.to_owned())).to_vec());
    Node::Text(locate(record, &location)?.of(record)).string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(time: &str, account: &str, region: &str) -> Made<'static> {
        let digits = time::digits(time);
        let own = |text: &str| (text != "-").then(|| Cow::Owned(text.to_owned()));
        Made { time: own(time), digits, account: own(account), region: own(region) }
    }

    #[test]
    fn numbers_reach_over_what_texts_do() {
        let events: Vec<Made<'_>> = (0..200)
            .map(|number| {
                let time = match number % 5 {
                    0 => format!("2026-02-{:02}T10:00:00Z", number % 31),
                    1 => format!("2026-03-01T{:02}:00:00+02:00", number % 24),
                    2 => "-".to_owned(),
                    3 => "yesterday".to_owned(),
                    _ => format!("2025-12-31T10:00:{:02}Z", number % 60),
                };
                let account = if number % 7 == 0 { "-".to_owned() } else { (number % 90).to_string() };
                made(&time, &account, if number % 3 == 0 { "" } else { "eu-west-1" })
            })
            .collect();
        for step in [1, 2, 3, 50] {
            let (mut numbering, mut spots, mut wanted) = (Numbering::default(), Spots::default(), Extent::default());
            let (mut reaching, mut reach) = (Reaching::default(), Reach::default());
            for event in events.iter().step_by(step) {
                spots.add(&numbering.spot(event));
                wanted.add(event.time.as_deref(), event.account.as_deref(), event.region.as_deref());
                event.add_to_reach(&mut reaching);
                event.time().into_iter().for_each(|time| reach.add(time));
            }
            assert_eq!(numbering.extent(spots), wanted);
            assert_eq!(reaching.finish(), reach);
        }
        assert_eq!(Numbering::default().extent(Spots::default()), Extent::default());
        assert_eq!(Reaching::default().finish(), Reach::default());
    }
}
