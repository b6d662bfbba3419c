//! Converts the values of a plan, with those that Terraform marks as unknown.

use std::collections::HashMap;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind};
use crate::value::{Data, Field, Known, Object, Origin, Reason, Traced, Unknown};

/// Settings for the conversion of an argument. Recursion is bounded by the depth limit of the JSON parser.
pub(super) struct ValueReader {
    /// The span that is used for arguments that aren't set.
    pub(super) holder: Span,
    /// True if the plan omits unknown values, or has null in their place in a list.
    pub(super) is_open: bool,
}

impl ValueReader {
    /// A field that the plan contains or marks as unknown; `None` if it does neither.
    pub(super) fn field(
        &self,
        name: &str,
        entry: Option<&Entry>,
        unknown: Option<&Node>,
        reference: &str,
    ) -> Option<Field> {
        let key_span = entry.map_or(self.holder, |entry| entry.key.span);
        let value = match (entry, unknown) {
            (Some(entry), unknown) => self.value(&entry.value, unknown, reference),
            (None, Some(unknown)) if holds_true(unknown) => later(Origin::Absent(self.holder), reference),
            (None, _) => return None,
        };
        Some(Field { key: name.to_owned(), key_span, value })
    }

    /// Converts a value.
    pub(super) fn value(&self, node: &Node, unknown: Option<&Node>, reference: &str) -> Traced<Data> {
        let data = match &node.kind {
            _ if unknown.is_some_and(is_true) => return later(Origin::Written(node.span), reference),
            NodeKind::Scalar(scalar) => match node.meaning(scalar) {
                // If a part of a null value is marked as unknown, the whole value is unknown.
                Meaning::Null if unknown.is_some_and(holds_true) => {
                    return later(Origin::Written(node.span), reference);
                }
                Meaning::Null => Data::Null,
                Meaning::Bool(value) => Data::Bool(value),
                Meaning::Number(number) => Data::Number(number),
                Meaning::String | Meaning::Ambiguous => Data::String(scalar.text.clone()),
            },
            NodeKind::Sequence(items) => self.list(node, items, unknown, reference),
            NodeKind::Mapping(mapping) => Data::Object(self.object(mapping, unknown, node.span, reference)),
            NodeKind::Alias(_) => Data::Null,
        };
        Traced::written(data, node.span)
    }

    /// Converts the items of a list, and adds the unknown ones.
    fn list(&self, node: &Node, items: &[Arc<Node>], unknown: Option<&Node>, reference: &str) -> Data {
        let unknowns = unknown.and_then(Node::as_sequence).unwrap_or_default();
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let reference = format!("{reference}[{index}]");
            let value = self.value(item, unknowns.get(index).map(|unknown| &**unknown), &reference);
            values.push(match (self.is_open, &value.value) {
                (true, Known(Data::Null)) => later(value.origin, &reference),
                _ => value,
            });
        }
        let more = unknowns.iter().enumerate().skip(items.len()).filter(|(_, unknown)| holds_true(unknown));
        values.extend(more.map(|(index, _)| later(Origin::Absent(node.span), &format!("{reference}[{index}]"))));
        Data::tuple(values)
    }

    /// Converts the fields of an object, and adds the unknown ones.
    fn object(&self, mapping: &Mapping, unknown: Option<&Node>, span: Span, reference: &str) -> Object {
        let unknowns = unknown.and_then(Node::as_mapping).map(|unknown| unknown.entries.as_slice()).unwrap_or_default();
        let mut unknowns: HashMap<&str, &Node> =
            unknowns.iter().filter_map(|entry| Some((entry.key.as_text()?, &*entry.value))).collect();
        let inner = Self { holder: span, is_open: self.is_open };
        let mut fields: Vec<Field> = Vec::new();
        for entry in &mapping.entries {
            let Some(name) = entry.key.as_text() else { continue };
            fields.extend(inner.field(name, Some(entry), unknowns.remove(name), &format!("{reference}.{name}")));
        }
        let mut more: Vec<(&str, &Node)> = unknowns.into_iter().collect();
        more.sort_by_key(|(_, node)| node.span.start);
        for (name, node) in more {
            fields.extend(inner.field(name, None, Some(node), &format!("{reference}.{name}")));
        }
        let why = Reason::AtDeployment { reference: reference.to_owned(), is_set: false };
        Object { rest: self.is_open.then(|| Box::new(why)), ..Object::new(span, fields) }
    }
}

/// Removes empty lists from the bodies of blocks, because a plan also contains the arguments and blocks that aren't
/// set.
pub(super) fn drop_empty(value: &mut Traced<Data>) {
    let Known(data) = &mut value.value else { return };
    match data {
        Data::List(list) => list.items.iter_mut().for_each(drop_empty),
        Data::Object(object) => {
            let is_open = object.rest.is_some();
            // If unknown values are omitted, a missing field would be unknown, so an empty list becomes null instead.
            object.fields.retain(|field| is_open || !is_empty(&field.value));
            for field in &mut object.fields {
                if is_empty(&field.value) {
                    field.value.value = Known(Data::Null);
                }
                drop_empty(&mut field.value);
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
    }
}

/// A value that is unknown until the plan is applied.
fn later(origin: Origin, reference: &str) -> Traced<Data> {
    let why = Reason::AtDeployment { reference: reference.to_owned(), is_set: false };
    Traced { value: Unknown(why), origin, hops: Vec::new() }
}

/// True if a node contains the boolean `true`.
fn holds_true(node: &Node) -> bool {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        match &node.kind {
            NodeKind::Scalar(_) | NodeKind::Alias(_) if is_true(node) => return true,
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
            NodeKind::Sequence(items) => pending.extend(items.iter().map(|item| &**item)),
            NodeKind::Mapping(mapping) => pending.extend(mapping.entries.iter().map(|entry| &*entry.value)),
        }
    }
    false
}

fn is_true(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if node.meaning(scalar) == Meaning::Bool(true))
}

/// True if a value is an empty list.
pub(super) fn is_empty(value: &Traced<Data>) -> bool {
    matches!(&value.value, Known(Data::List(list)) if list.items.is_empty())
}
