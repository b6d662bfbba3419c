//! The comments of a file, and the items that a comment can apply to.

use std::cell::Cell;
use std::sync::Arc;

use crate::source::{FileId, SourceFile, Span};
use crate::syntax::hcl::{self, Block, Expr, ExprKind, ParsedItem};
use crate::syntax::node::{Node, NodeKind, Tree};
use crate::syntax::{Language, json, yaml};

/// The comments and items of a file, by place.
#[derive(Debug, Default)]
pub(super) struct PlaceOutline {
    pub(super) comments: Vec<Span>,
    /// Blocks and attributes, or entries and elements; an item follows the one that contains it.
    pub(super) items: Vec<Span>,
    /// The documents of a YAML or JSON file.
    pub(super) documents: Vec<Arc<Node>>,
    /// A range of lines that contain only comments, so that a run of comments is scanned once and not for each comment.
    pub(super) commented: Cell<(usize, usize)>,
}

impl PlaceOutline {
    /// Parses a file in its language.
    pub(super) fn read(id: FileId, file: &SourceFile) -> Self {
        match Language::of(file) {
            Language::Hcl => Self::of_hcl(id, file),
            Language::Yaml => Self::of_tree(yaml::parse(id, file)),
            Language::Json => Self::of_tree(json::parse(id, file)),
        }
    }

    fn of_hcl(id: FileId, file: &SourceFile) -> Self {
        let split = hcl::split(id, file);
        let mut items = Vec::new();
        for item in &split.items {
            match hcl::parse(item, file).0 {
                Some(ParsedItem::Block(block)) => of_block(&block, &mut items),
                Some(ParsedItem::Attribute(attribute)) => {
                    of_attribute(attribute.name.span, &attribute.value, &mut items)
                }
                None => items.push(item.span),
            }
        }
        Self { comments: split.comments, items, ..Self::default() }
    }

    fn of_tree(tree: Tree) -> Self {
        let mut items = Vec::new();
        for document in &tree.documents {
            of_node(document, &mut items);
        }
        Self { comments: tree.comments, items, documents: tree.documents, ..Self::default() }
    }

    /// Returns the outermost item that contains a place.
    pub(super) fn outermost_around(&self, place: Span) -> Option<Span> {
        self.items.iter().copied().find(|item| item.start <= place.start && place.end <= item.end)
    }
}

fn of_block(block: &Block, items: &mut Vec<Span>) {
    items.push(block.span);
    for attribute in &block.body.attributes {
        of_attribute(attribute.name.span, &attribute.value, items);
    }
    // The parser limits the nesting of blocks.
    block.body.blocks.iter().for_each(|inner| of_block(inner, items));
}

fn of_attribute(name: Span, value: &Expr, items: &mut Vec<Span>) {
    items.push(name.to(value.span));
    of_expr(value, items);
}

/// Adds the entries of objects and the elements of tuples, including those in arguments of a function.
fn of_expr(expr: &Expr, items: &mut Vec<Span>) {
    match &expr.kind {
        ExprKind::Object(entries) => {
            for entry in entries {
                let key = match &entry.key {
                    hcl::ObjectKey::Name(name) => name.span,
                    hcl::ObjectKey::Expr(key) => key.span,
                };
                of_attribute(key, &entry.value, items);
            }
        }
        ExprKind::Tuple(elements) => {
            for element in elements {
                items.push(element.span);
                of_expr(element, items);
            }
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| of_expr(argument, items)),
        _ => {}
    }
}

/// Adds the entries of mappings and the elements of sequences. Aliases aren't followed.
fn of_node(root: &Node, items: &mut Vec<Span>) {
    match &root.kind {
        NodeKind::Mapping(mapping) => {
            for entry in &mapping.entries {
                items.push(entry.key.span.to(entry.value.whole()));
                of_node(&entry.value, items);
            }
        }
        NodeKind::Sequence(elements) => {
            for element in elements {
                items.push(element.whole());
                of_node(element, items);
            }
        }
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
    }
}
