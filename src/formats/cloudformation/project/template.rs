//! Recognizes templates and their sections.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::alternatives::GuardedResources;
use super::files::{TemplateFile, TemplateFiles};
use super::includes::Includes;
use super::macros;
use super::serverless::{OrganizationBindings, Service, ServiceVariables};
use super::transforms::Transforms;
use crate::formats::cloudformation::language::{Declarations, Section, TRANSFORM, is_loop, kind_of, plain_text};
use crate::model::{Macro, Notation, SearchSubject, UnreadPart, dialects};
use crate::source::{FileId, Span};
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// A document with a `Resources` section.
pub(super) struct Template {
    pub(super) file: FileId,
    pub(super) notation: Notation,
    /// The key of the `Resources` section, at which findings about the whole template are reported.
    pub(super) header: Span,
    pub(super) declared: Declarations,
    pub(super) outputs: Option<Arc<Node>>,
    /// Macros that process the whole template.
    pub(super) macros: Vec<Macro>,
    /// Errors for which CloudFormation rejects the template.
    pub(super) problems: Vec<Problem>,
    /// The conditions of resources that a templating tool may leave out, by the places of their keys.
    pub(super) guarded: GuardedResources,
    /// Parts that aren't read, and may have resources.
    pub(super) unread: Vec<UnreadPart>,
    /// The variables of a service of the Serverless Framework.
    pub(super) variables: ServiceVariables,
    /// The accounts of the resources in an org-formation template.
    pub(super) bindings: Option<OrganizationBindings>,
    /// The exported outputs by name; computed when first needed.
    exports: OnceCell<HashMap<String, Entry>>,
    /// True if it lies where the CDK has put it.
    is_in_assembly: bool,
    synthesized: OnceCell<bool>,
}

impl Template {
    /// The template in a document: the document itself, or its `TemplateBody`, into which AWS tools put a template.
    pub(super) fn recognize(root: &Node, document: &TemplateFile, files: &TemplateFiles<'_>) -> Option<Self> {
        let top = root.as_mapping()?;
        let body = top.get("TemplateBody").filter(|_| top.get("Resources").is_none()).map(|entry| &entry.value);
        match body {
            None => Self::recognize_bare(root, document, files),
            Some(body) => match body.as_text() {
                None => Self::recognize_bare(body, document, files),
                Some(text) => {
                    let inner = files.body(body, text);
                    Self::recognize_bare(inner.tree.documents.first()?, &inner, files)
                }
            },
        }
    }

    /// A document is a template if its `Resources` contain something with a `Type`.
    fn recognize_bare(root: &Node, document: &TemplateFile, files: &TemplateFiles<'_>) -> Option<Self> {
        let includes = Includes::new(files);
        // A template that another one embeds is no service.
        let own = document.tree.documents.iter().find(|own| std::ptr::eq(&***own, root));
        let service = own.and_then(|own| Service::of(own, files).or_else(|| Service::of_organization(own, files)));
        let root = service.as_ref().map_or(root, |service| &service.template);
        let empty = Mapping::default();
        let top = root.as_mapping().or(service.as_ref().map(|_| &empty))?;
        let (sections, transforms) = Transforms::of(top, document.file, &includes);
        let written = resources_among(root, &sections);
        let value = written.as_ref().map(|written| macros::in_long_form(&written.value));
        let is_template = sections.get("AWSTemplateFormatVersion").is_some();
        let unread = transforms.unread.macros.first();
        let is_unread = service.as_ref().is_some_and(|service| !service.unread.is_empty());
        let resources = match (&value, value.as_ref().and_then(|value| value.as_mapping())) {
            (_, Some(mapping)) if has_resources(mapping) => resources_of(mapping, &includes),
            (Some(value), None) if is_template || holds_trail(value) => Section::default(),
            (_, _) if unread.is_some() || is_unread => Section::default(),
            (_, _) => return None,
        };
        let header = written.as_ref().map(|written| written.key.span).or(unread.map(|unread| unread.span));
        let header = header.or(service.as_ref().map(|service| service.header))?;
        let section = |name: &str| {
            let value = sections.get(name).map(|entry| macros::in_long_form(&entry.value));
            let mapping = value.as_ref().and_then(|value| value.as_mapping());
            mapping.map(|mapping| Section::of(includes.merged(mapping))).unwrap_or_default()
        };
        let mut declared = Declarations {
            parameters: section("Parameters"),
            mappings: section("Mappings"),
            conditions: section("Conditions"),
            rules: section("Rules"),
            resources,
            has_extensions: transforms.has_extensions,
            is_transformed: transforms.is_transformed || service.as_ref().is_some_and(|service| service.is_extended),
            ..Declarations::default()
        };
        declared.open(&transforms.unread);
        let (unread, variables, bindings) =
            service.map(|service| (service.unread, service.variables, service.bindings)).unwrap_or_default();
        if let Some(part) = unread.first() {
            declared.note_unread(&part.description.replace('`', ""));
        }
        let mut template = Self {
            file: document.file,
            notation: document.notation,
            header,
            declared,
            outputs: sections.get("Outputs").map(|entry| macros::in_long_form(&entry.value)),
            macros: transforms.macros,
            problems: Vec::new(),
            guarded: document.guarded.clone(),
            unread,
            variables,
            bindings,
            exports: OnceCell::new(),
            is_in_assembly: files.is_in_assembly(document.file),
            synthesized: OnceCell::new(),
        };
        let mut problems = written.map(|written| template.structural_errors(&written)).unwrap_or_default();
        problems.extend(transforms.problems);
        problems.extend(template.undeclared_conditions());
        template.problems = problems;
        Some(template)
    }

    /// True if a resource is an include of an org-formation template that isn't read, which `unread` lists.
    pub(super) fn is_listed_as_unread(&self, resource: &Node) -> bool {
        self.bindings.is_some() && self.variables.staged.of_open(resource).is_some()
    }

    /// True if one of the resources is a trail or may be one.
    pub(super) fn declares_trail(&self) -> bool {
        let may_be_trail = |kind: &str| SearchSubject::Trails.kind(kind).is_some() || kind.contains("${");
        self.declared.resources.all().any(|entry| holds_type(&entry.value, &may_be_trail))
    }

    /// Returns the exported outputs by their literal export names, including outputs in files that the section or an
    /// output includes.
    pub(super) fn exports(&self, files: &TemplateFiles<'_>) -> &HashMap<String, Entry> {
        self.exports.get_or_init(|| {
            let includes = Includes::new(files);
            let mut exports = HashMap::new();
            let Some(mapping) = self.outputs.as_ref().and_then(|outputs| outputs.as_mapping()) else { return exports };
            for mut output in includes.merged(mapping).entries {
                if macros::is_called_in(&output.value) {
                    output.value = includes.spliced(&output.value);
                }
                if let Some(name) = export_name(&output.value).map(str::to_owned) {
                    exports.entry(name).or_insert(output);
                }
            }
            exports
        })
    }

    /// True if the CDK generated the template: it is in the output directory of the CDK, or it has the
    /// `BootstrapVersion` parameter, the `AWS::CDK::Metadata` resource, or resources with the CDK's paths. The author
    /// can disable the metadata and the paths, but then the version parameter remains.
    pub(super) fn is_synthesized(&self) -> bool {
        *self.synthesized.get_or_init(|| {
            let has_path = |resource: &Node| {
                resource.as_mapping()?.get("Metadata")?.value.as_mapping()?.get("aws:cdk:path").map(|_| ())
            };
            let mut resources = self.declared.resources.flat.entries.iter().map(|entry| &entry.value);
            self.is_in_assembly
                || self.declared.parameters.get("BootstrapVersion").is_some()
                || resources.any(|one| kind_of(one) == Some("AWS::CDK::Metadata") || has_path(one).is_some())
        })
    }
}

fn export_name(output: &Node) -> Option<&str> {
    plain_text(&output.as_mapping()?.get("Export")?.value.as_mapping()?.get("Name")?.value)
}

/// The entries of `Resources`. Resources that are included as a whole are replaced by the content of the file.
fn resources_of(mapping: &Mapping, includes: &Includes<'_>) -> Section {
    let mut section = Section::of(includes.merged(mapping));
    for entry in &mut section.flat.entries {
        if macros::is_called_in(&entry.value) {
            entry.value = includes.spliced(&entry.value);
        }
    }
    for entry in &mut section.flat.loops {
        if macros::is_called_within(&entry.value) {
            *entry = includes.spliced_loop(entry);
        }
    }
    section
}

/// The entry of the resources. If the key is repeated, an entry with resources takes precedence, so that a duplicate
/// key can't hide a trail.
fn resources_among(root: &Node, sections: &Section) -> Option<Entry> {
    const KEY: &str = "Resources";
    let own = root.as_mapping().into_iter().flat_map(|mapping| mapping.entries.iter().rev());
    let mut own = own.filter(|entry| entry.key.as_text() == Some(KEY));
    let merged = sections.get(KEY);
    merged
        .filter(|entry| holds_resources(entry))
        .or_else(|| own.find(|entry| holds_resources(entry)))
        .or(merged)
        .cloned()
}

fn holds_resources(entry: &Entry) -> bool {
    entry.value.as_mapping().is_some_and(has_resources)
}

/// True if a mapping contains something that looks like a resource.
fn has_resources(mapping: &Mapping) -> bool {
    mapping.entries.iter().any(|entry| has_type(entry) || is_generated(entry) || holds_trail(&entry.value))
        || mapping.merged.iter().filter_map(|merged| merged.as_mapping()).any(has_resources)
}

fn has_type(entry: &Entry) -> bool {
    entry.value.as_mapping().is_some_and(|resource| resource.get("Type").is_some())
}

fn is_generated(entry: &Entry) -> bool {
    is_loop(entry) || entry.key.as_text() == Some(TRANSFORM) || macros::is_called_in(&entry.value)
}

/// True if something in a node has the type of a trail. Recursion is bounded by the depth limit of the parsers.
pub(super) fn holds_trail(node: &Node) -> bool {
    holds_type(node, &|kind| kind == dialects::CLOUDFORMATION.kind)
}

/// True if something in a node has a `Type` that satisfies the predicate.
pub(super) fn holds_type(node: &Node, is_such: &dyn Fn(&str) -> bool) -> bool {
    match &node.target().kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => false,
        NodeKind::Sequence(items) => items.iter().any(|item| holds_type(item, is_such)),
        NodeKind::Mapping(mapping) => {
            let own = mapping.entries.iter().any(|entry| {
                let is_type = entry.key.as_text() == Some("Type") && entry.value.as_text().is_some_and(is_such);
                is_type || holds_type(&entry.value, is_such)
            });
            own || mapping.merged.iter().any(|merged| holds_type(merged, is_such))
        }
    }
}
