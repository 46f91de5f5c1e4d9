//! When and where an event was made, as its record says, for the extent of the log and of the populations.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::compile::program::PlaceSlots;
use crate::engine::node::Node;
use crate::json::locate::locate;
use crate::json::{Location, Slots, Step};
use crate::text::time;
use crate::violation::extent::{is_usual, usual};
use crate::violation::{Extent, Reach};

/// Time, account and region of one event.
#[derive(Debug)]
pub(super) struct Made<'r> {
    time: Option<Cow<'r, str>>,
    /// The time in the usual form, where it can be read.
    usual: Option<Cow<'r, str>>,
    account: Option<Cow<'r, str>>,
    region: Option<Cow<'r, str>>,
}

impl<'r> Made<'r> {
    /// What `record` says, its eager slots filled. Copies nothing but strings with escapes.
    pub(super) fn of(record: &'r str, slots: &Slots, place: PlaceSlots) -> Self {
        let string = |slot: Option<_>| slots.string(slot?, record);
        let account = string(place.account).or_else(|| place.account.and_then(|_| account_of_caller(record)));
        let time = string(place.time);
        let usual = match &time {
            Some(Cow::Borrowed(time)) => usual(time),
            Some(Cow::Owned(time)) => usual(time).map(|time| Cow::Owned(time.into_owned())),
            None => None,
        };
        Self { time, usual, account, region: string(place.region) }
    }

    /// Adds the event to `extent`.
    pub(super) fn add_to(&self, extent: &mut Extent) {
        extent.add_usual(self.usual.as_deref(), self.account.as_deref(), self.region.as_deref());
    }

    /// When it was made; `None` where it does not say so in a form that can be read.
    pub(super) fn time(&self) -> Option<Timestamp> {
        time::parse(self.time.as_deref()?)
    }

    /// Adds the event to `reaching`.
    pub(super) fn add_to_reach(&self, reaching: &mut Reaching) {
        let Some(text) = self.time.as_deref() else { return };
        if !is_usual(text) {
            if let Some(time) = time::parse(text) {
                reaching.reach.add(time);
            }
            return;
        }
        let known = !reaching.last.is_empty();
        if known && reaching.first.as_str() <= text && text <= reaching.last.as_str() {
            return;
        }
        let Some(time) = time::parse(text) else { return };
        reaching.reach.add(time);
        if !known || text < reaching.first.as_str() {
            text.clone_into(&mut reaching.first);
        }
        if !known || text > reaching.last.as_str() {
            text.clone_into(&mut reaching.last);
        }
    }
}

/// The reach of records so far. Texts of the usual form sort as the times that they say, so that only the outermost are parsed.
#[derive(Debug, Default)]
pub(super) struct Reaching {
    pub(super) reach: Reach,
    first: String,
    last: String,
}

/// The caller's account, in place of the recipient's: records before event version 1.02 say no other, so that this walk is rare.
fn account_of_caller(record: &str) -> Option<Cow<'_, str>> {
    let location = Location(["userIdentity", "accountId"].map(|name| Step::Name(name.to_owned())).to_vec());
    Node::Text(locate(record, &location)?.of(record)).string()
}
