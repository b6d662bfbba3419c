//! How the texts of hostile inputs are written, so that none of them is as large as what it makes.
//!
//! `«3 × ab»` is `ababab`; within it, `⟨n⟩` is the number of the repetition, counted from 0, and `⟨n+1⟩` the next one.
//! `«U+FEFF»` is a character, and `«byte FF»` a byte. A line feed that is written `⏎` may stand within them, too.

use std::fmt::Write;

/// The bytes of a text.
pub(super) fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut parts = text.split('«');
    bytes.extend(parts.next().unwrap().as_bytes());
    for part in parts {
        let (directive, rest) = part.split_once('»').unwrap_or_else(|| panic!("`«{part}` isn't closed"));
        bytes.extend(expanded(directive));
        bytes.extend(rest.as_bytes());
    }
    bytes
}

fn expanded(directive: &str) -> Vec<u8> {
    if let Some(code) = directive.strip_prefix("U+") {
        let code = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
        return code.to_string().into_bytes();
    }
    if let Some(digits) = directive.strip_prefix("byte ") {
        return digits.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    }
    let (count, text) = directive.split_once(" × ").unwrap_or_else(|| panic!("`«{directive}»` says nothing"));
    repeated(count.parse().unwrap(), &text.replace('⏎', "\n")).into_bytes()
}

fn repeated(count: usize, text: &str) -> String {
    if !text.contains("⟨n") {
        return text.repeat(count);
    }
    let mut repeated = String::new();
    for number in 0..count {
        let next = text.replace("⟨n⟩", &number.to_string()).replace("⟨n+1⟩", &(number + 1).to_string());
        repeated.write_str(&next).unwrap();
    }
    repeated
}

/// A text in another encoding, or with other ends of lines.
pub(super) fn encoded(bytes: Vec<u8>, way: &str) -> Vec<u8> {
    let text = || String::from_utf8(bytes.clone()).unwrap();
    match way {
        "UTF-16LE" => text().encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text().encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "UTF-32LE" => text().chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        "UTF-32BE" => text().chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
        "Latin-1" => text().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        "CRLF" => text().replace('\n', "\r\n").into_bytes(),
        "CR" => text().replace('\n', "\r").into_bytes(),
        other => panic!("there is no way `{other}` to write a text"),
    }
}
