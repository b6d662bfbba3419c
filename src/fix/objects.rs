//! Edits of HCL objects: adds attributes, or replaces null values.

use std::collections::BTreeMap;

use super::parsed_files::{Enclosing, ParsedFiles, holds};
use super::{blocks, rows};
use crate::edit::Edit;
use crate::source::{SourceFile, Span};
use crate::syntax::hcl::{Expr, ExprKind, ObjectItem, ObjectKey};

/// One level of indentation, for an object without an indented line.
const UNIT: &str = "  ";

/// An attribute or argument to add: its name, and its value as HCL.
pub(super) type Addition<'a> = (&'a str, String);

/// Sets attributes of the object at a place; `None` if one has another value than null, or if the object is built by a
/// `for` expression or a function.
pub(super) fn set_members(place: Span, members: &BTreeMap<&str, &str>, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let around = texts.around(place)?;
    let file = texts.file(place.file);
    let items = match &around {
        Enclosing::Attribute(attribute) => object_at(&attribute.value, place)?,
        Enclosing::Block(outer) => {
            let block = blocks::find(outer, |block| holds(block.span, place))?;
            let attribute = block.body.attributes.iter().find(|attribute| holds(attribute.value.span, place))?;
            object_at(&attribute.value, place)?
        }
        Enclosing::Nothing => return None,
    };
    let mut present = BTreeMap::new();
    for item in items {
        present.entry(name_of(item)?).or_insert(item);
    }
    let (mut edits, mut added) = (Vec::new(), Vec::new());
    for (key, value) in members {
        let value = rows::written(value);
        match present.get(key) {
            Some(item) if matches!(item.value.kind, ExprKind::Null) => {
                edits.push(Edit { span: item.value.span, text: value });
            }
            Some(_) => return None,
            None => added.push((*key, value)),
        }
    }
    if !added.is_empty() {
        edits.extend(insert(place, items, &added, &file)?);
    }
    edits.sort_unstable();
    Some(edits)
}

/// Returns the items of the object at a place, if only objects and tuples contain it.
fn object_at(expr: &Expr, place: Span) -> Option<&[ObjectItem]> {
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::Object(items) if expr.span == place => return Some(items),
            ExprKind::Object(items) => &items.iter().find(|item| holds(item.value.span, place))?.value,
            ExprKind::Tuple(items) => items.iter().find(|item| holds(item.span, place))?,
            _ => return None,
        };
    }
}

/// Returns the key of an item; `None` if the key is an expression.
fn name_of(item: &ObjectItem) -> Option<&str> {
    match &item.key {
        ObjectKey::Name(name) => Some(&name.text),
        ObjectKey::Expr(Expr { kind: ExprKind::String(text), .. }) => Some(text),
        ObjectKey::Expr(_) => None,
    }
}

fn key_span(item: &ObjectItem) -> Span {
    match &item.key {
        ObjectKey::Name(name) => name.span,
        ObjectKey::Expr(expr) => expr.span,
    }
}

fn insert(object: Span, items: &[ObjectItem], added: &[Addition<'_>], file: &SourceFile) -> Option<Vec<Edit>> {
    let Some(last) = items.last() else { return fill(object, added, file).map(|edit| vec![edit]) };
    let line = |offset: u32| file.position(offset).line as usize;
    let end = last.value.span.end;
    let rest = file.slice(Span { start: end, ..object });
    // A heredoc needs its line ending.
    if rest.len() < 2 && rest != "}" || file.slice(last.value.span).contains("<<") {
        return None;
    }
    if line(end) == line(object.end) {
        let text = format!(", {}", on_one_line(added));
        return Some(vec![Edit { span: Span { start: end, ..last.value.span }, text }]);
    }
    let rows = rows_of(items, file);
    let start = line(key_span(last).start);
    let is_own = |row: &&Row| row.line <= start;
    let chain: Vec<Row> = rows
        .iter()
        .rev()
        .filter(is_own)
        .zip(0..)
        .map_while(|(row, back)| (row.line.saturating_add(back) == start).then_some(*row))
        .collect();
    let widest = chain.iter().map(|row| row.width).max().unwrap_or(0);
    let is_aligned = chain.iter().all(|row| row.equals == widest.saturating_add(1));
    let width = if is_aligned { widest.max(longest(added)) } else { 0 };
    let mut edits = Vec::new();
    if is_aligned && width > widest {
        let more = " ".repeat(width.saturating_sub(widest));
        edits.extend(chain.iter().map(|row| Edit { span: row.gap, text: more.clone() }));
    }
    let comma = if rest.trim_start().starts_with(',') { "," } else { "" };
    let at = file.line_bounds(line(end)).1;
    let text = lines(added, width, rows::indent(start, file), comma, rows::ending(file));
    edits.push(Edit { span: Span { start: at, end: at, ..object }, text });
    Some(edits)
}

/// Returns the length of the longest key, in bytes.
pub(super) fn longest(added: &[Addition<'_>]) -> usize {
    added.iter().map(|(key, _)| key.len()).max().unwrap_or(0)
}

fn on_one_line(added: &[Addition<'_>]) -> String {
    let texts: Vec<String> = added.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    texts.join(", ")
}

/// Formats each attribute on a line of its own, after a line ending.
pub(super) fn lines(added: &[Addition<'_>], width: usize, indent: &str, comma: &str, ending: &str) -> String {
    added.iter().map(|(key, value)| format!("{ending}{indent}{key:width$} = {value}{comma}")).collect()
}

/// Inserts the only attributes of an empty object.
fn fill(object: Span, added: &[Addition<'_>], file: &SourceFile) -> Option<Edit> {
    let inside = Span { start: object.start.checked_add(1)?, end: object.end.checked_sub(1)?, ..object };
    let old = file.slice(inside);
    if !old.trim().is_empty() {
        return None;
    }
    let text = if old.contains('\n') {
        let indent = rows::indent(file.position(object.start).line as usize, file);
        let ending = rows::ending(file);
        let inner = format!("{indent}{UNIT}");
        format!("{}{ending}{indent}", lines(added, longest(added), &inner, "", ending))
    } else {
        format!(" {} ", on_one_line(added))
    };
    Some(Edit { span: inside, text })
}

/// An item alone on its line.
#[derive(Clone, Copy)]
struct Row {
    line: usize,
    /// The length of the key, in bytes.
    width: usize,
    /// The distance of `=` from the start of the key, in bytes.
    equals: usize,
    /// The empty span behind the key.
    gap: Span,
}

/// Returns the items that are alone on their line and use `=`.
fn rows_of(items: &[ObjectItem], file: &SourceFile) -> Vec<Row> {
    let row = |item: &ObjectItem| {
        let key = key_span(item);
        let line = file.position(key.start).line as usize;
        let (start, end) = file.line_bounds(line);
        let before = file.text.get(start as usize..key.start as usize)?;
        let between = file.text.get(key.end as usize..item.value.span.start as usize)?;
        let is_own = before.trim().is_empty() && item.value.span.end <= end && between.trim() == "=";
        let equals = between.find('=')?.saturating_add(key.range().len());
        let gap = Span { start: key.end, ..key };
        is_own.then_some(Row { line, width: key.range().len(), equals, gap })
    };
    items.iter().filter_map(row).collect()
}
