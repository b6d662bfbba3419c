//! Converts between positions of the protocol and byte offsets.

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::source::{ColumnUnit, Columns};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The unit in which a position counts the characters of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PositionEncoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

impl PositionEncoding {
    /// The first supported encoding that the client offers. The default is UTF-16, which all clients support.
    pub(super) fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        offered.into_iter().flatten().find_map(known).unwrap_or_default()
    }

    /// The encoding as a protocol value.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            PositionEncoding::Utf8 => PositionEncodingKind::UTF8,
            PositionEncoding::Utf16 => PositionEncodingKind::UTF16,
            PositionEncoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn unit(self) -> ColumnUnit {
        match self {
            PositionEncoding::Utf8 => ColumnUnit::Byte,
            PositionEncoding::Utf16 => ColumnUnit::Utf16,
            PositionEncoding::Utf32 => ColumnUnit::Character,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            PositionEncoding::Utf8 => c.len_utf8(),
            PositionEncoding::Utf16 => c.len_utf16(),
            PositionEncoding::Utf32 => 1,
        }
    }
}

fn known(kind: &PositionEncodingKind) -> Option<PositionEncoding> {
    match kind.as_str() {
        "utf-8" => Some(PositionEncoding::Utf8),
        "utf-16" => Some(PositionEncoding::Utf16),
        "utf-32" => Some(PositionEncoding::Utf32),
        _ => None,
    }
}

/// The lines of a text. In the protocol, a single carriage return also ends a line.
pub(super) struct LineTable<'t> {
    text: &'t str,
    encoding: PositionEncoding,
    starts: Vec<usize>,
    columns: Columns,
}

impl<'t> LineTable<'t> {
    /// The lines of an open document.
    pub(super) fn new(text: &'t str, encoding: PositionEncoding) -> Self {
        let bytes = text.as_bytes();
        let starts = std::iter::once(0)
            .chain((0..bytes.len()).filter(|at| ends_line(bytes, *at)).map(|at| at.saturating_add(1)))
            .collect();
        Self { text, encoding, starts, columns: Columns::default() }
    }

    /// The lines of a file on the disk, without its byte order mark, which isn't part of the text in an editor.
    pub(super) fn of_file(text: &'t str, encoding: PositionEncoding) -> Self {
        let mut lines = Self::new(text, encoding);
        if let (true, Some(first)) = (text.starts_with(BYTE_ORDER_MARK), lines.starts.first_mut()) {
            *first = BYTE_ORDER_MARK.len_utf8();
        }
        lines
    }

    /// The position of a byte offset. An offset within a character is moved to its start, and one after the end of the
    /// line or the text to that end.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let (start, end) = self.bounds(line);
        let character = self.columns.between(self.text, start..offset.min(end).max(start), self.encoding.unit());
        Position { line: narrow(line), character: narrow(character) }
    }

    pub(super) fn range(&self, bytes: std::ops::Range<usize>) -> Range {
        Range { start: self.position(bytes.start), end: self.position(bytes.end.max(bytes.start)) }
    }

    /// The byte offset of a position. A position after the end of its line or of the text is moved to that end.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return self.text.len();
        }
        let (start, end) = self.bounds(line);
        let mut left = position.character as usize;
        let rest = self.text.get(start..end).unwrap_or_default();
        for (at, c) in rest.char_indices() {
            let width = self.encoding.width(c);
            if left < width {
                return start.saturating_add(at);
            }
            left = left.saturating_sub(width);
        }
        end
    }

    /// The bytes of a range, whose start and end may be swapped.
    pub(super) fn bytes(&self, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        start.min(end)..end.max(start)
    }

    /// The start offset and the text of the line that contains an offset.
    pub(super) fn around(&self, offset: usize) -> (usize, &'t str) {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let (start, end) = self.bounds(line);
        (start, self.text.get(start..end).unwrap_or_default())
    }

    /// The start and the end of a line without its line ending. Lines are counted from 0.
    fn bounds(&self, line: usize) -> (usize, usize) {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let next = self.starts.get(line.saturating_add(1)).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..next).unwrap_or_default();
        let length = text.strip_suffix('\n').unwrap_or(text);
        let length = length.strip_suffix('\r').unwrap_or(length).len();
        (start, start.saturating_add(length))
    }
}

fn ends_line(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(b'\n') => true,
        Some(b'\r') => bytes.get(at.saturating_add(1)) != Some(&b'\n'),
        Some(_) | None => false,
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_offsets_agree() {
        let text = "a\r\né😀x\rlast";
        for (encoding, characters) in
            [(PositionEncoding::Utf8, 6), (PositionEncoding::Utf16, 3), (PositionEncoding::Utf32, 2)]
        {
            let lines = LineTable::new(text, encoding);
            let place = |offset| {
                let Position { line, character } = lines.position(offset);
                (line, character)
            };
            assert_eq!(place(0), (0, 0));
            assert_eq!(place(1), (0, 1));
            assert_eq!(place(2), (0, 1));
            assert_eq!(place(3), (1, 0));
            assert_eq!(place(9), (1, characters));
            assert_eq!(place(11), (2, 0));
            assert_eq!(place(400), (2, 4));
            for (offset, _) in text.char_indices().filter(|(at, c)| !(*c == '\n' && *at == 2)) {
                assert_eq!(lines.offset(lines.position(offset)), offset, "{encoding:?}");
            }
        }
    }

    #[test]
    fn what_is_beyond_an_end_is_the_end() {
        let lines = LineTable::new("ab\r\ncd", PositionEncoding::Utf16);
        let offset = |line, character| lines.offset(Position { line, character });
        assert_eq!((offset(0, 9), offset(0, u32::MAX), offset(7, 0), offset(u32::MAX, u32::MAX)), (2, 2, 6, 6));
        assert_eq!(LineTable::new("😀", PositionEncoding::Utf16).offset(Position { line: 0, character: 1 }), 0);
        assert_eq!(LineTable::new("", PositionEncoding::Utf8).position(5), Position::default());
    }

    #[test]
    fn a_byte_order_mark_takes_no_place() {
        let lines = LineTable::of_file("\u{feff}ab\nc", PositionEncoding::Utf16);
        assert_eq!(lines.position(4), Position { line: 0, character: 1 });
        assert_eq!(lines.offset(Position { line: 0, character: 1 }), 4);
    }
}
