//! Edits of suppressions: comments, and the metadata of templates.

use super::parsed_files::ParsedFiles;
use super::{nodes, rows};
use crate::edit::Edit;
use crate::rules;
use crate::source::{SourceFile, Span};
use crate::syntax::Language;
use crate::syntax::node::{Entry, NodeKind};

/// The keys around a suppression in metadata, the outermost first.
const HOLDERS: [&str; 3] = ["Metadata", "trailint", "ignore"];

/// Removes a rule from a suppression, and the whole suppression if it names no other rule.
pub(super) fn remove(place: Span, rule: &str, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let file = texts.file(place.file);
    let text = file.slice(place);
    let is_text = text.trim_start_matches(['"', '\'']).starts_with("trailint:");
    if let Some(edit) = remove_name(place, rule, &file) {
        return Some(vec![edit]);
    }
    match texts.language(place.file) {
        Language::Hcl => remove_comment(place, &file),
        Language::Yaml if text.starts_with('#') => remove_comment(place, &file),
        Language::Yaml | Language::Json if is_text => nodes::remove_entry(place, texts),
        Language::Yaml | Language::Json => remove_metadata(place, texts),
    }
}

/// Removes one of several names between the brackets, with a comma.
fn remove_name(place: Span, rule: &str, file: &SourceFile) -> Option<Edit> {
    let text = file.slice(place);
    let start = text.find("ignore[")?.checked_add("ignore[".len())?;
    let names = text.get(start..)?.split_once(']')?.0;
    let mut at = start;
    let mut spans = Vec::new();
    for name in names.split(',') {
        let present = rules::renamed(name.trim()).unwrap_or(name.trim());
        spans.push((present == rule, at, at.saturating_add(name.len())));
        at = at.saturating_add(name.len()).saturating_add(1);
    }
    let index = spans.iter().position(|(is_it, _, _)| *is_it)?;
    let (_, own_start, own_end) = *spans.get(index)?;
    let (from, to) =
        match (index.checked_sub(1).and_then(|before| spans.get(before)), spans.get(index.saturating_add(1))) {
            (Some((_, _, before)), _) => (*before, own_end),
            (None, Some((_, next, _))) => (own_start, blanks_after(text, *next)),
            (None, None) => return None,
        };
    let offset = |at: usize| place.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    Some(Edit { span: Span { start: offset(from), end: offset(to), ..place }, text: String::new() })
}

fn blanks_after(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at.saturating_add(rest.len().saturating_sub(rest.trim_start().len()))
}

/// Removes a comment: the whole line, or behind code the comment and the blanks before it.
fn remove_comment(place: Span, file: &SourceFile) -> Option<Vec<Edit>> {
    let text = file.slice(place);
    let is_whole = text.starts_with('#') || text.starts_with("//") || text.starts_with("/*") && text.ends_with("*/");
    if !is_whole {
        return None;
    }
    let line = file.position(place.start).line as usize;
    let (start, end) = file.line_bounds(line);
    let start = rows::from_mark(start, file);
    let before = file.text.get(start as usize..place.start as usize)?;
    if !file.text.get(place.end as usize..end as usize)?.trim().is_empty() {
        return None;
    }
    if before.trim().is_empty() {
        return rows::remove_lines(place, file).map(|edit| vec![edit]);
    }
    // `terraform fmt` aligns comments behind consecutive lines of code.
    let has_neighbour =
        [line.saturating_sub(1), line.saturating_add(1)].into_iter().any(|near| rows::has_comment(near, file));
    let code = before.trim_end().len();
    let start = start.saturating_add(u32::try_from(code).ok()?);
    (!has_neighbour).then(|| vec![Edit { span: Span { start, ..place }, text: String::new() }])
}

/// Removes an item of metadata; with the last item, also the entries that contain it.
fn remove_metadata(place: Span, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let path = texts.path(place);
    let is_holder = |entry: &Entry| entry.key.as_text().is_some_and(|key| HOLDERS.contains(&key));
    for (outer, inner) in path.iter().zip(path.iter().skip(1)).collect::<Vec<_>>().into_iter().rev() {
        match &outer.kind {
            NodeKind::Sequence(items) if items.len() > 1 => {
                let spans: Vec<Span> = items.iter().map(|item| item.whole()).collect();
                return nodes::remove(&spans, spans.iter().position(|span| *span == inner.whole())?, outer, texts);
            }
            NodeKind::Mapping(mapping) if mapping.entries.len() > 1 => {
                let entry = mapping.entries.iter().find(|entry| entry.value.whole() == inner.whole())?;
                // An entry of `{ rule, reason, until }` is removed as a whole.
                if is_holder(entry) {
                    return nodes::remove_entry(entry.value.whole(), texts);
                }
            }
            NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }
    None
}
