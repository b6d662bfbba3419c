//! Lines of HCL in the layout of `terraform fmt`, which aligns the `=` of attributes on consecutive lines.

use super::parsed_files::ParsedFiles;
use crate::edit::Edit;
use crate::source::{SourceFile, Span};
use crate::syntax::hcl::{Attribute, Body};

/// An attribute alone on its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeLine<'a> {
    pub(super) attribute: &'a Attribute,
    /// Counted from 1.
    pub(super) line: usize,
    /// The offset of `=`.
    equals: u32,
}

/// Returns the rows of a body. Attributes of several lines, and several on one line, aren't rows.
pub(super) fn rows<'a>(body: &'a Body, file: &SourceFile) -> Vec<AttributeLine<'a>> {
    body.attributes.iter().filter_map(|attribute| row(attribute, file)).collect()
}

fn row<'a>(attribute: &'a Attribute, file: &SourceFile) -> Option<AttributeLine<'a>> {
    let name = attribute.name.span;
    let line = file.position(name.start).line as usize;
    let (start, end) = file.line_bounds(line);
    let before = file.text.get(start as usize..name.start as usize)?;
    let after = file.text.get(name.end as usize..end as usize)?;
    let gap = after.find('=').filter(|&at| after.get(..at).is_some_and(|gap| gap.trim().is_empty()))?;
    let count = |set: &str| after.chars().filter(|&c| set.contains(c)).count();
    let is_whole = attribute.value.span.end <= end && !after.contains("<<") && count("([{") == count(")]}");
    let equals = name.end.saturating_add(u32::try_from(gap).ok()?);
    (before.trim().is_empty() && is_whole).then_some(AttributeLine { attribute, line, equals })
}

/// Splits rows into groups of consecutive lines.
pub(super) fn chains<'r, 'a>(rows: &'r [AttributeLine<'a>]) -> impl Iterator<Item = &'r [AttributeLine<'a>]> {
    rows.chunk_by(|one, next| one.line.checked_add(1) == Some(next.line))
}

/// True if each `=` is where `terraform fmt` puts it.
pub(super) fn is_aligned(chain: &[AttributeLine<'_>]) -> bool {
    let width = width(chain).saturating_add(1);
    chain.iter().all(|row| row.equals.saturating_sub(row.attribute.name.span.start) as usize == width)
}

/// Returns the length of the longest name, in bytes.
pub(super) fn width(chain: &[AttributeLine<'_>]) -> usize {
    chain.iter().map(|row| row.attribute.name.span.range().len()).max().unwrap_or(0)
}

/// Moves each `=` to the column behind names of this length.
pub(super) fn align(chain: &[AttributeLine<'_>], width: usize) -> Vec<Edit> {
    let edit = |row: &AttributeLine<'_>| {
        let name = row.attribute.name.span;
        let span = Span { start: name.end, end: row.equals, ..name };
        let wanted = width.saturating_sub(name.range().len()).saturating_add(1);
        (span.range().len() != wanted).then(|| Edit { span, text: " ".repeat(wanted) })
    };
    chain.iter().filter_map(edit).collect()
}

/// Renames one of the rows, and moves each `=` to the column behind the longest name.
pub(super) fn align_renamed(chain: &[AttributeLine<'_>], key: Span, name: &str) -> Vec<Edit> {
    let is_other = |row: &&AttributeLine<'_>| row.attribute.name.span != key;
    let others: Vec<AttributeLine<'_>> = chain.iter().filter(is_other).copied().collect();
    let width = width(&others).max(name.len());
    let mut edits = align(&others, width);
    let gap = " ".repeat(width.saturating_sub(name.len()).saturating_add(1));
    let own = chain.iter().find(|row| !is_other(row));
    edits.extend(own.map(|row| Edit { span: Span { end: row.equals, ..key }, text: format!("{name}{gap}") }));
    edits
}

/// Returns the number of blanks that keep the comment behind a value in its column when the value gets shorter; 0 if
/// the comment follows the value after a single blank.
pub(super) fn gap_before_comment(value: Span, old: usize, new: usize, texts: &ParsedFiles<'_>) -> usize {
    let file = texts.file(value.file);
    let end = file.line_bounds(file.position(value.end).line as usize).1;
    let rest = file.text.get(value.end as usize..end as usize).unwrap_or_default();
    let comment = rest.trim_start_matches(' ');
    let is_in_column = rest.len().saturating_sub(comment.len()) > 1;
    if is_in_column && (comment.starts_with('#') || comment.starts_with("//")) { old.saturating_sub(new) } else { 0 }
}

/// Returns the white space before the first word of a line.
pub(super) fn indent(line: usize, file: &SourceFile) -> &str {
    let (start, end) = file.line_bounds(line);
    let text = file.text.get(start as usize..end as usize).unwrap_or_default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.get(..text.len().saturating_sub(text.trim_start().len())).unwrap_or_default()
}

/// Returns the line ending of a file, which is that of its first line.
pub(super) fn ending(file: &SourceFile) -> &'static str {
    let first = file.text.split_once('\n').map(|(line, _)| line);
    if first.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
}

/// True if a line may have a comment.
pub(super) fn has_comment(line: usize, file: &SourceFile) -> bool {
    let (start, end) = file.line_bounds(line);
    let text = file.text.get(start as usize..end as usize).unwrap_or_default();
    line > 0 && (text.contains('#') || text.contains("//"))
}

/// True if a line has only white space; false for lines outside the file.
pub(super) fn is_blank(line: usize, file: &SourceFile) -> bool {
    let (start, end) = file.line_bounds(line);
    line > 0 && file.text.get(start as usize..end as usize).is_some_and(|text| text.trim().is_empty())
}

/// Returns the start of a line, behind the byte order mark in the first line.
pub(super) fn from_mark(start: u32, file: &SourceFile) -> u32 {
    start.max(u32::try_from(file.body().0).unwrap_or(0))
}

/// Removes whole lines, and the blank line above if another blank line or a closing brace would follow it.
pub(super) fn remove_lines(span: Span, file: &SourceFile) -> Option<Edit> {
    let line = |offset: u32| file.position(offset).line as usize;
    let (first, last) = (line(span.start), line(span.end.max(1).saturating_sub(1)));
    let (start, end) = (from_mark(file.line_bounds(first).0, file), file.line_bounds(last).1);
    let before = file.text.get(start as usize..span.start as usize)?;
    let after = file.text.get(span.end as usize..end as usize)?.trim();
    let is_alone = before.trim().is_empty() && (after.is_empty() || after.starts_with('#') || after.starts_with("//"));
    let next = last.saturating_add(1);
    let (next_start, next_end) = file.line_bounds(next);
    let follows = file.text.get(next_start as usize..next_end as usize).unwrap_or_default().trim();
    let is_gap = is_blank(first.saturating_sub(1), file) && (follows.is_empty() || follows.starts_with('}'));
    let start = if is_gap { file.line_bounds(first.saturating_sub(1)).0 } else { start };
    (is_alone && next_start > start)
        .then(|| Edit { span: Span { start, end: next_start, ..span }, text: String::new() })
}

/// Formats a value for HCL or JSON: a boolean or an empty list unchanged, a word in quotes.
pub(super) fn written(value: &str) -> String {
    if matches!(value, "true" | "[]") { value.to_owned() } else { format!("\"{value}\"") }
}
