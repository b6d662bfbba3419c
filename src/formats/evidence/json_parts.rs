//! Finds the parts of a JSON text without parsing their content, because a state may be larger than the limits of parsed
//! files.

use std::ops::Range;

/// The length of the JSON value at the beginning of a text; `None` if it is a number or a word, or has no end.
pub(super) fn value_length(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => continue,
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_end = matches!(byte, b'}' | b']' | b'"');
        if depth == 0 && is_end && !in_string {
            return at.checked_add(1);
        }
    }
    None
}

/// A member of an object: its key as written, without the quotes, and the range of its value in the file.
pub(super) type Member<'a> = (&'a str, Range<usize>);

/// The members of the object in a range of a text; `None` if the range doesn't contain one.
pub(super) fn members(text: &str, range: Range<usize>) -> Option<Vec<Member<'_>>> {
    let mut scan = Scan::inside(text, range, '{')?;
    let mut members = Vec::new();
    while scan.skip_to_value() {
        let key = scan.value()?;
        scan.skip_space();
        scan.take(':')?;
        scan.skip_space();
        let value = scan.value()?;
        members.push((text.get(key.start.saturating_add(1)..key.end.saturating_sub(1))?, value));
    }
    scan.is_at_end('}').then_some(members)
}

/// The items of the list in a range of a text; `None` if the range doesn't contain one.
pub(super) fn items(text: &str, range: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut scan = Scan::inside(text, range, '[')?;
    let mut items = Vec::new();
    while scan.skip_to_value() {
        items.push(scan.value()?);
    }
    scan.is_at_end(']').then_some(items)
}

/// The string in a range of a text, without escapes; `None` if it isn't a string.
pub(super) fn string(text: &str, range: Range<usize>) -> Option<&str> {
    text.get(range)?.strip_prefix('"')?.strip_suffix('"')
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    end: usize,
}

impl<'a> Scan<'a> {
    /// A scan of the content of brackets.
    fn inside(text: &'a str, range: Range<usize>, bracket: char) -> Option<Self> {
        text.get(range.clone())?.starts_with(bracket).then(|| Self {
            text,
            at: range.start.saturating_add(1),
            end: range.end,
        })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at = self.at.saturating_add(rest.len().saturating_sub(rest.trim_start().len()));
    }

    /// Skips white space and a comma; false at the end.
    fn skip_to_value(&mut self) -> bool {
        self.skip_space();
        if self.take(',').is_some() {
            self.skip_space();
        }
        !self.rest().is_empty() && !self.rest().starts_with(['}', ']'])
    }

    fn take(&mut self, expected: char) -> Option<()> {
        self.rest().strip_prefix(expected)?;
        self.at = self.at.saturating_add(expected.len_utf8());
        Some(())
    }

    fn value(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let length = match rest.starts_with(['{', '[', '"']) {
            true => value_length(rest)?,
            false => rest.find([',', '}', ']']).unwrap_or(rest.len()),
        };
        let written = rest.get(..length)?.trim_end().len();
        let range = self.at..self.at.saturating_add(written);
        self.at = self.at.saturating_add(length);
        (written > 0).then_some(range)
    }

    fn is_at_end(&self, bracket: char) -> bool {
        let rest = self.rest();
        rest.len() == 1 && rest.starts_with(bracket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_their_ranges() {
        let text = r#" {"a" : [1, {"x]": "}"}, "\"" ] ,"b":null , "c":{} } "#;
        let whole = 1..text.len() - 1;
        let found: Vec<(&str, &str)> =
            members(text, whole).unwrap().into_iter().map(|(key, range)| (key, text.get(range).unwrap())).collect();
        assert_eq!(found, [("a", r#"[1, {"x]": "}"}, "\"" ]"#), ("b", "null"), ("c", "{}")]);
        let list = members(text, 1..text.len() - 1).unwrap().remove(0).1;
        let found: Vec<&str> = items(text, list).unwrap().into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(found, ["1", r#"{"x]": "}"}"#, r#""\"""#]);
        assert_eq!(members("{\"a\": }", 0..7), None);
        assert_eq!(items("[1, 2", 0..5), None);
    }
}
