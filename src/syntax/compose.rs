//! Builds a tree from nodes that are added in source order.
//!
//! YAML and JSON share it, including the limits, the merge keys and the detection of duplicate keys. It isn't
//! recursive, so deeply nested input can't overflow the stack.

use std::collections::HashMap;
use std::sync::Arc;

use super::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, Tag};
use super::{MAX_DEPTH, MAX_NAME, MAX_NODES, Problem};
use crate::source::Span;

/// Builds the trees of one file.
#[derive(Default)]
pub(super) struct Composer {
    /// Problems of finished collections, for which no text is lost.
    pub(super) problems: Vec<Problem>,
    /// The unfinished collections around the next node, outermost first.
    open: Vec<Open>,
    root: Option<Arc<Node>>,
    anchors: HashMap<usize, Subtree>,
    /// The number of nodes in all documents so far. An alias counts as many nodes as its target.
    nodes: usize,
    has_aliases: bool,
}

/// The tag and the anchor of a node.
#[derive(Default)]
pub(super) struct NodeProperties {
    pub(super) tag: Option<Tag>,
    /// An identifier that is unique in the file, to which aliases refer.
    pub(super) anchor: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeShape {
    Sequence,
    Mapping,
}

/// A collection whose end hasn't been reached.
struct Open {
    shape: NodeShape,
    properties: NodeProperties,
    /// Extended by each child.
    span: Span,
    /// In a mapping, keys and values alternate.
    children: Vec<Arc<Node>>,
    depth: usize,
    size: usize,
}

/// A finished node, with the depth and the size that each alias of it adds.
#[derive(Clone)]
struct Subtree {
    node: Arc<Node>,
    /// The depth of nested collections; 0 for a scalar.
    depth: usize,
    /// The number of nodes. An alias counts as many as its target.
    size: usize,
}

impl Composer {
    /// Starts a document, and discards the rest of an unfinished one. Anchors are local to a document.
    pub(super) fn start_document(&mut self) {
        self.open = Vec::new();
        self.root = None;
        // Clearing a map takes time proportional to its capacity, so it is replaced by a new one.
        self.anchors = HashMap::new();
    }

    /// The root of the document; `None` if it is empty or a collection is unfinished.
    pub(super) fn finish_document(&mut self) -> Option<Arc<Node>> {
        self.root.take()
    }

    /// True if the node limit is reached, for this document and all that follow.
    pub(super) fn is_exhausted(&self) -> bool {
        self.nodes > MAX_NODES
    }

    /// The shape of the innermost unfinished collection, and the number of its children so far.
    pub(super) fn parent(&self) -> Option<(NodeShape, usize)> {
        self.open.last().map(|open| (open.shape, open.children.len()))
    }

    pub(super) fn scalar(&mut self, span: Span, properties: NodeProperties, scalar: Scalar) -> Result<(), Problem> {
        self.spend(1, span)?;
        let node = Node { span, tag: properties.tag, kind: NodeKind::Scalar(scalar) };
        self.add(properties.anchor, Subtree { node: Arc::new(node), depth: 0, size: 1 });
        Ok(())
    }

    /// Adds an alias, which counts as many nodes as its target.
    pub(super) fn alias(&mut self, span: Span, anchor: usize) -> Result<(), Problem> {
        // An anchor is registered when its node is finished, so an alias in the node itself doesn't find it.
        let Some(target) = self.anchors.get(&anchor).cloned() else {
            return Err(Problem::syntax(span, "this alias refers to a node that contains it"));
        };
        if self.open.len().saturating_add(target.depth) > MAX_DEPTH {
            return Err(Problem::too_deep(span));
        }
        self.has_aliases = true;
        self.spend(target.size, span)?;
        let node = Node { span, tag: None, kind: NodeKind::Alias(target.node) };
        self.add(None, Subtree { node: Arc::new(node), ..target });
        Ok(())
    }

    /// Starts a collection. `span` may end anywhere before the first child.
    pub(super) fn open(&mut self, shape: NodeShape, span: Span, properties: NodeProperties) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::too_deep(span));
        }
        self.spend(1, span)?;
        self.open.push(Open { shape, properties, span, children: Vec::new(), depth: 1, size: 1 });
        Ok(())
    }

    /// Ends the innermost collection: at its closing bracket, or with its last child.
    pub(super) fn close(&mut self, bracket: Option<Span>) {
        let Some(Open { shape, properties, span, children, depth, size }) = self.open.pop() else {
            return;
        };
        let span = bracket.map_or(span, |bracket| span.to(bracket));
        let kind = match shape {
            NodeShape::Sequence => NodeKind::Sequence(children),
            NodeShape::Mapping => NodeKind::Mapping(self.mapping(children)),
        };
        let node = Arc::new(Node { span, tag: properties.tag, kind });
        self.add(properties.anchor, Subtree { node, depth, size });
    }

    /// Counts a comment against the node limit.
    pub(super) fn comment(&mut self, span: Span) -> Result<(), Problem> {
        self.spend(1, span)
    }

    fn spend(&mut self, nodes: usize, span: Span) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.is_exhausted() { Err(Problem::too_many_nodes(span, self.has_aliases)) } else { Ok(()) }
    }

    fn add(&mut self, anchor: Option<usize>, subtree: Subtree) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, subtree.clone());
        }
        match self.open.last_mut() {
            Some(parent) => parent.add(subtree),
            None => self.root = Some(subtree.node),
        }
    }

    fn mapping(&mut self, children: Vec<Arc<Node>>) -> Mapping {
        let mut mapping = Mapping::default();
        let mut children = children.into_iter();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            if key.as_text().is_some_and(|text| text.len() > MAX_NAME) {
                self.problems.push(Problem::too_long_name(key.span));
            } else if is_merge_key(&key) {
                self.merge(&mut mapping, &key, value);
            } else {
                mapping.entries.push(Entry { key, value });
            }
        }
        mapping.merged.reverse();
        let repeated = mapping.repeated_keys();
        self.problems.extend(repeated.map(|(key, text)| Problem::duplicate_key(key.span, text)));
        mapping
    }

    /// Adds the mappings of a `<<` entry. `merged` is filled in reverse and reversed at the end, because a later `<<`
    /// takes precedence over an earlier one, as for any key.
    fn merge(&mut self, mapping: &mut Mapping, key: &Node, value: Arc<Node>) {
        if !mapping.merged.is_empty() {
            self.problems.push(Problem::duplicate_key(key.span, "<<"));
        }
        if is_mergeable(&value) {
            return mapping.merged.push(value);
        }
        match value.as_sequence() {
            Some(items) if !has_local_tag(&value) && items.iter().all(|item| is_mergeable(item)) => {
                mapping.merged.extend(items.iter().rev().cloned());
            }
            Some(_) | None => {
                let message = "`<<` can merge only a mapping or a list of mappings";
                self.problems.push(Problem::syntax(key.span, message));
            }
        }
    }
}

impl Open {
    fn add(&mut self, child: Subtree) {
        self.span = self.span.to(child.node.span);
        self.depth = self.depth.max(child.depth.saturating_add(1));
        self.size = self.size.saturating_add(child.size);
        self.children.push(child.node);
    }
}

fn is_merge_key(key: &Node) -> bool {
    match &key.kind {
        NodeKind::Scalar(Scalar { text, style: ScalarStyle::Plain }) => text == "<<" && key.tag.is_none(),
        NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => false,
    }
}

fn is_mergeable(node: &Node) -> bool {
    node.as_mapping().is_some() && !has_local_tag(node)
}

/// A local tag changes the meaning of a collection: `!If [...]` isn't a list.
fn has_local_tag(node: &Node) -> bool {
    node.target().tag.as_ref().is_some_and(|tag| tag.name.starts_with('!'))
}
