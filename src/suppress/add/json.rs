//! The place for a comment in JSON, which has none: a property.

use std::sync::Arc;

use super::{Form, Spot};
use crate::rules::Rule;
use crate::source::{SourceFile, Span};
use crate::syntax::node::{Node, NodeKind};

/// How a property suppresses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Notation {
    /// A property named `//`, in Terraform's JSON syntax.
    Comment,
    /// The metadata of a resource of CloudFormation.
    Metadata,
}

/// The kinds of block that a step of a value may lie in, and how many labels each has.
const BLOCKS: [(&str, usize); 4] = [("resource", 2), ("module", 1), ("variable", 1), ("locals", 0)];

impl Notation {
    /// The property that keeps this one from being added.
    fn name(self) -> &'static str {
        match self {
            Notation::Comment => "//",
            Notation::Metadata => "Metadata",
        }
    }

    /// What to do where there is such a property already, as the end of a sentence.
    pub(super) fn advice(self, rule: &'static Rule, reason: &str) -> String {
        match self {
            Notation::Comment => {
                let directive = quoted(&super::directive(&[rule], reason));
                format!("its block has a `\"//\"` already; make that a list which holds `{directive}`, too")
            }
            Notation::Metadata => {
                let entry = format!("\"trailint\": {{ \"ignore\": [{{ \"rule\": \"{}\" }}] }}", rule.id());
                format!("it has `Metadata` already; add `{entry}` to that")
            }
        }
    }

    /// The property as text.
    pub(super) fn property(self, rules: &[&'static Rule], reason: &str) -> String {
        match self {
            Notation::Comment => format!("\"//\": {}", quoted(&super::directive(rules, reason))),
            Notation::Metadata => {
                let reason =
                    if reason.is_empty() { String::new() } else { format!(", \"reason\": {}", quoted(reason)) };
                let entry = |rule: &&Rule| format!("{{ \"rule\": {}{reason} }}", quoted(rule.id()));
                let entries: Vec<String> = rules.iter().map(entry).collect();
                format!("\"Metadata\": {{ \"trailint\": {{ \"ignore\": [{}] }} }}", entries.join(", "))
            }
        }
    }
}

/// A text in JSON's quotes; it holds no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The beginning of the object around a place that may hold such a property, or which one it has already.
pub(super) fn spot(place: Span, document: &Node, file: &SourceFile) -> Option<Result<Spot, Notation>> {
    let (notation, object) = match resource(place, document) {
        Some(object) => (Notation::Metadata, object),
        None => (Notation::Comment, block(place, document)?),
    };
    let NodeKind::Mapping(mapping) = &object.kind else { return None };
    if mapping.get(notation.name()).is_some() {
        return Some(Err(notation));
    }
    let offset = object.span.range().start.checked_add(1)?;
    let rest = file.text.get(offset..object.span.range().end)?;
    let blank = rest.get(..rest.len().saturating_sub(rest.trim_start().len()))?;
    let before = if blank.is_empty() { String::new() } else { blank.to_owned() };
    let after = if mapping.entries.is_empty() { "" } else { "," };
    let after = if blank.is_empty() && !after.is_empty() { ", " } else { after };
    Some(Ok(Spot { offset, form: Form::Property { notation, before, after: after.to_owned() } }))
}

/// The resource of a template that holds a place, its name included.
fn resource(place: Span, document: &Node) -> Option<Arc<Node>> {
    let resources = &document.as_mapping()?.get("Resources")?.value;
    child(place, resources)
}

/// The body of the block that holds a place, its last label included.
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

/// The value of the entry that holds a place.
fn child(place: Span, node: &Node) -> Option<Arc<Node>> {
    let holds = |span: Span| span.range().contains(&place.range().start);
    let entries = &node.as_mapping()?.entries;
    entries.iter().find(|entry| holds(entry.key.span.to(entry.value.span))).map(|entry| Arc::clone(&entry.value))
}

/// The element of a list that holds a place; what is no list is its own element.
fn element(place: Span, node: &Arc<Node>) -> Arc<Node> {
    let NodeKind::Sequence(items) = &node.kind else { return Arc::clone(node) };
    let holds = |item: &&Arc<Node>| item.span.range().contains(&place.range().start);
    Arc::clone(items.iter().find(holds).or(items.first()).unwrap_or(node))
}
