//! Hyperlinks to files in terminals (OSC 8).

use std::fmt::Write;
use std::path::Path;

use crate::source::SourceFile;

/// Formats a text as a hyperlink to a file, if the file exists on the disk.
pub(super) fn link(text: &str, file: &SourceFile) -> String {
    if !file.path.is_absolute() {
        return text.to_owned();
    }
    format!("\u{1b}]8;;{}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\", uri(&file.path))
}

/// The URI of a file by its absolute path.
pub(super) fn uri(path: &Path) -> String {
    let path = path.as_os_str().as_encoded_bytes();
    if std::path::MAIN_SEPARATOR == '/' {
        return format!("file://{}", encode(path));
    }
    let path: Vec<u8> = path.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect();
    format!("file:///{}", encode(&path))
}

/// Encodes a path, which may not be UTF-8, for a URI.
pub fn encode(path: &[u8]) -> String {
    let mut encoded = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
