//! A line of a file with a mark under a part of it. The only file that names miette.
//!
//! miette is handed one line of bounded length in which no character acts on
//! the terminal, and a place that is worked out here: it would count columns
//! in bytes, and fail on lines that are very long.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use super::full;
use super::link::link;
use super::sanitize::{same_length, sanitize};
use crate::finding::Label;
use crate::source::Sources;

/// Of a longer line, only the part around the mark is shown, in bytes.
const MAX_LINE: usize = 120;

/// How much of a long line is shown before the mark, in bytes.
const BEFORE_MARK: usize = 40;

/// Stands for what is cut off.
const ELLIPSIS: &str = "…";

/// Draws the line of a label with the label under it.
pub(super) fn draw(label: &Label, sources: &Sources) -> String {
    let window = LineWindow::around(label, sources);
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
    /// The line in which a label begins.
    pub(super) fn around(label: &Label, sources: &Sources) -> Self {
        let file = sources.file(label.span.file);
        let position = file.position(label.span.start);
        let line = position.line as usize;
        let (start, end) = file.line_bounds(line);
        let whole = file.text.get(start as usize..end as usize).unwrap_or_default();
        let mark_start = label.span.start.saturating_sub(start) as usize;
        let mark_end = (label.span.end.min(end).saturating_sub(start) as usize).max(mark_start);
        let (from, to) = visible_range(whole, mark_start);
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
        Self {
            link: link(&place, &file),
            place,
            line: line.saturating_sub(1),
            text,
            mark: (mark_start, mark_end.saturating_sub(mark_start).max(1)).into(),
            label: sanitize(&label.text).into_owned(),
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

/// The part of a line that is shown, between characters.
fn visible_range(line: &str, mark: usize) -> (usize, usize) {
    if line.len() <= MAX_LINE {
        return (0, line.len());
    }
    let from = line.floor_char_boundary(mark.saturating_sub(BEFORE_MARK));
    (from, line.floor_char_boundary(from.saturating_add(MAX_LINE)))
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
