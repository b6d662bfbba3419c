//! Places that lead to their files: hyperlinks of terminals (OSC 8).

use std::fmt::Write;

use crate::source::SourceFile;

/// A text that leads to a file, unless that lies nowhere on the disk.
pub(super) fn link(text: &str, file: &SourceFile) -> String {
    match file.path.to_str().filter(|_| file.path.is_absolute()) {
        Some(path) => format!("\u{1b}]8;;file://{}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\", encode(path)),
        None => text.to_owned(),
    }
}

/// A path in a URI.
pub fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
