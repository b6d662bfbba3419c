//! Evaluates services of the Serverless Framework, which merges their `resources` into the deployed template:
//! <https://www.serverless.com/framework/docs/providers/aws/guide/resources>.

mod merge;
mod org_formation;
mod reasons;
mod resolver;
mod stages;
mod syntax;
mod texts;
mod values;

use std::collections::HashMap;
use std::sync::Arc;

use super::files::TemplateFiles;
use super::needles::{INCLUDE_TAG, mentions_trail};
use crate::formats::cloudformation::language::{IntrinsicCall, ResolvedValue, package_advice, text};
use crate::model::{TrailHint, UnreadPart, last_name};
use crate::source::Span;
use crate::syntax::MAX_DEPTH;
use crate::syntax::node::{Entry, Node};
use crate::value::{HopKind, Reason, cut};
pub(super) use org_formation::OrganizationBindings;
use resolver::{INCLUDE_ADVICE, Notation, Resolver, measure};
use stages::StagedTemplate;
pub(super) use texts::StagedTexts;

/// The reason why a part of a service isn't read.
const PACKAGED: &str = "its content is known only when the service is packaged";

/// A service that is deployed to AWS, or an org-formation template.
pub(super) struct Service {
    /// The key `resources` or `Resources`.
    pub(super) header: Span,
    /// The template, with the variables in it replaced, its items merged and the extensions applied.
    pub(super) template: Arc<Node>,
    pub(super) variables: ServiceVariables,
    /// Parts of the template that aren't read.
    pub(super) unread: Vec<UnreadPart>,
    /// True for a service, whose template the framework extends.
    pub(super) is_extended: bool,
    /// The accounts of the resources in an org-formation template.
    pub(super) bindings: Option<OrganizationBindings>,
}

/// The variables of a service that an evaluation needs.
#[derive(Default)]
pub(super) struct ServiceVariables {
    pub(super) staged: StagedTexts,
    /// The steps from other scalars with variables to their values.
    pub(super) steps: HashMap<Span, HopKind>,
    /// The parameters of the template, or the reason why they are unknown.
    pub(super) parameters: HashMap<String, Arc<Node>>,
    pub(super) unknown_parameters: Option<Reason>,
}

impl Service {
    /// The service in a document; `None` if the document is another one, or is deployed to another provider.
    pub(super) fn of(root: &Arc<Node>, files: &TemplateFiles<'_>) -> Option<Self> {
        let service = root.as_mapping()?;
        service.get("service")?;
        let (provider, resources) = (service.get("provider")?, service.get("resources")?);
        let resolver = Resolver::new(files, root.target().span.file, Arc::clone(root), Notation::Variables);
        let provider = resolver.tree(&provider.value);
        let name = provider.as_text().or_else(|| text(provider.as_mapping()?, "name"));
        if name != Some("aws") {
            return None;
        }
        let parameters = provider.as_mapping().and_then(|provider| provider.get("stackParameters"));
        let mut unread = UnreadParts::new(&resolver, Notation::Variables);
        let written = resolver.tree(&resources.value);
        let items = written.as_sequence().map_or_else(|| vec![Arc::clone(&written)], <[_]>::to_vec);
        let (_, size) = measure(&written, MAX_DEPTH);
        let (template, stages) = StagedTemplate::of(&resolver.staged, &items, size);
        let template = template.unwrap_or(written);
        unread.note_all(&stages);
        unread.note_resources(&template);
        let parts = unread.parts;
        let mut variables = ServiceVariables::default();
        if let Some(parameters) = parameters {
            variables.note_parameters(&parameters.value);
        }
        variables.staged = resolver.staged.into_inner();
        variables.steps = resolver.steps.into_inner();
        let header = resources.key.span;
        Some(Self { header, template, variables, unread: parts, is_extended: true, bindings: None })
    }
}

impl ServiceVariables {
    /// Notes the values of `stackParameters`, a list of names with values.
    fn note_parameters(&mut self, list: &Node) {
        for item in list.as_sequence().into_iter().flatten() {
            let Some(mapping) = item.as_mapping() else { continue };
            if let (Some(name), Some(value)) = (text(mapping, "ParameterKey"), mapping.get("ParameterValue")) {
                self.parameters.insert(name.to_owned(), Arc::clone(&value.value));
            }
        }
        let is_read = list.as_sequence().is_some_and(|items| items.iter().all(|item| item.as_mapping().is_some()));
        if !is_read {
            self.unknown_parameters = Some(Reason::NotEvaluated { construct: "`stackParameters`".to_owned() });
        }
    }
}

/// Collects the parts of a template that aren't read.
struct UnreadParts<'r, 'a> {
    resolver: &'r Resolver<'a>,
    notation: Notation,
    parts: Vec<UnreadPart>,
}

impl<'r, 'a> UnreadParts<'r, 'a> {
    fn new(resolver: &'r Resolver<'a>, notation: Notation) -> Self {
        Self { resolver, notation, parts: Vec::new() }
    }

    /// Notes the parts that the stages don't have in common, or that are unknown.
    fn note_all(&mut self, stages: &StagedTemplate<'_>) {
        for node in &stages.open {
            self.note(node, "");
        }
        for node in &stages.extensions {
            // An extension changes a resource, and creates none.
            self.parts.push(part(node, format!("`{}`", cut(node.as_text().unwrap_or_default())), PACKAGED, None));
        }
        for (key, resource) in &stages.different {
            let description = format!("resource `{}`", key.as_text().unwrap_or_default());
            let hint = self.mentions_trail(resource).then_some(TrailHint::Content);
            self.parts.push(part(resource, description, "it has different types in the stages", hint));
        }
    }

    fn mentions_trail(&self, node: &Node) -> bool {
        let span = node.target().span;
        mentions_trail(self.resolver.files.context.sources.file(span.file).slice(span))
    }

    /// Notes `Resources` as a whole, and the resources in it, that aren't read.
    fn note_resources(&mut self, template: &Node) {
        let Some(section) = template.as_mapping().and_then(|template| template.get("Resources")) else { return };
        self.note(&section.value, "");
        let entries = section.value.as_mapping().into_iter().flat_map(|resources| &resources.entries);
        for Entry { key, value } in entries {
            self.note(value, key.as_text().unwrap_or_default());
        }
    }

    /// Notes a value that should be a mapping and is a text, unless it is null.
    fn note(&mut self, node: &Node, label: &str) {
        let is_call = IntrinsicCall::of(node.target()).is_some();
        let Some(text) = node.as_text().filter(|_| !is_call && !merge::is_null(node)) else { return };
        let staged = self.resolver.staged.borrow().of_open(node);
        let is_include = self.notation == Notation::Includes;
        if is_include && staged.is_none() {
            return;
        }
        let values = staged.iter().flat_map(|value| value.rows.iter().map(|(_, row)| row).chain([&value.other]));
        let holds_one = values.into_iter().any(|value| match value {
            ResolvedValue::Found(node, _) => self.mentions_trail(node),
            ResolvedValue::Stage(_) | ResolvedValue::Missing | ResolvedValue::Unknown(_) => false,
        });
        let name = text.split(['(', ')', ',', '}']).nth(1).unwrap_or(text);
        let hint = if holds_one { Some(TrailHint::Content) } else { TrailHint::of([last_name(name)], label) };
        let description = match label {
            "" if is_include => format!("`{INCLUDE_TAG} {}`", cut(name)),
            "" => format!("`{}`", cut(text)),
            label => format!("resource `{label}`"),
        };
        let part = part(node, description, PACKAGED, hint);
        self.parts.push(match self.notation {
            Notation::Variables => part,
            Notation::Includes => {
                let (reason, help) = ("the included file isn't read".to_owned(), INCLUDE_ADVICE.to_owned());
                UnreadPart { reason, help, ..part }
            }
        });
    }
}

fn part(node: &Node, description: String, reason: &str, hint: Option<TrailHint>) -> UnreadPart {
    UnreadPart {
        header: node.whole(),
        description,
        reason: reason.to_owned(),
        help: package_advice().into_owned(),
        hint,
        limit: None,
        missing: None,
    }
}
