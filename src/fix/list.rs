//! Edits of lists in brackets, with commas or line endings between the items.

use super::rows;
use crate::edit::Edit;
use crate::source::{SourceFile, Span};

/// Removes an item and the separator behind it; for the last item, the one before it.
pub(super) fn remove(items: &[Span], index: usize, file: &SourceFile) -> Option<Edit> {
    let item = *items.get(index)?;
    let next = index.checked_add(1).and_then(|next| items.get(next));
    let before = index.checked_sub(1).and_then(|before| items.get(before));
    let (span, gap) = match (next, before) {
        (Some(next), _) => (Span { end: next.start, ..item }, Span { start: item.end, end: next.start, ..item }),
        (None, Some(before)) => {
            (Span { start: before.end, ..item }, Span { start: before.end, end: item.start, ..item })
        }
        (None, None) => return None,
    };
    is_plain(file.slice(gap)).then(|| Edit { span, text: String::new() })
}

/// Inserts an item behind another one, with the separator that the list already uses.
pub(super) fn add(items: &[Span], index: usize, text: &str, file: &SourceFile) -> Option<Edit> {
    let item = *items.get(index)?;
    let before = index.checked_sub(1).and_then(|before| items.get(before));
    let gap = before.map(|before| file.slice(Span { start: before.end, end: item.start, ..item }));
    let separator = match gap.filter(|gap| is_plain(gap)) {
        Some(gap) => gap.to_owned(),
        None => separator(item, file),
    };
    Some(Edit { span: Span { start: item.end, ..item }, text: format!("{separator}{text}") })
}

/// Returns a comma, and a line ending if the item is the first on its line.
fn separator(item: Span, file: &SourceFile) -> String {
    let line = file.position(item.start).line as usize;
    let before = file.text.get(file.line_bounds(line).0 as usize..item.start as usize).unwrap_or_default();
    match before.trim().is_empty() {
        true => format!(",{}{}", rows::ending(file), rows::indent(line, file)),
        false => ", ".to_owned(),
    }
}

/// True if the text between two items has no comment.
fn is_plain(gap: &str) -> bool {
    gap.chars().all(|c| c == ',' || c.is_whitespace())
}
