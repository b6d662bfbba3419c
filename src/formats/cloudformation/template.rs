//! A template's resources.

use super::intrinsics::{self, Scope};
use crate::formats::Evaluated;
use crate::model::{Notation, Resource, dialects};
use crate::source::Span;
use crate::syntax::ProblemKind;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, Tree};
use crate::value::{Known, Maybe, Object, Origin, Traced, Unknown, Why};

/// The trails of all templates in a file. CloudFormation reads one document; a second one must not hide.
pub(super) fn evaluate(tree: &Tree, notation: Notation) -> Evaluated {
    let templates: Vec<Template<'_>> = tree.documents.iter().filter_map(|node| Template::recognize(node)).collect();
    let header = templates.first().map(|template| template.resources_key);
    // A file that is no template may repeat keys as it likes.
    let matters = |kind| header.is_some() || kind == ProblemKind::Syntax;
    Evaluated {
        header,
        resources: templates.iter().flat_map(|template| template.trails(notation)).collect(),
        problems: tree.problems.iter().filter(|problem| matters(problem.kind)).cloned().collect(),
    }
}

/// A document with a `Resources` section.
struct Template<'a> {
    resources_key: Span,
    resources: &'a Mapping,
    scope: Scope<'a>,
}

impl<'a> Template<'a> {
    /// Any document whose `Resources` hold something with a `Type` is a template.
    fn recognize(document: &'a Node) -> Option<Self> {
        let root = document.as_mapping()?;
        let section = root.get("Resources")?;
        let resources = section.value.as_mapping()?;
        let has_type = |entry: &Entry| entry.value.as_mapping().is_some_and(|resource| resource.get("Type").is_some());
        let is_loop = |entry: &Entry| loop_name(entry).is_some();
        let is_template = resources.entries.iter().any(|entry| has_type(entry) || is_loop(entry));
        let parameters = root.get("Parameters").and_then(|entry| entry.value.as_mapping());
        is_template.then_some(Self {
            resources_key: section.key.span,
            resources,
            scope: Scope { parameters, resources },
        })
    }

    fn trails(&self, notation: Notation) -> Vec<Resource> {
        self.resources.entries.iter().filter_map(|entry| self.trail(entry, notation)).collect()
    }

    fn trail(&self, entry: &Entry, notation: Notation) -> Option<Resource> {
        let address = entry.key.as_text()?.to_owned();
        let header = entry.key.span;
        let (exists, body) = match loop_name(entry) {
            Some(_) if !holds_trail(&entry.value) => return None,
            Some(_) => {
                let why = || Why::NotEvaluated { construct: "`Fn::ForEach`".to_owned() };
                (Traced { value: Unknown(why()), origin: Origin::Written(header), hops: Vec::new() }, Unknown(why()))
            }
            None => {
                let resource = entry.value.as_mapping()?;
                if resource.get("Type")?.value.as_text()? != dialects::CLOUDFORMATION.kind {
                    return None;
                }
                (self.exists(resource, header), self.body(resource, header))
            }
        };
        Some(Resource { dialect: &dialects::CLOUDFORMATION, address, header, exists, body, notation })
    }

    fn exists(&self, resource: &Mapping, header: Span) -> Traced<bool> {
        match resource.get("Condition") {
            None => Traced { value: Known(true), origin: Origin::Absent(header), hops: Vec::new() },
            Some(condition) => {
                let name = condition.value.as_text().unwrap_or_default();
                let why = Why::NotEvaluated { construct: format!("the condition `{name}`") };
                Traced { value: Unknown(why), origin: Origin::Written(condition.value.span), hops: Vec::new() }
            }
        }
    }

    /// The properties that the shape asks for.
    fn body(&self, resource: &Mapping, header: Span) -> Maybe<Object> {
        let nothing = Object::new(header, Vec::new());
        let Some(properties) = resource.get("Properties") else { return Known(nothing) };
        let Some(mapping) = properties.value.as_mapping() else { return Unknown(Why::Unreadable) };
        if let Some(construct) = intrinsics::construct_of(&properties.value) {
            return Unknown(Why::NotEvaluated { construct });
        }
        let fields = dialects::CLOUDFORMATION.shape.iter().filter_map(|argument| mapping.get(argument.name));
        Known(Object { fields: fields.map(|entry| self.scope.field(entry)).collect(), ..nothing })
    }
}

/// `Fn::ForEach::Name` in place of a logical id.
fn loop_name(entry: &Entry) -> Option<&str> {
    entry.key.as_text()?.strip_prefix("Fn::ForEach::")
}

/// Whether a loop makes trails, as far as its text says. The tree's depth is limited.
fn holds_trail(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Scalar(scalar) => scalar.text == dialects::CLOUDFORMATION.kind,
        NodeKind::Sequence(items) => items.iter().any(|item| holds_trail(item)),
        NodeKind::Mapping(mapping) => mapping.entries.iter().any(|entry| holds_trail(&entry.value)),
        NodeKind::Alias(_) => false,
    }
}
