//! Detects text in UTF-16 and UTF-32, which the parsers don't read, so that a trail in it is reported.

/// A text in UTF-16 or UTF-32 in the encoding that is searched: both begin with a mark, or with a character that has
/// zeros in it. Of those beyond ASCII nothing is left that makes sense.
pub fn from_wide(bytes: &[u8]) -> Option<Vec<u8>> {
    // As in YAML 1.2, section 5.2: the text starts with a byte order mark or with an ASCII character, whose zero bytes
    // show the encoding. A few zero bytes elsewhere aren't text, since the searched names are longer.
    let is_wide = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [0, ..] | [_, 0, ..] => memchr::memchr_iter(0, bytes).nth(8).is_some(),
        _ => false,
    };
    is_wide.then(|| bytes.iter().copied().filter(|byte| *byte != 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_recognized_with_and_without_a_mark() {
        assert_eq!(from_wide(&encode("\u{feff}Trail")).as_deref(), Some(&b"\xff\xfeTrail"[..]));
        assert_eq!(from_wide(&encode("CloudTrail")).as_deref(), Some(&b"CloudTrail"[..]));
        assert_eq!(from_wide(b"\0\0\0T\0\0\0r\0\0\0a").as_deref(), Some(&b"Tra"[..]));
        assert_eq!(from_wide(b"T\0\0\0r\0\0\0a\0\0\0").as_deref(), Some(&b"Tra"[..]));
        assert_eq!(from_wide(b"\0Trail"), None);
        assert_eq!(from_wide(b"plain"), None);
        assert_eq!(from_wide(b"#\0\na"), None);
    }

    fn encode(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }
}
