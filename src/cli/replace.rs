//! Writes a file so that no one ever sees half of it.

use std::io::{self, Write};
use std::path::Path;

/// Writes `text` beside `file` and puts it in its place. A link stays one.
pub fn replace(file: &Path, text: &str) -> io::Result<()> {
    // Through a link, what it leads to is replaced.
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let mut name = target.file_name().map(ToOwned::to_owned).unwrap_or_default();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = target.with_file_name(name);
    let written = (|| {
        let mut out = std::fs::File::options().write(true).create_new(true).open(&beside)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        if let Ok(old) = std::fs::metadata(&target) {
            std::fs::set_permissions(&beside, old.permissions())?;
        }
        std::fs::rename(&beside, &target)
    })();
    if written.is_err() {
        // That it may be left behind is less than what went wrong.
        let _left_behind = std::fs::remove_file(&beside);
    }
    written
}
