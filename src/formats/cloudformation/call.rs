//! Calls of intrinsic functions, in their long and in their short form.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, Scalar};

/// The start of every function's name in the long form.
pub(super) const PREFIX: &str = "Fn::";

/// A call such as `!Sub text` or `{"Fn::Sub": text}`.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// The function, without `Fn::`.
    pub(super) name: &'a str,
    /// What it is called with.
    pub(super) argument: Argument<'a>,
    /// The whole call.
    pub(super) span: Span,
}

/// What a function is called with.
#[derive(Clone, Copy)]
pub(super) struct Argument<'a> {
    node: &'a Node,
    /// Whether the node's tag is the call, and so no part of the argument.
    is_tagged: bool,
}

/// How an argument is written.
pub(super) enum Written<'a> {
    /// A value, perhaps a call itself.
    Node(&'a Node),
    /// A list after the tag of the short form.
    Items(&'a [Arc<Node>]),
    /// A mapping after the tag of the short form.
    Mapping(&'a Mapping),
    /// A scalar after the tag of the short form.
    Scalar(&'a Scalar),
}

impl<'a> Call<'a> {
    /// The call that a node is.
    pub(super) fn of(node: &'a Node) -> Option<Self> {
        if let Some(name) = local_tag(node) {
            let name = name.strip_prefix(PREFIX).unwrap_or(name);
            return Some(Self { name, argument: Argument { node, is_tagged: true }, span: node.whole() });
        }
        let entry = only_entry(node)?;
        let key = entry.key.as_text()?;
        let name = key.strip_prefix(PREFIX).or_else(|| Some(key).filter(|key| *key == "Ref"))?;
        if name.starts_with("ForEach::") {
            // A loop makes entries, no value.
            return None;
        }
        let argument = Argument { node: &entry.value, is_tagged: false };
        Some(Self { name, argument, span: node.whole() })
    }
}

impl<'a> Argument<'a> {
    /// The argument of a call whose function stands before it as a key.
    pub(super) fn of_key(node: &'a Node) -> Self {
        Self { node, is_tagged: false }
    }

    /// How it is written.
    pub(super) fn written(self) -> Written<'a> {
        match &self.node.kind {
            NodeKind::Sequence(items) if self.is_tagged => Written::Items(items),
            NodeKind::Mapping(mapping) if self.is_tagged => Written::Mapping(mapping),
            NodeKind::Scalar(scalar) if self.is_tagged => Written::Scalar(scalar),
            _ => Written::Node(self.node),
        }
    }

    /// The text that it is, unless it is a call itself.
    pub(super) fn text(self) -> Option<&'a str> {
        if self.is_tagged { self.node.as_text() } else { plain(self.node)?.as_text() }
    }

    /// The list that it is, unless it is a call itself.
    pub(super) fn items(self) -> Option<&'a [Arc<Node>]> {
        if self.is_tagged { self.node.as_sequence() } else { plain(self.node)?.as_sequence() }
    }

    /// The mapping that it is, unless it is a call itself.
    pub(super) fn mapping(self) -> Option<&'a Mapping> {
        if self.is_tagged { self.node.as_mapping() } else { plain(self.node)?.as_mapping() }
    }

    /// The mapping that it is, as a node.
    pub(super) fn mapping_node(self) -> Option<&'a Node> {
        self.mapping().map(|_| self.node.target())
    }

    /// Its place.
    pub(super) fn span(self) -> Span {
        self.node.span
    }
}

/// The node behind aliases, unless it is a call.
pub(super) fn plain(node: &Node) -> Option<&Node> {
    let target = node.target();
    Call::of(target).is_none().then_some(target)
}

/// The text of a node that is no call.
pub(super) fn plain_text(node: &Node) -> Option<&str> {
    plain(node)?.as_text()
}

/// The name in a tag such as `!Ref`.
fn local_tag(node: &Node) -> Option<&str> {
    let name = node.tag.as_ref()?.name.strip_prefix('!')?;
    (!name.is_empty()).then_some(name)
}

/// The entry of a mapping that has just one, its own or merged in.
fn only_entry(node: &Node) -> Option<&Entry> {
    match &node.kind {
        NodeKind::Mapping(mapping) => match (mapping.entries.as_slice(), mapping.merged.as_slice()) {
            ([entry], []) => Some(entry),
            ([], [merged]) => only_entry(merged.target()),
            _ => None,
        },
        NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Alias(_) => None,
    }
}
