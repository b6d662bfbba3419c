//! Inserts suppressions into JSON, which has no comments, as properties.

use std::sync::Arc;

use super::{Form, InsertionPoint};
use crate::rules::Rule;
use crate::source::{SourceFile, Span};
use crate::syntax::node::{Node, NodeKind};

/// The kind of property that suppresses findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CommentForm {
    /// A property named `//`, in Terraform's JSON syntax.
    Comment,
    /// The metadata of a resource of CloudFormation.
    Metadata,
}

/// The types of block that can contain a step of a value's path, each with its number of labels.
const BLOCKS: [(&str, usize); 4] = [("resource", 2), ("module", 1), ("variable", 1), ("locals", 0)];

/// The part of the JSON that is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddedPart {
    /// The property of a notation.
    Property(CommentForm),
    /// An element of a list of comments.
    Comment,
    /// The property `trailint` in existing metadata.
    Own,
    /// The property `ignore` in an existing `trailint`.
    Ignore,
    /// Elements of an existing `ignore`.
    Entries,
}

impl CommentForm {
    fn name(self) -> &'static str {
        match self {
            CommentForm::Comment => "//",
            CommentForm::Metadata => "Metadata",
        }
    }

    /// Advice for an existing property that can't be extended automatically, as the end of a sentence.
    pub(super) fn advice(self, rule: &'static Rule, reason: &str) -> String {
        match self {
            CommentForm::Comment => {
                let directive = quoted(&super::directive(&[rule], reason));
                format!("its block already has a `\"//\"`; make it a list and add `{directive}`")
            }
            CommentForm::Metadata => {
                let entry = format!("\"trailint\": {{ \"ignore\": [{{ \"rule\": \"{}\" }}] }}", rule.id());
                format!("it already has `Metadata`; add `{entry}` to it")
            }
        }
    }
}

impl AddedPart {
    pub(super) fn write(self, rules: &[&'static Rule], reason: &str) -> String {
        match self {
            AddedPart::Property(CommentForm::Comment) => {
                format!("\"//\": {}", quoted(&super::directive(rules, reason)))
            }
            AddedPart::Property(CommentForm::Metadata) => {
                format!("\"Metadata\": {{ \"trailint\": {{ {} }} }}", ignore(rules, reason))
            }
            AddedPart::Comment => quoted(&super::directive(rules, reason)),
            AddedPart::Own => format!("\"trailint\": {{ {} }}", ignore(rules, reason)),
            AddedPart::Ignore => ignore(rules, reason),
            AddedPart::Entries => entries(rules, reason),
        }
    }
}

fn ignore(rules: &[&'static Rule], reason: &str) -> String {
    format!("\"ignore\": [{}]", entries(rules, reason))
}

fn entries(rules: &[&'static Rule], reason: &str) -> String {
    let reason = if reason.is_empty() { String::new() } else { format!(", \"reason\": {}", quoted(reason)) };
    let entries = rules.iter().map(|rule| format!("{{ \"rule\": {}{reason} }}", quoted(rule.id())));
    entries.collect::<Vec<_>>().join(", ")
}

/// Quotes a text for JSON. It must not contain control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the place of a suppression in the object around a place. The error is the kind of an existing property that
/// can't be extended.
pub(super) fn insertion_point(
    place: Span,
    document: &Node,
    file: &SourceFile,
) -> Option<Result<InsertionPoint, CommentForm>> {
    let (notation, object) = match resource(place, document) {
        Some(object) => (CommentForm::Metadata, object),
        None => (CommentForm::Comment, block(place, document)?),
    };
    let mapping = object.as_mapping()?;
    match mapping.get(notation.name()) {
        Some(entry) if notation == CommentForm::Metadata => Some(in_metadata(&entry.value, file).ok_or(notation)),
        Some(entry) => Some(beside(&entry.value, file).ok_or(notation)),
        None => first(&object, AddedPart::Property(notation), file).map(Ok),
    }
}

/// Returns the place for a first property in an object.
fn first(object: &Node, part: AddedPart, file: &SourceFile) -> Option<InsertionPoint> {
    let mapping = object.as_mapping()?;
    let offset = object.span.range().start.checked_add(1)?;
    let rest = file.text.get(offset..object.span.range().end)?;
    let blank = rest.get(..rest.len().saturating_sub(rest.trim_start().len()))?;
    let after = if mapping.entries.is_empty() { "" } else { "," };
    let after = if blank.is_empty() && !after.is_empty() { ", " } else { after };
    let form = Form::Json { part, before: blank.to_owned(), after: after.to_owned() };
    Some(InsertionPoint { start: offset, end: offset, form })
}

/// Returns the place behind the last element of a list.
fn last(list: &Node, part: AddedPart) -> Option<InsertionPoint> {
    let items = list.as_sequence()?;
    let (offset, before) = match items.last() {
        Some(item) => (item.span.range().end, ", "),
        None => (list.span.range().start.checked_add(1)?, ""),
    };
    let form = Form::Json { part, before: before.to_owned(), after: String::new() };
    Some(InsertionPoint { start: offset, end: offset, form })
}

/// Returns the place for another comment: in the existing list, or in a new list with the existing text.
fn beside(comment: &Node, file: &SourceFile) -> Option<InsertionPoint> {
    match &comment.kind {
        NodeKind::Sequence(_) => last(comment, AddedPart::Comment),
        NodeKind::Scalar(_) => {
            comment.as_text()?;
            let range = comment.span.range();
            let before = format!("[{}, ", file.text.get(range.clone())?);
            let form = Form::Json { part: AddedPart::Comment, before, after: "]".to_owned() };
            Some(InsertionPoint { start: range.start, end: range.end, form })
        }
        NodeKind::Mapping(_) | NodeKind::Alias(_) => None,
    }
}

/// Returns the place in existing metadata.
fn in_metadata(metadata: &Node, file: &SourceFile) -> Option<InsertionPoint> {
    let Some(own) = metadata.as_mapping()?.get("trailint") else { return first(metadata, AddedPart::Own, file) };
    let Some(ignore) = own.value.as_mapping()?.get("ignore") else { return first(&own.value, AddedPart::Ignore, file) };
    last(&ignore.value, AddedPart::Entries)
}

/// Returns the resource of a template that contains a place, including its name.
fn resource(place: Span, document: &Node) -> Option<Arc<Node>> {
    let resources = &document.as_mapping()?.get("Resources")?.value;
    child(place, resources)
}

/// Returns the body of the block that contains a place, including its last label.
fn block(place: Span, document: &Node) -> Option<Arc<Node>> {
    let root = document.as_mapping()?;
    BLOCKS.iter().find_map(|(kind, labels)| {
        let mut node = Arc::clone(&root.get(kind)?.value);
        for _ in 0..*labels {
            node = child(place, &element(place, &node))?;
        }
        let body = element(place, &node);
        let is_around = *labels > 0 || body.span.range().contains(&place.range().start);
        is_around.then_some(body)
    })
}

/// Returns the value of the entry that contains a place.
fn child(place: Span, node: &Node) -> Option<Arc<Node>> {
    let entries = &node.as_mapping()?.entries;
    entries
        .iter()
        .find(|entry| entry.key.span.to(entry.value.span).range().contains(&place.range().start))
        .map(|entry| Arc::clone(&entry.value))
}

/// Returns the element of a list that contains a place, else the first one. A node that isn't a list is its own
/// element.
fn element(place: Span, node: &Arc<Node>) -> Arc<Node> {
    let NodeKind::Sequence(items) = &node.kind else { return Arc::clone(node) };
    Arc::clone(
        items.iter().find(|item| item.span.range().contains(&place.range().start)).or(items.first()).unwrap_or(node),
    )
}
