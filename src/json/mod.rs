//! JSON text: paths into it, strict scanning, and positions. Knows nothing of policies or events.

pub mod location;
pub mod number;
pub mod path;
pub mod scan;
pub mod slots;

pub use location::{Location, Step};
pub use path::{Path, PathError};
pub use scan::{JsonError, JsonErrorKind};
pub use slots::{SlotId, SlotTable, Slots};
