//! Edits of YAML in block and flow style, and of JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::parsed_files::{ParsedFiles, before_empty, holds};
use super::{list, rows};
use crate::edit::Edit;
use crate::model::SelectorNames;
use crate::source::{SourceFile, Span};
use crate::syntax::Language;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, ScalarStyle};

/// Inserts properties into the resource or block with this key.
pub(super) fn insert(key: Span, properties: &BTreeMap<&str, &str>, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let entry = texts.entry(key)?;
    set_entries(&*body(&entry.value)?, properties, texts)
}

/// Adds entries to the mapping at a place, or replaces their null values.
pub(super) fn set_members(place: Span, members: &BTreeMap<&str, &str>, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let path = texts.path(place);
    set_entries(path.iter().rev().find(|node| node.span == place && node.tag.is_none())?, members, texts)
}

fn set_entries(node: &Node, members: &BTreeMap<&str, &str>, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let NodeKind::Mapping(mapping) = &node.kind else { return None };
    let (file, language) = (texts.file(node.span.file), texts.language(node.span.file));
    let is_flow = file.slice(node.span).starts_with('{');
    let mut edits: Vec<Edit> = Vec::new();
    for (key, value) in members {
        let value = if language == Language::Yaml { (*value).to_owned() } else { rows::written(value) };
        let edit = match mapping.get(key) {
            Some(Entry { value: old, .. }) => {
                let is_null = matches!(file.slice(old.span), "null" | "~") && old.tag.is_none();
                is_null.then_some(Edit { span: old.span, text: value })
            }
            None if is_flow => in_flow(node, mapping, key, &value, &file),
            None => in_block(mapping, key, &value, &file),
        };
        edits.push(edit?);
    }
    // The first entry of an empty mapping has no separator.
    match edits.first().map(|first| first.span).filter(|_| is_flow && mapping.entries.is_empty()) {
        Some(span) => {
            let texts: Vec<String> = edits.into_iter().map(|edit| edit.text).collect();
            Some(vec![Edit { span, text: texts.join(", ") }])
        }
        None => Some(edits),
    }
}

/// Returns the properties of a resource, or the only body of a block in Terraform's JSON.
fn body(node: &Arc<Node>) -> Option<Arc<Node>> {
    let node = match &node.kind {
        NodeKind::Sequence(items) => match items.as_slice() {
            [only] => only,
            _ => return None,
        },
        NodeKind::Mapping(_) | NodeKind::Scalar(_) | NodeKind::Alias(_) => node,
    };
    let NodeKind::Mapping(mapping) = &node.kind else { return None };
    let found = match (mapping.get("Type"), mapping.get("Properties")) {
        (_, Some(properties)) => &properties.value,
        (Some(_), None) => return None,
        (None, None) => node,
    };
    // Properties from an alias or a function aren't the resource's own.
    let is_own = found.tag.is_none() && !is_call(found);
    is_own.then(|| Arc::clone(found))
}

fn is_call(node: &Node) -> bool {
    let NodeKind::Mapping(mapping) = &node.kind else { return false };
    let is_function = |entry: &Entry| entry.key.as_text().is_some_and(|key| key == "Ref" || key.starts_with("Fn::"));
    mapping.entries.iter().any(is_function)
}

/// Inserts a property behind the last one between the braces, in the same style.
fn in_flow(node: &Node, mapping: &Mapping, name: &str, value: &str, file: &SourceFile) -> Option<Edit> {
    let spans: Vec<Span> = mapping.entries.iter().map(|entry| entry.key.span.to(entry.value.whole())).collect();
    let Some(last) = mapping.entries.last() else {
        let quote = if Language::of(file) == Language::Json { "\"" } else { "" };
        let (start, end) = (node.span.start.checked_add(1)?, node.span.end.checked_sub(1)?);
        let span = Span { start, end, ..node.span };
        return Some(Edit { span, text: format!("{quote}{name}{quote}: {value}") });
    };
    let quote = file.slice(last.key.span).chars().next().filter(|c| matches!(c, '"' | '\''));
    let quote = quote.map(String::from).unwrap_or_default();
    let gap = file.slice(Span { start: last.key.span.end, end: last.value.whole().start, ..node.span });
    let colon = if gap.trim() == ":" && !gap.contains('\n') { gap } else { ": " };
    let text = format!("{quote}{name}{quote}{colon}{value}");
    list::add(&spans, spans.len().checked_sub(1)?, &text, file)
}

/// Inserts a property behind the last one that fits on its line, or before the first.
fn in_block(mapping: &Mapping, name: &str, value: &str, file: &SourceFile) -> Option<Edit> {
    let ending = rows::ending(file);
    if let Some(entry) = mapping.entries.iter().rev().find(|entry| has_own_line(entry, file)) {
        let line = file.position(entry.key.span.start).line as usize;
        let end = file.line_bounds(line).1;
        let text = format!("{ending}{}{name}: {value}", rows::indent(line, file));
        return Some(Edit { span: Span { start: end, end, ..entry.key.span }, text });
    }
    let first = mapping.entries.first()?.key.span;
    let line = file.position(first.start).line as usize;
    let (start, indent) = (file.line_bounds(line).0, rows::indent(line, file));
    let text = format!("{indent}{name}: {value}{ending}");
    (start as usize).checked_add(indent.len()).filter(|at| *at == first.start as usize)?;
    Some(Edit { span: Span { start, end: start, ..first }, text })
}

/// True if an entry is alone on its line, except for a comment.
fn has_own_line(entry: &Entry, file: &SourceFile) -> bool {
    let line = file.position(entry.key.span.start).line as usize;
    let (start, end) = file.line_bounds(line);
    let before = file.text.get(start as usize..entry.key.span.start as usize).unwrap_or_default();
    let after = file.text.get(entry.value.whole().end as usize..end as usize).unwrap_or("-").trim();
    let is_scalar = match &entry.value.kind {
        NodeKind::Scalar(scalar) => scalar.style != ScalarStyle::Block && !file.slice(entry.value.span).is_empty(),
        NodeKind::Alias(_) => true,
        NodeKind::Sequence(_) | NodeKind::Mapping(_) => false,
    };
    is_scalar && before.trim().is_empty() && (after.is_empty() || after.starts_with('#'))
}

/// Renames the property with this key; also returns the span of its value.
pub(super) fn rename(key: Span, name: &str, texts: &ParsedFiles<'_>) -> Option<(Vec<Edit>, Span)> {
    let entry = texts.entry(key)?;
    let quote = texts.slice(key).chars().next().filter(|c| matches!(c, '"' | '\'')).map(String::from);
    let quote = quote.unwrap_or_default();
    Some((vec![Edit { span: key, text: format!("{quote}{name}{quote}") }], entry.value.whole()))
}

/// Removes the property with this value.
pub(super) fn remove_entry(value: Span, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let path = texts.path(value);
    let index = path.iter().position(|node| node.whole() == value)?;
    let parent = path.get(index.checked_sub(1)?)?;
    let NodeKind::Mapping(mapping) = &parent.kind else { return None };
    let spans: Vec<Span> = mapping.entries.iter().map(|entry| entry.key.span.to(entry.value.whole())).collect();
    let at = mapping.entries.iter().position(|entry| entry.value.whole() == value)?;
    remove(&spans, at, parent, texts)
}

/// Returns the outermost `Fn::If` that has the value at a place as an arm, directly or through nested conditionals.
pub(super) fn conditional_around(arm: Span, texts: &ParsedFiles<'_>) -> Option<Span> {
    let path = texts.path(arm);
    let holding = path.iter().rev().skip_while(|node| holds(arm, node.whole()));
    let conditionals =
        holding.filter(|node| node.as_sequence().is_none() || is_if(node)).take_while(|node| is_if(node));
    conditionals.last().map(|node| node.whole())
}

fn is_if(node: &Node) -> bool {
    let is_long = |mapping: &Mapping| mapping.entries.len() == 1 && mapping.get("Fn::If").is_some();
    node.tag.as_ref().is_some_and(|tag| tag.name == "!If") || node.as_mapping().is_some_and(is_long)
}

/// True for `Ref: AWS::NoValue`, in the long form or as a tag.
fn is_no_value(node: &Node) -> bool {
    let is_named = |node: &Node| node.as_text() == Some("AWS::NoValue");
    let is_long = |mapping: &Mapping| {
        mapping.entries.len() == 1 && mapping.get("Ref").is_some_and(|entry| is_named(&entry.value))
    };
    node.tag.as_ref().is_some_and(|tag| tag.name == "!Ref") && is_named(node) || node.as_mapping().is_some_and(is_long)
}

/// True if a reference to `AWS::NoValue` is on the line below its key.
pub(super) fn is_no_value_below(place: Span, texts: &ParsedFiles<'_>) -> bool {
    let file = texts.file(place.file);
    let (start, _) = file.line_bounds(file.position(place.start).line as usize);
    let is_first = file.text.get(start as usize..place.start as usize).is_some_and(|before| before.trim().is_empty());
    is_first && texts.path(place).iter().any(|node| node.whole() == place && is_no_value(node))
}

/// Inserts a value behind the colon of a key that has none.
pub(super) fn fill(place: Span, value: &str, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let path = texts.path(before_empty(place));
    let mut entries = path.iter().filter_map(|node| node.as_mapping()).flat_map(|mapping| &mapping.entries);
    let entry = entries.find(|entry| entry.value.whole() == place)?;
    let file = texts.file(place.file);
    let end = file.line_bounds(file.position(entry.key.span.end).line as usize).1;
    let after = file.text.get(entry.key.span.end as usize..end as usize)?;
    let (start, text) = match after.trim_start().strip_prefix(':') {
        Some(rest) => (end.checked_sub(u32::try_from(rest.len()).ok()?)?, format!(" {value}")),
        None => (entry.key.span.end, format!(": {value}")),
    };
    let rest = file.text.get(start as usize..end as usize)?.trim_start();
    // Only a comment or the next entry may follow.
    let is_empty = rest.is_empty() || rest.starts_with(['#', ',', '}']);
    is_empty.then(|| vec![Edit { span: Span { start, end: start, ..place }, text }])
}

/// Replaces an `Fn::If` or a reference to `AWS::NoValue` of several lines by a value behind its key or dash; `None` if
/// the lines contain a comment or an anchor.
pub(super) fn replace_lines(place: Span, value: &str, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let path = texts.path(place);
    let node = path.iter().find(|node| node.whole() == place && (is_if(node) || is_no_value(node)))?;
    let file = texts.file(place.file);
    let end = end_of(node, &file)?;
    let line_end = file.line_bounds(file.position(end).line as usize).1;
    let after = file.text.get(end as usize..line_end as usize)?.trim();
    let is_flow = file.slice(node.span).starts_with(['{', '[']);
    let span = Span { end, ..place };
    let is_plain = !file.slice(span).contains(['#', '&']) && (is_flow || after.is_empty());
    let (start, _) = file.line_bounds(file.position(place.start).line as usize);
    let before = file.text.get(start as usize..place.start as usize)?;
    if !is_plain {
        return None;
    }
    if is_flow || !before.trim().is_empty() {
        return Some(vec![Edit { span, text: value.to_owned() }]);
    }
    // The value begins on the line below its key or dash.
    let above = file.text.get(..start as usize)?.trim_end();
    let line = above.lines().next_back()?;
    let is_below = line.ends_with([':', '-']) && !line.contains('#');
    let start = u32::try_from(above.len()).ok()?;
    is_below.then(|| vec![Edit { span: Span { start, ..span }, text: format!(" {value}") }])
}

/// Returns the end of a node's last text, without trailing white space; `None` if that is a block scalar.
fn end_of(node: &Arc<Node>, file: &SourceFile) -> Option<u32> {
    let mut last = node;
    loop {
        let is_flow = file.slice(last.span).starts_with(['{', '[']);
        last = match &last.kind {
            NodeKind::Mapping(mapping) if !is_flow => &mapping.entries.last()?.value,
            NodeKind::Sequence(items) if !is_flow => items.last()?,
            NodeKind::Scalar(scalar) if scalar.style == ScalarStyle::Block => return None,
            _ => break,
        };
    }
    let written = file.slice(last.whole()).trim_end();
    last.whole().start.checked_add(u32::try_from(written.len()).ok().filter(|length| *length > 0)?)
}

/// Removes the innermost mapping around a place that is an item of a sequence.
pub(super) fn remove_item(place: Span, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let (sequence, item) = item_around(place, texts)?;
    let NodeKind::Sequence(items) = &sequence.kind else { return None };
    let spans: Vec<Span> = items.iter().map(|item| item.whole()).collect();
    let at = spans.iter().position(|span| *span == item.whole())?;
    remove(&spans, at, &sequence, texts)
}

/// Returns the innermost mapping around a place that is an item of a sequence, with the sequence.
fn item_around(place: Span, texts: &ParsedFiles<'_>) -> Option<(Arc<Node>, Arc<Node>)> {
    let path = texts.path(place);
    let mut pairs: Vec<(&Arc<Node>, &Arc<Node>)> = path.iter().zip(path.iter().skip(1)).collect();
    pairs.reverse();
    let is_item = |(outer, inner): &&(&Arc<Node>, &Arc<Node>)| {
        matches!(outer.kind, NodeKind::Sequence(_))
            && matches!(inner.kind, NodeKind::Mapping(_))
            && holds(inner.whole(), place)
    };
    pairs.iter().find(is_item).map(|(outer, inner)| (Arc::clone(outer), Arc::clone(inner)))
}

/// Removes the item or entry at an index, in flow or block style.
pub(super) fn remove(spans: &[Span], at: usize, parent: &Node, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let file = texts.file(parent.span.file);
    let edit = if file.slice(parent.span).starts_with(['{', '[']) {
        list::remove(spans, at, &file)
    } else {
        remove_line(spans, at, &file)
    };
    edit.map(|edit| vec![edit])
}

/// Removes the lines of an item in block style, including its dash. If the first entry behind a dash is removed, the
/// next entry takes its place.
fn remove_line(spans: &[Span], at: usize, file: &SourceFile) -> Option<Edit> {
    let item = *spans.get(at)?;
    let next = at.checked_add(1).and_then(|next| spans.get(next));
    if spans.len() < 2 {
        return None;
    }
    let line = file.position(item.start).line as usize;
    let start = file.line_bounds(line).0;
    let before = file.text.get(start as usize..item.start as usize)?;
    let is_dashed = before.trim() == "-";
    if !before.trim().is_empty() && !is_dashed {
        return None;
    }
    let is_entry_behind_dash = is_dashed
        && next.is_some_and(|next| file.position(next.start).column == file.position(item.start).column)
        && next.is_some_and(|next| !starts_with_dash(*next, file));
    match next {
        Some(next) if is_entry_behind_dash => {
            Some(Edit { span: Span { end: next.start, ..item }, text: String::new() })
        }
        _ => whole_lines(item, start, file),
    }
}

fn starts_with_dash(item: Span, file: &SourceFile) -> bool {
    let (start, _) = file.line_bounds(file.position(item.start).line as usize);
    file.text.get(start as usize..item.start as usize).is_some_and(|before| before.trim() == "-")
}

/// Removes the text from the start of a line to the end of the item's last line.
fn whole_lines(item: Span, start: u32, file: &SourceFile) -> Option<Edit> {
    let written = file.slice(item).trim_end();
    let end = item.start.checked_add(u32::try_from(written.len()).ok()?)?;
    let last = file.position(end.checked_sub(1)?).line as usize;
    let next = file.line_bounds(last.saturating_add(1)).0;
    // If the last line of the file has no line ending, the one of the line before is removed.
    if next > end {
        return Some(Edit { span: Span { start, end: next, ..item }, text: String::new() });
    }
    let before = file.text.get(..start as usize)?;
    let start = before.strip_suffix('\n').map_or(before.len(), |rest| rest.strip_suffix('\r').unwrap_or(rest).len());
    Some(Edit { span: Span::new(item.file, start, file.text.len()), text: String::new() })
}

/// Inserts a selector for management events behind the one at a place.
pub(super) fn add_selector(place: Span, names: &SelectorNames, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let file = texts.file(place.file);
    let quote = if texts.language(place.file) == Language::Json { "\"" } else { "" };
    let q = |name: &str| format!("{quote}{name}{quote}");
    let SelectorNames { fields, field, equals, .. } = names;
    let (category, management) = (q("eventCategory"), q("Management"));
    let text = format!("[{{ {}: {category}, {}: [{management}] }}]", q(field), q(equals));
    let text = format!("{{ {}: {text} }}", q(fields));
    let (sequence, item) = match texts.entry(place) {
        // In Terraform's JSON, the value of a block type is one object or a list of them.
        Some(entry) => match &entry.value.kind {
            NodeKind::Mapping(_) => return Some(object_to_list(entry.value.span, &text)),
            NodeKind::Sequence(items) => (Arc::clone(&entry.value), Arc::clone(items.last()?)),
            NodeKind::Scalar(_) | NodeKind::Alias(_) => return None,
        },
        None => item_around(place, texts)?,
    };
    let NodeKind::Sequence(items) = &sequence.kind else { return None };
    let spans: Vec<Span> = items.iter().map(|item| item.whole()).collect();
    let at = spans.iter().position(|span| *span == item.whole())?;
    if file.slice(sequence.span).starts_with('[') {
        return list::add(&spans, at, &text, &file).map(|edit| vec![edit]);
    }
    let line = file.position(item.span.start).line as usize;
    let indent = rows::indent(line, &file);
    let written = file.slice(item.whole()).trim_end();
    let end = item.whole().start.checked_add(u32::try_from(written.len()).ok()?)?;
    let end = file.line_bounds(file.position(end.checked_sub(1)?).line as usize).1;
    let lines = [
        format!("{indent}- {fields}:"),
        format!("{indent}    - {field}: eventCategory"),
        format!("{indent}      {equals}:"),
        format!("{indent}        - Management"),
    ];
    let ending = rows::ending(&file);
    let text = lines.iter().map(|line| format!("{ending}{line}")).collect();
    Some(vec![Edit { span: Span { start: end, end, ..place }, text }])
}

/// Turns a single object into a list of two.
fn object_to_list(object: Span, text: &str) -> Vec<Edit> {
    let opening = Edit { span: Span { end: object.start, ..object }, text: "[".to_owned() };
    let rest = Edit { span: Span { start: object.end, ..object }, text: format!(", {text}]") };
    vec![opening, rest]
}
