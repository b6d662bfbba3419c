//! Edits of HCL blocks and their arguments.

use super::objects::{Addition, lines, longest};
use super::parsed_files::{Enclosing, ParsedFiles, holds};
use super::rows::{self, AttributeLine};
use super::{list, remedy_edits};
use crate::edit::Edit;
use crate::model::SelectorNames;
use crate::source::{SourceFile, Span};
use crate::syntax::hcl::{Attribute, Block, Body, Expr, ExprKind};

/// Arguments that are usually separated by a blank line from the other arguments of a block.
const APART: [&str; 6] = ["count", "for_each", "provider", "depends_on", "source", "version"];

/// One level of indentation, for a block without an indented line.
const UNIT: &str = "  ";

/// Returns the innermost block that satisfies a condition, possibly the outer one. The parser limits the nesting of
/// blocks.
pub(super) fn find(block: &Block, is_such: impl Fn(&Block) -> bool) -> Option<&Block> {
    let mut pending = vec![block];
    let mut found = None;
    while let Some(next) = pending.pop() {
        if is_such(next) {
            found = Some(next);
        }
        pending.extend(&next.body.blocks);
    }
    found
}

/// Inserts arguments behind the last group of arguments, else on lines of their own at the beginning of the block.
pub(super) fn insert(block: &Block, added: &[Addition<'_>], file: &SourceFile) -> Option<Vec<Edit>> {
    let is_one_line = !file.slice(block.span).contains('\n');
    if is_one_line {
        return unfold(block, added, file);
    }
    let rows = rows::rows(&block.body, file);
    let first_block = block.body.blocks.iter().map(|inner| inner.span.start).min().unwrap_or(u32::MAX);
    let fits = |chain: &&[AttributeLine<'_>]| {
        let is_before = chain.iter().all(|row| row.attribute.name.span.start < first_block);
        let is_own = chain.iter().any(|row| !APART.contains(&row.attribute.name.text.as_str()));
        is_before && is_own && keeps_comments(chain, longest(added), file)
    };
    let chains: Vec<&[AttributeLine<'_>]> = rows::chains(&rows).collect();
    match chains.into_iter().rev().find(fits) {
        Some(chain) => append(chain, added, file),
        None if block.kind.text == "module" => Some(vec![apart(&rows, added, file)?]),
        None => Some(vec![prepend(block, added, file)?]),
    }
}

/// True if arguments behind these rows, whose names have at most this length, move no comment. `terraform fmt` aligns
/// comments of consecutive lines, too.
fn keeps_comments(chain: &[AttributeLine<'_>], length: usize, file: &SourceFile) -> bool {
    let has_comment = |line: usize| rows::has_comment(line, file);
    let Some(last) = chain.last() else { return false };
    let stays = rows::width(chain) >= length;
    !has_comment(last.line.saturating_add(1)) && (stays || !chain.iter().any(|row| has_comment(row.line)))
}

fn append(chain: &[AttributeLine<'_>], added: &[Addition<'_>], file: &SourceFile) -> Option<Vec<Edit>> {
    let last = chain.last()?;
    let is_aligned = rows::is_aligned(chain);
    let width = rows::width(chain).max(longest(added));
    let own_width = if is_aligned { width } else { 0 };
    let text = lines(added, own_width, rows::indent(last.line, file), "", rows::ending(file));
    let mut edits = if is_aligned { rows::align(chain, width) } else { Vec::new() };
    let end = file.line_bounds(last.line).1;
    edits.push(Edit { span: Span { start: end, end, ..last.attribute.name.span }, text });
    Some(edits)
}

/// Inserts arguments on lines of their own, separated by a blank line from the source of a module.
fn apart(rows: &[AttributeLine<'_>], added: &[Addition<'_>], file: &SourceFile) -> Option<Edit> {
    let last = rows::chains(rows).next()?.last()?;
    let end = file.line_bounds(last.line).1;
    let (indent, ending) = (rows::indent(last.line, file), rows::ending(file));
    let next = file.line_bounds(last.line.saturating_add(1));
    let follows = file.text.get(next.0 as usize..next.1 as usize)?.trim();
    let blank = if follows.is_empty() || follows.starts_with('}') { "" } else { ending };
    let text = format!("{ending}{}{blank}", lines(added, longest(added), indent, "", ending));
    Some(Edit { span: Span { start: end, end, ..last.attribute.name.span }, text })
}

/// Inserts arguments on the lines behind the opening brace, and a blank line if anything follows.
fn prepend(block: &Block, added: &[Addition<'_>], file: &SourceFile) -> Option<Edit> {
    let line = file.position(opening(block, file)?).line as usize;
    let end = file.line_bounds(line).1;
    let next = line.saturating_add(1);
    let (start, next_end) = file.line_bounds(next);
    let follows = file.text.get(start as usize..next_end as usize)?.trim();
    let own = rows::indent(file.position(block.span.start).line as usize, file);
    let inner = rows::indent(next, file);
    let indent = if inner.len() > own.len() { inner.to_owned() } else { format!("{own}{UNIT}") };
    let ending = rows::ending(file);
    let blank = if follows.is_empty() || follows.starts_with('}') { "" } else { ending };
    let text = format!("{}{blank}", lines(added, longest(added), &indent, "", ending));
    Some(Edit { span: Span { start: end, end, ..block.span }, text })
}

/// Splits a block on one line into several lines, with the new arguments at the end.
fn unfold(block: &Block, added: &[Addition<'_>], file: &SourceFile) -> Option<Vec<Edit>> {
    let start = opening(block, file)?.checked_add(1)?;
    let span = Span { start, end: block.span.end.checked_sub(1)?, ..block.span };
    let (own, ending) = (rows::indent(file.position(start).line as usize, file), rows::ending(file));
    let width = block.body.attributes.iter().map(|one| one.name.text.len()).max().unwrap_or(0).max(longest(added));
    let indent = format!("{own}{UNIT}");
    let old = match &*block.body.attributes {
        _ if !block.body.blocks.is_empty() || file.slice(span).contains("/*") => return None,
        [] => String::new(),
        [one] => {
            let value = file.slice(Span { start: one.name.span.end, end: span.end, ..span }).trim();
            format!("{ending}{indent}{:width$} {value}", one.name.text)
        }
        _ => return None,
    };
    let text = format!("{old}{}{ending}{own}", lines(added, width, &indent, "", ending));
    Some(vec![Edit { span, text }])
}

/// Returns the offset of a block's opening brace.
fn opening(block: &Block, file: &SourceFile) -> Option<u32> {
    let rest = file.text.get(block.header.end as usize..block.span.end as usize)?;
    block.header.end.checked_add(u32::try_from(rest.find('{')?).ok()?)
}

/// Renames the argument with this key; also returns the span of its value.
pub(super) fn rename(key: Span, name: &str, texts: &ParsedFiles<'_>) -> Option<(Vec<Edit>, Span)> {
    let Enclosing::Block(outer) = texts.around(key)? else { return None };
    let file = texts.file(key.file);
    let block = find(&outer, |block| holds(block.span, key))?;
    let attribute = block.body.attributes.iter().find(|attribute| attribute.name.span == key)?;
    let all = rows::rows(&block.body, &file);
    let is_own = |chain: &&[AttributeLine<'_>]| chain.iter().any(|row| row.attribute.name.span == key);
    let chain = rows::chains(&all).find(is_own);
    let edits = match chain.filter(|chain| rows::is_aligned(chain)) {
        Some(chain) => rows::align_renamed(chain, key, name),
        None => vec![Edit { span: key, text: name.to_owned() }],
    };
    Some((edits, attribute.value.span))
}

/// Removes the argument whose value contains a place.
pub(super) fn remove_argument(value: Span, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let Enclosing::Block(outer) = texts.around(value)? else { return None };
    let block = find(&outer, |block| holds(block.span, value))?;
    let attribute = block.body.attributes.iter().find(|attribute| holds(attribute.value.span, value))?;
    let file = texts.file(value.file);
    if attribute.value.span == value {
        return remove_row(&block.body, attribute, &file);
    }
    // Within an object, an empty list has the same meaning and keeps the alignment of the other attributes.
    remedy_edits::empty(value, texts)
}

/// Removes the lines of an attribute, and aligns the attributes that it was aligned with.
fn remove_row(body: &Body, attribute: &Attribute, file: &SourceFile) -> Option<Vec<Edit>> {
    let removed = rows::remove_lines(attribute.name.span.to(attribute.value.span), file)?;
    let line = |offset: u32| file.position(offset).line as usize;
    let (first, last) = (line(attribute.name.span.start), line(attribute.value.span.end));
    let all = rows::rows(body, file);
    let is_beside = |chain: &&[AttributeLine<'_>]| {
        chain.iter().any(|row| row.line.saturating_add(1) == first || row.line == last.saturating_add(1))
            || chain.iter().any(|row| row.line == first)
    };
    let chains: Vec<&[AttributeLine<'_>]> = rows::chains(&all).filter(is_beside).collect();
    let mut edits = vec![removed];
    if chains.iter().all(|chain| rows::is_aligned(chain)) {
        let rest: Vec<AttributeLine<'_>> =
            chains.iter().flat_map(|chain| chain.iter()).filter(|row| row.line != first).copied().collect();
        edits.extend(rows::align(&rest, rows::width(&rest)));
    }
    Some(edits)
}

/// Removes the block or the object of the field selector at a place.
pub(super) fn remove_field(place: Span, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let Enclosing::Block(outer) = texts.around(place)? else { return None };
    let file = texts.file(place.file);
    let block = find(&outer, |block| holds(block.span, place))?;
    if let Some(attribute) = block.body.attributes.iter().find(|attribute| holds(attribute.value.span, place))
        && let Some(tuple) = tuple_around(&attribute.value, place)
    {
        let index = tuple.iter().position(|item| holds(*item, place))?;
        return list::remove(&tuple, index, &file).map(|edit| vec![edit]);
    }
    // A `dynamic` block may generate several selectors, so it isn't removed.
    (block.kind.text == "field_selector")
        .then(|| rows::remove_lines(block.span, &file))
        .flatten()
        .map(|edit| vec![edit])
}

/// Inserts a selector for management events behind the one with this header or object.
pub(super) fn add_selector(place: Span, names: &SelectorNames, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let Enclosing::Block(outer) = texts.around(place)? else { return None };
    let file = texts.file(place.file);
    let block = find(&outer, |block| holds(block.span, place))?;
    if block.header == place && block.kind.text == names.list {
        let own = rows::indent(file.position(block.span.start).line as usize, &file);
        let end = block.span.end;
        return Some(vec![Edit { span: Span { start: end, end, ..place }, text: selector_block(names, own, &file) }]);
    }
    let attribute = block.body.attributes.iter().find(|attribute| holds(attribute.value.span, place))?;
    let tuple = tuple_around(&attribute.value, place)?;
    let index = tuple.iter().position(|item| *item == place)?;
    let SelectorNames { fields, field, equals, .. } = names;
    let text = format!("{{ {fields} = [{{ {field} = \"eventCategory\", {equals} = [\"Management\"] }}] }}");
    list::add(&tuple, index, &text, &file).map(|edit| vec![edit])
}

fn selector_block(names: &SelectorNames, own: &str, file: &SourceFile) -> String {
    let SelectorNames { list, fields, field, equals } = names;
    let width = field.len().max(equals.len());
    let lines = [
        String::new(),
        format!("{own}{list} {{"),
        format!("{own}{UNIT}{fields} {{"),
        format!("{own}{UNIT}{UNIT}{field:width$} = \"eventCategory\""),
        format!("{own}{UNIT}{UNIT}{equals:width$} = [\"Management\"]"),
        format!("{own}{UNIT}}}"),
        format!("{own}}}"),
    ];
    let ending = rows::ending(file);
    lines.iter().map(|line| format!("{ending}{line}")).collect()
}

/// Returns the items of the tuple that contains the innermost object around a place.
fn tuple_around(expr: &Expr, place: Span) -> Option<Vec<Span>> {
    let mut found = None;
    let mut next = Some(expr);
    while let Some(expr) = next {
        next = match &expr.kind {
            ExprKind::Tuple(items) => {
                let item = items.iter().find(|item| holds(item.span, place));
                if item.is_some_and(|item| matches!(item.kind, ExprKind::Object(_))) {
                    found = Some(items.iter().map(|item| item.span).collect());
                }
                item
            }
            ExprKind::Object(items) => items.iter().map(|item| &item.value).find(|value| holds(value.span, place)),
            _ => None,
        };
    }
    found
}
