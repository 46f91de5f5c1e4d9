//! When and where an event was made, as its record says, for the extent of the log and of the populations.

use std::borrow::Cow;

use crate::compile::program::PlaceSlots;
use crate::engine::node::Node;
use crate::json::locate::locate;
use crate::json::{Location, Slots, Step};
use crate::violation::Extent;

/// Time, account and region of one event.
#[derive(Debug)]
pub(super) struct Made<'r> {
    time: Option<Cow<'r, str>>,
    account: Option<Cow<'r, str>>,
    region: Option<Cow<'r, str>>,
}

impl<'r> Made<'r> {
    /// What `record` says, its eager slots filled. Copies nothing but strings with escapes.
    pub(super) fn of(record: &'r str, slots: &Slots, place: PlaceSlots) -> Self {
        let string = |slot: Option<_>| Node::Text(slots.span(slot?)?.of(record)).string();
        let account = string(place.account).or_else(|| place.account.and_then(|_| account_of_caller(record)));
        Self { time: string(place.time), account, region: string(place.region) }
    }

    /// Adds the event to `extent`.
    pub(super) fn add_to(&self, extent: &mut Extent) {
        extent.add(self.time.as_deref(), self.account.as_deref(), self.region.as_deref());
    }
}

/// The caller's account, in place of the recipient's: records before event version 1.02 say no other, so that this walk is rare.
fn account_of_caller(record: &str) -> Option<Cow<'_, str>> {
    let location = Location(["userIdentity", "accountId"].map(|name| Step::Name(name.to_owned())).to_vec());
    Node::Text(locate(record, &location)?.of(record)).string()
}
