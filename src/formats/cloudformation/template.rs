//! A template's resources.

use super::intrinsics::{self, Scope};
use crate::formats::Opened;
use crate::model::{Elsewhere, Notation, Resource, dialects};
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, Tree};
use crate::syntax::{Problem, ProblemKind};
use crate::value::{Known, Maybe, Object, Origin, Traced, Unknown, Why, World};

/// The templates of a file. CloudFormation reads one document; a second one must not hide.
pub(super) struct Templates {
    pub(super) tree: Tree,
    /// How the file is written.
    pub(super) notation: Notation,
}

impl Templates {
    fn templates(&self) -> impl Iterator<Item = Template<'_>> {
        self.tree.documents.iter().filter_map(|node| Template::recognize(node))
    }

    /// The entries of all templates that declare a trail.
    fn declarations(&self) -> impl Iterator<Item = (Template<'_>, &Entry)> {
        self.templates().flat_map(|template| {
            let entries = template.resources.entries.iter().filter(|entry| declares_trail(entry));
            entries.map(move |entry| (template, entry))
        })
    }
}

impl Opened for Templates {
    fn header(&self) -> Option<Span> {
        self.templates().next().map(|template| template.resources_key)
    }

    fn sites(&self) -> usize {
        self.declarations().count()
    }

    fn resources(&self, site: usize, _: &World) -> Vec<Resource> {
        let declaration = self.declarations().nth(site);
        declaration.map(|(template, entry)| template.trail(entry, self.notation)).into_iter().collect()
    }

    fn elsewhere(&self) -> Vec<Elsewhere> {
        Vec::new()
    }

    fn problems(&self) -> Vec<Problem> {
        // A file that is no template may repeat keys as it likes.
        let is_template = self.header().is_some();
        let matters = |problem: &&Problem| is_template || problem.kind == ProblemKind::Syntax;
        self.tree.problems.iter().filter(matters).cloned().collect()
    }
}

/// A document with a `Resources` section.
#[derive(Clone, Copy)]
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

    fn trail(&self, entry: &Entry, notation: Notation) -> Resource {
        let header = entry.key.span;
        let (exists, body) = match entry.value.as_mapping().filter(|_| loop_name(entry).is_none()) {
            Some(resource) => (self.exists(resource, header), self.body(resource, header)),
            None => {
                let why = || Why::NotEvaluated { construct: "`Fn::ForEach`".to_owned() };
                (Traced { value: Unknown(why()), origin: Origin::Written(header), hops: Vec::new() }, Unknown(why()))
            }
        };
        let address = entry.key.as_text().unwrap_or_default().to_owned();
        Resource {
            dialect: &dialects::CLOUDFORMATION,
            address,
            header,
            call: None,
            exists,
            body,
            ignored_changes: Vec::new(),
            notation,
        }
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

/// Whether an entry of `Resources` is a trail, or a loop that may make some.
fn declares_trail(entry: &Entry) -> bool {
    if loop_name(entry).is_some() {
        return holds_trail(&entry.value);
    }
    let kind = entry.value.as_mapping().and_then(|resource| resource.get("Type"));
    kind.is_some_and(|kind| kind.value.as_text() == Some(dialects::CLOUDFORMATION.kind))
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
