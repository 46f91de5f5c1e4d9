//! What `trailgate explain` prints: what a rule asks, what it says of one event, and what it comes to over logs.

mod card;
mod funnel;
mod json;
mod over_time;
mod place;
mod tree;

pub use card::write as write_card;
pub use funnel::{Funnel, NearMiss, write as write_funnel, write_problems};
pub use json::{Explanation, write as write_json};
pub use over_time::OverTime;
pub use place::{SeenEvent, Sources};
pub use tree::{one_line, text, write as write_trace};
