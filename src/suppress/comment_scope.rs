//! Determines the part of a file that a comment applies to.

use super::outline::PlaceOutline;
use crate::source::{SourceFile, Span};

/// Returns the item beside a comment, else the item that begins on the next line without a comment.
pub(super) fn of_comment(comment: Span, outline: &PlaceOutline, file: &SourceFile) -> Option<Span> {
    let (first, last) = (line_of(comment.start, file), line_of(comment.end, file));
    // A byte order mark isn't code.
    let start = file.line_bounds(first).0.max(u32::try_from(file.body().0).unwrap_or(0));
    let end = file.line_bounds(last).1;
    if begins_with(LineStart::Code, comment.end, end, outline, file) {
        return starting(last, outline, file);
    }
    if begins_with(LineStart::Code, start, comment.start, outline, file) {
        return starting(first, outline, file).or_else(|| ending(first, outline, file));
    }
    let first = last.saturating_add(1);
    let (from, to) = outline.commented.get();
    let mut next = if (from..to).contains(&first) { to } else { first };
    while is_comment(next, outline, file) {
        next = next.saturating_add(1);
    }
    outline.commented.set((first, next));
    starting(next, outline, file)
}

fn is_comment(line: usize, outline: &PlaceOutline, file: &SourceFile) -> bool {
    let (from, to) = file.line_bounds(line);
    begins_with(LineStart::Comment, from, to, outline, file)
}

/// The kind of text at the beginning of a part of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineStart {
    Code,
    Comment,
}

/// True if the first text between two offsets of a line is of this kind.
fn begins_with(kind: LineStart, from: u32, to: u32, outline: &PlaceOutline, file: &SourceFile) -> bool {
    let text = file.text.get(from as usize..to.max(from) as usize).unwrap_or_default();
    let blank = text.len().saturating_sub(text.trim_start().len());
    let start = from.saturating_add(u32::try_from(blank).unwrap_or(u32::MAX));
    !text.trim().is_empty() && is_in_comment(start, outline) == (kind == LineStart::Comment)
}

fn line_of(offset: u32, file: &SourceFile) -> usize {
    file.position(offset).line as usize
}

fn is_in_comment(offset: u32, outline: &PlaceOutline) -> bool {
    let next = outline.comments.partition_point(|comment| comment.end <= offset);
    outline.comments.get(next).is_some_and(|comment| comment.start <= offset)
}

/// Returns the outermost item that begins on a line.
fn starting(line: usize, outline: &PlaceOutline, file: &SourceFile) -> Option<Span> {
    let (from, to) = file.line_bounds(line);
    outline
        .items
        .iter()
        .filter(|item| from <= item.start && item.start <= to)
        .max_by_key(|item| item.end.saturating_sub(item.start))
        .copied()
}

/// Returns the innermost item that ends on a line.
fn ending(line: usize, outline: &PlaceOutline, file: &SourceFile) -> Option<Span> {
    let (from, to) = file.line_bounds(line);
    outline
        .items
        .iter()
        .filter(|item| from <= item.end && item.end <= to)
        .min_by_key(|item| item.end.saturating_sub(item.start))
        .copied()
}
