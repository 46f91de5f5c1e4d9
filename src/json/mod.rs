//! JSON text: paths into it, strict scanning, and positions. Knows nothing of policies or events.

mod branches;
pub mod error;
pub mod excerpt;
mod keys;
pub mod locate;
pub mod location;
pub mod number;
pub mod path;
pub mod scan;
pub mod shorten;
pub mod skim;
pub mod skip;
pub mod slots;
pub mod strings;
pub mod token;

pub use branches::Branches;
pub use error::{JsonError, JsonErrorKind};
pub use excerpt::{Excerpt, ExcerptOptions, Nearest, excerpt};
pub use locate::locate;
pub use location::{Location, Step};
pub use path::{Path, PathError};
pub use skim::Skimmer;
pub use slots::{SlotId, SlotTable, Slots};
