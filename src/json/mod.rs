//! JSON text: paths into it, strict scanning, and positions. Knows nothing of policies or events.

pub mod excerpt;
pub mod locate;
pub mod location;
pub mod number;
pub mod path;
pub mod scan;
pub mod shorten;
pub mod slots;

pub use excerpt::{Excerpt, ExcerptOptions, Nearest, excerpt};
pub use locate::locate;
pub use location::{Location, Step};
pub use path::{Path, PathError};
pub use scan::{JsonError, JsonErrorKind};
pub use slots::{SlotId, SlotTable, Slots};
