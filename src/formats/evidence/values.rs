//! Converts parsed values of documents.

use crate::source::Span;
use crate::syntax::node::{Meaning, Node, NodeKind};
use crate::value::{Data, Field, Object, Traced};

/// Converts a value. The recursion is limited by the depth limit of the parsers.
pub(super) fn convert(node: &Node) -> Traced<Data> {
    let node = node.target();
    let data = match &node.kind {
        NodeKind::Scalar(scalar) => match node.meaning(scalar) {
            Meaning::Null => Data::Null,
            Meaning::Bool(value) => Data::Bool(value),
            Meaning::Number(number) => Data::Number(number),
            Meaning::String | Meaning::Ambiguous => Data::String(scalar.text.clone()),
        },
        NodeKind::Sequence(items) => Data::tuple(items.iter().map(|item| convert(item)).collect()),
        NodeKind::Mapping(mapping) => {
            let fields = mapping.entries.iter().filter_map(|entry| {
                let key = entry.key.as_text()?.to_owned();
                Some(Field { key, key_span: entry.key.span, value: convert(&entry.value) })
            });
            Data::Object(Object::new(first_line(node), fields.collect()))
        }
        NodeKind::Alias(_) => Data::Null,
    };
    Traced::written(data, node.span)
}

/// The beginning of an object, up to its first key.
pub(super) fn first_line(node: &Node) -> Span {
    let first = node.as_mapping().and_then(|mapping| mapping.entries.first()).map(|entry| entry.key.span);
    let start = node.span.start;
    match first {
        // A mapping in YAML begins with its first key.
        Some(key) if key.start == start => key,
        _ => Span { end: start.saturating_add(1).min(node.span.end), ..node.span },
    }
}
