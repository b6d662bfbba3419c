//! Makes text from scanned files safe to print.

use std::borrow::Cow;

/// The text with each character that could act on a terminal or deceive the eye written as an escape.
pub(super) fn inert(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let mut inert = String::with_capacity(text.len());
    for c in text.chars() {
        if is_active(c) { inert.extend(c.escape_unicode()) } else { inert.push(c) }
    }
    Cow::Owned(inert)
}

/// The text with such characters replaced by others of the same length in bytes, so that spans stay true.
/// Tabs stay.
pub(super) fn same_length(text: &str) -> String {
    let replace = |c: char| match c.len_utf8() {
        _ if c == '\t' || !is_active(c) => c,
        1 => '?',
        2 => '¿',
        _ => char::REPLACEMENT_CHARACTER,
    };
    text.chars().map(replace).collect()
}

/// JSON text with such characters as JSON's own escapes; they can only be within its strings.
pub(super) fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_active(c) && c != '\n' {
            let mut units = [0; 2];
            escaped.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Control characters, and those that change the direction of text or have no width.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_characters_become_escapes() {
        assert_eq!(inert("plain — text"), "plain — text");
        assert_eq!(inert("a\u{1b}[31mb\n\u{202e}c"), "a\\u{1b}[31mb\\u{a}\\u{202e}c");
    }

    #[test]
    fn json_keeps_its_meaning() {
        assert_eq!(escaped("{\n\"é\u{9b}\u{202e}\u{e0041}\"}"), "{\n\"é\\u009b\\u202e\\udb40\\udc41\"}");
    }

    #[test]
    fn replacements_keep_the_length() {
        for text in ["\u{1b}x", "\u{85}x", "\u{202e}x", "\u{e0001}x"] {
            let replaced = same_length(text);
            assert!(!replaced.chars().any(is_active), "{replaced:?}");
        }
        assert_eq!(same_length("a\tb\u{202e}").len(), "a\tb\u{202e}".len());
    }
}
