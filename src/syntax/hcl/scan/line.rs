//! What a line tells by itself, wherever it stands.

use std::ops::Range;

/// A line that opens a block.
#[derive(Debug)]
pub(crate) struct Header {
    /// The block's type.
    pub(crate) keyword: Range<usize>,
    /// The offset of its `{`.
    pub(crate) brace: usize,
    /// The offset after its `}`, once that is met.
    pub(crate) end: Option<usize>,
}

/// The block that opens at `start`, if that line has a type, labels and a `{`.
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

/// How many bytes of space a line starts with, but no more than `limit`.
pub(crate) fn indent_at(text: &str, line: usize, limit: usize) -> usize {
    let bytes = text.as_bytes().get(line..).unwrap_or_default();
    bytes.iter().take(limit).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// How many bytes of space are right before `at`.
pub(crate) fn indent_before(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes().get(..at).unwrap_or_default();
    bytes.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The name that starts at `start`. Whether its letters are ones is left to the parser crate.
pub(crate) fn word_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(start..)?;
    rest.first().filter(|byte| starts_word(**byte))?;
    let length = rest.iter().take_while(|byte| continues_word(**byte)).count();
    Some(range_of(start, length))
}

/// Whether a name may start with such a byte.
pub(super) fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

/// Whether a name may go on with such a byte.
pub(super) fn continues_word(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit() || byte == b'-'
}

/// The start of the line after the one that holds `at`.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    let length = text.get(at..).and_then(|rest| rest.find('\n'));
    length.map_or(text.len(), |length| at.saturating_add(length).saturating_add(1))
}

/// So many bytes from a place on.
pub(crate) fn range_of(start: usize, length: usize) -> Range<usize> {
    start..start.saturating_add(length)
}
