//! The resources of a plan as they will be when it has been applied.

use std::collections::HashMap;
use std::sync::Arc;

use super::address::without_keys;
use super::region::Configuration;
use crate::formats::Opened;
use crate::model::{Elsewhere, Holds, Kind, Notation, Resource, Subject};
use crate::source::Span;
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Tree};
use crate::value::{Data, Field, Known, Object, Origin, Traced, Unknown, Why, World};

/// A plan that is judged by itself.
pub(super) struct Changes {
    tree: Tree,
    /// The Region of what doesn't say its own.
    region: Option<String>,
}

/// A resource that there will be.
pub(super) struct Planned<'a> {
    kind: &'static Kind,
    address: &'a Node,
    /// Its arguments, with the provider's defaults.
    after: &'a Mapping,
    /// The arguments that Terraform will learn while it applies: `true` in place of each.
    after_unknown: Option<&'a Node>,
}

impl Changes {
    pub(super) fn new(tree: Tree, region: Option<String>) -> Self {
        Self { tree, region }
    }

    fn changes(&self) -> Option<&Entry> {
        self.tree.documents.first()?.as_mapping()?.get("resource_changes")
    }

    fn planned(&self, subject: Subject) -> impl Iterator<Item = Planned<'_>> {
        let changes = self.changes().and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
        changes.iter().filter_map(move |change| Planned::read(change, subject))
    }
}

impl Opened for Changes {
    fn header(&self) -> Option<Span> {
        self.changes().map(|entry| entry.key.span)
    }

    fn sites(&self, _: Subject) -> usize {
        // Nothing is decided here, so all resources can be one declaration.
        1
    }

    fn resources(&self, subject: Subject, _: usize, _: &World) -> Vec<Resource> {
        let configuration = Configuration::of(&self.tree, self.region.as_deref());
        self.planned(subject).map(|planned| planned.resource(configuration)).collect()
    }

    fn elsewhere(&self, _: Subject) -> Vec<Elsewhere> {
        Vec::new()
    }

    fn problems(&self) -> Vec<Problem> {
        self.tree.problems.clone()
    }
}

impl<'a> Planned<'a> {
    /// A managed resource that is looked for and stays or comes.
    pub(super) fn read(change: &'a Node, subject: Subject) -> Option<Self> {
        let change = change.as_mapping()?;
        let text = |key: &str| change.get(key)?.value.as_text();
        let details = change.get("change")?.value.as_mapping()?;
        Some(Self {
            kind: subject.kind(text("type")?).filter(|_| text("mode") == Some("managed"))?,
            address: &change.get("address")?.value,
            after: details.get("after")?.value.as_mapping()?,
            after_unknown: details.get("after_unknown").map(|entry| &*entry.value),
        })
    }

    /// The resource with its arguments.
    pub(super) fn resource(&self, configuration: Configuration<'_>) -> Resource {
        let header = self.address.span;
        let address = self.address.as_text().unwrap_or_default().to_owned();
        let fields = self.kind.shape.iter().filter_map(|argument| {
            let reference = format!("{address}.{}", argument.name);
            let unknown = part(self.after_unknown, argument.name);
            let mut field = field(argument.name, self.after.get(argument.name), unknown, header, &reference)?;
            drop_empty(&mut field.value);
            // A plan lists no blocks where there are none.
            let is_absent = matches!(argument.holds, Holds::Blocks(_)) && is_empty(&field.value);
            (!is_absent).then_some(field)
        });
        let region = configuration.region(header, &without_keys(&address).unwrap_or_default(), self.after);
        let body = Object::new(header, fields.collect());
        Resource {
            kind: self.kind,
            address,
            header,
            call: None,
            calls: Vec::new(),
            owners: vec![header.file],
            exists: Traced { value: Known(true), origin: Origin::Absent(header), hops: Vec::new() },
            region,
            body: Known(body),
            ignored_changes: Vec::new(),
            // It is the code that is changed, not the plan.
            notation: Notation::Hcl,
            macros: Vec::new(),
            contradictions: Vec::new(),
            is_synthesized: false,
        }
    }
}

/// A value that is in the plan, or that it says isn't known yet.
fn field(name: &str, entry: Option<&Entry>, unknown: Option<&Node>, holder: Span, reference: &str) -> Option<Field> {
    let key_span = entry.map_or(holder, |entry| entry.key.span);
    let value = match (entry, unknown) {
        (_, Some(unknown)) if is_true(unknown) => {
            let origin = entry.map_or(Origin::Absent(holder), |entry| Origin::Written(entry.value.span));
            let why = Why::AtDeployment { reference: reference.to_owned(), is_set: false };
            Traced { value: Unknown(why), origin, hops: Vec::new() }
        }
        (Some(entry), unknown) => value(&entry.value, unknown, reference),
        (None, _) => return None,
    };
    Some(Field { key: name.to_owned(), key_span, value })
}

/// A value of the plan; JSON's nesting is limited by its parser.
pub(super) fn value(node: &Arc<Node>, unknown: Option<&Node>, reference: &str) -> Traced<Data> {
    let data = match &node.kind {
        NodeKind::Scalar(scalar) => match node.meaning(scalar) {
            Meaning::Null => Data::Null,
            Meaning::Bool(value) => Data::Bool(value),
            Meaning::Number(number) => Data::Number(number),
            Meaning::String | Meaning::Ambiguous => Data::String(scalar.text.clone()),
        },
        NodeKind::Sequence(items) => {
            let unknowns = unknown.and_then(Node::as_sequence).unwrap_or_default();
            let item = |(index, node): (usize, &Arc<Node>)| {
                let unknown = unknowns.get(index).map(|unknown| &**unknown);
                value(node, unknown, &format!("{reference}[{index}]"))
            };
            Data::tuple(items.iter().enumerate().map(item).collect())
        }
        NodeKind::Mapping(mapping) => Data::Object(object(mapping, unknown, node.span, reference)),
        NodeKind::Alias(_) => Data::Null,
    };
    Traced::written(data, node.span)
}

/// The fields of a mapping, and those that Terraform will add to it.
fn object(mapping: &Mapping, unknown: Option<&Node>, span: Span, reference: &str) -> Object {
    let unknowns = unknown.and_then(Node::as_mapping).map(|unknown| unknown.entries.as_slice()).unwrap_or_default();
    let mut unknowns: HashMap<&str, &Node> =
        unknowns.iter().filter_map(|entry| Some((entry.key.as_text()?, &*entry.value))).collect();
    let field = |name: &str, entry, unknown| field(name, entry, unknown, span, &format!("{reference}.{name}"));
    let written = mapping.entries.iter().filter_map(|entry| {
        let name = entry.key.as_text()?;
        field(name, Some(entry), unknowns.remove(name))
    });
    let mut fields: Vec<Field> = written.collect();
    let mut later: Vec<(&str, &Node)> = unknowns.into_iter().collect();
    later.sort_by_key(|(_, node)| node.span.start);
    fields.extend(later.into_iter().filter_map(|(name, node)| field(name, None, Some(node))));
    Object::new(span, fields)
}

/// Drops the arguments that hold nothing from the bodies of blocks: a plan lists those that aren't written, too.
fn drop_empty(value: &mut Traced<Data>) {
    let Known(data) = &mut value.value else { return };
    match data {
        Data::List(list) => list.items.iter_mut().for_each(drop_empty),
        Data::Object(object) => {
            object.fields.retain(|field| !is_empty(&field.value));
            for field in &mut object.fields {
                drop_empty(&mut field.value);
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
    }
}

fn part<'a>(unknown: Option<&'a Node>, name: &str) -> Option<&'a Node> {
    unknown?.as_mapping()?.get(name).map(|entry| &*entry.value)
}

/// Whether a node is the boolean `true`.
pub(super) fn is_true(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if node.meaning(scalar) == Meaning::Bool(true))
}

fn is_empty(value: &Traced<Data>) -> bool {
    matches!(&value.value, Known(Data::List(list)) if list.items.is_empty())
}
