//! Builds a tree from nodes in the order in which they are written.
//!
//! YAML and JSON share it, and with it the limits, the merge keys and the search
//! for keys that are written twice. It never recurses, however the input nests.

use std::collections::HashMap;
use std::sync::Arc;

use super::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, Tag};
use super::{MAX_DEPTH, MAX_NAME, MAX_NODES, Problem};
use crate::source::Span;

/// The trees of one file in the making.
#[derive(Default)]
pub(super) struct Composer {
    /// What was wrong with finished collections; it loses nothing else.
    pub(super) problems: Vec<Problem>,
    /// The collections around the next node, outermost first.
    open: Vec<Open>,
    root: Option<Arc<Node>>,
    anchors: HashMap<usize, Subtree>,
    /// Counted over all documents, with aliases written out.
    nodes: usize,
    has_aliases: bool,
}

/// What may stand before a node.
#[derive(Default)]
pub(super) struct Properties {
    pub(super) tag: Option<Tag>,
    /// A number that aliases use; no two anchors of a file share one.
    pub(super) anchor: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Sequence,
    Mapping,
}

/// A collection whose end is still to come.
struct Open {
    shape: Shape,
    properties: Properties,
    /// It grows with each child.
    span: Span,
    /// Of a mapping: a key, its value, the next key, …
    children: Vec<Arc<Node>>,
    depth: usize,
    size: usize,
}

/// A finished node and what it adds wherever an alias repeats it.
#[derive(Clone)]
struct Subtree {
    node: Arc<Node>,
    /// How deep its collections nest; a scalar has none.
    depth: usize,
    /// How many nodes it has with aliases written out.
    size: usize,
}

impl Composer {
    /// Drops what an unfinished document left behind; anchors end with their document.
    pub(super) fn start_document(&mut self) {
        self.open = Vec::new();
        self.root = None;
        // To clear a map takes as long as the map was ever large, so a fresh one it is.
        self.anchors = HashMap::new();
    }

    /// The document, unless it holds nothing or a collection is still open.
    pub(super) fn finish_document(&mut self) -> Option<Arc<Node>> {
        self.root.take()
    }

    /// Whether the limit of nodes is spent, for this document and all that follow.
    pub(super) fn is_exhausted(&self) -> bool {
        self.nodes > MAX_NODES
    }

    /// The innermost open collection, and how many nodes it holds so far.
    pub(super) fn parent(&self) -> Option<(Shape, usize)> {
        self.open.last().map(|open| (open.shape, open.children.len()))
    }

    pub(super) fn scalar(&mut self, span: Span, properties: Properties, scalar: Scalar) -> Result<(), Problem> {
        self.spend(1, span)?;
        let node = Node { span, tag: properties.tag, kind: NodeKind::Scalar(scalar) };
        self.add(properties.anchor, Subtree { node: Arc::new(node), depth: 0, size: 1 });
        Ok(())
    }

    /// An alias, which costs as much as what it repeats.
    pub(super) fn alias(&mut self, span: Span, anchor: usize) -> Result<(), Problem> {
        // An anchor is known once its node is finished, and inside that node it isn't.
        let Some(target) = self.anchors.get(&anchor).cloned() else {
            return Err(Problem::syntax(span, "this alias repeats a node that it is a part of"));
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

    /// Begins a collection; `span` may end anywhere before its first child.
    pub(super) fn open(&mut self, shape: Shape, span: Span, properties: Properties) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::too_deep(span));
        }
        self.spend(1, span)?;
        self.open.push(Open { shape, properties, span, children: Vec::new(), depth: 1, size: 1 });
        Ok(())
    }

    /// Ends the innermost collection, at its bracket if it has one, else with its last child.
    pub(super) fn close(&mut self, bracket: Option<Span>) {
        let Some(Open { shape, properties, span, children, depth, size }) = self.open.pop() else {
            return;
        };
        let span = bracket.map_or(span, |bracket| span.to(bracket));
        let kind = match shape {
            Shape::Sequence => NodeKind::Sequence(children),
            Shape::Mapping => NodeKind::Mapping(self.mapping(children)),
        };
        let node = Arc::new(Node { span, tag: properties.tag, kind });
        self.add(properties.anchor, Subtree { node, depth, size });
    }

    /// Counts a comment, of which there may be no more than of nodes.
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

    /// Adds to `merged` from its end, since a later `<<` goes before an earlier one, as with any key.
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
                let message = "`<<` can merge a mapping or a list of mappings, and this is neither";
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

/// A local tag makes something else of a collection: `!If [...]` isn't a list.
fn has_local_tag(node: &Node) -> bool {
    node.target().tag.as_ref().is_some_and(|tag| tag.name.starts_with('!'))
}
