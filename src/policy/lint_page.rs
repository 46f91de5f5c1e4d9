//! The pages of `docs/lints`, which are part of the program: one for each code.

use include_dir::{Dir, include_dir};

use crate::policy::error::Code;

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs/lints");

/// The page about `code`, in Markdown.
#[must_use]
pub fn page(code: Code) -> Option<&'static str> {
    PAGES.get_file(format!("{}.md", code.name()))?.contents_utf8()
}

/// The name of every page, without `.md`; the overview `README` is none.
pub fn names() -> impl Iterator<Item = &'static str> {
    PAGES
        .files()
        .filter_map(|file| file.path().file_name()?.to_str()?.strip_suffix(".md"))
        .filter(|name| *name != "README")
}
