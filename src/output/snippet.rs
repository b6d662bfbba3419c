//! A line of a file with a mark under a part of it. The only file that names miette.
//!
//! miette is handed one line of bounded length in which no character acts on
//! the terminal, and a place that is worked out here: it would count columns
//! in bytes, and fail on lines that are very long.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use super::full;
use super::link::link;
use super::sanitize::{same_length, sanitize};
use super::wrap::{columns, source_columns, wrap};
use crate::finding::Label;
use crate::source::Sources;

/// The number of columns before a mark in a part of a long line.
const BEFORE_MARK: usize = 40;

/// The number of columns that a label needs beside its mark, unless it is shorter.
const MIN_LABEL: usize = 20;

/// The number of columns between a mark and its label.
const LABEL_ARROW: usize = 4;

/// Stands for what is cut off.
const ELLIPSIS: &str = "…";

/// Draws the line of a label with the label under it, at most `width` columns wide.
pub(super) fn draw(label: &Label, sources: &Sources, width: usize) -> String {
    let window = LineWindow::around(label, sources, width);
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
        .with_context_lines(0)
        .with_width(usize::from(u16::MAX))
        .without_primary_span_start();
    let mut drawn = String::new();
    match handler.render_report(&mut drawn, &window) {
        // The first line would be the message, which is printed apart.
        Ok(()) => drawn.split_once('\n').map(|(_, snippet)| snippet.to_owned()).unwrap_or_default(),
        Err(fmt::Error) => format!("   [{}]\n", window.place),
    }
}

/// One line of a file, or a part of it.
#[derive(Debug)]
pub(super) struct LineWindow {
    /// The location as `path:line:column`.
    place: String,
    /// The same, leading to the file.
    link: String,
    /// The line's number, counted from 0.
    line: usize,
    text: String,
    mark: SourceSpan,
    label: String,
}

impl LineWindow {
    /// The line in which a label begins, and the label, in `width` columns with the number of the line.
    pub(super) fn around(label: &Label, sources: &Sources, width: usize) -> Self {
        let file = sources.file(label.span.file);
        let position = file.position(label.span.start);
        let line = position.line as usize;
        let (start, end) = file.line_bounds(line);
        let whole = file.text.get(start as usize..end as usize).unwrap_or_default();
        let mark_start = label.span.start.saturating_sub(start) as usize;
        let mark_end = (label.span.end.min(end).saturating_sub(start) as usize).max(mark_start);
        let label_text = sanitize(&label.text).into_owned();
        let width = width.saturating_sub(gutter(line));
        let (from, to) = visible_range(whole, mark_start..mark_end, columns(&label_text), width);
        let (before, after) = (if from > 0 { ELLIPSIS } else { "" }, if to < whole.len() { ELLIPSIS } else { "" });
        let mut text = format!("{before}{}", same_length(whole.get(from..to).unwrap_or_default()));
        let in_text = |offset: usize| offset.saturating_sub(from).saturating_add(before.len()).min(text.len());
        let (mark_start, mark_end) = (in_text(mark_start), in_text(mark_end));
        text.push_str(after);
        if mark_start == mark_end && mark_start == text.len() {
            // A mark at the end of a line needs a character to underline.
            text.push(' ');
        }
        let place = full::place(label.span, sources);
        let middle = middle_of_mark(&text, mark_start..mark_end);
        Self {
            link: link(&place, &file),
            place,
            line: line.saturating_sub(1),
            text,
            mark: (mark_start, mark_end.saturating_sub(mark_start).max(1)).into(),
            label: wrap(&label_text, width.saturating_sub(middle).saturating_sub(LABEL_ARROW), 0),
        }
    }
}

impl LineWindow {
    /// The line's number, counted from 1.
    pub(super) fn number(&self) -> usize {
        self.line.saturating_add(1)
    }

    /// The text before the mark, what is marked, and the text after it.
    pub(super) fn parts(&self) -> (&str, &str, &str) {
        let (before, rest) = self.text.split_at_checked(self.mark.offset()).unwrap_or((&self.text, ""));
        let (marked, after) = rest.split_at_checked(self.mark.len()).unwrap_or((rest, ""));
        (before, marked, after)
    }
}

/// The number of columns before a line's text: its number and the border.
fn gutter(line: usize) -> usize {
    line.to_string().len().saturating_add(4)
}

/// The column in the middle of a mark, below which its label begins.
fn middle_of_mark(text: &str, mark: Range<usize>) -> usize {
    let start = source_columns(text.get(..mark.start).unwrap_or_default(), 0);
    let marked = source_columns(text.get(mark).unwrap_or_default(), start);
    start.saturating_add(marked.checked_div(2).unwrap_or(0))
}

/// The part of a line that is shown, between characters: the whole line if it fits in `width` columns, and a label of
/// `label` columns has enough of them beside the mark.
fn visible_range(line: &str, mark: Range<usize>, label: usize, width: usize) -> (usize, usize) {
    // No character has more bytes, so a longer line isn't measured.
    if line.len() <= width.saturating_mul(4) {
        let end_of_mark = middle_of_mark(line, mark.clone()).saturating_add(LABEL_ARROW);
        let has_label = end_of_mark.saturating_add(label.min(MIN_LABEL)) <= width;
        if source_columns(line, 0) <= width && has_label {
            return (0, line.len());
        }
    }
    // Both ends may be marked as cut off.
    let width = width.saturating_sub(2);
    let marked = line.get(mark.clone()).unwrap_or_default();
    let half = end_of_columns(marked.chars(), width).checked_div(2).unwrap_or(0);
    let beside = label.min(MIN_LABEL).saturating_add(LABEL_ARROW).saturating_add(half);
    let before = line.get(..mark.start).unwrap_or_default();
    let from =
        mark.start.saturating_sub(end_of_columns(before.chars().rev(), width.saturating_sub(beside).min(BEFORE_MARK)));
    let shown = line.get(from..).unwrap_or_default();
    (from, from.saturating_add(end_of_columns(shown.chars(), width)))
}

/// The number of bytes of the first characters that fit in `width` columns. Each of them counts as one column at
/// least, so that the number of characters is limited, too.
fn end_of_columns(characters: impl Iterator<Item = char>, width: usize) -> usize {
    let (mut used, mut end) = (0_usize, 0_usize);
    for c in characters {
        used = used.saturating_add(source_columns(c.encode_utf8(&mut [0; 4]), 0).max(1));
        if used > width {
            return end;
        }
        end = end.saturating_add(c.len_utf8());
    }
    end
}

impl SourceCode for LineWindow {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::from((0, self.text.len()));
        let contents =
            MietteSpanContents::new_named(self.link.clone(), self.text.as_bytes(), whole, self.line, span.offset(), 1);
        Ok(Box::new(contents))
    }
}

impl Diagnostic for LineWindow {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = (!self.label.is_empty()).then(|| self.label.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, self.mark))))
    }
}

impl std::error::Error for LineWindow {}

impl fmt::Display for LineWindow {
    /// The message is printed above the first snippet instead.
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
