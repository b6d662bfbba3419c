//! Maps offsets in a JSON string's value to offsets in its source, in which escapes are longer.

use std::ops::Range;

/// The offsets in the source of a string, by those in its value.
#[derive(Debug, Default)]
pub(super) struct EscapeMap {
    /// The offsets after each escape, in the value and in the source.
    after_escapes: Vec<(usize, usize)>,
}

impl EscapeMap {
    /// Reads the source of a string, without its quotes.
    pub(super) fn of(written: &str) -> Self {
        let mut after_escapes = Vec::new();
        let (mut value, mut at) = (0_usize, 0_usize);
        while let Some(found) = written.get(at..).and_then(|rest| rest.find('\\')) {
            value = value.saturating_add(found);
            at = at.saturating_add(found);
            let (written_length, length) = escape(written.get(at..).unwrap_or_default());
            value = value.saturating_add(length);
            at = at.saturating_add(written_length);
            after_escapes.push((value, at));
        }
        Self { after_escapes }
    }

    /// The range in the source for a range in the value.
    pub(super) fn written(&self, range: Range<usize>) -> Range<usize> {
        self.offset(range.start)..self.offset(range.end)
    }

    fn offset(&self, value: usize) -> usize {
        let before = self.after_escapes.partition_point(|(own, _)| *own <= value);
        let (own, written) =
            before.checked_sub(1).and_then(|at| self.after_escapes.get(at)).copied().unwrap_or_default();
        written.saturating_add(value.saturating_sub(own))
    }
}

/// The lengths of an escape and of its character, in bytes.
fn escape(text: &str) -> (usize, usize) {
    if !text.starts_with("\\u") {
        return (2, 1);
    }
    let unit = text.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match unit.map(|first| (first, char::from_u32(first))) {
        Some((_, Some(character))) => (6, character.len_utf8()),
        // A surrogate pair, which is one character of four bytes.
        Some((_, None)) if text.get(6..8) == Some("\\u") => (12, 4),
        Some((_, None)) | None => (6, char::REPLACEMENT_CHARACTER.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_behind_escapes_is_found() {
        let written = r#"a\"b\u00e9c\ud83d\ude00d"#;
        let value = "a\"béc😀d";
        let places = EscapeMap::of(written);
        for (character, expected) in [("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")] {
            let start = value.find(character).unwrap();
            assert_eq!(written.get(places.written(start..start + 1)), Some(expected));
        }
    }
}
