//! Where policies and events meet: the bytes of one input and a program become a report of that input.

mod candidates;
pub mod correlate;
mod cover;
pub mod describe;
pub mod draft;
pub mod evaluate;
pub mod evidence;
mod fact;
mod filled;
mod growing;
pub mod identity;
pub mod key;
pub mod lane;
mod made;
mod membership;
pub mod message;
pub mod meter;
pub mod near;
pub mod near_over_time;
pub mod node;
mod recognised;
pub mod reference;
pub mod scan;
pub mod scratch;
pub mod selftest;
mod sightings;
pub mod spare;
pub mod trace;

pub use correlate::{correlate, correlate_into};
pub use meter::Meter;
pub use scan::{scan, scan_joined, scan_metered, scan_text, scan_with};
pub use scratch::Scratch;
pub use sightings::{Lies, Sightings};
