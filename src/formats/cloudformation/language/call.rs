//! Parses calls of intrinsic functions, in the long form (`Fn::Sub:`) and in the short form (`!Sub`).

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, Scalar};

/// The prefix of function names in the long form.
pub(super) const PREFIX: &str = "Fn::";

/// A call such as `!Sub text` or `{"Fn::Sub": text}`.
#[derive(Clone, Copy)]
pub(crate) struct IntrinsicCall<'a> {
    /// The name of the function, without `Fn::`.
    pub(crate) name: &'a str,
    pub(crate) argument: FunctionArgument<'a>,
    /// The function and its argument.
    pub(crate) span: Span,
}

/// The argument of a function call.
#[derive(Clone, Copy)]
pub(crate) struct FunctionArgument<'a> {
    node: &'a Node,
    /// True if the node's tag is the function, so that the tag isn't part of the argument.
    is_tagged: bool,
}

/// The forms of an argument.
pub(super) enum ArgumentForm<'a> {
    /// An ordinary node, which may be another call.
    Node(&'a Node),
    /// A list after the tag of the short form.
    Items(&'a [Arc<Node>]),
    /// A mapping after the tag of the short form.
    Mapping(&'a Mapping),
    /// A scalar after the tag of the short form.
    Scalar(&'a Scalar),
}

impl<'a> IntrinsicCall<'a> {
    /// The call that a node represents; `None` if the node isn't a call.
    pub(crate) fn of(node: &'a Node) -> Option<Self> {
        if let Some(name) = local_tag(node) {
            let name = name.strip_prefix(PREFIX).unwrap_or(name);
            return Some(Self { name, argument: FunctionArgument { node, is_tagged: true }, span: node.whole() });
        }
        let entry = only_entry(node)?;
        let key = entry.key.as_text()?;
        let name = key.strip_prefix(PREFIX).or_else(|| Some(key).filter(|key| *key == "Ref"))?;
        if name.starts_with("ForEach::") {
            // `Fn::ForEach` generates entries; it has no value.
            return None;
        }
        let argument = FunctionArgument { node: &entry.value, is_tagged: false };
        Some(Self { name, argument, span: node.whole() })
    }
}

impl<'a> FunctionArgument<'a> {
    /// The argument of a call in the long form, where the function is the key.
    pub(super) fn of_key(node: &'a Node) -> Self {
        Self { node, is_tagged: false }
    }

    pub(super) fn written(self) -> ArgumentForm<'a> {
        match &self.node.kind {
            NodeKind::Sequence(items) if self.is_tagged => ArgumentForm::Items(items),
            NodeKind::Mapping(mapping) if self.is_tagged => ArgumentForm::Mapping(mapping),
            NodeKind::Scalar(scalar) if self.is_tagged => ArgumentForm::Scalar(scalar),
            _ => ArgumentForm::Node(self.node),
        }
    }

    /// The argument as a text; `None` if it is a nested call.
    pub(crate) fn text(self) -> Option<&'a str> {
        if self.is_tagged { self.node.as_text() } else { plain(self.node)?.as_text() }
    }

    /// The argument as a list; `None` if it is a nested call.
    pub(crate) fn items(self) -> Option<&'a [Arc<Node>]> {
        if self.is_tagged { self.node.as_sequence() } else { plain(self.node)?.as_sequence() }
    }

    /// The argument as a mapping; `None` if it is a nested call.
    pub(crate) fn mapping(self) -> Option<&'a Mapping> {
        if self.is_tagged { self.node.as_mapping() } else { plain(self.node)?.as_mapping() }
    }

    /// The node of the mapping that [`Self::mapping`] returns.
    pub(crate) fn mapping_node(self) -> Option<&'a Node> {
        self.mapping().map(|_| self.node.target())
    }

    pub(crate) fn span(self) -> Span {
        self.node.span
    }
}

/// The node with aliases resolved; `None` if it is a call.
pub(crate) fn plain(node: &Node) -> Option<&Node> {
    let target = node.target();
    IntrinsicCall::of(target).is_none().then_some(target)
}

/// The text of a node; `None` if it is a call.
pub(crate) fn plain_text(node: &Node) -> Option<&str> {
    plain(node)?.as_text()
}

/// The name in a local tag such as `!Ref`, without the `!`.
fn local_tag(node: &Node) -> Option<&str> {
    let name = node.tag.as_ref()?.name.strip_prefix('!')?;
    (!name.is_empty()).then_some(name)
}

/// The entry of a mapping that has exactly one, its own or one from a merge key.
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
