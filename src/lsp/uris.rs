//! Files as URIs, and back.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

use crate::output;
use crate::source::normalize;

/// The path of a `file:` URI of this machine; nothing for other URIs.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:")).and_then(|_| uri.get(5..))?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").filter(|rest| rest.starts_with('/')).unwrap_or(rest),
        None => rest,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let decoded = decode(path.strip_prefix('/')?)?;
    // `C:/…` is absolute by itself.
    let is_drive = cfg!(windows) && decoded.get(1..2) == Some(":");
    let path = if is_drive { PathBuf::from(decoded) } else { Path::new("/").join(decoded) };
    Some(normalize(&path)).filter(|path| path.is_absolute())
}

/// The URI of a file; nothing for what has no absolute path.
pub(super) fn of(path: &Path) -> Option<Uri> {
    let text = path.to_str().filter(|_| path.is_absolute())?;
    let text = if cfg!(windows) { format!("/{}", text.replace('\\', "/")) } else { text.to_owned() };
    Uri::from_str(&format!("file://{}", output::encode_path(&text))).ok()
}

/// The text without percent-encoding; nothing if it isn't UTF-8, or has a NUL, which no path has.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
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
            ("file:/a.tf", Some("/a.tf")),
            ("file:///a/../../b.tf?x#y", Some("/b.tf")),
            ("file:///", Some("/")),
            ("file:///a%00b", None),
            ("file:///a%f", None),
            ("file:///%ff", None),
            ("file://a", None),
            ("file:", None),
            ("é:", None),
            ("untitled:Untitled-1", None),
            ("git:/a.tf", None),
        ] {
            assert_eq!(path(uri), expected.map(PathBuf::from), "{uri}");
        }
        for name in ["/a b/c#d?e%f.tf", "/é/😀.tf", "/"] {
            let uri = of(Path::new(name)).map(|uri| uri.as_str().to_owned()).unwrap_or_default();
            assert_eq!(path(&uri), Some(PathBuf::from(name)), "{uri}");
        }
        assert!(of(Path::new("--var 0")).is_none());
    }
}
