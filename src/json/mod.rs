//! JSON text: paths into it, strict scanning, and positions. Knows nothing of policies or events.

pub mod locate;
pub mod location;
pub mod path;
pub mod scan;

pub use locate::locate;
pub use location::{Location, Step};
pub use path::{Path, PathError};
pub use scan::{JsonError, JsonErrorKind};
