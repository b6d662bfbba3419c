//! Text in encodings that nobody here reads, so that no word in it hides from the search.

/// A text in UTF-16 or UTF-32 in the encoding that is searched: both begin with a mark, or with a character that has
/// zeros in it. Of those beyond ASCII nothing is left that makes sense.
pub fn from_wide(bytes: &[u8]) -> Option<Vec<u8>> {
    // A text begins with a mark or with ASCII, so one half of its first character tells, as in YAML 1.2, 5.2; and a few zeros
    // alone are zeros, as no word that is looked for is that short.
    let has_zeros = || memchr::memchr_iter(0, bytes).nth(8).is_some();
    let is_wide = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [0, ..] | [_, 0, ..] => has_zeros(),
        _ => false,
    };
    is_wide.then(|| bytes.iter().copied().filter(|byte| *byte != 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_recognized_with_and_without_a_mark() {
        let encode = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(from_wide(&encode("\u{feff}Trail")).as_deref(), Some(&b"\xff\xfeTrail"[..]));
        assert_eq!(from_wide(&encode("CloudTrail")).as_deref(), Some(&b"CloudTrail"[..]));
        assert_eq!(from_wide(b"\0\0\0T\0\0\0r\0\0\0a").as_deref(), Some(&b"Tra"[..]));
        assert_eq!(from_wide(b"T\0\0\0r\0\0\0a\0\0\0").as_deref(), Some(&b"Tra"[..]));
        assert_eq!(from_wide(b"\0Trail"), None);
        assert_eq!(from_wide(b"plain"), None);
        assert_eq!(from_wide(b"#\0\na"), None);
    }
}
