//! Names of files and directories in reports: text with `/`, relative to a directory.
//!
//! Two paths never have the same name, and the path can be restored from the name. A byte that isn't UTF-8 becomes
//! `%FF`; a literal `%25FF` in a path becomes `%2525FF`, and `%FF` becomes `%25FF`.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

/// The name of the directory to which names are relative.
const BASE: &str = ".";

/// The hexadecimal code of a literal `%`.
const PERCENT: &str = "25";

/// The name of the parent directory.
const PARENT: &str = "..";

/// Formats a path, encoding each byte that isn't valid UTF-8.
pub fn format_path(path: &Path) -> String {
    let name = text_of(path.as_os_str().as_encoded_bytes());
    if std::path::MAIN_SEPARATOR == '/' { name } else { name.replace('\\', "/") }
}

/// Returns the name of a path relative to a directory. Both are absolute, without `.` and `..`.
pub(super) fn relative(path: &Path, base: &Path) -> String {
    let shared = path.components().zip(base.components()).take_while(|(own, other)| own == other).count();
    if shared == 0 {
        // Another drive.
        return format_path(path);
    }
    let up = base.components().skip(shared).map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(path.components().skip(shared)).collect();
    if relative.as_os_str().is_empty() { BASE.to_owned() } else { format_path(&relative) }
}

/// Converts a name to one relative to `directory`, which is itself a name relative to the same base.
pub(super) fn relative_name(name: &str, directory: &str) -> String {
    let parts =
        |name: &str| -> Vec<String> { name.split('/').filter(|part| *part != BASE).map(str::to_owned).collect() };
    let (name, directory) = (parts(name), parts(directory));
    let shared = name.iter().zip(&directory).take_while(|(own, other)| own == other).count();
    let up = directory.iter().skip(shared).map(|_| PARENT.to_owned());
    let parts: Vec<String> = up.chain(name.into_iter().skip(shared)).collect();
    if parts.is_empty() { BASE.to_owned() } else { parts.join("/") }
}

/// True if the path lies outside the base directory of the names.
pub fn is_outside(name: &str) -> bool {
    let rest = name.strip_prefix(PARENT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || Path::new(name).is_absolute()
}

/// True if `name` is `directory` or lies in it. Both have the same base directory. A document within a file has the
/// file's name and `#` with its position.
pub fn is_in(name: &str, directory: &str) -> bool {
    if directory == BASE || parent_count(directory) == directory.split('/').count() {
        let height = if directory == BASE { 0 } else { parent_count(directory) };
        return parent_count(name) <= height && !Path::new(name).is_absolute();
    }
    name.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']))
}

/// The number of `..` at the start of a name.
fn parent_count(name: &str) -> usize {
    name.split('/').take_while(|part| *part == PARENT).count()
}

/// Returns the path with this name.
pub(super) fn path_of(name: &str) -> PathBuf {
    from_bytes(&bytes_of(name))
}

/// Converts bytes to a path, unchanged on systems where paths are bytes.
pub fn from_bytes(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    let path: OsString = std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec());
    #[cfg(not(unix))]
    let path: OsString = String::from_utf8_lossy(bytes).into_owned().into();
    path.into()
}

/// Decodes a name.
pub fn bytes_of(name: &str) -> Vec<u8> {
    if !name.contains('%') {
        return name.as_bytes().to_vec();
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, length) = match encoded(rest) {
            None => (*first, 0),
            Some(NameEncoding::Byte(byte)) => (byte, 2),
            Some(NameEncoding::Text) => (*first, PERCENT.len()),
        };
        bytes.push(byte);
        rest = after.get(length..).unwrap_or_default();
    }
    bytes
}

/// Encodes a path.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find('%') {
            let (before, after) = rest.split_at(at);
            text.push_str(before);
            text.push('%');
            text.push_str(if encoded(after.as_bytes()).is_some() { PERCENT } else { "" });
            rest = after.get(1..).unwrap_or_default();
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            // Writing to a string can't fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The first part of an encoded name.
enum NameEncoding {
    /// A byte in the form `%FF`.
    Byte(u8),
    /// The text `%FF`, encoded as `%25FF`, or a text that already has the latter form.
    Text,
}

fn encoded(name: &[u8]) -> Option<NameEncoding> {
    let mut digits = name.strip_prefix(b"%")?;
    let mut is_text = false;
    while let Some(rest) = digits.strip_prefix(PERCENT.as_bytes()) {
        (digits, is_text) = (rest, true);
    }
    let [high, low, ..] = digits else { return None };
    let (high, low) = (digit(*high)?, digit(*low)?);
    let byte = u8::try_from(high.saturating_mul(16).saturating_add(low)).ok().filter(|byte| !byte.is_ascii())?;
    Some(if is_text { NameEncoding::Text } else { NameEncoding::Byte(byte) })
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_paths_have_the_same_name() {
        let cases: [(&[u8], &str); 11] = [
            (b"a/b", "a/b"),
            (b"a\xff", "a%FF"),
            (b"a%FF", "a%25FF"),
            (b"a%25FF", "a%2525FF"),
            (b"a%20 50% %ff", "a%20 50% %ff"),
            (b"%25", "%25"),
            (b"%25\xff%2525x", "%25%FF%2525x"),
            (b"%\xc3", "%%C3"),
            (b"%%C3", "%%25C3"),
            ("é%".as_bytes(), "é%"),
            (b"%2\xff", "%2%FF"),
        ];
        for (bytes, name) in cases {
            assert_eq!(text_of(bytes), name);
            assert_eq!(bytes_of(name), bytes, "{name}");
        }
    }

    #[test]
    fn names_are_relative() {
        for (path, base, expected) in [
            ("/r/a/b", "/r", "a/b"),
            ("/r", "/r", "."),
            ("/o/b", "/r", "../o/b"),
            ("/", "/r/s", "../.."),
            ("/o", "/", "o"),
        ] {
            assert_eq!(relative(Path::new(path), Path::new(base)), expected);
        }
        for (name, directory, expected) in [
            ("a/b", ".", "a/b"),
            ("a/b", "a", "b"),
            ("a/b", "a/b", "."),
            ("a/b", "a/c/d", "../../b"),
            ("../o", "a", "../../o"),
            (".", "a/b", "../.."),
            ("ab", "a", "../ab"),
        ] {
            assert_eq!(relative_name(name, directory), expected);
        }
    }

    #[test]
    fn names_lie_in_directories() {
        for (name, directory, expected) in [
            ("a/b", ".", true),
            ("../a", ".", false),
            ("../a", "..", true),
            ("a", "..", true),
            ("../../a", "..", false),
            ("a#2", "a", true),
            ("ab", "a", false),
            ("../o1/a", "../o1", true),
            ("../o1/a", "../o", false),
        ] {
            assert_eq!(is_in(name, directory), expected, "{name} in {directory}");
        }
        assert!(is_outside("../a") && is_outside("..") && !is_outside("..a") && !is_outside("a/b"));
    }
}
