//! The text of a file, and the conversion of byte offsets to lines and columns.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::columns::{ColumnUnit, Columns};

/// A file among the [`Sources`](super::Sources) of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) u32);

/// A half-open range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    /// The offset of its first byte.
    pub start: u32,
    /// The offset after its last byte.
    pub end: u32,
}

impl Span {
    /// The span of the bytes `start..end`, which lie within the file.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start: clamped(start), end: clamped(end.max(start)) }
    }

    /// Returns the span from the start of `self` to the end of `other`, in the same file.
    pub fn to(self, other: Span) -> Self {
        Self { end: other.end.max(self.start), ..self }
    }

    /// True if `other` lies inside this span or equals it.
    pub fn holds(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// True if the span contains no byte and so is a position between two bytes.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a range of indices.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

fn clamped(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A position in the units of editors and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Counted from 1; a line ends with a line feed.
    pub line: u32,
    /// Counted from 1, in Unicode scalar values; a byte order mark isn't counted.
    pub column: u32,
    /// Counted from 0, in bytes of the file.
    pub byte: u32,
}

/// A file that has been read.
#[derive(Debug)]
pub struct SourceFile {
    /// The absolute path from which the file was read.
    pub path: PathBuf,
    /// The displayed name: relative to the repository, with `/`.
    pub name: String,
    /// The file's text. Each byte that isn't valid UTF-8 is replaced by `?`, so that offsets are preserved.
    pub text: String,
    /// The offsets of the replaced bytes.
    pub replaced: Vec<u32>,
    /// The location of this text in another file, if it is a string of that file (for example a template in
    /// `TemplateBody`).
    pub within: Option<Span>,
    /// The locations of its lines there, as far as they are known.
    pub lines_within: Vec<Option<LineWithin>>,
    /// Computed on first use: most files are never part of a message.
    lines: OnceLock<Box<LineStarts>>,
}

/// The location of a line of a text in the file that contains the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineWithin {
    /// The line there, without its indentation.
    pub span: Span,
    /// The indentation of the line in the text, in bytes, if it is equal to the one there after its indentation.
    pub indent: Option<u32>,
}

/// The starts of lines, from which positions are computed.
#[derive(Debug, Default)]
struct LineStarts {
    starts: Vec<u32>,
    columns: Columns,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

impl SourceFile {
    /// Decodes `bytes`. This never fails: invalid UTF-8 is replaced and recorded.
    pub fn new(path: PathBuf, name: String, bytes: Vec<u8>) -> Self {
        let (text, replaced) = decode(bytes);
        Self { path, name, text, replaced, within: None, lines_within: Vec::new(), lines: OnceLock::new() }
    }

    /// The location of a span in the file that contains this text; `None` if the text isn't a part of another file.
    pub fn outer(&self, span: Span) -> Option<Span> {
        let whole = self.within?;
        let line = self.line(span.start);
        let within = line.checked_sub(1).and_then(|at| self.lines_within.get(at).copied().flatten());
        Some(match within {
            None => whole,
            Some(LineWithin { span: outer, indent: None }) => outer,
            Some(LineWithin { span: outer, indent: Some(indent) }) => {
                let first = self.line_bounds(line).0.saturating_add(indent);
                let at = |offset: u32| outer.start.saturating_add(offset.saturating_sub(first)).min(outer.end);
                Span { start: at(span.start), end: at(span.end), ..outer }
            }
        })
    }

    /// The directory that contains the file.
    pub fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// The text without a byte order mark, and the offset at which it starts.
    pub fn body(&self) -> (usize, &str) {
        match self.text.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (BYTE_ORDER_MARK.len_utf8(), rest),
            None => (0, &self.text),
        }
    }

    /// The text of a span; empty if the span is outside of the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
        let (start, _) = self.line_bounds(line);
        Position { line: narrow(line), column: self.column(start, offset, ColumnUnit::Character), byte: offset }
    }

    /// The line of a byte offset, counted from 1.
    pub fn line(&self, offset: u32) -> usize {
        self.lines().starts.partition_point(|&start| start <= offset).max(1)
    }

    /// The column of an offset in the line that begins at `start`, counted from 1; a byte order mark isn't counted.
    pub fn column(&self, start: u32, offset: u32, unit: ColumnUnit) -> u32 {
        let start = (start as usize).max(self.body().0);
        let before = self.lines().columns.between(&self.text, start..(offset as usize).max(start), unit);
        narrow(before.saturating_add(1))
    }

    /// The start and the end offset of a line (counted from 1), without its line ending; lines beyond the last are
    /// empty.
    pub fn line_bounds(&self, line: usize) -> (u32, u32) {
        let starts = &self.lines().starts;
        let beyond = narrow(self.text.len());
        let start = line.checked_sub(1).map_or(0, |at| starts.get(at).copied().unwrap_or(beyond));
        let end = match starts.get(line) {
            Some(&next) => next.saturating_sub(1),
            None => beyond,
        };
        let text = self.text.get(start as usize..end as usize).unwrap_or_default();
        (start, start.saturating_add(narrow(text.strip_suffix('\r').unwrap_or(text).len())))
    }

    fn lines(&self) -> &LineStarts {
        self.lines.get_or_init(|| {
            let feeds = self.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            let starts = std::iter::once(0).chain(feeds.map(|(at, _)| narrow(at.saturating_add(1)))).collect();
            Box::new(LineStarts { starts, columns: Columns::default() })
        })
    }
}

/// Converts a count to `u32`. The size limit of files keeps it in range.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Decodes UTF-8; each byte that isn't part of a valid character becomes `?`.
fn decode(bytes: Vec<u8>) -> (String, Vec<u32>) {
    let bytes = match String::from_utf8(bytes) {
        Ok(mut text) => {
            // The text is kept until the end of the run, so the unused capacity is freed.
            text.shrink_to_fit();
            return (text, Vec::new());
        }
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    let mut replaced = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            replaced.push(narrow(text.len()));
            text.push('?');
        }
    }
    (text, replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> SourceFile {
        SourceFile::new("/f".into(), "f".into(), bytes.to_vec())
    }

    #[test]
    fn positions_count_characters_and_skip_the_byte_order_mark() {
        let file = file("\u{feff}a\r\n\té=x\n".as_bytes());
        for (offset, expected) in [(3, (1, 1)), (6, (2, 1)), (9, (2, 3)), (10, (2, 4)), (12, (3, 1))] {
            let Position { line, column, .. } = file.position(offset);
            assert_eq!((line, column), expected, "{offset}");
        }
        assert_eq!(file.line_bounds(1), (0, 4));
    }

    #[test]
    fn long_lines_are_counted_like_short_ones() {
        let text = format!("\u{feff}{}\n{}", "aé€😀".repeat(700), "é".repeat(2000));
        let file = file(text.as_bytes());
        let mut expected = (1, 1);
        for (offset, character) in text.char_indices() {
            let Position { line, column, .. } = file.position(offset as u32);
            assert_eq!((line, column), expected, "{offset}");
            match character {
                '\n' => expected = (expected.0 + 1, 1),
                BYTE_ORDER_MARK => {}
                _ => expected.1 += 1,
            }
        }
    }

    #[test]
    fn there_is_nothing_before_the_first_line_and_after_the_last() {
        let file = file(b"a\nbc");
        assert_eq!([0, 1, 2, 3, 4].map(|line| file.line_bounds(line)), [(0, 0), (0, 1), (2, 4), (4, 4), (4, 4)]);
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_replaced_in_place() {
        let file = file(b"a # caf\xe9\nb");
        assert_eq!(file.text, "a # caf?\nb");
        assert_eq!(file.replaced, [7]);
    }
}
