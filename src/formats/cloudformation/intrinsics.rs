//! Evaluates the properties of a template. What isn't evaluated is unknown with its reason.

use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Scalar};
use crate::value::{Data, Field, Hop, Known, Maybe, Object, Origin, Step, Traced, Unknown, Why};

/// What references in a template lead to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The parameters that it declares.
    pub(super) parameters: Option<&'a Mapping>,
    /// The resources that it declares.
    pub(super) resources: &'a Mapping,
}

impl Scope<'_> {
    /// A property.
    pub(super) fn field(&self, entry: &Entry) -> Field {
        let key = entry.key.as_text().unwrap_or_default().to_owned();
        Field { key, key_span: entry.key.span, value: self.eval(&entry.value) }
    }

    /// The value of a node.
    pub(super) fn eval(&self, node: &Node) -> Traced<Data> {
        if let Some(reference) = reference(node) {
            return self.refer(reference, node.whole());
        }
        if let Some(attribute) = self.attribute(node) {
            return Traced { value: Unknown(attribute), origin: Origin::Written(node.whole()), hops: Vec::new() };
        }
        let (value, hops) = match (construct_of(node), &node.kind) {
            (Some(construct), _) => (Unknown(Why::NotEvaluated { construct }), Vec::new()),
            (None, NodeKind::Alias(target)) => {
                let target = self.eval(target);
                let mut hops = vec![Hop { span: target.origin.span(), step: Step::Anchor }];
                hops.extend(target.hops);
                (target.value, hops)
            }
            (None, NodeKind::Scalar(scalar)) => (scalar_value(node, scalar), Vec::new()),
            (None, NodeKind::Sequence(items)) => {
                let items = items.iter().map(|item| self.eval(item));
                (Known(Data::tuple(items.filter(|item| !is_removed(item)).collect())), Vec::new())
            }
            (None, NodeKind::Mapping(mapping)) => (Known(Data::Object(self.object(mapping, node.span))), Vec::new()),
        };
        Traced { value, origin: Origin::Written(node.whole()), hops }
    }

    fn object(&self, mapping: &Mapping, span: Span) -> Object {
        let merged = mapping.merged.iter().filter_map(|node| node.as_mapping()).flat_map(|mapping| &mapping.entries);
        let mut fields: Vec<Field> = Vec::new();
        // The last of two equal keys counts, and what is merged in comes after all that is written.
        for entry in mapping.entries.iter().rev().chain(merged) {
            let is_new = entry.key.as_text().is_some_and(|key| fields.iter().all(|field| field.key != key));
            if is_new {
                fields.push(self.field(entry));
            }
        }
        Object::new(span, fields)
    }

    /// `Ref` gives a parameter's value or a resource's name.
    fn refer(&self, name: &str, span: Span) -> Traced<Data> {
        let declared = |section: &Mapping| section.get(name).map(|entry| entry.key.span);
        let reference = format!("!Ref {name}");
        let mut hops = Vec::new();
        let value = if name == "AWS::NoValue" {
            Known(Data::Null)
        } else if let Some(entry) = self.parameters.and_then(|parameters| parameters.get(name)) {
            hops.push(Hop { span: entry.key.span, step: Step::Parameter(name.to_owned()) });
            let has_default = entry.value.as_mapping().is_some_and(|parameter| parameter.get("Default").is_some());
            Unknown(if has_default {
                Why::NotEvaluated { construct: format!("the parameter `{name}`") }
            } else {
                Why::NoValue { reference }
            })
        } else if declared(self.resources).is_some() || name.starts_with("AWS::") {
            Unknown(Why::AtDeployment { reference, is_set: true })
        } else {
            Unknown(Why::Undeclared { reference })
        };
        Traced { value, origin: Origin::Written(span), hops }
    }
}

impl Scope<'_> {
    /// `GetAtt` of a resource that the template declares: known at deployment, and never empty.
    fn attribute(&self, node: &Node) -> Option<Why> {
        let path = match &node.tag {
            Some(tag) if tag.name == "!GetAtt" => node,
            Some(_) => return None,
            None => only_entry(node).filter(|entry| entry.key.as_text() == Some("Fn::GetAtt"))?.value.target(),
        };
        let path = match &path.kind {
            NodeKind::Sequence(parts) => parts.iter().map(|part| part.as_text()).collect::<Option<Vec<_>>>()?.join("."),
            NodeKind::Scalar(scalar) => scalar.text.clone(),
            NodeKind::Mapping(_) | NodeKind::Alias(_) => return None,
        };
        let (resource, _) = path.split_once('.')?;
        let is_set = self.resources.get(resource).is_some();
        Some(Why::AtDeployment { reference: format!("!GetAtt {path}"), is_set })
    }
}

/// The name in `!Ref name` or `{Ref: name}`.
fn reference(node: &Node) -> Option<&str> {
    if node.tag.as_ref().is_some_and(|tag| tag.name == "!Ref") {
        return node.as_text();
    }
    let entry = only_entry(node)?;
    (entry.key.as_text() == Some("Ref")).then(|| entry.value.as_text()).flatten()
}

/// The intrinsic function that a node is a call of, in its long form.
pub(super) fn construct_of(node: &Node) -> Option<String> {
    if let Some(tag) = &node.tag
        && let Some(name) = tag.name.strip_prefix('!').filter(|name| !name.is_empty())
    {
        return Some(format!("`!{name}`"));
    }
    let key = only_entry(node)?.key.as_text()?;
    (key.starts_with("Fn::") || matches!(key, "Ref" | "Condition")).then(|| format!("`{key}`"))
}

/// The entry of a mapping that has just one.
fn only_entry(node: &Node) -> Option<&Entry> {
    match &node.kind {
        NodeKind::Mapping(mapping) if mapping.merged.is_empty() => match mapping.entries.as_slice() {
            [entry] => Some(entry),
            _ => None,
        },
        NodeKind::Mapping(_) | NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Alias(_) => None,
    }
}

fn scalar_value(node: &Node, scalar: &Scalar) -> Maybe<Data> {
    match node.meaning(scalar) {
        Meaning::Null => Known(Data::Null),
        Meaning::Bool(value) => Known(Data::Bool(value)),
        Meaning::Number(number) => Known(Data::Number(number)),
        Meaning::Ambiguous => Unknown(Why::Ambiguous { text: scalar.text.clone() }),
        Meaning::String if scalar.text.contains("{{resolve:") => {
            Unknown(Why::AtDeployment { reference: scalar.text.clone(), is_set: true })
        }
        Meaning::String => Known(Data::String(scalar.text.clone())),
    }
}

/// `AWS::NoValue` takes an item out of its list.
fn is_removed(item: &Traced<Data>) -> bool {
    matches!(item.value, Known(Data::Null))
}
