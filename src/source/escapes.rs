//! Resolves the escapes in a text before it is searched for the names of trail types, so that an escaped name is found,
//! too.
//!
//! The result is only searched. The parsers read the file as it is.

/// True if `has` holds for the text or for the text with its escapes resolved.
pub fn has_escaped(text: &[u8], has: impl Fn(&[u8]) -> bool) -> bool {
    has(text) || unescaped(text).is_some_and(|text| has(&text))
}

/// Resolves the escapes of JSON, YAML and HCL strings that may encode a letter, and joins lines as YAML does. `None` if
/// the text has neither.
pub fn unescaped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut resolved = Vec::new();
    let mut copied = 0;
    let mut next = 0;
    for at in memchr::memchr_iter(b'\\', bytes) {
        let escape = bytes.get(at..).unwrap_or_default();
        if at < next {
            continue;
        }
        let Some((length, character)) = resolve(escape) else {
            // The backslash of `\\` begins no escape.
            next = at.saturating_add(if escape.get(1) == Some(&b'\\') { 2 } else { 1 });
            continue;
        };
        resolved.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
        resolved.extend(character);
        next = at.saturating_add(length);
        copied = next;
    }
    if copied == 0 {
        return None;
    }
    resolved.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    Some(resolved)
}

/// The length of an escape and the printable ASCII character that it encodes; `None` as the character for a joined
/// line.
fn resolve(escape: &[u8]) -> Option<(usize, Option<u8>)> {
    let length = match escape.get(1)? {
        b'x' => 4,
        b'u' => 6,
        b'U' => 10,
        b'\n' | b'\r' => {
            let blank = escape.iter().skip(1).take_while(|byte| byte.is_ascii_whitespace()).count();
            return Some((blank.saturating_add(1), None));
        }
        b'/' => return Some((2, Some(b'/'))),
        _ => return None,
    };
    let digits = std::str::from_utf8(escape.get(2..length)?).ok()?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    let character = u8::try_from(code).ok().filter(|code| code.is_ascii_graphic())?;
    Some((length, Some(character)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_every_language_are_resolved() {
        assert_eq!(read("plain"), None);
        assert_eq!(read(r"a\n\t\\b"), None);
        assert_eq!(read(r"Tr\u0061il, Tr\x61il, Tr\U00000061il").as_deref(), Some("Trail, Trail, Trail"));
        assert_eq!(read("Tr\\\r\n    ail").as_deref(), Some("Trail"));
        assert_eq!(read(r"a\\u0061\u0062").as_deref(), Some(r"a\\u0061b"));
        assert_eq!(read(r"\u00e9\u12 \u"), None);
    }

    fn read(text: &str) -> Option<String> {
        unescaped(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }
}
