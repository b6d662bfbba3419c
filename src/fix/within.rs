//! Moves the edits of a text that is a part of another file, such as a template in a heredoc, to that file.

use crate::edit::Edit;
use crate::source::{LineWithin, SourceFile, Sources, Span};

/// The edit of the file on the disk; `None` if the text there differs from the one that is edited.
pub(super) fn in_file(edit: Edit, sources: &Sources) -> Option<Edit> {
    let own = sources.file(edit.span.file);
    if own.within.is_none() {
        return Some(edit);
    }
    let start = outer_offset(&own, edit.span.start, sources)?;
    let end = if edit.span.is_empty() { start } else { outer_offset(&own, edit.span.end, sources)? };
    let span = Span { end: end.end, ..start };
    let outer = sources.file(span.file);
    let is_escaped = ["${", "%{"].iter().any(|mark| edit.text.contains(mark));
    if start.file != end.file || span.start > span.end || is_escaped {
        return None;
    }
    // The text must be the same, apart from its indentation.
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    if lines(own.slice(edit.span)) != lines(outer.slice(span)) {
        return None;
    }
    Some(Edit { span, text: indented(&edit, &own, sources)? })
}

/// The place of an offset in the file that contains a text, as an empty span.
fn outer_offset(own: &SourceFile, offset: u32, sources: &Sources) -> Option<Span> {
    let line = own.line(offset);
    let (start, end) = own.line_bounds(line);
    let place = place_of(own, line)?;
    let at = |offset: u32| Span { start: offset, end: offset, ..place.span };
    let after_indent = place.indent.and_then(|indent| offset.checked_sub(start.saturating_add(indent)));
    let length = place.span.end.saturating_sub(place.span.start);
    if let Some(after) = after_indent.filter(|after| *after <= length) {
        return Some(at(place.span.start.saturating_add(after)));
    }
    let (outer_start, _) = whole_line(place, sources)?;
    match offset {
        _ if offset == end => Some(at(place.span.end)),
        _ if offset == start => Some(at(outer_start)),
        _ => None,
    }
}

fn place_of(own: &SourceFile, line: usize) -> Option<LineWithin> {
    own.lines_within.get(line.checked_sub(1)?).copied().flatten()
}

/// The start of the line in the outer file that represents a line as a whole, and its indentation.
fn whole_line(place: LineWithin, sources: &Sources) -> Option<(u32, String)> {
    let outer = sources.file(place.span.file);
    let (start, end) = outer.line_bounds(outer.line(place.span.start));
    let line = Span { start, end, ..place.span };
    let text = outer.slice(line);
    let indent = text.get(..text.len().saturating_sub(text.trim_start().len()))?;
    (outer.slice(place.span) == text.trim()).then(|| (start, indent.to_owned()))
}

/// The new text, in which each line has the indentation of the outer file.
fn indented(edit: &Edit, own: &SourceFile, sources: &Sources) -> Option<String> {
    if !edit.text.contains('\n') {
        return Some(edit.text.clone());
    }
    let line = own.line(edit.span.start);
    let (start, end) = own.line_bounds(line);
    let text = own.slice(Span { start, end, ..edit.span });
    let indent = text.len().saturating_sub(text.trim_start().len());
    let (_, outer) = whole_line(place_of(own, line)?, sources)?;
    let added = outer.get(..outer.len().checked_sub(indent)?)?;
    let mut result = String::new();
    let mut begins_line = edit.span.start == start;
    for part in edit.text.split_inclusive('\n') {
        if begins_line && !part.trim().is_empty() {
            result.push_str(added);
        }
        result.push_str(part);
        begins_line = part.ends_with('\n');
    }
    Some(result)
}
