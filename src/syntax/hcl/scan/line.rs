//! Functions that examine a single line, independent of the scanner's state.

use std::ops::Range;

/// A line that opens a block.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) keyword: Range<usize>,
    /// The offset of its `{`.
    pub(crate) brace: usize,
    /// The offset after its `}`; `None` until the scanner reaches it.
    pub(crate) end: Option<usize>,
}

/// The block header at `start`; `None` if the line doesn't start with a type, labels and a `{`.
pub(crate) fn header_at(text: &str, start: usize) -> Option<Header> {
    let keyword = word_at(text, start)?;
    let mut at = keyword.end;
    loop {
        let rest = text.get(at..)?;
        at = at.saturating_add(rest.len().saturating_sub(rest.trim_start_matches([' ', '\t']).len()));
        match text.as_bytes().get(at)? {
            b'{' => return Some(Header { keyword, brace: at, end: None }),
            b'"' => {
                let label = text.get(at.saturating_add(1)..)?;
                let length = label.find(['"', '\n'])?;
                label.get(length..)?.strip_prefix('"')?;
                at = at.saturating_add(length).saturating_add(2);
            }
            _ => at = word_at(text, at)?.end,
        }
    }
}

/// The indentation of a line in bytes, but no more than `limit`.
pub(crate) fn indent_at(text: &str, line: usize, limit: usize) -> usize {
    let bytes = text.as_bytes().get(line..).unwrap_or_default();
    bytes.iter().take(limit).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The number of spaces and tabs directly before `at`.
pub(crate) fn indent_before(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes().get(..at).unwrap_or_default();
    bytes.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The name that starts at `start`. All characters outside of ASCII are accepted; the parser crate rejects those that
/// aren't letters.
pub(crate) fn word_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(start..)?;
    rest.first().filter(|byte| starts_word(**byte))?;
    let length = rest.iter().take_while(|byte| continues_word(**byte)).count();
    Some(range_of(start, length))
}

/// True if a name may start with this byte.
pub(super) fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

/// True if this byte may be in a name.
pub(super) fn continues_word(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit() || byte == b'-'
}

/// The start of the line after `at`.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    let length = text.get(at..).and_then(|rest| rest.find('\n'));
    length.map_or(text.len(), |length| at.saturating_add(length).saturating_add(1))
}

pub(crate) fn range_of(start: usize, length: usize) -> Range<usize> {
    start..start.saturating_add(length)
}
