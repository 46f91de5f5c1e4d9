//! Addresses of documents (`file:///…`) and paths.

use std::path::{Path, PathBuf};

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is written as it is in the path of an address. Source: RFC 3986 §2.3 and §3.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The path that a `file:` address names; `None` for any other.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().is_some_and(|scheme| scheme.as_str().eq_ignore_ascii_case("file")) {
        return None;
    }
    let path = percent_decode_str(uri.path().as_str()).decode_utf8().ok()?.into_owned();
    // `/C:/x` is `C:/x`.
    let is_drive = path.as_bytes().get(2) == Some(&b':') && path.starts_with('/');
    Some(PathBuf::from(if is_drive { path.get(1..)? } else { &path }))
}

/// The address of an absolute path.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let text = path.to_str()?.replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", utf8_percent_encode(&text, ENCODED)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for path in ["/a/b.yaml", "/a b/é#?.yaml", "/%20/x"] {
            assert_eq!(path_of(&uri_of(Path::new(path)).unwrap()), Some(PathBuf::from(path)));
        }
        assert_eq!(path_of(&"file:///C%3A/a.yaml".parse().unwrap()), Some(PathBuf::from("C:/a.yaml")));
        assert_eq!(path_of(&"untitled:Untitled-1".parse().unwrap()), None);
    }
}
