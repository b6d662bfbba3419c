//! Converts between file paths and URIs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

use crate::output;
use crate::source::{normalize, real_path};

/// The path of a local `file:` URI, with symbolic links resolved in all components but the last; `None` for other URIs.
///
/// This way, a file has a single path, regardless of links to its directory.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let path = named_path(uri)?;
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Some(real_path(parent).join(name)),
        _ => Some(path),
    }
}

/// The path of a `file:` URI, without resolving links.
pub(super) fn named_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:")).and_then(|_| uri.get(5..))?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").filter(|rest| rest.starts_with('/')).unwrap_or(rest),
        None => rest,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let decoded = os_string(decode(path.strip_prefix('/')?)?)?;
    // A path with a drive letter is already absolute.
    let is_drive = cfg!(windows) && decoded.as_encoded_bytes().get(1) == Some(&b':');
    let path = if is_drive { PathBuf::from(decoded) } else { Path::new("/").join(decoded) };
    Some(normalize(&path)).filter(|path| path.is_absolute())
}

/// The URI of a file; `None` if the path isn't absolute.
pub(super) fn of(path: &Path) -> Option<Uri> {
    if !path.is_absolute() {
        return None;
    }
    let bytes = path.as_os_str().as_encoded_bytes();
    let encoded = match cfg!(windows) {
        true => output::encode_path(format!("/{}", path.to_str()?.replace('\\', "/")).as_bytes()),
        false => output::encode_path(bytes),
    };
    Uri::from_str(&format!("file://{encoded}")).ok()
}

/// Decodes percent-encoding; `None` if an escape is invalid or the result contains NUL, which paths can't contain.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes).filter(|bytes| !bytes.contains(&0))
}

fn digit(byte: Option<u8>) -> Option<u32> {
    char::from(byte?).to_digit(16)
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn uris_lead_to_paths_and_back() {
        for (uri, expected) in [
            ("file:///a/b%20c.tf", Some("/a/b c.tf")),
            ("FILE://localhost/a/%C3%A9.tf", Some("/a/é.tf")),
            ("file:///a/[é]|.tf", Some("/a/[é]|.tf")),
            ("file:/a.tf", Some("/a.tf")),
            ("file:///a/../../b.tf?x#y", Some("/b.tf")),
            ("file:///", Some("/")),
            ("file:///a%00b", None),
            ("file:///a%f", None),
            ("file://a", None),
            ("file:", None),
            ("é:", None),
            ("untitled:Untitled-1", None),
            ("git:/a.tf", None),
        ] {
            assert_eq!(path(uri), expected.map(PathBuf::from), "{uri}");
        }
        for name in ["/a b/c#d?e%f.tf", "/é/😀.tf", "/[a]|", "/"] {
            let uri = of(Path::new(name)).map(|uri| uri.as_str().to_owned()).unwrap_or_default();
            assert_eq!(path(&uri), Some(PathBuf::from(name)), "{uri}");
        }
        let uri = "file:///a/%FFb/main.tf";
        assert_eq!(of(&path(uri).unwrap()).unwrap().as_str(), uri);
        assert!(of(Path::new("--var 0")).is_none());
    }
}
